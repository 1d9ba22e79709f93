using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Newsletters;

namespace Newsroom.Backend.Subscribers.Imports;

/// <summary>Judges the rows of one batch and, in one transaction with the counts, writes what follows from them.</summary>
public sealed class ImportBatch(NewsroomDb db, LinkTokens tokens, SuppressionList suppressions, TimeProvider clock)
{
    /// <param name="newsletter">What all rows are for.</param>
    /// <param name="importId">Null: judges only.</param>
    /// <param name="rows">With good addresses.</param>
    /// <param name="before">The file's counts without these rows.</param>
    /// <param name="cancellationToken">Cancels before the commit.</param>
    internal Task<List<JudgedRow>> RunAsync(Newsletter newsletter, long? importId, List<FileRow> rows, RowCounts before, CancellationToken cancellationToken) =>
        db.RetryingAsync(async turn =>
        {
            // In this order: an erasure in between takes the reader away and bars the address.
            var readers = await ReadersAsync(rows, turn);
            var held = await HeldAsync(rows, writes: importId is not null, turn);
            var import = importId is { } id ? await db.Imports.SingleAsync(i => i.Id == id, turn) : null;
            if (import is { State: not ImportState.Running })
                throw new UnreadableFileException("It had fallen silent and was taken for dead meanwhile.");
            var added = new NewReaders(db);
            var writer = import is null ? null : new RowWriter(added, tokens, newsletter, import, await NewestStoryAsync(turn), clock.GetUtcNow());
            var judged = new List<JudgedRow>(rows.Count);
            foreach (var row in rows)
            {
                var key = row.Address.Key;
                var reader = readers.GetValueOrDefault(key);
                var hash = held.HashOf(key);
                var (verdict, reason) = Verdicts.Of(row, reader, held.Why(hash), newsletter.Id);
                judged.Add(new JudgedRow(row.Line, row.Text, verdict, reason));
                if (writer is null)
                    continue;
                if (await writer.WriteAsync(row, verdict, reader, turn) is { } written)
                    readers[key] = written;
                if (verdict == RowVerdict.Suppressed && held.Why(hash) is null && row.Says == FileWord.Suppressed)
                {
                    suppressions.Add(db, hash!, row.Address, row.Evidence, $"{row.Because} ({ImportConsent.SourceOf(import!)})", clock.GetUtcNow());
                    held.Add(hash!, row.Evidence);
                }
            }
            if (import is not null)
            {
                import.Advance(judged.Aggregate(before, (c, j) => c.And(j.Verdict)), clock.GetUtcNow());
                await using var transaction = await db.Database.BeginTransactionAsync(turn);
                await added.WriteAsync(turn);
                await db.SaveChangesAsync(turn);
                await transaction.CommitAsync(turn);
            }
            db.ChangeTracker.Clear();
            return judged;
        }, cancellationToken);

    private async Task<Dictionary<string, Subscriber>> ReadersAsync(List<FileRow> rows, CancellationToken cancellationToken)
    {
        var keys = rows.ConvertAll(r => r.Address.Key);
        // One parameter for all of them: SQL Server takes no more than 2,100.
        return await db.Subscribers.Include(s => s.Subscriptions).Where(s => EF.Parameter(keys).Contains(s.AddressKey))
            .ToDictionaryAsync(s => s.AddressKey, cancellationToken);
    }

    private async Task<Held> HeldAsync(List<FileRow> rows, bool writes, CancellationToken cancellationToken)
    {
        // Without a key nobody was ever suppressed, and asking for a hash would make one: a dry run writes nothing.
        if (!writes && !await db.LinkKeys.AnyAsync(cancellationToken))
            return new Held([], []);
        var hashes = new Dictionary<string, string>(rows.Count);
        foreach (var row in rows)
            hashes[row.Address.Key] = await suppressions.HashAsync(row.Address, cancellationToken);
        var wanted = hashes.Values.ToList();
        return new Held(hashes, await db.Suppressions.Where(s => EF.Parameter(wanted).Contains(s.AddressHash))
            .ToDictionaryAsync(s => s.AddressHash, s => s.Reason, cancellationToken));
    }

    private Task<long?> NewestStoryAsync(CancellationToken cancellationToken) => db.Stories.MaxAsync(s => (long?)s.Id, cancellationToken);

    private sealed class Held(Dictionary<string, string> hashes, Dictionary<string, SuppressionReason> reasons)
    {
        public string? HashOf(string key) => hashes.GetValueOrDefault(key);

        public SuppressionReason? Why(string? hash) => hash is not null && reasons.TryGetValue(hash, out var reason) ? reason : null;

        public void Add(string hash, SuppressionReason reason) => reasons[hash] = reason;
    }
}
