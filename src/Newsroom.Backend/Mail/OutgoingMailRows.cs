using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail.Relays;

namespace Newsroom.Backend.Mail;

/// <summary>
/// The guarded steps of an outgoing mail. Each changes the row only from the state and under the lease it expects, in one statement whose
/// row count is the answer: two nodes cannot both go on.
/// </summary>
internal static class OutgoingMailRows
{
    // Composing takes milliseconds; after a crash the mail is taken up again when this is over.
    private static readonly TimeSpan ClaimLease = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan HandOverLease = SmtpTurn.LongestHandOver + TimeSpan.FromMinutes(2);

    public static Task<long?> NextDueAsync(NewsroomDb db, DateTimeOffset now, CancellationToken cancellationToken) =>
        Due(db, now).OrderBy(m => m.NextAttemptAt).ThenBy(m => m.Id).Select(m => (long?)m.Id).FirstOrDefaultAsync(cancellationToken);

    public static async Task<bool> ClaimAsync(NewsroomDb db, long id, Guid lease, DateTimeOffset now, CancellationToken cancellationToken) =>
        await Due(db, now).Where(m => m.Id == id).ExecuteUpdateAsync(
            s => s.SetProperty(m => m.LeaseId, lease).SetProperty(m => m.LeaseUntil, now + ClaimLease), cancellationToken) == 1;

    /// <summary>The last step before the server: committed before the message is begun.</summary>
    public static async Task<bool> BeginHandOverAsync(NewsroomDb db, long id, Guid lease, string addressHash, DateTimeOffset now, CancellationToken cancellationToken) =>
        await db.OutgoingMails.Where(m => m.Id == id && m.LeaseId == lease && m.State == OutgoingMailState.Waiting).ExecuteUpdateAsync(
            s => s.SetProperty(m => m.State, OutgoingMailState.HandingOver)
                .SetProperty(m => m.LeaseUntil, now + HandOverLease)
                .SetProperty(m => m.HandedOverAt, now)
                .SetProperty(m => m.AddressHash, addressHash), cancellationToken) == 1;

    /// <summary>Writes what became of it. Also over <see cref="OutgoingMailState.Uncertain"/>: an answer that came late is still the truth.</summary>
    public static Task<int> SettleAsync(NewsroomDb db, long id, Guid lease, MailSettlement settlement, DateTimeOffset now)
    {
        DateTimeOffset? settledAt = settlement.State == OutgoingMailState.Waiting ? null : now;
        return db.OutgoingMails
            .Where(m => m.Id == id && m.LeaseId == lease && (m.State == OutgoingMailState.Waiting || m.State == OutgoingMailState.HandingOver || m.State == OutgoingMailState.Uncertain))
            .ExecuteUpdateAsync(s => s
                .SetProperty(m => m.State, settlement.State)
                .SetProperty(m => m.Attempts, m => m.Attempts + settlement.UsedAttempts)
                .SetProperty(m => m.NextAttemptAt, settlement.NextAttemptAt)
                .SetProperty(m => m.SettledAt, settledAt)
                .SetProperty(m => m.Code, settlement.Code)
                .SetProperty(m => m.Answer, settlement.Answer)
                .SetProperty(m => m.LeaseId, (Guid?)null)
                .SetProperty(m => m.LeaseUntil, (DateTimeOffset?)null), CancellationToken.None);
    }

    /// <summary>
    /// Mails whose process died while the server may have had them. They are not sent again by themselves: better none than two, and people can
    /// ask for another one.
    /// </summary>
    public static Task<int> MarkAbandonedAsync(NewsroomDb db, DateTimeOffset now, CancellationToken cancellationToken) =>
        db.OutgoingMails.Where(m => m.State == OutgoingMailState.HandingOver && m.LeaseUntil < now).ExecuteUpdateAsync(
            s => s.SetProperty(m => m.State, OutgoingMailState.Uncertain)
                .SetProperty(m => m.SettledAt, now)
                .SetProperty(m => m.Answer, "The program stopped while handing it over; the mail server may have it or not."), cancellationToken);

    /// <summary>What came back about an uncertain mail says whether the server had it: even a bounce comes only from one that had.</summary>
    public static Task<int> SettleUncertainAsync(NewsroomDb db, long id, string words, DateTimeOffset now, CancellationToken cancellationToken) =>
        db.OutgoingMails.Where(m => m.Id == id && m.State == OutgoingMailState.Uncertain).ExecuteUpdateAsync(
            s => s.SetProperty(m => m.State, OutgoingMailState.Sent).SetProperty(m => m.SettledAt, now).SetProperty(m => m.Answer, words), cancellationToken);

    public static Task<int> ExplainWaitingAsync(NewsroomDb db, string why, CancellationToken cancellationToken) =>
        db.OutgoingMails.Where(m => m.State == OutgoingMailState.Waiting && (m.Answer == null || m.Answer != why)).ExecuteUpdateAsync(
            s => s.SetProperty(m => m.Answer, why), cancellationToken);

    /// <summary>For causes that go with an erased person, in the caller's transaction: nothing of theirs leaves any more, and no server's words stay.</summary>
    public static async Task ForgetAsync(
        NewsroomDb db, IReadOnlyCollection<string> kinds, IQueryable<long> causes, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var theirs = db.OutgoingMails.Where(m => kinds.Contains(m.Kind) && causes.Contains(m.SubjectId));
        await theirs.Where(m => m.State == OutgoingMailState.Waiting).ExecuteUpdateAsync(
            s => s.SetProperty(m => m.State, OutgoingMailState.Withheld).SetProperty(m => m.SettledAt, now), cancellationToken);
        await theirs.Where(m => m.Answer != null).ExecuteUpdateAsync(s => s.SetProperty(m => m.Answer, (string?)null), cancellationToken);
    }

    private static IQueryable<OutgoingMail> Due(NewsroomDb db, DateTimeOffset now) =>
        db.OutgoingMails.Where(m => m.State == OutgoingMailState.Waiting && m.NextAttemptAt <= now && (m.LeaseUntil == null || m.LeaseUntil < now));
}
