using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Bounces;
using Newsroom.Backend.Mail.Relays;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Digests;

/// <summary>What was really sent of digests, and what a report about one of those mails changes: its row, the reader, a frozen ledger.</summary>
internal sealed class DigestMailed(SuppressionList suppressions) : IMailedBy
{
    public MailedKind Kind => MailedKind.Digest;

    public async Task<MailedTo?> FindAsync(NewsroomDb db, MailedId mailed, CancellationToken cancellationToken)
    {
        var row = await (
            from delivery in db.Deliveries
            join subscriber in db.Subscribers on delivery.SubscriberId equals subscriber.Id
            where delivery.DigestId == mailed.DigestId && delivery.SubscriberId == mailed.RecipientId && delivery.HandedOverAt != null
            select new { delivery.HandedOverAt, delivery.State, subscriber.Address, subscriber.Status }).AsNoTracking().SingleOrDefaultAsync(cancellationToken);
        if (row?.HandedOverAt is not { } handedOverAt)
            return null;
        // Whoever has moved since got it at the old mailbox, and it is that one which the report is about.
        var before = await db.AddressChanges
            .Where(c => c.SubscriberId == mailed.RecipientId && c.CarriedToId == null && c.UndoneAt == null && c.OldAddress != null && c.DoneAt > handedOverAt)
            .OrderBy(c => c.DoneAt).Select(c => c.OldAddress).FirstOrDefaultAsync(cancellationToken);
        var address = EmailAddress.Parse(before ?? row.Address);
        var hash = await suppressions.HashAsync(address, cancellationToken);
        return new MailedTo(hash, row.Status == SubscriberStatus.Erased ? null : address, handedOverAt, row.State == DeliveryState.HandingOver);
    }

    public async Task HearAsync(NewsroomDb db, MailedId mailed, BounceVerdict verdict, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var row = db.Deliveries.Where(d => d.DigestId == mailed.DigestId && d.SubscriberId == mailed.RecipientId && d.HandedOverAt != null);
        await MarkAsync(row, verdict, now, cancellationToken);
        if (await SettleAsync(row.Where(d => d.State == DeliveryState.Uncertain), verdict, now, cancellationToken) > 0)
            await FrozenLedger.RecountAsync(db, mailed.DigestId, cancellationToken);
        if (RecipientOf(verdict) is not { } address)
            return;
        if (verdict.Kind == BounceKind.Hard)
            await RecordHardBounce.RunAsync(db, mailed.RecipientId, address);
        else if (verdict.Kind == BounceKind.Complaint)
            await RecordComplaint.RunAsync(db, mailed.RecipientId, address);
    }

    /// <summary>The weightiest stays, in whatever order they come.</summary>
    private static Task<int> MarkAsync(IQueryable<Delivery> row, BounceVerdict verdict, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var lighter = verdict.Kind switch
        {
            BounceKind.Complaint => row.Where(d => d.Returned == null || d.Returned != BounceKind.Complaint),
            BounceKind.Hard => row.Where(d => d.Returned == null || d.Returned == BounceKind.Soft),
            BounceKind.Soft => row.Where(d => d.Returned == null),
            _ => null,
        };
        return lighter?.ExecuteUpdateAsync(
            s => s.SetProperty(d => d.Returned, verdict.Kind).SetProperty(d => d.ReturnedAt, now).SetProperty(d => d.ReturnedStatus, verdict.Status), cancellationToken)
            ?? Task.FromResult(0);
    }

    /// <summary>
    /// A report about a mail whose answer was never heard proves that the server had it. One that it failed makes it refused; one that it arrived,
    /// or is only late, makes it accepted, and so does a reader who has seen it.
    /// </summary>
    private static Task<int> SettleAsync(IQueryable<Delivery> uncertain, BounceVerdict verdict, DateTimeOffset now, CancellationToken cancellationToken)
    {
        switch (verdict)
        {
            case { Kind: BounceKind.Hard or BounceKind.Soft }:
                var owner = verdict.Reason is { } reason ? BounceReasons.OwnerOf(reason) : FaultOwner.Reader;
                var words = SmtpAnswer.Words(verdict.Diagnostic, RecipientOf(verdict));
                return uncertain.ExecuteUpdateAsync(
                    s => s.SetProperty(d => d.State, DeliveryState.Refused).SetProperty(d => d.SettledAt, now)
                        .SetProperty(d => d.Owner, owner).SetProperty(d => d.Answer, words),
                    cancellationToken);
            case { Kind: BounceKind.Complaint } or { Reason: BounceReasons.Delivered or BounceReasons.Delayed }:
                return uncertain.ExecuteUpdateAsync(
                    s => s.SetProperty(d => d.State, DeliveryState.Accepted).SetProperty(d => d.SettledAt, now)
                        .SetProperty(d => d.Owner, (FaultOwner?)null).SetProperty(d => d.Answer, (string?)null),
                    cancellationToken);
            default:
                return Task.FromResult(0);
        }
    }

    private static EmailAddress? RecipientOf(BounceVerdict verdict) =>
        verdict.Recipients.Count > 0 && EmailAddress.TryParse(verdict.Recipients[0], out var address) ? address : null;
}
