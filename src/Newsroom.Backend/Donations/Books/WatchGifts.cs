using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Stripe;
using Newsroom.Backend.Mail.Alerts;

namespace Newsroom.Backend.Donations.Books;

/// <summary>Tells staff of gifts that need a person: disputes, warnings of fraud, what is held or stuck, money without a gift, payouts that do not add up, events that could not be applied.</summary>
[AutomaticRetry(Attempts = 0)]
public sealed class WatchGifts(NewsroomDb db, StripeAccount account, AlertDesk alerts, TimeProvider clock)
{
    public const string EveryTenMinutes = "4-59/10 * * * *";

    /// <summary>Stripe itself tries for three days; afterwards an event is history, and `stripe reconcile` has read what it told of.</summary>
    private static readonly TimeSpan EventsCount = TimeSpan.FromDays(3);

    /// <summary>As many ids as fit into a sentence.</summary>
    private const int Named = 10;

    /// <summary>A dispute follows a warning within weeks, or not at all.</summary>
    private static readonly TimeSpan WarningsCount = TimeSpan.FromDays(30);

    /// <summary>SEPA and ACH debits take up to 5 and 4 business days (https://docs.stripe.com/payments/bank-debits); twice that with holidays.</summary>
    private static readonly TimeSpan LongestDebit = TimeSpan.FromDays(14);

    /// <summary>A card's authorisation ends after seven days (https://docs.stripe.com/payments/place-a-hold-on-a-payment-method).</summary>
    private static readonly TimeSpan LongestReview = TimeSpan.FromDays(5);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await SayAsync("gifts.disputes", await DisputesAsync(cancellationToken), cancellationToken);
        await SayAsync("gifts.held", await HeldAsync(cancellationToken), cancellationToken);
        await SayAsync("gifts.fraud", await FraudAsync(cancellationToken), cancellationToken);
        await SayAsync("gifts.stuck", await StuckAsync(cancellationToken), cancellationToken);
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
        var waiting = open.Where(d => d.Status is "needs_response" or "warning_needs_response" or "appeal_needs_response").ToList();
        return waiting.Count == 0 ? null
            : $"{waiting.Count} gift(s) are disputed by the donor's bank and wait for your answer in Stripe's dashboard{(waiting[0].EvidenceDueBy is { } due ? $", the first until {due:u}" : "")}: "
            + $"{string.Join(", ", waiting.Select(d => d.PublicId).Distinct(StringComparer.Ordinal).Take(Named))}. A donor who did not recognise the charge often withdraws when asked.";
    }

    private async Task<string?> HeldAsync(CancellationToken cancellationToken)
    {
        var isLive = account.IsLive;
        var held = await db.RecurringPlans.Where(p => p.Status == PlanStatus.Held && db.Donations.Any(d => d.PlanId == p.Id && d.LiveMode == isLive)
                && !db.Disputes.Any(d => d.Donation.PlanId == p.Id && d.Donation.Status == DonationStatus.Disputed))
            .OrderBy(p => p.Id).Select(p => p.PublicId).Take(Named).ToListAsync(cancellationToken);
        return held.Count == 0 ? null
            : $"A dispute was won, and the regular gift it was about is still held: {string.Join(", ", held)}. Ask the donor; then resume it or end it, under Regular gifts on the staff pages.";
    }

    private async Task<string?> FraudAsync(CancellationToken cancellationToken)
    {
        var since = clock.GetUtcNow() - WarningsCount;
        var isLive = account.IsLive;
        var warned = await db.Donations.Where(d => d.FraudWarnedAt > since && d.LiveMode == isLive && (d.Status == DonationStatus.Succeeded || d.Status == DonationStatus.PartiallyRefunded))
            .OrderBy(d => d.Id).Select(d => d.PublicId).Take(Named).ToListAsync(cancellationToken);
        return warned.Count == 0 ? null
            : $"A bank says that these gifts were probably made with a stolen card: {string.Join(", ", warned)}. A full refund in Stripe's dashboard now saves the fee of the dispute that usually follows.";
    }

    private async Task<string?> StuckAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var isLive = account.IsLive;
        var (processing, review) = (now - LongestDebit, now - LongestReview);
        var stuck = await db.Donations
            .Where(d => d.LiveMode == isLive
                && ((d.Status == DonationStatus.Processing && d.CreatedAt < processing) || (d.Status == DonationStatus.InReview && d.CreatedAt < review)))
            .OrderBy(d => d.Id).Select(d => d.PublicId).Take(Named).ToListAsync(cancellationToken);
        return stuck.Count == 0 ? null
            : $"Payments that are under way for longer than any should be: {string.Join(", ", stuck)}. Look each up in Stripe's dashboard: capture or cancel what is authorised only.";
    }

    private async Task<string?> UnmatchedAsync(CancellationToken cancellationToken) =>
        await db.UnmatchedPayments.CountAsync(u => u.SettledAt == null, cancellationToken) is var count and > 0
            ? $"{count} payment(s) were taken for gifts that cannot have them: see Unmatched money on the staff pages. Look each up in Stripe's dashboard, refund it or enter it by hand, then settle it here."
            : null;

    private async Task<string?> PayoutsAsync(CancellationToken cancellationToken)
    {
        var isLive = account.IsLive;
        var differ = await db.Payouts.Where(p => p.Agreement == PayoutAgreement.Differs && p.LiveMode == isLive).OrderBy(p => p.Id).Select(p => p.PayoutId).Take(Named).ToListAsync(cancellationToken);
        return differ.Count == 0 ? null : $"Payouts that are not the sum of their transactions: {string.Join(", ", differ)}. See Payouts on the staff pages; they are compared again each night.";
    }

    private async Task<string?> EventsAsync(CancellationToken cancellationToken)
    {
        var since = clock.GetUtcNow() - EventsCount;
        return await db.StripeEvents.CountAsync(e => e.State == StripeEventState.Failed && e.ReceivedAt > since, cancellationToken) is var count and > 0
            ? $"{count} event(s) of Stripe's could not be applied. Run `stripe reconcile`: it reads what they told of from Stripe itself; the gifts' timelines say what went wrong."
            : null;
    }
}
