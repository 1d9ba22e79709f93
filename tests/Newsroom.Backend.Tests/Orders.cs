namespace Newsroom.Backend.Tests;

internal static class Orders
{
    /// <summary>Every order of the first numbers.</summary>
    public static IEnumerable<IReadOnlyList<int>> Of(int count) => Of([.. Enumerable.Range(0, count)]);

    private static IEnumerable<IReadOnlyList<int>> Of(IReadOnlyList<int> items) => items.Count == 0
        ? [[]]
        : items.SelectMany(first => Of([.. items.Where(i => i != first)]).Select(IReadOnlyList<int> (rest) => [first, .. rest]));
}
