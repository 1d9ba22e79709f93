using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Donations;

/// <summary>Erases the rest of donors whose regular gift went on when they were erased, once it has ended. What they gave anew since stays.</summary>
public sealed class FinishErasures(NewsroomDb db, SuppressionList suppressions)
{
    [AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var erased = (await db.Erasures.Select(e => new { e.AddressHash, e.At }).ToListAsync(cancellationToken))
            .GroupBy(e => e.AddressHash).ToDictionary(g => g.Key, g => g.Max(e => e.At), StringComparer.Ordinal);
        if (erased.Count == 0)
            return;
        var donors = new DonorPersonalData(db);
        var waiting = new List<(EmailAddress Address, DateTimeOffset At)>();
        await foreach (var text in donors.AddressesAsync().WithCancellation(cancellationToken))
        {
            if (EmailAddress.TryParse(text, out var address) && erased.TryGetValue(await suppressions.HashAsync(address, cancellationToken), out var at))
                waiting.Add((address, at));
        }
        foreach (var (address, at) in waiting)
        {
            await db.RetryingAsync(async turn =>
            {
                await using var transaction = await db.Database.BeginTransactionAsync(turn);
                await donors.EraseAsync(new Person(address, SubscriberId: null), at, turn);
                await transaction.CommitAsync(turn);
                return true;
            }, cancellationToken);
        }
    }
}
