using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Newsroom.Backend.Donations.CardTesting;

namespace Newsroom.Backend.Tests;

/// <summary>The breaker alone: what came in, minute by minute, and what it makes of it.</summary>
public sealed class TheCardTestingBreaker
{
    private static readonly DateTimeOffset Start = NewsroomApp.Start;

    /// <summary>One form, and whether its card was declined half a minute later.</summary>
    private sealed record Arrival(TimeSpan At, int Network, bool IsSmall, bool IsDeclined);

    [Property(MaxTest = 100)]
    public Property Stays_calm_on_a_busy_honest_evening() => Prop.ForAll(Seeds(), seed =>
    {
        var random = new Random(seed);
        // 120 gifts of different sums in one hour, bunched as they like, from a hundred networks; one card in twenty is declined.
        var evening = Enumerable.Range(0, 120).Select(i => new Arrival(TimeSpan.FromSeconds(3600 * Math.Pow(random.NextDouble(), 2)), i % 100, random.Next(100) < 15, i % 20 == 0));
        return Watch(evening, TimeSpan.FromHours(2)).All(s => s.State.Level == BreakerLevel.Calm);
    });

    [Fact]
    public void Watches_forty_small_gifts_with_seven_declines_in_ten_within_a_minute()
    {
        var states = Watch(Attack(count: 40, every: TimeSpan.FromSeconds(1.5)), TimeSpan.FromMinutes(5));
        Assert.Equal(BreakerLevel.Watch, states.Last(s => s.At <= Start + TimeSpan.FromMinutes(1)).State.Level);
    }

    [Fact]
    public void Closes_when_it_goes_on_and_comes_back_by_itself_one_step_at_a_time()
    {
        var states = Watch(Attack(count: 400, every: TimeSpan.FromSeconds(1.5)), TimeSpan.FromHours(3));
        var closed = states.First(s => s.State.Level == BreakerLevel.Closed);
        Assert.True(closed.At <= Start + TimeSpan.FromMinutes(5), closed.At.ToString("T", null));
        Assert.Equal([BreakerLevel.Calm, BreakerLevel.Watch, BreakerLevel.Closed, BreakerLevel.Watch, BreakerLevel.Calm], Changes(states).Select(s => s.Level));
        Assert.All(Changes(states).SkipLast(1).Where(s => s.Level == BreakerLevel.Closed), s => Assert.NotNull(s.Reason));
    }

    [Fact]
    public void Does_not_close_for_an_attack_that_stopped_at_the_watch()
    {
        var states = Watch(Attack(count: 25, every: TimeSpan.FromSeconds(1.5)), TimeSpan.FromHours(2));
        Assert.Equal([BreakerLevel.Calm, BreakerLevel.Watch, BreakerLevel.Calm], Changes(states).Select(s => s.Level));
    }

    [Theory]
    [InlineData(20, 20, 20, 11, 0, false)]
    [InlineData(20, 20, 20, 12, 0, true)]
    [InlineData(9, 9, 9, 0, 9, false)]
    [InlineData(26, 26, 26, 0, 8, true)]
    [InlineData(27, 27, 27, 0, 8, false)]
    [InlineData(20, 20, 20, 0, 7, false)]
    [InlineData(0, 0, 0, 0, 9, false)]
    [InlineData(0, 0, 0, 0, 10, true)]
    [InlineData(40, 40, 6, 0, 0, false)]
    [InlineData(40, 40, 5, 0, 0, true)]
    [InlineData(299, 299, 250, 0, 0, false)]
    [InlineData(300, 300, 250, 0, 0, true)]
    public void Leaves_calm_at_these_figures(int attempts, int opened, int networks, int small, int declined, bool leaves)
    {
        var seen = new GiftTraffic(attempts, opened, networks, small, declined);
        var next = Breaker.Next(BreakerState.Calm(Start), new BreakerFacts(seen, seen, declined), Start);
        Assert.Equal(leaves ? BreakerLevel.Watch : BreakerLevel.Calm, next.Level);
        Assert.Equal(leaves, next.Reason is not null);
    }

