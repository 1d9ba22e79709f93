using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail.Alerts;

namespace Newsroom.Backend.Digests;

/// <summary>What became of a step asked for by a person or an integration.</summary>
public abstract record DigestStep
{
    private DigestStep()
    {
    }

    public sealed record Done(int DigestId) : DigestStep;

    public sealed record NotFound : DigestStep;

    /// <summary>The digest does not allow it now; <paramref name="Why"/> is a sentence for staff.</summary>
    public sealed record NotNow(string Why) : DigestStep;

    /// <summary>What was asked makes no sense; <paramref name="Field"/> names the part of the request, <paramref name="Why"/> says what to do.</summary>
    public sealed record Invalid(string Field, string Why) : DigestStep;
}

/// <summary>Load, let the digest decide, save; decided anew when its status or time changed meanwhile.</summary>
public sealed class ChangeDigest(NewsroomDb db)
{
    public async Task<DigestStep> RunAsync(string publicId, Func<Digest, Task> step, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await db.Digests.Include(d => d.Stories).SingleOrDefaultAsync(d => d.PublicId == publicId, cancellationToken) is not { } digest)
                return new DigestStep.NotFound();
            try
            {
                await step(digest);
                await db.SaveChangesAsync(cancellationToken);
                return new DigestStep.Done(digest.Id);
            }
            catch (IllegalDigestStepException e)
            {
                db.ChangeTracker.Clear();
                return new DigestStep.NotNow(e.Message);
            }
            catch (DbUpdateConcurrencyException)
            {
                db.ChangeTracker.Clear();
            }
        }
    }
}

public sealed class SendDigest(NewsroomDb db, ChangeDigest change, StartDigest start, IBackgroundJobClient jobs, TimeProvider clock)
{
    public async Task<DigestStep> RunAsync(string publicId, CancellationToken cancellationToken)
    {
        await start.LookAsync([publicId], cancellationToken);
        var outcome = await change.RunAsync(publicId, digest => start.RunAsync(digest, clock.GetUtcNow(), cancellationToken), cancellationToken);
        if (outcome is DigestStep.Done(var id))
            jobs.EnqueueSlice(id, await db.LaneOfAsync(id, cancellationToken));
        return outcome;
    }
}

/// <summary>Stops between two mails: the status is asked before each one.</summary>
public sealed class PauseDigest(ChangeDigest change)
{
    public Task<DigestStep> RunAsync(string publicId, CancellationToken cancellationToken) => change.RunAsync(publicId, digest =>
    {
        digest.Pause();
        return Task.CompletedTask;
    }, cancellationToken);
}

/// <summary>Goes on where it paused or was stopped. What was put off for our own fault is due at once.</summary>
public sealed class ResumeDigest(NewsroomDb db, ChangeDigest change, StartDigest start, IBackgroundJobClient jobs, AlertDesk alerts, TimeProvider clock)
{
    public async Task<DigestStep> RunAsync(string publicId, CancellationToken cancellationToken)
    {
        await start.LookAsync([publicId], cancellationToken);
        var now = clock.GetUtcNow();
        var wasStopped = false;
        var outcome = await change.RunAsync(publicId, async digest =>
        {
            wasStopped = digest.Status == DigestStatus.Stopped;
            await start.ResumeAsync(digest, now, cancellationToken);
        }, cancellationToken);
        if (outcome is not DigestStep.Done(var id))
            return outcome;
        if (wasStopped)
        {
            await db.Deliveries.Where(d => d.DigestId == id && d.State == DeliveryState.Deferred)
                .ExecuteUpdateAsync(s => s.SetProperty(d => d.NextAttemptAt, now), cancellationToken);
        }
        jobs.EnqueueSlice(id, await db.LaneOfAsync(id, cancellationToken));
        await alerts.ClearAsync(SendingAlerts.Stopped + publicId, cancellationToken);
        return outcome;
    }
}

/// <summary>For good. Whoever's turn had not come is withheld, so that the ledger closes; what has gone has gone.</summary>
public sealed class CancelDigest(NewsroomDb db, ChangeDigest change, AlertDesk alerts, TimeProvider clock)
{
    public async Task<DigestStep> RunAsync(string publicId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var outcome = await change.RunAsync(publicId, digest =>
        {
            digest.Cancel(now);
            return Task.CompletedTask;
        }, cancellationToken);
        // A crash between the two is repaired by the sweep.
        if (outcome is not DigestStep.Done(var id))
            return outcome;
        await CloseCancelled.RunAsync(db, id, now, cancellationToken);
        await alerts.ClearAsync(SendingAlerts.Stopped + publicId, cancellationToken);
        return outcome;
    }
}
