using System.Globalization;
using System.Text.RegularExpressions;

namespace Newsroom.Backend.Stories;

/// <summary>
/// Dates as feeds write them: RFC 822 with its American zone names, RFC 3339, and the usual mistakes (no zone, no seconds, the wrong
/// weekday, "Sept."). What cannot be read is no date: when a story was first seen then counts instead.
/// </summary>
public static partial class FeedDate
{
    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

    // RFC 822 §5.1. A zone that is neither here nor a number is read as UTC.
    private static readonly Dictionary<string, int> ZoneHours = new(StringComparer.OrdinalIgnoreCase)
    {
        ["EST"] = -5,
        ["EDT"] = -4,
        ["CST"] = -6,
        ["CDT"] = -5,
        ["MST"] = -7,
        ["MDT"] = -6,
        ["PST"] = -8,
        ["PDT"] = -7,
        ["BST"] = 1,
        ["CET"] = 1,
        ["CEST"] = 2,
    };

    public static DateTimeOffset? Parse(string? text)
    {
        var typed = text?.Trim() ?? "";
        if (typed.Length is 0 or > 100)
            return null;
        if (Rfc822().Match(typed) is { Success: true } match)
            return Build(match);
        const DateTimeStyles utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        return DateTimeOffset.TryParse(typed, CultureInfo.InvariantCulture, utc, out var iso) ? iso : null;
    }

    private static DateTimeOffset? Build(Match match)
    {
        var month = Array.IndexOf(Months, match.Groups["month"].Value.ToLowerInvariant()) + 1;
        var year = Number(match, "year");
        if (year < 100)
            year += year < 70 ? 2000 : 1900;
        var (day, hour, minute, second) = (Number(match, "day"), Number(match, "hour"), Number(match, "minute"), Number(match, "second"));
        if (month == 0 || year is < 1970 or > 9000 || day < 1 || day > DateTime.DaysInMonth(year, month))
            return null;
        if (hour > 23 || minute > 59 || second > 60)
            return null;
        var local = new DateTime(year, month, day, hour, minute, Math.Min(second, 59), DateTimeKind.Unspecified);
        return new DateTimeOffset(local, TimeSpan.Zero) - Offset(match.Groups["zone"].Value);
    }

    private static TimeSpan Offset(string zone)
    {
        if (ZoneHours.TryGetValue(zone, out var hours))
            return TimeSpan.FromHours(hours);
        var number = zone.Replace(":", "", StringComparison.Ordinal);
        if (number.Length != 5 || number[0] is not ('+' or '-') || !number.AsSpan(1).ContainsOnlyDigits())
            return TimeSpan.Zero;
        var digits = int.Parse(number.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture);
        var size = new TimeSpan(digits / 100, digits % 100, 0);
        return size > TimeSpan.FromHours(14) ? TimeSpan.Zero : number[0] == '-' ? -size : size;
    }

    private static int Number(Match match, string group) =>
        match.Groups[group] is { Success: true } g ? int.Parse(g.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 0;

    private static bool ContainsOnlyDigits(this ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');

    [GeneratedRegex(
        @"^(\p{L}+\.?,?\s+)?(?<day>[0-9]{1,2})[\s-](?<month>\p{L}{3})\p{L}*\.?[\s-](?<year>[0-9]{2,4})\s+"
        + @"(?<hour>[0-9]{1,2}):(?<minute>[0-9]{2})(:(?<second>[0-9]{2}))?\s*(?<zone>\S*)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Rfc822();
}
