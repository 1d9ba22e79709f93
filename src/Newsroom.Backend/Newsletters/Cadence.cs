using System.Globalization;

namespace Newsroom.Backend.Newsletters;

/// <summary>When a newsletter's digest makes itself: on these days at this local time.</summary>
/// <param name="Days">Comma-separated, in the week's order: <c>mon,thu</c>.</param>
/// <param name="At">Local wall-clock time, whole minutes.</param>
/// <param name="TimeZone">IANA id. A time the clocks skip runs right after the jump; a repeated one runs once, at its first pass.</param>
/// <param name="Approval">True: the digest is made as a draft and waits for a person.</param>
public sealed record Cadence(string Days, TimeOnly At, string TimeZone, bool Approval)
{
    private static readonly string[] Week = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    public IReadOnlyList<string> DayList => Days.Split(',');

    /// <summary>For readers: <c>Mondays and Thursdays, 7:00 AM (New York)</c>.</summary>
    public string InWords(CultureInfo culture)
    {
        var days = DayList.Count == Week.Length ? "Every day" : Join([.. DayList.Select(DayName)]);
        // "America/Argentina/Buenos_Aires" is "Buenos Aires" to a reader.
        var city = TimeZone[(TimeZone.LastIndexOf('/') + 1)..].Replace('_', ' ');
        return $"{days}, {At.ToString("t", culture)} ({city})";
    }

    /// <summary>Reads what an integration or a person gave; every fault names its field.</summary>
    /// <param name="form">As given.</param>
    /// <param name="defaultZone">IANA id for a form without one: the newsroom's own.</param>
    /// <param name="cadence">The cadence, when the form is right.</param>
    public static NewsletterFault? TryRead(CadenceForm form, string defaultZone, out Cadence? cadence)
    {
        cadence = null;
        var days = (form.Days ?? []).Select(d => d?.Trim().ToLowerInvariant() ?? "").ToHashSet(StringComparer.Ordinal);
        if (days.Count == 0 || !days.IsSubsetOf(Week))
            return new("cadence.days", "Give at least one day, each one of mon, tue, wed, thu, fri, sat, sun.");
        if (!TimeOnly.TryParseExact(form.At, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var at))
            return new("cadence.at", "Give the local time as hours and minutes, for example 07:00.");
        var zone = form.TimeZone ?? defaultZone;
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found) || !found.HasIanaId)
            return new("cadence.timeZone", "Give an IANA time zone, for example America/New_York.");
        cadence = new Cadence(string.Join(',', Week.Where(days.Contains)), at, found.Id, form.Approval ?? false);
        return null;
    }

    private static string DayName(string day) =>
        CultureInfo.InvariantCulture.DateTimeFormat.DayNames[(Array.IndexOf(Week, day) + 1) % Week.Length] + "s";

    private static string Join(string[] words) => words.Length == 1 ? words[0] : $"{string.Join(", ", words[..^1])} and {words[^1]}";
}

/// <summary>A cadence as it is written in JSON: <c>{"days":["mon","thu"],"at":"07:00","timeZone":"America/New_York","approval":false}</c>.</summary>
public sealed record CadenceForm(IReadOnlyList<string?>? Days, string? At, string? TimeZone, bool? Approval)
{
    public static CadenceForm? Of(Cadence? cadence) => cadence is null ? null
        : new(cadence.DayList, cadence.At.ToString("HH:mm", CultureInfo.InvariantCulture), cadence.TimeZone, cadence.Approval);
}
