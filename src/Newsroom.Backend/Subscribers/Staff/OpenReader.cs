using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Bounces;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Subscribers.Staff;

public sealed record ReaderSubscription(string Slug, string Name, SubscriptionState State, Rhythm Rhythm, DateTimeOffset RequestedAt, DateTimeOffset? ConfirmedAt, DateTimeOffset? LeftAt, string? Import);

public sealed record ReaderReport(DateTimeOffset At, BounceKind Kind, string? Status, string? Diagnostic, ReportOutcome Outcome);

public sealed record ReaderGift(string Id, DateTimeOffset At, Money Amount, Frequency Frequency, DonationStatus Status);

/// <summary>A bar that was taken away; <c>By</c> is a member of staff's name, an API key's id, or the reader.</summary>
public sealed record ReaderLift(SuppressionReason Reason, DateTimeOffset SuppressedAt, DateTimeOffset LiftedAt, string By, string? Why);

/// <param name="Reader">Itself.</param>
/// <param name="Subscriptions">In the order in which they were asked for.</param>
/// <param name="Consents">The chain, the oldest first.</param>
/// <param name="Chain">Whether it holds.</param>
/// <param name="Suppression">Why the address gets nothing; null: it may be mailed.</param>
/// <param name="Lifts">What barred it before, the latest first.</param>
/// <param name="Reports">What came back from it, the latest first.</param>
/// <param name="WaitsForConfirmation">Something was asked for whose button was not pressed.</param>
/// <param name="Gifts">Of the same address, once its owner has confirmed it; the latest first.</param>
public sealed record ReaderFile(
    Subscriber Reader, IReadOnlyList<ReaderSubscription> Subscriptions, IReadOnlyList<Consent> Consents, ChainVerdict Chain, Suppression? Suppression,
    IReadOnlyList<ReaderLift> Lifts, IReadOnlyList<ReaderReport> Reports, bool WaitsForConfirmation, IReadOnlyList<ReaderGift> Gifts);

/// <summary>Everything that staff see of one reader but the mails (<see cref="MailsOfReader"/>).</summary>
public sealed class OpenReader(NewsroomDb db, SuppressionList suppressions)
{
    private const int Most = 25;

    public Task<Subscriber?> FindAsync(string id, CancellationToken cancellationToken) =>
        db.Subscribers.AsNoTracking().SingleOrDefaultAsync(s => s.PublicId == id, cancellationToken);

    public async Task<ReaderFile> RunAsync(Subscriber reader, CancellationToken cancellationToken)
    {
        var subscriptions = await (
            from subscription in db.Subscriptions
            where subscription.SubscriberId == reader.Id
            join import in db.Imports on subscription.ImportId equals (long?)import.Id into imports
            from import in imports.DefaultIfEmpty()
            orderby subscription.Id
            select new ReaderSubscription(
                subscription.Newsletter.Slug, subscription.Newsletter.Name, subscription.State, subscription.Rhythm, subscription.RequestedAt, subscription.ConfirmedAt,
                subscription.LeftAt, import.PublicId)).ToListAsync(cancellationToken);
        var consents = await db.Consents.AsNoTracking().Where(c => c.SubscriberId == reader.Id).OrderBy(c => c.Id).ToListAsync(cancellationToken);
        var hash = await suppressions.HashAsync(EmailAddress.Parse(reader.Address), cancellationToken);
        return new ReaderFile(
            reader, subscriptions, consents, ConsentChain.Verify(reader, consents),
            await db.Suppressions.AsNoTracking().SingleOrDefaultAsync(s => s.AddressHash == hash, cancellationToken),
            await LiftsAsync(hash, cancellationToken),
            await db.MailReports.Where(r => r.AddressHash == hash).OrderByDescending(r => r.ReceivedAt).Take(Most)
                .Select(r => new ReaderReport(r.ReceivedAt, r.Kind, r.Status, r.Diagnostic, r.Outcome)).ToListAsync(cancellationToken),
            (await MailConfirmationAgain.WaitingAsync(db, reader, cancellationToken)).Count > 0,
            reader.ConfirmedAt is null ? [] : await GiftsAsync(reader.AddressKey, cancellationToken));
    }

    private async Task<IReadOnlyList<ReaderLift>> LiftsAsync(string hash, CancellationToken cancellationToken) => await (
        from lift in db.SuppressionLifts
        where lift.AddressHash == hash
        join member in db.StaffMembers on lift.By equals member.PublicId into members
        from member in members.DefaultIfEmpty()
        orderby lift.LiftedAt descending
        select new ReaderLift(lift.Reason, lift.SuppressedAt, lift.LiftedAt, member == null ? lift.By : member.Name, lift.Why)).Take(Most).ToListAsync(cancellationToken);

    private async Task<IReadOnlyList<ReaderGift>> GiftsAsync(string addressKey, CancellationToken cancellationToken)
    {
        var gifts = await db.Donations.Where(d => d.AddressKey == addressKey && d.PaidAt != null).OrderByDescending(d => d.Id).Take(Most)
            .Select(d => new { d.PublicId, d.PaidAt, d.AmountMinor, d.CurrencyCode, d.Frequency, d.Status }).ToListAsync(cancellationToken);
        return gifts.ConvertAll(d => new ReaderGift(d.PublicId, d.PaidAt!.Value, new Money(d.AmountMinor, Currency.Parse(d.CurrencyCode)), d.Frequency, d.Status));
    }
}
