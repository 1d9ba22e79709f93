namespace Newsroom.Backend.Donations;

/// <summary>Words that pages and mails share.</summary>
internal static class Words
{
    /// <summary>Null for a single gift.</summary>
    public static string? EveryPeriod(Frequency frequency) => frequency switch
    {
        Frequency.Monthly => "every month",
        Frequency.Yearly => "every year",
        _ => null,
    };

    /// <summary><c>A, B and C</c>.</summary>
    public static string List(IReadOnlyList<string> names) =>
        names.Count < 2 ? string.Concat(names) : $"{string.Join(", ", names.SkipLast(1))} and {names[^1]}";

    public static string Adverb(Frequency frequency) => frequency switch
    {
        Frequency.Monthly => "monthly",
        Frequency.Yearly => "yearly",
        _ => "once",
    };
}
