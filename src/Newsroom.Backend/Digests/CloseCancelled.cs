using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Digests;

/// <summary>Closes a cancelled digest's ledger: whose turn had not come is withheld. What is being handed over settles itself.</summary>
public static class CloseCancelled
{
    public const string Words = "The digest was cancelled before its turn.";

    /// <summary>May run again and again: the sweep does, for rows that a slice gave back only afterwards.</summary>
    public static Task<int> RunAsync(NewsroomDb db, int digestId, DateTimeOffset now, CancellationToken cancellationToken) => db.RetryingAsync(
        async turn =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(turn);
            var withheld = await db.Deliveries
                .Where(d => d.DigestId == digestId && (d.State == DeliveryState.Planned || d.State == DeliveryState.Claimed || d.State == DeliveryState.Deferred))
                .Where(d => db.Digests.Any(g => g.Id == digestId && g.Status == DigestStatus.Cancelled))
                .ExecuteUpdateAsync(s => s
                    .SetProperty(d => d.State, DeliveryState.Withheld)
                    .SetProperty(d => d.CancelledBeforeTurn, true)
                    .SetProperty(d => d.NextAttemptAt, (DateTimeOffset?)null)
                    .SetProperty(d => d.SettledAt, now)
                    .SetProperty(d => d.Answer, Words), turn);
            if (withheld > 0)
                await FrozenLedger.RecountAsync(db, digestId, turn);
            await FrozenLedger.FreezeAsync(db, digestId, now, turn);
            await transaction.CommitAsync(turn);
            return withheld;
        },
        cancellationToken);
}
