using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Webhooks;

namespace Newsroom.Backend.Subscribers.Privacy;

public enum EraseCause
{
    /// <summary>The person's wish: the address stays barred, by its keyed hash, against an import or a backup that would bring it back.</summary>
    Wish,

    /// <summary>Its time was over: who wants to come back may, and what stays until somebody asks (<see cref="IPersonalData.GoesWithTime"/>) stays.</summary>
    TimeIsOver,
}

public abstract record EraseOutcome
{
    private EraseOutcome()
    {
    }

    /// <param name="Stays">What is left, without the person in it, and why: sentences.</param>
    public sealed record Erased(IReadOnlyList<string> Stays) : EraseOutcome;

    /// <summary>Nothing is kept of the address; nothing was written.</summary>
    public sealed record NothingKept : EraseOutcome;
}

/// <summary>
/// Takes a person out of everything (GDPR Art. 17), in one transaction: a newsletter being sent meanwhile is stopped for this reader at the
/// gate. Page, command and job call it.
/// </summary>
public sealed partial class EraseReader(
    NewsroomDb db, CollectPersonalData collect, IEnumerable<IPersonalData> features, SuppressionList suppressions, ErasureLog erasures, LinkTokens tokens, Announcements announcements,
    TimeProvider clock, ILogger<EraseReader> logger)
{
    /// <exception cref="IOException">The erasure log cannot be written; nothing was erased.</exception>
    public async Task<EraseOutcome> RunAsync(EmailAddress address, EraseCause cause, CancellationToken cancellationToken)
    {
        var record = await collect.RunAsync(address, cancellationToken);
        if (record.IsEmpty)
            return new EraseOutcome.NothingKept();
        var entry = await EntryAsync(record.Person, cancellationToken);
        if (cause == EraseCause.Wish)
            await erasures.AppendAsync(entry, cancellationToken);
        await CommitAsync(address, entry, cause, CancellationToken.None);
        announcements.Ring();
        LogErased(record.Person.SubscriberId, cause);
        return new EraseOutcome.Erased(record.Stays);
    }

    /// <summary><see cref="ErasureEntry.ReaderHash"/>.</summary>
    internal async ValueTask<string> ReaderHashAsync(string subscriberPublicId, CancellationToken cancellationToken) =>
        (await tokens.ForAsync("erased-reader", subscriberPublicId, cancellationToken)).Hash;

    /// <summary>Once more, for a database that does not know of it. The entry is on the log already.</summary>
    internal async Task RepeatAsync(EmailAddress address, ErasureEntry entry, CancellationToken cancellationToken) =>
        await CommitAsync(address, entry, EraseCause.Wish, cancellationToken);

    private async Task<ErasureEntry> EntryAsync(Person person, CancellationToken cancellationToken)
    {
        var publicId = await db.Subscribers.Where(s => s.Id == person.SubscriberId).Select(s => s.PublicId).SingleOrDefaultAsync(cancellationToken);
        return new ErasureEntry(
            clock.GetUtcNow(),
            await suppressions.HashAsync(person.Address, cancellationToken),
            publicId is null ? null : await ReaderHashAsync(publicId, cancellationToken));
    }

    // From the log's line on nothing cancels: half an erasure would be found again only at the next start.
    private Task<bool> CommitAsync(EmailAddress address, ErasureEntry entry, EraseCause cause, CancellationToken cancellationToken) => db.RetryingAsync(async turn =>
    {
        var person = (await collect.RunAsync(address, turn)).Person;
        await using var transaction = await db.Database.BeginTransactionAsync(turn);
        foreach (var feature in features.Where(f => cause == EraseCause.Wish || f.GoesWithTime))
            await feature.EraseAsync(person, entry.At, turn);
        if (cause == EraseCause.Wish)
            await SuppressionList.BarErasedAsync(db, entry.AddressHash, entry.At, turn);
        if (cause == EraseCause.Wish && !await db.Erasures.AnyAsync(e => e.AddressHash == entry.AddressHash && e.At == entry.At, turn))
            db.Add(new Erasure { AddressHash = entry.AddressHash, At = entry.At });
        await db.SaveChangesAsync(turn);
        await transaction.CommitAsync(turn);
        return true;
    }, cancellationToken);

    [LoggerMessage(Level = LogLevel.Information, Message = "Erased subscriber {SubscriberId} ({Cause})")]
    private partial void LogErased(long? subscriberId, EraseCause cause);
}
