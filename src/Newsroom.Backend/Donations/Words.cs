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

    /// <summary>How forms and JSON say whether the one a gift is made for lives.</summary>
    public static string Tribute(bool inMemory) => inMemory ? "memory" : "honour";

    /// <summary>As the choice on a form.</summary>
    public static string Title(Frequency frequency) => frequency switch
    {
        Frequency.Monthly => "Monthly",
        Frequency.Yearly => "Yearly",
        _ => "Once",
    };

    public static string Adverb(Frequency frequency) => frequency switch
    {
        Frequency.Monthly => "monthly",
        Frequency.Yearly => "yearly",
        _ => "once",
    };
}
