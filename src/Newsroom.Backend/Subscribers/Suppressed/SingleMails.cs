using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Bounces;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Subscribers.Suppressed;

/// <summary>What came back about confirmations, receipts and other single mails. Their rows hold a keyed hash only of whom they went to.</summary>
internal sealed class SingleMails(SuppressionList suppressions) : IMailedBy
{
    public MailedKind Kind => MailedKind.Single;

    public async Task<MailedTo?> FindAsync(NewsroomDb db, MailedId mailed, CancellationToken cancellationToken)
    {
        var mail = await db.OutgoingMails.Where(m => m.Id == mailed.RecipientId && m.HandedOverAt != null && m.AddressHash != null)
            .Where(m => m.State == OutgoingMailState.Sent || m.State == OutgoingMailState.Uncertain || m.State == OutgoingMailState.HandingOver)
            .Select(m => new { m.Kind, m.SubjectId, m.HandedOverAt, m.AddressHash, m.State }).SingleOrDefaultAsync(cancellationToken);
        if (mail is null)
            return null;
        var address = SignUpRequest.MailKinds.Contains(mail.Kind)
            ? await db.SignUpRequests.Where(r => r.Id == mail.SubjectId).Select(r => r.Subscriber.Address).SingleOrDefaultAsync(cancellationToken) : null;
        // The reader may have moved since; or be erased.
        var isTheirs = EmailAddress.TryParse(address, out var known) && await suppressions.HashAsync(known, cancellationToken) == mail.AddressHash;
        return new MailedTo(mail.AddressHash!, isTheirs ? known : null, mail.HandedOverAt!.Value, mail.State == OutgoingMailState.HandingOver);
    }

    public async Task HearAsync(NewsroomDb db, MailedId mailed, BounceVerdict verdict, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var words = verdict.Reason == BounceReasons.Delivered ? "Known from the provider: it was delivered." : "Known from what came back: the mail server had it.";
        await OutgoingMailRows.SettleUncertainAsync(db, mailed.RecipientId, words, now, cancellationToken);
        if (verdict.Recipients is [var recipient] && EmailAddress.TryParse(recipient, out var address))
            await ReaderStatus.FollowAsync(db, address, verdict.Kind, cancellationToken);
    }
}

/// <summary>A reader's status after news of the address.</summary>
internal static class ReaderStatus
{
    public static async Task FollowAsync(NewsroomDb db, EmailAddress address, BounceKind kind, CancellationToken cancellationToken)
    {
        if (kind is not (BounceKind.Hard or BounceKind.Complaint)
            || await db.Subscribers.Where(s => s.AddressKey == address.Key).Select(s => (long?)s.Id).SingleOrDefaultAsync(cancellationToken) is not { } id)
            return;
        await (kind == BounceKind.Hard ? RecordHardBounce.RunAsync(db, id, address) : RecordComplaint.RunAsync(db, id, address));
    }
}
