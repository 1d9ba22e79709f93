using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Books;
using Newsroom.Backend.Mail;

namespace Newsroom.Backend.Donations;

/// <summary>
/// Keeps receipts true: when money went back (a refund, a lost dispute, a bank debit that was returned) the donor gets a corrected receipt, or the notice
/// that it is void, each with a number of its own. What was issued stays as it was.
/// </summary>
public sealed class CorrectReceipt(NewsroomDb db, Outbox outbox, TimeProvider clock)
{
    /// <summary>Saves the caller's changes to a gift together with the receipt they ask for, in one commit.</summary>
    /// <param name="gift">Booked, with its new state not yet saved.</param>
    /// <param name="payment">What became of its payment.</param>
    /// <param name="cancellationToken">Ends the work before its commit.</param>
    /// <returns>True: the donor is to hear of it.</returns>
    public async Task<bool> SaveAsync(Donation gift, PaymentSnapshot payment, CancellationToken cancellationToken)
    {
        var stands = payment.StandsOf(gift.Amount);
        var last = await db.Receipts.Where(r => r.DonationId == gift.Id).OrderByDescending(r => r.Revision).FirstOrDefaultAsync(cancellationToken);
        if (last is null || last.AmountMinor == stands)
        {
            await db.SaveChangesAsync(cancellationToken);
            return false;
        }
        gift.CorrectReceipt();
        var now = clock.GetUtcNow();
        var sequence = await HoldReceipts.NextSequenceAsync(db, last.Year, await HoldReceipts.RestoredAtAsync(db, cancellationToken), cancellationToken);
        var corrected = last.Corrected(stands, sequence, now);
        db.Add(corrected);
        // Two saves, because the mail is named by the receipt's key; one commit.
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        outbox.Add(db, CorrectedReceiptComposer.MailKind, corrected.Id, now);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }
}