    [Theory]
    [InlineData(0, BreakerLevel.Watch)]
    [InlineData(10, BreakerLevel.Closed)]
    public void Opens_again_although_forms_are_refused_and_not_while_cards_are_declined(int declined, BreakerLevel after)
    {
        var refused = new GiftTraffic(400, 0, 1, 400, declined);
        var closed = new BreakerState(BreakerLevel.Closed, Start, Start + Breaker.Quiet, "why");
        Assert.Equal(after, Breaker.Next(closed, new BreakerFacts(refused, refused, declined), Start + Breaker.Quiet).Level);
    }

    [Property(MaxTest = 30)]
    public Property Whatever_comes_goes_down_only_after_quiet_and_is_calm_in_the_end() => Prop.ForAll(Seeds(), seed =>
    {
        var random = new Random(seed);
        var storms = Enumerable.Range(0, random.Next(1, 6)).SelectMany(_ =>
        {
            var from = TimeSpan.FromMinutes(random.Next(0, 180));
            var (networks, declines, small) = (random.Next(1, 40), random.Next(0, 100), random.Next(0, 100));
            return Enumerable.Range(0, random.Next(1, 200)).Select(i => new Arrival(
                from + TimeSpan.FromSeconds(i * random.Next(1, 8)), random.Next(networks), random.Next(100) < small, random.Next(100) < declines));
        });
        var states = Watch(storms, TimeSpan.FromHours(6));
        var changes = Changes(states);
        var downs = changes.Zip(changes.Skip(1)).Where(c => c.Second.Level < c.First.Level).ToList();
        return states[^1].State.Level == BreakerLevel.Calm
            && downs.TrueForAll(c => c.Second.Since - c.First.Since >= Breaker.Quiet && c.First.Level - c.Second.Level == 1)
            && changes.Zip(changes.Skip(1)).All(c => c.Second.Level - c.First.Level <= 1);
    });

    private static IEnumerable<Arrival> Attack(int count, TimeSpan every) => Enumerable.Range(0, count).Select(i => new Arrival(i * every, i % 12, IsSmall: true, IsDeclined: i % 10 < 7));

    private static Arbitrary<int> Seeds() => Gen.Choose(0, int.MaxValue - 1).ToArbitrary();

    private static List<BreakerState> Changes(List<(DateTimeOffset At, BreakerState State)> states) =>
        [.. states.Select(s => s.State).Where((s, i) => i == 0 || s.Level != states[i - 1].State.Level)];

    /// <summary>Every ten seconds; all but a closed breaker let each attempt through.</summary>
    private static List<(DateTimeOffset At, BreakerState State)> Watch(IEnumerable<Arrival> arrivals, TimeSpan until)
    {
        var all = arrivals.ToList();
        var opened = new HashSet<Arrival>(ReferenceEqualityComparer.Instance);
        var state = BreakerState.Calm(Start);
        var states = new List<(DateTimeOffset, BreakerState)> { (Start, state) };
        for (var now = TimeSpan.FromSeconds(10); now <= until; now += TimeSpan.FromSeconds(10))
        {
            if (state.Level != BreakerLevel.Closed)
                opened.UnionWith(all.Where(a => a.At <= now && a.At > now - TimeSpan.FromSeconds(10)));
            var since = state.Since - Start;
            state = Breaker.Next(state, new BreakerFacts(
                Traffic(now - Breaker.Window, now),
                Traffic(since > now - Breaker.Window && state.Level == BreakerLevel.Watch ? since : now - Breaker.Window, now),
                Traffic(now - Breaker.JustNow, now).Declined), Start + now);
            states.Add((Start + now, state));
        }
        return states;

        GiftTraffic Traffic(TimeSpan from, TimeSpan to)
        {
            var seen = all.FindAll(a => a.At > from && a.At <= to);
            var late = TimeSpan.FromSeconds(30);
            return new GiftTraffic(seen.Count, seen.Count(opened.Contains), seen.Select(a => a.Network).Distinct().Count(), seen.Count(a => a.IsSmall),
                all.Count(a => a.IsDeclined && opened.Contains(a) && a.At + late > from && a.At + late <= to));
        }
    }
}
