using System.Globalization;

namespace Newsroom.Backend.Subscribers.Imports;

/// <summary>The instants in other programs' files. One without an offset is UTC, as Mailchimp's are.</summary>
internal static class FileInstant
{
    // Year first, always: of 03/04/2024 nobody knows whether it is in March or in April.
    private static readonly string[] Forms =
    [
        "yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK",
        "yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK",
        "yyyy-MM-dd HH:mm:ss zzz", "yyyy-MM-dd HH:mm:ss.FFFFFFF zzz",
    ];

    /// <summary>Nobody signed up before there were newsletters: such an instant is some program's zero.</summary>
    private static readonly DateTimeOffset Earliest = new(1990, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <returns>Null for what is none, lies after <paramref name="now"/> or before 1990.</returns>
    public static DateTimeOffset? Read(string text, DateTimeOffset now)
    {
        // Go writes the zone's name after its offset (listmonk): "2024-05-01 12:00:00.123456 +0000 UTC".
        if (text.Split(' ') is [var day, var time, var offset, _])
            text = $"{day} {time} {offset}";
        if (!DateTimeOffset.TryParseExact(text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
            return null;
        return at >= Earliest && at <= now ? at.ToUniversalTime() : null;
    }

    /// <summary>One that may lie ahead.</summary>
    public static DateTimeOffset? ReadAny(string text) => Read(text, DateTimeOffset.MaxValue);
}
