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
        var newLives = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (address, entry) in await FindAsync([.. missing.Where(m => !m.IsOvertaken).Select(m => m.Entry)], cancellationToken))
        {
            if (await LivesAnewAsync(address, entry.At, cancellationToken))
                newLives.Add(entry.AddressHash);
            else
                await erase.RepeatAsync(address, entry, cancellationToken);
        }
        foreach (var (entry, isOvertaken) in missing)
            await CloseAsync(entry, bars: !isOvertaken && !newLives.Contains(entry.AddressHash), cancellationToken);
        LogRepeated(missing.Count);
        return missing.Count;
    }

    /// <summary>
    /// Overtaken: its commit failed, and the person was erased here by a later wish. Nothing from before that one is left, and who came back
    /// after it must stay.
    /// </summary>
    private async Task<List<(ErasureEntry Entry, bool IsOvertaken)>> MissingAsync(CancellationToken cancellationToken)
    {
        var logged = await log.ReadAsync(cancellationToken);
        if (logged.Count == 0)
            return [];
        var known = (await db.Erasures.Select(e => new { e.AddressHash, e.At }).ToListAsync(cancellationToken)).ToLookup(e => e.AddressHash, e => e.At, StringComparer.Ordinal);
        return [.. logged.Distinct().Where(e => !known[e.AddressHash].Contains(e.At)).Select(e => (e, known[e.AddressHash].Any(at => at > e.At)))];
    }

    /// <summary>
    /// Nobody can turn a hash back into an address, so every address is hashed and looked up; and every reader, whose row in an old backup may
    /// have an address from before a change of it.
    /// </summary>
    private async Task<Dictionary<EmailAddress, ErasureEntry>> FindAsync(List<ErasureEntry> missing, CancellationToken cancellationToken)
    {
        var byAddress = missing.GroupBy(e => e.AddressHash).ToDictionary(g => g.Key, g => g.MaxBy(e => e.At)!, StringComparer.Ordinal);
        var byReader = missing.Where(e => e.ReaderHash is not null).GroupBy(e => e.ReaderHash!).ToDictionary(g => g.Key, g => g.MaxBy(e => e.At)!, StringComparer.Ordinal);
        var found = new Dictionary<EmailAddress, ErasureEntry>();
        if (byReader.Count > 0)
        {
            var readers = db.Subscribers.Where(s => s.Status != SubscriberStatus.Erased).Select(s => new { s.PublicId, s.Address }).AsAsyncEnumerable();
            await foreach (var reader in readers.WithCancellation(cancellationToken))
            {
                if (byReader.TryGetValue(await erase.ReaderHashAsync(reader.PublicId, cancellationToken), out var entry))
                    found[EmailAddress.Parse(reader.Address)] = entry;
            }
        }
        foreach (var feature in features)
        {
            await foreach (var text in feature.AddressesAsync().WithCancellation(cancellationToken))
            {
                if (EmailAddress.TryParse(text, out var address) && byAddress.TryGetValue(await suppressions.HashAsync(address, cancellationToken), out var entry))
                    found[address] = entry;
            }
        }
        return found;
    }

    /// <summary>
    /// The wish met a fault here and was never said to be done, and the address's owner has pressed a confirmation mail's button since: their last
    /// word. A backup from before the erasure has none such.
    /// </summary>
    private Task<bool> LivesAnewAsync(EmailAddress address, DateTimeOffset erasedAt, CancellationToken cancellationToken) => db.Consents.AnyAsync(
        c => c.Subscriber.AddressKey == address.Key && c.Event == ConsentEvent.Confirmed && c.Method == ConsentMethod.ConfirmPage && c.At > erasedAt, cancellationToken);

    /// <param name="entry">Known here from now on.</param>
    /// <param name="bars">Also where the address is not there: it must not come back by an import either.</param>
    /// <param name="cancellationToken">Cancels before the commit.</param>
    private Task<bool> CloseAsync(ErasureEntry entry, bool bars, CancellationToken cancellationToken) => db.RetryingAsync(async turn =>
    {
        if (bars)
            await SuppressionList.BarErasedAsync(db, entry.AddressHash, entry.At, turn);
        if (!await db.Erasures.AnyAsync(e => e.AddressHash == entry.AddressHash && e.At == entry.At, turn))
            db.Add(new Erasure { AddressHash = entry.AddressHash, At = entry.At });
        await db.SaveChangesAsync(turn);
        return true;
    }, cancellationToken);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Repeated {Count} erasures that this database did not know of")]
    private partial void LogRepeated(int count);
}
