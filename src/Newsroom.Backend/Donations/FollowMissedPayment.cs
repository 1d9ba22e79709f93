using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Stripe;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Webhooks;

namespace Newsroom.Backend.Donations;

/// <summary>
/// Keeps what a plan owes: a period whose payment failed becomes a row, with one mail that leads the donor to Stripe's page for it; once it is paid or
/// given up the row says so. Asking again is Stripe's (https://docs.stripe.com/billing/revenue-recovery/smart-retries).
/// </summary>
public sealed class FollowMissedPayment(NewsroomDb db, StripeAccount account, Outbox outbox, Announcements announcements, TimeProvider clock)
{
    /// <param name="invoiceId">The period's invoice.</param>
    /// <param name="subscriptionId">Its plan; nothing is kept of one that is not here.</param>
    /// <param name="snapshot">How it stands.</param>
    /// <param name="cancellationToken">Ends the work before its commit.</param>
    public async Task RunAsync(string invoiceId, string subscriptionId, DunningSnapshot snapshot, CancellationToken cancellationToken)
    {
        db.ChangeTracker.Clear();
        if (await db.RetryingAsync(token => SaveAsync(invoiceId, subscriptionId, snapshot, token), cancellationToken))
        {
            outbox.EnqueueDue();
            announcements.Ring();
        }
    }

    /// <returns>True: the donor is to hear of it.</returns>
    private async Task<bool> SaveAsync(string invoiceId, string subscriptionId, DunningSnapshot snapshot, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (await db.MissedPayments.SingleOrDefaultAsync(m => m.InvoiceId == invoiceId, cancellationToken) is { } known)
        {
            known.Apply(snapshot, now);
            await db.SaveChangesAsync(cancellationToken);
            return false;
        }
        if (snapshot.State != MissedPaymentState.Open || await db.RecurringPlans.SingleOrDefaultAsync(p => p.SubscriptionId == subscriptionId, cancellationToken) is not { } plan)
            return false;
        // Paid while an older answer was on its way.
        if (await db.Donations.AnyAsync(d => d.InvoiceId == invoiceId && d.PaidAt != null, cancellationToken))
            return false;
        var missed = new MissedPayment
        {
            Plan = plan,
            InvoiceId = invoiceId,
            AmountMinor = snapshot.Amount is { } amount && amount.Currency.Code == plan.CurrencyCode ? amount.Minor : plan.AmountMinor,
            FirstSeenAt = now,
        };
        missed.Apply(snapshot, now);
        db.Add(missed);
        // Two saves, because the mail is named by the row's key; one commit.
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        outbox.Add(db, MissedPaymentComposer.MailKind, missed.Id, now);
        await announcements.AddAsync(db, GiftEvents.PaymentFailed(missed, account.IsLive), cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }
}
