using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Alerts;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations.CardTesting;

/// <summary>
/// Counts what came in, lets <see cref="Breaker"/> decide and tells staff. Asked by each form, at most every other second, and by the timetable: calm
/// comes back although nobody sends a form. The facts are rows, so nodes and restarts agree.
/// </summary>
public sealed class TendBreaker(NewsroomDb db, AlertDesk alerts, MailReadiness mail, [FromKeyedServices(TendBreaker.Pace)] AllowanceBook pace, TimeProvider clock)
{
    public const string Pace = "card-testing";

    /// <summary><see cref="Alert.Kind"/> while not calm.</summary>
    public const string AlertKind = "gifts.card-testing";

    /// <summary>The news that it is over; open for <see cref="OverFor"/>.</summary>
    public const string OverKind = "gifts.card-testing-over";

    public static readonly Allowance Turns = new(1, 1, TimeSpan.FromSeconds(2));

    private static readonly TimeSpan OverFor = TimeSpan.FromDays(1);
    private static readonly TimeSpan ClockSlack = TimeSpan.FromMinutes(5);

    /// <summary>How long before its card is declined a regular gift's checkout may have been opened.</summary>
    private static readonly TimeSpan AtTheCheckout = TimeSpan.FromHours(1);

    [AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(CancellationToken cancellationToken) => await TellAsync(await DecideAsync(cancellationToken), cancellationToken);

    /// <summary>As it was decided last. Changes nothing.</summary>
    public async Task<BreakerLevel> LookAsync(CancellationToken cancellationToken) =>
        await db.BreakerRows.Where(b => b.Id == BreakerRow.TheId).Select(b => b.Level).FirstOrDefaultAsync(cancellationToken);

    /// <summary>For a form that has come: decided anew unless that was done a moment ago.</summary>
    public async Task<BreakerLevel> WeighAsync(CancellationToken cancellationToken)
    {
        if (!pace.Takes("", clock.GetUtcNow(), out _))
            return await LookAsync(cancellationToken);
        var before = await LookAsync(cancellationToken);
        var state = await DecideAsync(cancellationToken);
        if (state.Level != before)
            await TellAsync(state, CancellationToken.None);
        return state.Level;
    }

    private Task<BreakerState> DecideAsync(CancellationToken cancellationToken) => db.RetryingAsync(async turn =>
    {
        var now = clock.GetUtcNow();
        var row = await db.BreakerRows.SingleOrDefaultAsync(b => b.Id == BreakerRow.TheId, turn);
        var state = row?.State ?? BreakerState.Calm(now);
        var next = Possible(Breaker.Next(state, await FactsAsync(state, now, turn), now), state, now);
        if (next == state)
            return state;
        if (row is null)
            db.Add(row = new BreakerRow());
        row.Take(next);
        await db.SaveChangesAsync(turn);
        return next;
    }, cancellationToken);

    /// <summary>Where no mail can leave, a closed form would be closed to everybody.</summary>
    private BreakerState Possible(BreakerState next, BreakerState state, DateTimeOffset now) => next.Level != BreakerLevel.Closed || mail.Missing is null ? next
        : next with { Level = BreakerLevel.Watch, Since = state.Level == BreakerLevel.Watch ? state.Since : now, Until = now + Breaker.Quiet };

    private async Task<BreakerFacts> FactsAsync(BreakerState state, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var from = now - Breaker.Window;
        var lately = await TrafficAsync(from, cancellationToken);
        var sinceChange = state.Level == BreakerLevel.Watch && state.Since > from ? await TrafficAsync(state.Since, cancellationToken) : lately;
        return new BreakerFacts(lately, sinceChange, await DeclinedAsync(now - Breaker.JustNow, cancellationToken));
    }

    private async Task<GiftTraffic> TrafficAsync(DateTimeOffset from, CancellationToken cancellationToken)
    {
        var attempts = db.CheckoutAttempts.Where(a => a.At > from);
        var all = await attempts.CountAsync(cancellationToken);
        return new GiftTraffic(
            all,
            all == 0 ? 0 : await attempts.CountAsync(a => a.IsOpened, cancellationToken),
            all == 0 ? 0 : await attempts.Select(a => a.NetworkHash).Distinct().CountAsync(cancellationToken),
            all == 0 ? 0 : await attempts.CountAsync(a => a.IsSmall, cancellationToken),
            await DeclinedAsync(from, cancellationToken));
    }

    /// <summary>
    /// By our rows alone, nothing is fetched. What a shop on the same account declines is nobody's attempt here; nor is a failed renewal of a plan, once it is
    /// known to be one. A plan's first payment names its gift no more than a shop's does: of those no more count than regular gifts may be at their checkout.
    /// </summary>
    private async Task<int> DeclinedAsync(DateTimeOffset from, CancellationToken cancellationToken)
    {
        // By both clocks: what is fetched days later was not declined now.
        var declined = db.StripeEvents.Where(e => e.Type == StripeEvent.CardDeclined && e.ReceivedAt > from && e.CreatedAt > from - ClockSlack);
        var ours = await declined.Where(e => e.DonationId != null).Select(e => e.DonationId).Distinct().CountAsync(cancellationToken);
        var nameless = await declined.Where(e => e.DonationId == null && e.State != StripeEventState.Applied).Select(e => e.ObjectId).Distinct().CountAsync(cancellationToken);
        if (nameless == 0)
            return ours;
        var opened = from - AtTheCheckout;
        var plans = await db.Donations.CountAsync(d => d.Status == DonationStatus.CheckoutOpen && d.Frequency != Frequency.Once && d.CreatedAt > opened, cancellationToken);
        return ours + Math.Min(nameless, plans);
    }

    /// <summary>Safe to call again and again: an alert that is open stays one.</summary>
    private async Task TellAsync(BreakerState state, CancellationToken cancellationToken)
    {
        if (state.Level != BreakerLevel.Calm)
        {
            await alerts.ClearAsync(OverKind, cancellationToken);
            await alerts.RaiseAsync(AlertKind, MessageOf(state), cancellationToken);
            return;
        }
        // The news before the end: after a crash in between it is told again, not lost.
        if (await db.Alerts.AnyAsync(a => a.OpenKind == AlertKind, cancellationToken))
        {
            await alerts.RaiseAsync(OverKind, "The testing of cards on your donation form has stopped: the form works as always again. You need not do anything.", cancellationToken);
            await alerts.ClearAsync(AlertKind, cancellationToken);
        }
        else if (clock.GetUtcNow() - state.Since > OverFor)
        {
            await alerts.ClearAsync(OverKind, cancellationToken);
        }
    }

    private static string MessageOf(BreakerState state) =>
        $"Somebody seems to test stolen cards on your donation form: {state.Reason}. "
        + (state.Level == BreakerLevel.Closed
            ? "The checkout now opens only by a link mailed to the donor; donors still get through. "
            : "Browsers now prove a moment's work before the checkout opens, and tiny sums are refused; donors hardly notice. ")
        + "It ends by itself after quiet time. Look in Stripe's dashboard for small payments that succeeded, and refund them before their owners dispute them.";
}
