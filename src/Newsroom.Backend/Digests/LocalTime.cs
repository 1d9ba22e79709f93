namespace Newsroom.Backend.Digests;

/// <summary>
/// A zone's wall clock as instants. A time the clocks skip is the first one after the jump; a repeated one is its first pass
/// (the rule of cron since Vixie). Not by Cronos 0.13: it answers 01:30 Europe/Dublin of 29 March 2026 with itself, without end.
/// </summary>
public static class LocalTime
{
    public static DateTimeOffset ToInstant(DateTime local, TimeZoneInfo zone)
    {
        var valid = zone.IsInvalidTime(local) ? AfterGap(local, zone) : local;
        var offset = zone.IsAmbiguousTime(valid) ? zone.GetAmbiguousTimeOffsets(valid).Max() : zone.GetUtcOffset(valid);
        return new DateTimeOffset(DateTime.SpecifyKind(valid, DateTimeKind.Unspecified), offset);
    }

    /// <summary>The last minute before and the first one after the hour that the clocks skip; null when <paramref name="local"/> exists.</summary>
    public static (DateTime Before, DateTime After)? GapAround(DateTime local, TimeZoneInfo zone)
    {
        if (!zone.IsInvalidTime(local))
            return null;
        var before = local;
        while (zone.IsInvalidTime(before))
            before = before.AddMinutes(-1);
        return (before, AfterGap(local, zone));
    }

    private static DateTime AfterGap(DateTime local, TimeZoneInfo zone)
    {
        while (zone.IsInvalidTime(local))
            local = local.AddMinutes(1);
        return local;
    }
}
