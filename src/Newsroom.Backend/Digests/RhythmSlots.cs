using Newsroom.Backend.Newsletters;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Digests;

/// <summary>
/// When readers with a rhythm of their own get a newsletter: at its cadence's time of day, every day, on the first day of its cadence or on
/// the first of the month; at 07:00 of the newsroom, on Mondays, for a newsletter without cadence. Pure: no clock, no database.
/// </summary>
public static class RhythmSlots
{
    private static readonly TimeOnly UsualTime = new(7, 0);

    public static IReadOnlyList<Rhythm> Rhythms { get; } = [Rhythm.Daily, Rhythm.Weekly, Rhythm.Monthly];

    /// <summary>
    /// How far back a rhythm's last slot tells of the next ones: somewhat more than its period. Later than that its readers are new ones, to
    /// whom nothing was promised before.
    /// </summary>
    public static TimeSpan Memory(Rhythm rhythm) => TimeSpan.FromDays(rhythm switch
    {
        Rhythm.Daily => 7,
        Rhythm.Weekly => 14,
        Rhythm.Monthly => 40,
        _ => throw new ArgumentOutOfRangeException(nameof(rhythm), rhythm, null),
    });

    /// <summary>The slots due after <paramref name="after"/>, in order, without end.</summary>
    /// <param name="rhythm">One of <see cref="Rhythms"/>.</param>
    /// <param name="cadence">The newsletter's; null when it has none.</param>
    /// <param name="siteZone">IANA id: the newsroom's own, for a newsletter without cadence.</param>
    /// <param name="after">Exclusive.</param>
    /// <param name="lastWasMissed">
    /// The slot before these was missed: the next day makes up for it, whatever day it is. Nobody waits a month longer because a server was
    /// down for a morning.
    /// </param>
    public static IEnumerable<CadenceSlot> After(Rhythm rhythm, Cadence? cadence, string siteZone, DateTimeOffset after, bool lastWasMissed)
    {
        var daily = new Cadence(CadenceSlots.EveryDay, cadence?.At ?? UsualTime, cadence?.TimeZone ?? siteZone, Approval: false);
        var weekday = cadence?.DayList[0] ?? "mon";
        return CadenceSlots.After(daily, after).Where((slot, index) => (index == 0 && lastWasMissed) || rhythm switch
        {
            Rhythm.Weekly => CadenceSlots.DayOf(slot.LocalDate) == weekday,
            Rhythm.Monthly => slot.LocalDate.Day == 1,
            _ => true,
        });
    }
}
