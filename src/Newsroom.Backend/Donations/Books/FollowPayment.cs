using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Stripe;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Webhooks;

namespace Newsroom.Backend.Donations.Books;

/// <summary>
/// What became of a booked gift's payment: refunds, disputes, a bank debit that came back, and every movement of the balance with them. Fetched afresh and
/// taken over whole, so that it does not matter which event asked for it, in which order, or how often.
/// </summary>
public sealed class FollowPayment(
    NewsroomDb db, StripeBooks stripe, KeepBooks books, CorrectReceipt receipts, Outbox outbox, Announcements announcements, TimeProvider clock)
{
    /// <exception cref="StripeUnavailableException">Stripe could not be asked; nothing has changed.</exception>
    /// <returns>False: there is nothing to follow, because the gift is not booked or Stripe knows no payment of it.</returns>
    public async Task<bool> RunAsync(long donationId, CancellationToken cancellationToken)
    {
        db.ChangeTracker.Clear();
        var (followed, tells) = await db.RetryingAsync(async token =>
        {
            // Read before Stripe is asked: an answer older than what another node saved meanwhile meets a changed version.
            var gift = await db.Donations.SingleAsync(d => d.Id == donationId, token);
            if (!gift.IsBooked || gift.PaymentIntentId is not { } payment || await stripe.PaymentAsync(payment, token) is not { } snapshot)
                return (false, false);
            var arrived = new List<Refund>();
            var changed = await RefundsAsync(donationId, snapshot.Refunds, arrived, token) | await DisputesAsync(donationId, snapshot.Disputes, token);
            gift.Follow(snapshot, changed);
            foreach (var refund in arrived)
                await announcements.AddAsync(db, GiftEvents.Refunded(gift, refund, clock.GetUtcNow()), token);
            await books.AddAsync(snapshot.Transactions, _ => donationId, payout: null, token);
            return (true, await receipts.SaveAsync(gift, snapshot, token));
        }, cancellationToken);
        if (tells)
            outbox.EnqueueDue();
        announcements.Ring();
        return followed;
    }

    /// <param name="donationId">Whose.</param>
    /// <param name="refunds">As Stripe has them.</param>
    /// <param name="arrived">Takes those that have succeeded since they were last looked at.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    private async Task<bool> RefundsAsync(long donationId, IReadOnlyList<RefundSnapshot> refunds, List<Refund> arrived, CancellationToken cancellationToken)
    {
        var known = await db.Refunds.Where(r => r.DonationId == donationId).ToDictionaryAsync(r => r.RefundId, cancellationToken);
        var changed = false;
        foreach (var snapshot in refunds)
        {
            if (!known.TryGetValue(snapshot.Id, out var refund))
            {
                db.Add(refund = new Refund
                {
                    DonationId = donationId,
                    RefundId = snapshot.Id,
                    AmountMinor = snapshot.Amount.Minor,
                    Status = "",
                    CreatedAt = snapshot.CreatedAt ?? clock.GetUtcNow(),
                });
            }
            changed |= refund.Status != snapshot.Status;
            if (snapshot.HasArrived && refund.Status != snapshot.Status)
                arrived.Add(refund);
            (refund.Status, refund.Reason, refund.FailureReason) = (snapshot.Status, snapshot.Reason, snapshot.FailureReason);
        }
        return changed;
    }

    private async Task<bool> DisputesAsync(long donationId, IReadOnlyList<DisputeSnapshot> disputes, CancellationToken cancellationToken)
    {
        var known = await db.Disputes.Where(d => d.DonationId == donationId).ToDictionaryAsync(d => d.DisputeId, cancellationToken);
        var changed = false;
        foreach (var snapshot in disputes)
        {
            if (!known.TryGetValue(snapshot.Id, out var dispute))
            {
                db.Add(dispute = new Dispute
                {
                    DonationId = donationId,
                    DisputeId = snapshot.Id,
                    AmountMinor = snapshot.Amount.Minor,
                    Status = "",
                    Reason = snapshot.Reason,
                    CreatedAt = snapshot.CreatedAt ?? clock.GetUtcNow(),
                });
            }
            changed |= dispute.Status != snapshot.Status;
            (dispute.Status, dispute.EvidenceDueBy) = (snapshot.Status, snapshot.EvidenceDueBy);
        }
        return changed;
    }
}
