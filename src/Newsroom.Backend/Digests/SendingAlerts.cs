using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Alerts;

namespace Newsroom.Backend.Digests;

/// <summary>
/// Works out from the rows what staff must know about the sending, opens what is new and closes what is over. One alert for each digest and matter
/// (<c>digest.stopped.dig_…</c>), so that a second digest's is mailed too.
/// </summary>
public sealed class SendingAlerts(NewsroomDb db, AlertDesk desk, ProgressFigures figures, IOptions<SendingOptions> options)
{
    internal const string Stopped = "digest.stopped.";
    internal const string Overdue = "digest.overdue.";
    internal const string Uncertain = "digest.uncertain.";
    internal const string Returned = "digest.returned.";
    internal const string SlotOverdue = "digest.slot-overdue";
    internal const string Unreachable = "smtp.unreachable";

    private const string SeeToJobs = "See whether jobs are running (/health/ready)";

    private static readonly string[] Ours = [Stopped, Overdue, Uncertain, Returned, SlotOverdue, Unreachable];
    private static readonly TimeSpan LateAfter = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan UnreachableAfter = TimeSpan.FromMinutes(10);

    // Most bounces and complaints come within hours; after that what a digest left behind is for its figures to tell.
    private static readonly TimeSpan ReturnsMatterFor = TimeSpan.FromDays(3);

