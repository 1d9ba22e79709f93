namespace Newsroom.Backend.Mail.Relays;

/// <summary>How many list mails may leave today, while nobody knows the sender yet (see <see cref="WarmUpOptions"/>). Not thread-safe.</summary>
internal sealed class WarmUp(WarmUpOptions options)
{
    // Receivers form their opinion over some weeks; after that the relays' own limits hold.
    private const int Days = 30;

    private readonly Tally _listMails = new(Allowance.Step, TimeSpan.FromDays(1));

    public bool IsOn(DateTimeOffset now) => options.StartedOn is not null && DayOf(now) < Days;

    /// <returns>Null: a list mail may go now.</returns>
    public Wait? Before(DateTimeOffset now)
    {
        if (!IsOn(now))
            return null;
        var (midnight, most) = (Midnight(now), Most(now));
        return _listMails.Count(now, now - midnight) < most
            ? null
            : new Wait(midnight.AddDays(1), FormattableString.Invariant($"{most} list mails today, day {DayOf(now) + 1} of Mail:WarmUp"), TimeSpan.FromDays(1) / most);
    }

    public void Count(DateTimeOffset at, int count) => _listMails.Add(at, count);

    public void Know(DateTimeOffset step, int count) => _listMails.Set(step, count);

    /// <summary>Today's allowance.</summary>
    public int Most(DateTimeOffset now) => (int)Math.Min(int.MaxValue, options.FirstDay * Math.Pow(options.Growth, DayOf(now)));

    private int DayOf(DateTimeOffset now) =>
        options.StartedOn is { } first ? Math.Max(0, DateOnly.FromDateTime(now.UtcDateTime).DayNumber - first.DayNumber) : int.MaxValue;

    private static DateTimeOffset Midnight(DateTimeOffset now) => new(now.UtcDateTime.Date, TimeSpan.Zero);
}
