using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Subscribers.Privacy;

/// <summary>
/// Repeats what the <see cref="ErasureLog"/> has and the database has not: after a restored backup, a file copied by hand, or a crash
/// between the log's line and the commit. Run at every start before anything is served; costs two small reads when nothing is missing.
/// </summary>
public sealed partial class ReplayErasures(
    NewsroomDb db, ErasureLog log, IEnumerable<IPersonalData> features, SuppressionList suppressions, EraseReader erase, ILogger<ReplayErasures> logger)
{
    /// <returns>How many erasures were repeated.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var missing = await MissingAsync(cancellationToken);
        if (missing.Count == 0)
            return 0;
        foreach (var (address, entry) in await FindAsync(missing, cancellationToken))
            await erase.RepeatAsync(address, entry, cancellationToken);
        foreach (var entry in missing)
            await CloseAsync(entry, cancellationToken);
        LogRepeated(missing.Count);
        return missing.Count;
    }

    private async Task<List<ErasureEntry>> MissingAsync(CancellationToken cancellationToken)
    {
        var logged = await log.ReadAsync(cancellationToken);
        if (logged.Count == 0)
            return [];
        var known = (await db.Erasures.Select(e => new { e.At, e.AddressHash }).ToListAsync(cancellationToken)).Select(e => new ErasureEntry(e.At, e.AddressHash)).ToHashSet();
        return [.. logged.Distinct().Where(e => !known.Contains(e))];
    }

    /// <summary>Nobody can turn a hash back into an address, so every address is hashed and looked up.</summary>
    private async Task<Dictionary<EmailAddress, ErasureEntry>> FindAsync(List<ErasureEntry> missing, CancellationToken cancellationToken)
    {
        var wanted = missing.GroupBy(e => e.AddressHash).ToDictionary(g => g.Key, g => g.MaxBy(e => e.At)!, StringComparer.Ordinal);
        var found = new Dictionary<EmailAddress, ErasureEntry>();
        foreach (var feature in features)
        {
            await foreach (var text in feature.AddressesAsync().WithCancellation(cancellationToken))
            {
                if (EmailAddress.TryParse(text, out var address) && wanted.TryGetValue(await suppressions.HashAsync(address, cancellationToken), out var entry))
                    found[address] = entry;
            }
        }
        return found;
    }

    /// <summary>Also where the address is not there: it must not come back by an import either.</summary>
    private Task<bool> CloseAsync(ErasureEntry entry, CancellationToken cancellationToken) => db.RetryingAsync(async turn =>
    {
        await SuppressionList.BarErasedAsync(db, entry.AddressHash, entry.At, turn);
        if (!await db.Erasures.AnyAsync(e => e.AddressHash == entry.AddressHash && e.At == entry.At, turn))
            db.Add(new Erasure { AddressHash = entry.AddressHash, At = entry.At });
        await db.SaveChangesAsync(turn);
        return true;
    }, cancellationToken);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Repeated {Count} erasures that this database did not know of")]
    private partial void LogRepeated(int count);
}
