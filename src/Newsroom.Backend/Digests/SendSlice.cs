using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Jobs;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Stories;

namespace Newsroom.Backend.Digests;

/// <summary>
/// A short piece of a digest's sending: plans when that is not done, sends for at most <see cref="SliceRun.Length"/>, then enqueues its
/// own continuation. Safe to run twice, at once or never: the lease and the rows decide, and a sweep enqueues what was lost.
/// </summary>
[AutomaticRetry(Attempts = 3, DelaysInSeconds = [10, 60, 300])]
public sealed class SendSlice(NewsroomDb db, PlanAudience plan, SliceRun run, FinishDigest finish, IBackgroundJobClient jobs, TimeProvider clock)
{
    public async Task RunAsync(int digestId, CancellationToken cancellationToken)
    {
        var leaseId = Guid.CreateVersion7();
        if (!await SliceLease.TakeAsync(db, digestId, leaseId, clock.GetUtcNow(), cancellationToken))
            return;
        var more = false;
        try
        {
            if (await plan.RunAsync(digestId, leaseId, cancellationToken))
                more = await run.RunAsync(digestId, leaseId, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            await NoteAsync(digestId, leaseId, e.GetBaseException().Message);
            throw;
        }
        finally
        {
            await DeliveryRows.ReleaseAsync(db, digestId, leaseId);
            await SliceLease.ReleaseAsync(db, digestId, leaseId);
        }
        await finish.RunAsync(digestId, cancellationToken);
        // A job cut short by a stopping server must not count as done.
        cancellationToken.ThrowIfCancellationRequested();
        if (more)
            jobs.EnqueueSlice(digestId, await db.LaneOfAsync(digestId, cancellationToken));
    }

    /// <summary>Staff see why nothing moves; the next slice that works takes it away again.</summary>
    private Task<int> NoteAsync(int digestId, Guid leaseId, string fault)
    {
        var reason = PlainText.Cut($"Sending failed, and is tried again every minute: {fault}", Digest.ReasonLength);
        return db.Digests.Where(d => d.Id == digestId && d.LeaseId == leaseId && d.Status == DigestStatus.Sending)
            .ExecuteUpdateAsync(s => s.SetProperty(d => d.Reason, reason));
    }
}

public static class SliceJobs
{
    /// <summary>In the queue of its lane: a worker of its own waits for breaking news.</summary>
    public static void EnqueueSlice(this IBackgroundJobClient jobs, int digestId, MailLane lane) =>
        jobs.Enqueue<SendSlice>(lane == MailLane.Breaking ? Queues.Breaking : Queues.Sending, s => s.RunAsync(digestId, CancellationToken.None));

    public static Task<MailLane> LaneOfAsync(this NewsroomDb db, int digestId, CancellationToken cancellationToken) =>
        db.Newsletters.Where(n => db.Digests.Any(d => d.Id == digestId && d.NewsletterId == n.Id)).Select(n => n.Lane).SingleAsync(cancellationToken);
}
