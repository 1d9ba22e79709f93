using System.Globalization;

namespace Newsroom.Backend.Donations.CardTesting;

public enum BreakerLevel
{
    Calm,

    /// <summary>A checkout costs a moment's work of the browser, and tiny gifts wait.</summary>
    Watch,

    /// <summary>A checkout opens only by a link that was mailed to the donor's address.</summary>
    Closed,
}

/// <summary>What came in within one window of time.</summary>
/// <param name="Attempts">Forms sent that were in order, whatever was answered.</param>
/// <param name="Opened">Of these, those that were let through to a checkout.</param>
/// <param name="Networks">From how many networks the attempts came.</param>
/// <param name="Small">Attempts at about the smallest sum, see <see cref="SmallGifts"/>.</param>
/// <param name="Declined">Checkouts at which a card was declined, each once.</param>
public sealed record GiftTraffic(int Attempts, int Opened, int Networks, int Small, int Declined);

/// <param name="Lately">In the last <see cref="Breaker.Window"/>.</param>
/// <param name="SinceChange">Since the level is what it is, at most the last <see cref="Breaker.Window"/>.</param>
/// <param name="DeclinedJustNow">Declined checkouts within the last <see cref="Breaker.JustNow"/>.</param>
public sealed record BreakerFacts(GiftTraffic Lately, GiftTraffic SinceChange, int DeclinedJustNow);

/// <param name="Level">How careful to be.</param>
/// <param name="Since">From when on.</param>
/// <param name="Until">When it steps down by itself unless something new is seen; null when calm.</param>
/// <param name="Reason">Figures, for staff: what made it leave calm; null when calm.</param>
public sealed record BreakerState(BreakerLevel Level, DateTimeOffset Since, DateTimeOffset? Until, string? Reason)
{
    public static BreakerState Calm(DateTimeOffset since) => new(BreakerLevel.Calm, since, null, null);
}

/// <summary>
/// Tells people who give from programs that try stolen cards (https://docs.stripe.com/disputes/prevention/card-testing), by figures alone. Up at once,
/// down one step after <see cref="Quiet"/> without a sign: it cannot flap, and nobody has to switch it off.
/// </summary>
public static class Breaker
{
    /// <summary>Long enough to hold a sign at a slow tester's pace, short enough to forget a bad minute.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    public static readonly TimeSpan JustNow = TimeSpan.FromMinutes(1);

    /// <summary>A tester who pauses comes back within minutes; donors who must wait for a mail for half an hour are few.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromMinutes(30);

    /// <summary>So many declined checkouts, and …</summary>
    public const int Declines = 8;

    /// <summary>… this share of those opened. Of honest donors' cards five to fifteen in a hundred are declined; of stolen lists most are.</summary>
    public const int DeclinedPercent = 30;

    /// <summary>Below it a share says nothing: one family with one bad card.</summary>
    public const int FewestOpened = 10;

    /// <summary>So many attempts, and …</summary>
    public const int SmallAttempts = 20;

    /// <summary>… this share of them at the smallest sum: testers take it because owners of cards overlook it; donors choose among the sums offered.</summary>
    public const int SmallPercent = 60;

    /// <summary>So many attempts, and …</summary>
    public const int CrowdedAttempts = 40;

    /// <summary>… this many from each network: an office of donors gives once each and not in ten minutes.</summary>
    public const int PerNetwork = 8;

    /// <summary>Thirty a minute: more than a newsroom's best evening, whatever they are.</summary>
    public const int Flood = 300;

    /// <summary>Declined in spite of the work asked for: at once …</summary>
    public const int DeclinesOnWatch = 30;

    /// <summary>… or so many within <see cref="JustNow"/>, once what was opened before the watch is over.</summary>
    public const int DeclinesGoingOn = 5;

    /// <summary>The one decision: from what is, what was seen and the time to what is to be.</summary>
    public static BreakerState Next(BreakerState state, BreakerFacts facts, DateTimeOffset now)
    {
        var sign = SignOf(facts.Lately);
        if (state.Level == BreakerLevel.Calm)
            return sign is null ? state : new(BreakerLevel.Watch, now, now + Quiet, sign);
        if (state.Level == BreakerLevel.Watch && GoesOn(state, facts, now))
            return new(BreakerLevel.Closed, now, now + Quiet, Declined(facts.Lately));
        // What a closed form refuses is no sign: else one machine's refused forms would keep it closed to everybody.
        if (state.Level == BreakerLevel.Closed ? IsDeclined(facts.Lately) : sign is not null)
            return state with { Until = now + Quiet };
        if (now < state.Until)
            return state;
        return state.Level == BreakerLevel.Closed ? new(BreakerLevel.Watch, now, now + Quiet, state.Reason) : BreakerState.Calm(now);
    }

    private static bool GoesOn(BreakerState state, BreakerFacts facts, DateTimeOffset now)
    {
        var since = facts.SinceChange;
        if (since.Declined >= DeclinesOnWatch && IsShare(since.Declined, since.Opened, DeclinedPercent))
            return true;
        return now - state.Since >= JustNow + JustNow && facts.DeclinedJustNow >= DeclinesGoingOn && IsShare(since.Declined, since.Opened, DeclinedPercent);
    }

    private static string? SignOf(GiftTraffic seen)
    {
        if (IsDeclined(seen))
            return Declined(seen);
        if (seen.Attempts >= SmallAttempts && IsShare(seen.Small, seen.Attempts, SmallPercent))
            return Say($"{seen.Small} of {seen.Attempts} gifts begun in ten minutes are of the smallest sum");
        if (seen.Attempts >= CrowdedAttempts && seen.Attempts >= PerNetwork * seen.Networks)
            return Say($"{seen.Attempts} gifts were begun in ten minutes from {seen.Networks} networks");
        return seen.Attempts >= Flood ? Say($"{seen.Attempts} gifts were begun in ten minutes") : null;
    }

    /// <summary>A checkout is open for a day, and a mailed link opens one uncounted: declines may be of checkouts opened long before.</summary>
    private static bool IsDeclined(GiftTraffic seen) =>
        seen.Declined >= Declines && Math.Max(seen.Opened, seen.Declined) >= FewestOpened && IsShare(seen.Declined, seen.Opened, DeclinedPercent);

    private static string Declined(GiftTraffic seen) => Say($"cards were declined at {seen.Declined} of {seen.Opened} checkouts opened in ten minutes");

    private static bool IsShare(int part, int whole, int percent) => part * 100 >= whole * percent;

    private static string Say(FormattableString words) => words.ToString(CultureInfo.InvariantCulture);
}
