using Hangfire;
using Newsroom.Backend.Data;
using Newsroom.Backend.Jobs;

namespace Newsroom.Backend.Mail;

/// <summary>
/// Single mails, written in their cause's transaction: either both are there or neither. What is enqueued after the commit only hastens
/// them; a minutely sweep finds every row that is due.
/// </summary>
public sealed partial class Outbox(IBackgroundJobClient jobs, ILogger<Outbox> log)
{
    private int _isAwaited;

    /// <summary>Adds the row; the caller saves it together with its cause. A second mail of one kind for one cause is refused by a unique index.</summary>
#pragma warning disable CA1822 // Reads as one thing with EnqueueDue.
    public void Add(NewsroomDb db, string kind, long subjectId, DateTimeOffset now) =>
        db.Add(new OutgoingMail { Kind = kind, SubjectId = subjectId, CreatedAt = now, NextAttemptAt = now });

    /// <summary>The same where none may leave: its row is there all the same, so that every address costs the same work, and staff see why there was none.</summary>
    /// <param name="db">The caller's.</param>
    /// <param name="kind">As for <see cref="Add"/>.</param>
    /// <param name="subjectId">As for <see cref="Add"/>.</param>
    /// <param name="dueAt">When it may leave; null: not at all.</param>
    /// <param name="now">When it was asked for.</param>
    /// <param name="why">A sentence for staff, of one that may not leave.</param>
    public void AddOrWithhold(NewsroomDb db, string kind, long subjectId, DateTimeOffset? dueAt, DateTimeOffset now, string? why = null) => db.Add(new OutgoingMail
    {
        Kind = kind,
        SubjectId = subjectId,
        CreatedAt = now,
        NextAttemptAt = dueAt,
        State = dueAt is null ? OutgoingMailState.Withheld : OutgoingMailState.Waiting,
        SettledAt = dueAt is null ? now : null,
        Answer = dueAt is null ? why : null,
    });
#pragma warning restore CA1822

    /// <summary>Call after the commit. Never fails what is committed: without a job the sweep finds the mail.</summary>
    public void EnqueueDue()
    {
        if (jobs.Ring<SendOutgoingMails>(Queues.Mail, j => j.RunAsync(CancellationToken.None)) is { } why)
            LogNotEnqueued(why);
    }

    /// <summary>The same a while after the commit, once for all who call meanwhile.</summary>
    /// <param name="delay">How long; zero: at once.</param>
    public void EnqueueDue(TimeSpan delay)
    {
        if (delay == TimeSpan.Zero)
            EnqueueDue();
        else if (Interlocked.Exchange(ref _isAwaited, 1) == 0)
            _ = EnqueueLaterAsync(delay);
    }

    private async Task EnqueueLaterAsync(TimeSpan delay)
    {
        await Task.Delay(delay);
        Volatile.Write(ref _isAwaited, 0);
        EnqueueDue();
    }

    [LoggerMessage(LogLevel.Warning, "The job that sends outgoing mails could not be enqueued: they wait for the minutely sweep")]
    private partial void LogNotEnqueued(Exception exception);
}
