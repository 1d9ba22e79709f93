namespace Newsroom.Backend.Donations.Stripe;

/// <summary>Some of a list of Stripe's, newest first.</summary>
/// <param name="Items">As they came.</param>
/// <param name="Next">Where the rest begins; null at the end.</param>
public sealed record StripePage<T>(IReadOnlyList<T> Items, string? Next);

internal static class StripePage
{
    /// <summary>A list page by page to its end.</summary>
    /// <param name="ask">Gives the page after the given <see cref="StripePage{T}.Next"/>; null: the first.</param>
    public static async IAsyncEnumerable<IReadOnlyList<T>> AllAsync<T>(Func<string?, Task<StripePage<T>>> ask)
    {
        string? after = null;
        do
        {
            var page = await ask(after);
            yield return page.Items;
            after = page.Next;
        }
        while (after is not null);
    }
}
