using System.Globalization;
using Newsroom.Backend.Newsletters;

namespace Newsroom.Backend.Subscribers.Preferences;

/// <summary>How often something comes, said to readers.</summary>
internal static class RhythmWords
{
    /// <summary>An item of the list: <c>As it is published (Thursdays, 7:00 AM (New York))</c>, <c>Once a week, what is new</c>.</summary>
    public static string Of(Rhythm rhythm, Newsletter newsletter, CultureInfo culture) => rhythm switch
    {
        Rhythm.AsPublished when newsletter.Cadence is { } cadence => $"As it is published: {cadence.InWords(culture)}",
        Rhythm.AsPublished => "As it is published",
        Rhythm.EveryStory => "Every story, soon after it appears",
        _ => $"{Short(rhythm)}, with what is new",
    };

    /// <summary>Inside a sentence's end: <c>Once a week</c>.</summary>
    public static string Short(Rhythm rhythm) => rhythm switch
    {
        Rhythm.AsPublished => "As it is published",
        Rhythm.EveryStory => "Every story",
        Rhythm.Daily => "Once a day",
        Rhythm.Weekly => "Once a week",
        Rhythm.Monthly => "Once a month",
        _ => throw new ArgumentOutOfRangeException(nameof(rhythm), rhythm, null),
    };

    /// <summary>What a reader who finds it too much may like instead; null when it could hardly be less.</summary>
    public static Rhythm? LessOften(Rhythm rhythm, Newsletter newsletter) => rhythm switch
    {
        Rhythm.Monthly => null,
        Rhythm.Weekly => Rhythm.Monthly,
        Rhythm.AsPublished when newsletter.Cadence is { DayList.Count: 1 } => Rhythm.Monthly,
        _ => Rhythm.Weekly,
    };

    /// <summary>Its name in forms: <c>asPublished</c>.</summary>
    public static string Name(Rhythm rhythm) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(rhythm.ToString());

    /// <summary>By name only: <c>Enum.TryParse</c> would take numbers too.</summary>
    public static Rhythm? Read(string? name) => Enum.GetValues<Rhythm>().Cast<Rhythm?>().FirstOrDefault(r => Name(r!.Value) == name);
}
