namespace Newsroom.Backend.Tests;

internal static class Orders
{
    /// <summary>Every order of the first numbers.</summary>
    public static IEnumerable<IReadOnlyList<int>> Of(int count) => Of([.. Enumerable.Range(0, count)]);

    /// <summary>Every order of up to <paramref name="whole"/> numbers; of more, the natural one, its reverse and random ones.</summary>
    public static IEnumerable<IReadOnlyList<int>> Of(int count, int whole, int random, int seed)
    {
        if (count <= whole)
            return Of(count);
        var dice = new Random(seed);
        int[] natural = [.. Enumerable.Range(0, count)];
        return [natural, [.. natural.Reverse()], .. Enumerable.Range(0, random).Select(_ =>
        {
            int[] order = [.. natural];
            dice.Shuffle(order);
            return order;
        })];
    }

    private static IEnumerable<IReadOnlyList<int>> Of(IReadOnlyList<int> items) => items.Count == 0
        ? [[]]
        : items.SelectMany(first => Of([.. items.Where(i => i != first)]).Select(IReadOnlyList<int> (rest) => [first, .. rest]));
}
