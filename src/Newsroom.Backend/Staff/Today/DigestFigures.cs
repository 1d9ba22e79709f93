using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Digests;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Staff.Today;

/// <summary>The newest of the newsletters' own digests that has begun.</summary>
/// <param name="Id">Public id.</param>
/// <param name="Subject">As mailed.</param>
/// <param name="StartedAt">UTC.</param>
/// <param name="Status">Sending, paused, stopped, sent or cancelled.</param>
/// <param name="Ledger">What became of it.</param>
/// <param name="Returned">What came back.</param>
public sealed record LastDigest(string Id, string Subject, DateTimeOffset? StartedAt, DigestStatus Status, Ledger Ledger, ReturnedShape Returned);

/// <summary>What goes out next by itself.</summary>
/// <param name="Name">A digest's subject, or the newsletter whose cadence comes round.</param>
/// <param name="At">UTC.</param>
/// <param name="DigestId">Null: it makes itself when its time comes.</param>
/// <param name="WaitsForApproval">It is made as a draft.</param>
public sealed record NextDigest(string Name, DateTimeOffset At, string? DigestId, bool WaitsForApproval);

public sealed class ReadDigestFigures(NewsroomDb db, Ledgers ledgers)
{
    private static readonly DigestStatus[] Begun = [DigestStatus.Sending, DigestStatus.Paused, DigestStatus.Stopped, DigestStatus.Sent, DigestStatus.Cancelled];

    public async Task<LastDigest?> LastAsync(CancellationToken cancellationToken)
    {
        var last = await db.Digests.Where(d => Begun.Contains(d.Status) && d.StartedAt != null && d.Rhythm == Rhythm.AsPublished).OrderByDescending(d => d.Id)
            .Select(d => new { d.Id, d.PublicId, d.Subject, d.StartedAt, d.Status }).FirstOrDefaultAsync(cancellationToken);
        return last is null ? null : new LastDigest(
            last.PublicId, last.Subject, last.StartedAt, last.Status, await ledgers.OfAsync(db, last.Id, cancellationToken), await ProgressFigures.ReturnedAsync(db, last.Id, cancellationToken));
    }

    public async Task<NextDigest?> NextAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var scheduled = await db.Digests.Where(d => d.Status == DigestStatus.Scheduled && d.ScheduledAt != null).OrderBy(d => d.ScheduledAt)
            .Select(d => new { d.PublicId, d.Subject, d.ScheduledAt }).FirstOrDefaultAsync(cancellationToken);
        var newsletters = await db.Newsletters.AsNoTracking().Where(n => n.Cadence != null).ToListAsync(cancellationToken);
        var next = new List<NextDigest>();
        foreach (var newsletter in newsletters)
            next.AddRange((await NextRuns.AfterAsync(db, newsletter.Id, newsletter.Cadence!, now, cancellationToken)).Take(1).Select(slot => new NextDigest(newsletter.Name, slot.DueAt, null, newsletter.Cadence!.Approval)));
        return next
            .Concat(scheduled is null ? [] : [new NextDigest(scheduled.Subject, scheduled.ScheduledAt!.Value, scheduled.PublicId, false)])
            .MinBy(n => n.At);
    }
}
