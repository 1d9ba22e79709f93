using System.Globalization;
using System.Text.Json;
using Newsroom.Backend.Subscribers.Imports;

namespace Newsroom.Backend.Subscribers;

/// <summary>
/// One newsletter in an exported row's cell, <c>this-week active weekly 2026-11-24T12:00:00Z</c>; several are parted by semicolons. The instant is that of the
/// confirmation or of leaving, and null when there was neither.
/// </summary>
internal sealed record ExportedSubscription(string Newsletter, SubscriptionState State, Rhythm Rhythm, DateTimeOffset? At)
{
    public override string ToString() => string.Join(' ', Newsletter, Word(State), Word(Rhythm), SpreadsheetInstant.Of(At)).TrimEnd();

    /// <returns>Null when the cell does not have the newsletter, or not in this form.</returns>
    public static ExportedSubscription? Find(string cell, string newsletter)
    {
        foreach (var part in cell.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Split(' ') is [var slug, var state, var rhythm, .. var at] && slug == newsletter
                && Enum.TryParse<SubscriptionState>(state, ignoreCase: true, out var read) && Enum.TryParse<Rhythm>(rhythm, ignoreCase: true, out var often))
                return new(slug, read, often, at.Length == 1 ? FileInstant.ReadAny(at[0]) : null);
        }
        return null;
    }

    private static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}

internal static class SpreadsheetInstant
{
    /// <summary>ISO 8601 in UTC, whole seconds; nothing for null.</summary>
    public static string Of(DateTimeOffset? at) => at?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";
}
