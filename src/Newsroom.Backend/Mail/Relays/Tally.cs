namespace Newsroom.Backend.Mail.Relays;

/// <summary>
/// Counts messages in slots of time for a window that slides. A slot counts until all of it is out of the window, so that no window of that
/// length ever holds more than was allowed; the price is a wait that is up to one slot too long. Not thread-safe.
/// </summary>
internal sealed class Tally(TimeSpan slot, TimeSpan longest)
{
    /// <summary>How exact it is.</summary>
    public TimeSpan Slot { get; } = slot;

    private readonly (long Slot, int Count)[] _slots = new (long, int)[(longest.Ticks / slot.Ticks) + 2];

    public void Add(DateTimeOffset at, int count)
    {
        ref var mine = ref _slots[SlotOf(at) % _slots.Length];
        // What is taken back so late that its slot is another's by now is in no window any more.
        if (count < 0 && mine.Slot != SlotOf(at))
            return;
        if (mine.Slot != SlotOf(at))
            mine = (SlotOf(at), 0);
        mine.Count += count;
    }

    /// <summary>Replaces what is known of a slot.</summary>
    public void Set(DateTimeOffset at, int count)
    {
        Add(at, 0);
        _slots[SlotOf(at) % _slots.Length].Count = count;
    }

    public int Count(DateTimeOffset now, TimeSpan window)
    {
        // Slots to come were counted before the clock was put back, and say nothing of this window.
        var (first, last) = (FirstSlot(now, window), SlotOf(now));
        var count = 0;
        foreach (var (index, counted) in _slots)
            count += index >= first && index <= last ? counted : 0;
        return count;
    }

    /// <summary>When the window holds fewer than <paramref name="most"/>; <paramref name="now"/> when it does already.</summary>
    public DateTimeOffset FreeAt(DateTimeOffset now, TimeSpan window, int most)
    {
        var (first, last) = (FirstSlot(now, window), SlotOf(now));
        var over = Count(now, window) - Math.Max(most, 1) + 1;
        // Asked several times a message: the sorting is for who has to wait.
        if (over <= 0)
            return now;
        foreach (var (index, counted) in _slots.Where(s => s.Slot >= first && s.Slot <= last && s.Count > 0).OrderBy(s => s.Slot))
        {
            if (over <= 0)
                break;
            over -= counted;
            now = new DateTimeOffset((index + 1) * Slot.Ticks, TimeSpan.Zero) + window;
        }
        return now;
    }

    private long SlotOf(DateTimeOffset at) => at.UtcTicks / Slot.Ticks;

    // A slot that ends exactly at the window's beginning is out of it.
    private long FirstSlot(DateTimeOffset now, TimeSpan window) => (now - window).UtcTicks / Slot.Ticks;
}
