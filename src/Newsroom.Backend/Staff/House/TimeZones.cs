namespace Newsroom.Backend.Staff.House;

/// <summary>The IANA zones that this machine knows, under their continents: what a form offers.</summary>
internal static class TimeZones
{
    public static IReadOnlyList<(string Continent, IReadOnlyList<string> Zones)> ByContinent { get; } =
    [
        .. TimeZoneInfo.GetSystemTimeZones().Select(IanaOf).OfType<string>().Where(id => id.Contains('/', StringComparison.Ordinal)).Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal).GroupBy(id => id.Split('/')[0], (continent, zones) => (continent, (IReadOnlyList<string>)[.. zones])),
    ];

    /// <summary>Windows has names of its own.</summary>
    private static string? IanaOf(TimeZoneInfo zone) => zone.HasIanaId ? zone.Id : TimeZoneInfo.TryConvertWindowsIdToIanaId(zone.Id, out var iana) ? iana : null;
}
