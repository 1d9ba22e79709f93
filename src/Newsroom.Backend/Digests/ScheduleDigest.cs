using System.Globalization;

namespace Newsroom.Backend.Digests;

/// <summary>
/// Puts a digest on the clock of a place. A time that the clocks skip is refused with its neighbours (a person meant something by it; a
/// cadence cannot ask); a repeated one is its first pass.
/// </summary>
public sealed class ScheduleDigest(ChangeDigest change, TimeProvider clock)
{
    private const int EarliestYear = 2000;
    private const int LatestYear = 2100;
    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss"];

    /// <param name="publicId">Which digest.</param>
    /// <param name="at">Local wall-clock time, <c>2026-11-24T07:00</c>, without offset.</param>
    /// <param name="timeZone">IANA id.</param>
    /// <param name="cancellationToken">Cancels before anything is saved.</param>
    public async Task<DigestStep> RunAsync(string publicId, string? at, string timeZone, CancellationToken cancellationToken)
    {
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out var zone) || !zone.HasIanaId)
            return new DigestStep.Invalid("timeZone", $"'{timeZone}' is not a time zone known here: give an IANA name such as America/New_York.");
        if (!DateTime.TryParseExact(at, Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
            return new DigestStep.Invalid("at", "Give the local time without an offset, for example 2026-11-24T07:00.");
        // Zones' arithmetic fails at both ends of the calendar; so far off, it is a slip of the pen.
        if (local.Year is < EarliestYear or > LatestYear)
            return new DigestStep.Invalid("at", $"Give a time in the years from {EarliestYear} to {LatestYear}.");
        if (LocalTime.GapAround(local, zone) is var (before, after))
            return new DigestStep.Invalid("at", string.Create(CultureInfo.InvariantCulture,
                $"{local:HH:mm} does not exist on {local:yyyy-MM-dd} in {timeZone}: the clocks go forward. Choose {before:HH:mm} or {after:HH:mm}."));
        var (instant, now) = (LocalTime.ToInstant(local, zone), clock.GetUtcNow());
        if (instant <= now)
            return new DigestStep.Invalid("at", string.Create(CultureInfo.InvariantCulture,
                $"{local:yyyy-MM-dd HH:mm} is past: it is {TimeZoneInfo.ConvertTime(now, zone):yyyy-MM-dd HH:mm} in {timeZone}."));
        return await change.RunAsync(publicId, digest =>
        {
            digest.Schedule(instant, now);
            return Task.CompletedTask;
        }, cancellationToken);
    }
}
