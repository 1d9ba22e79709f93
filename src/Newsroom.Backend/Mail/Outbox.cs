using Hangfire;
using Newsroom.Backend.Data;
using Newsroom.Backend.Jobs;

namespace Newsroom.Backend.Mail;

/// <summary>
/// Single mails, written in their cause's transaction: either both are there or neither. What is enqueued after the commit only hastens
/// them; a minutely sweep finds every row that is due.
/// </summary>
public sealed class Outbox(IBackgroundJobClient jobs)
{
    /// <summary>Adds the row; the caller saves it together with its cause. A second mail of one kind for one cause is refused by a unique index.</summary>
#pragma warning disable CA1822 // Reads as one thing with EnqueueDue.
    public void Add(NewsroomDb db, string kind, long subjectId, DateTimeOffset now) =>
        db.Add(new OutgoingMail { Kind = kind, SubjectId = subjectId, CreatedAt = now, NextAttemptAt = now });

    /// <summary>The same where none may leave: its row is there all the same, so that every address costs the same work, and staff see why there was none.</summary>
    public void AddOrWithhold(NewsroomDb db, string kind, long subjectId, bool mayLeave, DateTimeOffset now) => db.Add(new OutgoingMail
    {
        Kind = kind,
        SubjectId = subjectId,
        CreatedAt = now,
        NextAttemptAt = mayLeave ? now : null,
        State = mayLeave ? OutgoingMailState.Waiting : OutgoingMailState.Withheld,
        SettledAt = mayLeave ? null : now,
    });
#pragma warning restore CA1822

    /// <summary>Call after the commit.</summary>
    public void EnqueueDue() => jobs.Enqueue<SendOutgoingMails>(Queues.Critical, j => j.RunAsync(CancellationToken.None));
}