    public async Task RunAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var wanted = new Dictionary<string, string>(StringComparer.Ordinal);
        await AddStoppedAsync(wanted, cancellationToken);
        await AddOverdueAsync(wanted, now, cancellationToken);
        await AddUnreachableAsync(wanted, now, cancellationToken);
        await AddUncertainAsync(wanted, cancellationToken);
        await AddReturnedAsync(wanted, now, cancellationToken);
        var open = (await db.Alerts.Where(a => a.OpenKind != null).Select(a => new { a.Kind, a.Message }).ToListAsync(cancellationToken))
            .Where(a => Array.Exists(Ours, o => a.Kind.StartsWith(o, StringComparison.Ordinal))).ToList();
        foreach (var (kind, message) in wanted.Where(w => !open.Exists(o => o.Kind == w.Key && o.Message == Cut(w.Value))))
            await desk.RaiseAsync(kind, message, cancellationToken);
        foreach (var over in open.Where(o => !wanted.ContainsKey(o.Kind)))
            await desk.ClearAsync(over.Kind, cancellationToken);
    }

    private async Task AddStoppedAsync(Dictionary<string, string> wanted, CancellationToken cancellationToken)
    {
        var stopped = await db.Digests.Where(d => d.Status == DigestStatus.Stopped).Select(d => new { d.PublicId, d.Subject, d.Reason }).ToListAsync(cancellationToken);
        foreach (var digest in stopped)
            wanted[Stopped + digest.PublicId] = $"“{digest.Subject}” is stopped. {digest.Reason}";
    }

    private async Task AddOverdueAsync(Dictionary<string, string> wanted, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var before = now - LateAfter;
        var due = await db.Digests.Where(d => d.Status == DigestStatus.Scheduled && d.ScheduledAt < before)
            .Select(d => new { d.PublicId, d.Subject }).ToListAsync(cancellationToken);
        foreach (var digest in due)
            wanted[Overdue + digest.PublicId] = $"“{digest.Subject}” was due more than 15 minutes ago and has not begun. {SeeToJobs}, then send it or schedule it anew.";
        var sending = await db.Digests.Where(d => d.Status == DigestStatus.Sending && d.RunningSince < before)
            .Select(d => new { d.Id, d.PublicId, d.Subject, d.Reason, d.PlannedCount }).ToListAsync(cancellationToken);
        foreach (var digest in sending)
        {
            if (digest.PlannedCount is null
                || (await IsWaitedForAsync(digest.Id, before, cancellationToken) && !await HasMovedAsync(digest.Id, before, cancellationToken)))
            {
                wanted[Overdue + digest.PublicId] =
                    $"“{digest.Subject}” has not moved for 15 minutes though readers wait for it. {digest.Reason ?? SeeToJobs + "."}";
            }
        }
        await AddOverdueSlotsAsync(wanted, before, cancellationToken);
    }

    private async Task AddOverdueSlotsAsync(Dictionary<string, string> wanted, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var slots = await (
            from slot in db.DigestSlots
            join newsletter in db.Newsletters on slot.NewsletterId equals newsletter.Id
            where slot.Outcome == null && slot.DueAt < before
            orderby newsletter.Name
            select newsletter.Name).ToListAsync(cancellationToken);
        if (slots.Count > 0)
        {
            wanted[SlotOverdue] =
                $"The digest of {string.Join(", ", slots.Distinct())} was due more than 15 minutes ago and is not made yet. {SeeToJobs} and what the log says.";
        }
    }

    /// <summary>"No connection" is written by the slice into the digest's reason, by the outbox into the mail that waits.</summary>
    private async Task AddUnreachableAsync(Dictionary<string, string> wanted, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var before = now - UnreachableAfter;
        // No attempt is used up by a server that nobody reached.
        var words = await db.OutgoingMails.Where(m => m.State == OutgoingMailState.Waiting && m.Attempts == 0 && m.Answer != null && m.CreatedAt < before)
            .OrderBy(m => m.Id).Select(m => m.Answer).FirstOrDefaultAsync(cancellationToken);
        if (words is null)
        {
            var held = await db.Digests.Where(d => d.Status == DigestStatus.Sending && d.RunningSince < before && d.Reason != null)
                .OrderBy(d => d.Id).Select(d => new { d.Id, d.Reason }).ToListAsync(cancellationToken);
            foreach (var digest in held)
            {
                if (words is null && await FindsNobodyAsync(digest.Id, now, cancellationToken) && !await HasMovedAsync(digest.Id, before, cancellationToken))
                    words = digest.Reason;
            }
        }
        if (words is not null)
        {
            wanted[Unreachable] =
                $"No mail has left for 10 minutes though some waits. It is kept and tried again every minute; see to the mail server or to Mail:Smtp. {words}";
        }
    }

    private async Task AddUncertainAsync(Dictionary<string, string> wanted, CancellationToken cancellationToken)
    {
        var uncertain = await (
            from digest in db.Digests
            where digest.UncertainCount > 0
            select new
            {
                digest.PublicId,
                digest.Subject,
                Undecided = db.Deliveries.Count(r => r.DigestId == digest.Id && r.State == DeliveryState.Uncertain && r.DecidedAt == null),
            }).ToListAsync(cancellationToken);
        foreach (var digest in uncertain.Where(d => d.Undecided > 0))
        {
            wanted[Uncertain + digest.PublicId] = $"“{digest.Subject}”: {digest.Undecided} uncertain. The mail server may have them or not. "
                + "Decide: send them again, at the risk that one comes twice, or leave them.";
        }
    }

    private async Task AddReturnedAsync(Dictionary<string, string> wanted, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var since = now - ReturnsMatterFor;
        var lately = await db.Digests.Where(d => d.AcceptedCount > 0 && d.FinishedAt > since)
            .Select(d => new { d.Id, d.PublicId, d.Subject, Accepted = d.AcceptedCount!.Value }).ToListAsync(cancellationToken);
        foreach (var digest in lately)
        {
            var returned = await ProgressFigures.ReturnedAsync(db, digest.Id, cancellationToken);
            if (WatchSending.ReturnedFault(digest.Accepted, returned, options.Value.StopAt) is not var (what, words))
                continue;
            var instead = words.Replace(", then resume this digest or cancel it", " before the next one goes out", StringComparison.Ordinal);
            wanted[Returned + digest.PublicId] = $"“{digest.Subject}” has too many {what}. {instead}";
        }
    }

    /// <summary>Somebody's turn has come before <paramref name="due"/>.</summary>
    private Task<bool> IsWaitedForAsync(int digestId, DateTimeOffset due, CancellationToken cancellationToken) => db.Deliveries.AnyAsync(
        r => r.DigestId == digestId && (r.State == DeliveryState.Planned || r.State == DeliveryState.Claimed || r.State == DeliveryState.HandingOver
            || (r.State == DeliveryState.Deferred && r.NextAttemptAt < due)), cancellationToken);

    /// <summary>
    /// Rows wait for no longer than a minute when nobody answered or the sign-in was refused (then with its code); a digest that is held to an allowance has
    /// none of them.
    /// </summary>
    private Task<bool> FindsNobodyAsync(int digestId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var soon = now + TimeSpan.FromMinutes(1);
        return db.Deliveries.AnyAsync(
            r => r.DigestId == digestId && r.State == DeliveryState.Deferred && r.NextAttemptAt <= soon
                && (r.Owner == FaultOwner.Server || (r.Owner == FaultOwner.Policy && r.Code >= 500)), cancellationToken);
    }

    /// <summary>The newest rows say it quickly; where a receiver's pace or a second attempt holds up older ones, all rows do.</summary>
    private async Task<bool> HasMovedAsync(int digestId, DateTimeOffset since, CancellationToken cancellationToken) =>
        (await figures.OfAsync(db, digestId, cancellationToken)).RecentlySettled.Any(at => at > since)
        || await db.Deliveries.AnyAsync(
            r => r.DigestId == digestId && (r.State == DeliveryState.Accepted || r.State == DeliveryState.Refused) && r.SettledAt > since, cancellationToken);

    private static string Cut(string message) => message.Length > Alert.MessageLength ? message[..Alert.MessageLength] : message;
}
