using Hangfire;
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
        var readUntil = await StripeCursor.ReadAsync(db, StripeCursor.Transactions, cancellationToken);
        var added = 0;
        string? after = null;
        do
        {
            var page = await stripe.TransactionsAsync(readUntil - Overlap, after, cancellationToken);
            added += await match.RunAsync(page.Items, payout: null, cancellationToken);
            after = page.Next;
        }
        while (after is not null);
        await StripeCursor.MoveAsync(db, StripeCursor.Transactions, began, cancellationToken);
        return added;
    }
}
