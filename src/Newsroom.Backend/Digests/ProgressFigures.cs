using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Bounces;

namespace Newsroom.Backend.Digests;

/// <summary>Readers who were not reached, or not yet, by whose fault it is and with what code.</summary>
/// <param name="Owner">Null: of an older version, which did not write it down.</param>
/// <param name="Count">How many.</param>
/// <param name="Code">SMTP reply code; null when there was no answer.</param>
/// <param name="Words">The most frequent answers, the most frequent first.</param>
public sealed record FailureShape(FaultOwner? Owner, int Count, int? Code, IReadOnlyList<string> Words);

/// <summary>What came back of what was accepted.</summary>
public sealed record ReturnedShape(int Hard, int Soft, int Complaints);

/// <param name="Rows">Of the digest, as far as these figures looked at them.</param>
/// <param name="Waiting">Put off.</param>
/// <param name="NextAttemptAt">The first of their next attempts.</param>
/// <param name="LastAttemptAt">The last of them.</param>
/// <param name="RecentlySettled">When the newest rows by id were accepted or refused, the latest first.</param>
/// <param name="Failures">See <see cref="FailureShape"/>.</param>
/// <param name="Returned">See <see cref="ReturnedShape"/>.</param>
public sealed record DigestFigures(
    int Rows, int Waiting, DateTimeOffset? NextAttemptAt, DateTimeOffset? LastAttemptAt, IReadOnlyList<DateTimeOffset> RecentlySettled,
    IReadOnlyList<FailureShape> Failures, ReturnedShape Returned)
{
    /// <summary>Enough to tell a pace, few enough to read each second.</summary>
    public const int Recent = 500;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Messages a minute, from the rows: how many of the newest 500 were settled in the last minute, or, when all were, how long they took. A digest
    /// that stands still falls to 0 within a minute. Rows go out in the order of their ids, so the newest are the last; second attempts are left out.
    /// </summary>
    public double RatePerMinute(DateTimeOffset since, DateTimeOffset now)
    {
        var lately = RecentlySettled.Where(at => at > now - Window && at >= since).ToList();
        if (lately.Count == 0)
            return 0;
        var began = lately.Count == Recent ? lately.Min() : since > now - Window ? since : now - Window;
        // Under a test's or a coarse clock many are settled in one instant.
        var time = now - began < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : now - began;
        return Math.Round(lately.Count / time.TotalMinutes, 1);
    }
}

/// <summary>Counts what the progress of a digest needs beside its ledger.</summary>
public sealed class ProgressFigures(IServiceScopeFactory scopes)
{
    private const int MostAnswers = 200;
    private const int WordsEach = 3;

    private static readonly DeliveryState[] NotReached = [DeliveryState.Refused, DeliveryState.Deferred, DeliveryState.Uncertain];

    private readonly CountedLately<DigestFigures> _many = new(scopes, CountAsync, figures => figures.Rows);

    public Task<DigestFigures> OfAsync(NewsroomDb db, int digestId, CancellationToken cancellationToken) => _many.OfAsync(db, digestId, cancellationToken);

    private static async Task<DigestFigures> CountAsync(NewsroomDb db, int digestId, CancellationToken cancellationToken)
    {
        var rows = db.Deliveries.AsNoTracking().Where(r => r.DigestId == digestId);
        var planned = await db.Digests.Where(d => d.Id == digestId).Select(d => d.PlannedCount).SingleOrDefaultAsync(cancellationToken);
        var deferred = rows.Where(r => r.State == DeliveryState.Deferred);
        var waiting = await deferred.CountAsync(cancellationToken);
        var next = waiting == 0 ? null : await deferred.MinAsync(r => r.NextAttemptAt, cancellationToken);
        var last = waiting == 0 ? null : await deferred.MaxAsync(r => r.NextAttemptAt, cancellationToken);
        return new DigestFigures(planned ?? 0, waiting, next, last,
            await RecentAsync(rows, cancellationToken), await FailuresAsync(rows, cancellationToken), await ReturnedAsync(db, digestId, cancellationToken));
    }

    private static async Task<IReadOnlyList<DateTimeOffset>> RecentAsync(IQueryable<Delivery> rows, CancellationToken cancellationToken)
    {
        var recent = new List<DateTimeOffset>();
        // Two walks down the index (DigestId, State, …, Id): a settled row has no next attempt.
        foreach (var state in new[] { DeliveryState.Accepted, DeliveryState.Refused })
        {
            recent.AddRange(await rows.Where(r => r.State == state && r.NextAttemptAt == null && r.SettledAt != null)
                .OrderByDescending(r => r.Id).Take(DigestFigures.Recent).Select(r => r.SettledAt!.Value).ToListAsync(cancellationToken));
        }
        return [.. recent.OrderDescending().Take(DigestFigures.Recent)];
    }

    private static async Task<IReadOnlyList<FailureShape>> FailuresAsync(IQueryable<Delivery> rows, CancellationToken cancellationToken)
    {
        var failed = rows.Where(r => NotReached.Contains(r.State));
        var groups = await failed.GroupBy(r => new { r.Owner, r.Code })
            .Select(g => new { g.Key.Owner, g.Key.Code, Count = g.Count() })
            .OrderByDescending(g => g.Count).ThenBy(g => g.Code)
            .Take(MostAnswers).ToListAsync(cancellationToken);
        if (groups.Count == 0)
            return [];
        var answers = await failed.Where(r => r.Answer != null).GroupBy(r => new { r.Owner, r.Code, r.Answer })
            .Select(g => new { g.Key.Owner, g.Key.Code, g.Key.Answer, Count = g.Count() })
            .OrderByDescending(g => g.Count).ThenBy(g => g.Answer)
            .Take(MostAnswers).ToListAsync(cancellationToken);
        return groups.ConvertAll(g => new FailureShape(g.Owner, g.Count, g.Code,
            [.. answers.Where(a => a.Owner == g.Owner && a.Code == g.Code).Take(WordsEach).Select(a => a.Answer!)]));
    }

    internal static async Task<ReturnedShape> ReturnedAsync(NewsroomDb db, int digestId, CancellationToken cancellationToken)
    {
        var counts = await db.Deliveries.Where(r => r.DigestId == digestId && r.Returned != null)
            .GroupBy(r => r.Returned!.Value)
            .Select(g => new { g.Key, Count = g.Count() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, cancellationToken);
        return new ReturnedShape(counts.GetValueOrDefault(BounceKind.Hard), counts.GetValueOrDefault(BounceKind.Soft), counts.GetValueOrDefault(BounceKind.Complaint));
    }
}
