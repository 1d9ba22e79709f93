using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Stripe;
using Newsroom.Backend.Mail.Alerts;

namespace Newsroom.Backend.Donations.Books;

/// <summary>Tells staff of gifts that need a person: disputes, money without a gift, payouts that do not add up, events that could not be applied.</summary>
[AutomaticRetry(Attempts = 0)]
public sealed class WatchGifts(NewsroomDb db, StripeAccount account, AlertDesk alerts, TimeProvider clock)
{
    public const string EveryTenMinutes = "4-59/10 * * * *";

    /// <summary>Stripe itself tries for three days; afterwards an event is history, and `stripe reconcile` has read what it told of.</summary>
    private static readonly TimeSpan EventsCount = TimeSpan.FromDays(3);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await SayAsync("gifts.disputes", await DisputesAsync(cancellationToken), cancellationToken);
        await SayAsync("gifts.unmatched", await UnmatchedAsync(cancellationToken), cancellationToken);
        await SayAsync("gifts.payouts", await PayoutsAsync(cancellationToken), cancellationToken);
        await SayAsync("gifts.events", await EventsAsync(cancellationToken), cancellationToken);
    }

    private async Task SayAsync(string kind, string? message, CancellationToken cancellationToken)
    {
        if (message is null)
            await alerts.ClearAsync(kind, cancellationToken);
        else
            await alerts.RaiseAsync(kind, message, cancellationToken);
    }

    private async Task<string?> DisputesAsync(CancellationToken cancellationToken)
    {
        var isLive = account.IsLive;
        var open = await db.Disputes.Where(d => d.Donation.Status == DonationStatus.Disputed && d.Donation.LiveMode == isLive).OrderBy(d => d.EvidenceDueBy)
            .Select(d => new { d.Donation.PublicId, d.Status, d.EvidenceDueBy }).ToListAsync(cancellationToken);
        var waiting = open.Where(d => d.Status is "needs_response" or "warning_needs_response").ToList();
        return waiting.Count == 0 ? null
            : $"{waiting.Count} gift(s) are disputed by the donor's bank and wait for your answer in Stripe's dashboard{(waiting[0].EvidenceDueBy is { } due ? $", the first until {due:u}" : "")}: "
            + $"{string.Join(", ", waiting.Select(d => d.PublicId).Distinct(StringComparer.Ordinal).Take(10))}. A donor who did not recognise the charge often withdraws when asked.";
    }

    private async Task<string?> UnmatchedAsync(CancellationToken cancellationToken) =>
        await db.UnmatchedPayments.CountAsync(u => u.SettledAt == null, cancellationToken) is var count and > 0
            ? $"{count} payment(s) were taken for gifts that cannot have them: see /api/v1/unmatched?settled=false. Look each up in Stripe's dashboard, refund it or enter it by hand, then settle it here."
            : null;

    private async Task<string?> PayoutsAsync(CancellationToken cancellationToken)
    {
        var isLive = account.IsLive;
        var differ = await db.Payouts.Where(p => p.Agreement == PayoutAgreement.Differs && p.LiveMode == isLive).OrderBy(p => p.Id).Select(p => p.PayoutId).Take(10).ToListAsync(cancellationToken);
        return differ.Count == 0 ? null : $"Payouts that are not the sum of their transactions: {string.Join(", ", differ)}. See /api/v1/payouts/ID; they are compared again each night.";
    }

    private async Task<string?> EventsAsync(CancellationToken cancellationToken)
    {
        var since = clock.GetUtcNow() - EventsCount;
        return await db.StripeEvents.CountAsync(e => e.State == StripeEventState.Failed && e.ReceivedAt > since, cancellationToken) is var count and > 0
            ? $"{count} event(s) of Stripe's could not be applied. Run `stripe reconcile`: it reads what they told of from Stripe itself; the gifts' timelines say what went wrong."
            : null;
    }
}
