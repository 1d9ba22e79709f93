using Hangfire;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Stripe;

namespace Newsroom.Backend.Donations.Books;

/// <summary>
/// Reads every movement of the balance at Stripe once a night, so that the books hold each cent whether or not any event of it arrived. Begins with all
/// there ever were; from then on with the last two days before it was last at the end.
/// </summary>
public sealed class SweepBalance(NewsroomDb db, StripeAccount account, StripeBooks stripe, MatchTransactions match, TimeProvider clock, ILogger<SweepBalance> log)
{
    public const string Nightly = "23 2 * * *";

    /// <summary>Stripe may show a movement a while after it was made.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromHours(48);

    [AutomaticRetry(Attempts = 0)]
    public Task RunAsync(CancellationToken cancellationToken) => account.ReconcileAsync(() => SweepAsync(cancellationToken), log);

    /// <exception cref="StripeUnavailableException">Stripe could not be asked to the end; the next sweep begins where this one did.</exception>
    /// <returns>How many movements are new.</returns>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var began = clock.GetUtcNow();
        var readUntil = await StripeCursor.ReadAsync(db, StripeCursor.Transactions, account.IsLive, cancellationToken);
        var added = 0;
        await foreach (var page in StripePage.AllAsync(after => stripe.TransactionsAsync(readUntil - Overlap, after, cancellationToken)))
            added += await match.RunAsync(page, payout: null, cancellationToken);
        await StripeCursor.MoveAsync(db, StripeCursor.Transactions, account.IsLive, began, cancellationToken);
        return added;
    }
}
