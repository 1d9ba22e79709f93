using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Stripe;

namespace Newsroom.Backend.Donations.Books;

/// <summary>
/// Reads every movement of the balance at Stripe once a night, so that the books hold each cent whether or not any event of it arrived. Begins with all
/// there ever were; from then on with the last two days before it was last at the end.
/// </summary>
public sealed class SweepBalance(NewsroomDb db, StripeBooks stripe, MatchTransactions match, TimeProvider clock, ILogger<SweepBalance> log)
{
    public const string Nightly = "23 2 * * *";

    /// <summary>Stripe may show a movement a while after it was made.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromHours(48);

    [AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!stripe.IsConfigured)
            return;
        try
        {
            await SweepAsync(cancellationToken);
        }
        catch (StripeUnavailableException e)
        {
            DonationsLog.SweepFailed(log, e.Message);
        }
    }

    /// <exception cref="StripeUnavailableException">Stripe could not be asked to the end; the next sweep begins where this one did.</exception>
    /// <returns>How many movements are new.</returns>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var began = clock.GetUtcNow();
        var readUntil = await db.StripeCursors.Where(c => c.Name == StripeCursor.Transactions).Select(c => (DateTimeOffset?)c.ReadUntil).SingleOrDefaultAsync(cancellationToken);
        var added = 0;
        string? after = null;
        do
        {
            var page = await stripe.TransactionsAsync(readUntil - Overlap, after, cancellationToken);
            added += await match.RunAsync(page.Items, payout: null, cancellationToken);
            after = page.Next;
        }
        while (after is not null);
        // Only now: the newest come first, so a sweep that ended early has left out the oldest.
        await MoveCursorAsync(began, cancellationToken);
        return added;
    }

    private async Task MoveCursorAsync(DateTimeOffset readUntil, CancellationToken cancellationToken)
    {
        db.ChangeTracker.Clear();
        await db.RetryingAsync(async token =>
        {
            var cursor = await db.StripeCursors.SingleOrDefaultAsync(c => c.Name == StripeCursor.Transactions, token);
            if (cursor is null)
                db.Add(new StripeCursor { Name = StripeCursor.Transactions, ReadUntil = readUntil });
            else if (cursor.ReadUntil < readUntil)
                cursor.ReadUntil = readUntil;
            await db.SaveChangesAsync(token);
            return true;
        }, cancellationToken);
    }
}
