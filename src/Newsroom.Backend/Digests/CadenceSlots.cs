using Newsroom.Backend.Newsletters;

namespace Newsroom.Backend.Digests;

/// <param name="LocalDate">The newsletter's own date: what makes the slot unique.</param>
/// <param name="DueAt">When it runs.</param>
public sealed record CadenceSlot(DateOnly LocalDate, DateTimeOffset DueAt);

/// <summary>Which dates a cadence has, and at which instant each falls due. Pure: no clock, no database.</summary>
public static class CadenceSlots
{
    public const string EveryDay = "mon,tue,wed,thu,fri,sat,sun";
    private static readonly string[] DayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    /// <summary>As <see cref="Cadence.Days"/> names it.</summary>
    public static string DayOf(DateOnly date) => DayNames[(int)date.DayOfWeek];

    /// <summary>The slots that fall due after <paramref name="after"/>, in order, without end.</summary>
    public static IEnumerable<CadenceSlot> After(Cadence cadence, DateTimeOffset after)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(cadence.TimeZone);
        var days = cadence.Days.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (days.Length == 0)
            yield break;
        // A day earlier: a time that the clocks skip at midnight falls due on the next date.
        var first = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(after, zone).DateTime).AddDays(-1);
        for (var date = first; date < DateOnly.MaxValue; date = date.AddDays(1))
        {
            if (!days.Contains(DayOf(date)))
                continue;
            var due = LocalTime.ToInstant(date.ToDateTime(cadence.At), zone);
            if (due > after)
                yield return new CadenceSlot(date, due);
        }
    }
}
