using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Digests;

/// <param name="Count">Readers who were put off, by their mail server or by ours.</param>
/// <param name="NextAttemptAt">When the first of them is due; null when there is none.</param>
public sealed record DeferredShape(int Count, DateTimeOffset? NextAttemptAt);

/// <summary>How far a digest is, from its rows.</summary>
/// <param name="Status">As in the digest.</param>
/// <param name="Reason">What stopped it or holds it up.</param>
/// <param name="Ledger">As in the digest.</param>
/// <param name="RatePerMinute">Messages settled a minute, lately; 0 when nothing is being sent.</param>
/// <param name="EtaSeconds">Until the last reader is settled, at this rate and with the next attempts as they are; null when nobody can say.</param>
/// <param name="FinishesAt">The same as an instant; for a digest that is over, when it ended.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="Deferred">Who waits for another attempt.</param>
/// <param name="Failures">Who was not reached, or not yet, grouped.</param>
/// <param name="Returned">What came back.</param>
/// <param name="CountedAt">When it was asked for; with more than 50,000 readers the figures may be some seconds older.</param>
public sealed record ProgressShape(
    DigestStatus Status, string? Reason, Ledger Ledger, double RatePerMinute, long? EtaSeconds, DateTimeOffset? FinishesAt, DateTimeOffset? StartedAt,
    DeferredShape Deferred, IReadOnlyList<FailureShape> Failures, ReturnedShape Returned, DateTimeOffset CountedAt)
{
    /// <summary>Nothing in it will change by itself.</summary>
    [JsonIgnore]
    public bool IsFinal => Status is DigestStatus.Sent or DigestStatus.Cancelled or DigestStatus.Skipped && Ledger.Remaining == 0;

    /// <summary>Another one when there is news. The instant of the count and what follows from it are none.</summary>
    internal string Mark() => JsonSerializer.Serialize(this with { CountedAt = default, EtaSeconds = null, FinishesAt = IsFinal ? FinishesAt : null });
}

/// <summary>Progress of one digest; null when there is none with that id.</summary>
public sealed class ReadProgress(NewsroomDb db, Ledgers ledgers, ProgressFigures figures, TimeProvider clock)
{
    public async Task<ProgressShape?> RunAsync(string publicId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var digest = await db.Digests.AsNoTracking().Where(d => d.PublicId == publicId)
            .Select(d => new { d.Id, d.Status, d.Reason, d.StartedAt, d.RunningSince, d.FinishedAt }).SingleOrDefaultAsync(cancellationToken);
        if (digest is null)
            return null;
        var ledger = await ledgers.OfAsync(db, digest.Id, cancellationToken);
        var counted = await figures.OfAsync(db, digest.Id, cancellationToken);
        var rate = digest.Status == DigestStatus.Sending ? counted.RatePerMinute(digest.RunningSince ?? digest.StartedAt ?? now, now) : 0;
        var left = digest.Status == DigestStatus.Sending ? TimeLeft(ledger, counted, rate, now) : null;
        return new ProgressShape(
            digest.Status, digest.Reason, ledger, rate,
            left is { } time ? (long)Math.Ceiling(time.TotalSeconds) : null, left is { } wait ? now + wait : digest.FinishedAt, digest.StartedAt,
            new DeferredShape(counted.Waiting, counted.NextAttemptAt), counted.Failures, counted.Returned, now);
    }

    private static TimeSpan? TimeLeft(Ledger ledger, DigestFigures counted, double rate, DateTimeOffset now)
    {
        var untried = ledger.Remaining - counted.Waiting;
        if (untried > 0 && rate <= 0)
            return null;
        var sending = rate > 0 ? TimeSpan.FromMinutes(ledger.Remaining / rate) : TimeSpan.Zero;
        var waiting = counted.LastAttemptAt is { } last && last > now ? last - now : TimeSpan.Zero;
        return sending > waiting ? sending : waiting;
    }
}
