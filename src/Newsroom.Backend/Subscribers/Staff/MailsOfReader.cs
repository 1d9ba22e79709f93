using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Digests;
using Newsroom.Backend.Donations;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Bounces;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Subscribers.Help;
using Newsroom.Backend.Subscribers.Preferences;
using Newsroom.Backend.Subscribers.Privacy;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Subscribers.Staff;

/// <summary>One digest's copy; <c>At</c> is when it was handed over, or when it was decided that it is not; null: neither yet.</summary>
public sealed record DigestLine(
    long Key, string DigestId, string Subject, string Newsletter, DeliveryState State, DateTimeOffset? At, int? Code, string? Answer, BounceKind? Returned, DateTimeOffset? ReturnedAt);

public sealed record SingleMailLine(string Kind, OutgoingMailState State, DateTimeOffset CreatedAt, DateTimeOffset? HandedOverAt, int? Code, string? Answer);

/// <summary>What was sent to one reader, and what the servers said, the latest first.</summary>
public sealed class MailsOfReader(NewsroomDb db, SuppressionList suppressions)
{
    public const int PageSize = 25;

    /// <summary>Single mails: there are few, and old ones say little.</summary>
    private const int MostSingle = 50;

    /// <returns>One line more than <see cref="PageSize"/> when there are older ones.</returns>
    public Task<List<DigestLine>> DigestsAsync(long readerKey, long? before, CancellationToken cancellationToken) => (
        from delivery in db.Deliveries
        where delivery.SubscriberId == readerKey && (before == null || delivery.Id < before)
        orderby delivery.Id descending
        join digest in db.Digests on delivery.DigestId equals digest.Id
        join newsletter in db.Newsletters on digest.NewsletterId equals newsletter.Id
        select new DigestLine(
            delivery.Id, digest.PublicId, digest.Subject, newsletter.Name, delivery.State, delivery.HandedOverAt ?? delivery.SettledAt, delivery.Code, delivery.Answer,
            delivery.Returned, delivery.ReturnedAt)).Take(PageSize + 1).ToListAsync(cancellationToken);

    public async Task<IReadOnlyList<SingleMailLine>> SingleAsync(long readerKey, EmailAddress address, CancellationToken cancellationToken)
    {
        var hash = await suppressions.HashAsync(address, cancellationToken);
        var sent = await Lines(db.OutgoingMails.Where(m => m.AddressHash == hash)).ToListAsync(cancellationToken);
        // What was never handed over knows no address, only its cause.
        var requests = db.SignUpRequests.Where(r => r.SubscriberId == readerKey).Select(r => r.Id);
        var waiting = await Lines(db.OutgoingMails.Where(m => m.AddressHash == null && SignUpRequest.MailKinds.Contains(m.Kind) && requests.Contains(m.SubjectId))).ToListAsync(cancellationToken);
        return [.. sent.Concat(waiting).OrderByDescending(m => m.CreatedAt)];
    }

    private static IQueryable<SingleMailLine> Lines(IQueryable<OutgoingMail> mails) => mails.OrderByDescending(m => m.Id).Take(MostSingle)
        .Select(m => new SingleMailLine(m.Kind, m.State, m.CreatedAt, m.HandedOverAt, m.Code, m.Answer));
}

internal static class MailWords
{
    public static string Of(DeliveryState state) => state switch
    {
        DeliveryState.Planned or DeliveryState.Claimed => "waits for its turn",
        DeliveryState.HandingOver => "being handed over",
        DeliveryState.Deferred => "tries again",
        DeliveryState.Accepted => "accepted",
        DeliveryState.Refused => "refused",
        DeliveryState.Withheld => "not sent",
        DeliveryState.Uncertain => "uncertain",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "No such state."),
    };

    public static Tone ToneOf(DeliveryState state) => state switch
    {
        DeliveryState.Accepted => Tone.Good,
        DeliveryState.Refused => Tone.Bad,
        DeliveryState.Uncertain => Tone.Warn,
        DeliveryState.Withheld => Tone.Neutral,
        _ => Tone.Busy,
    };

    public static string Of(OutgoingMailState state) => state switch
    {
        OutgoingMailState.Waiting => "waits for its turn",
        OutgoingMailState.HandingOver => "being handed over",
        OutgoingMailState.Sent => "accepted",
        OutgoingMailState.Failed => "refused",
        OutgoingMailState.Withheld => "not sent",
        OutgoingMailState.Uncertain => "uncertain",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "No such state."),
    };

    public static Tone ToneOf(OutgoingMailState state) => state switch
    {
        OutgoingMailState.Sent => Tone.Good,
        OutgoingMailState.Failed => Tone.Bad,
        OutgoingMailState.Uncertain => Tone.Warn,
        OutgoingMailState.Withheld => Tone.Neutral,
        _ => Tone.Busy,
    };

    /// <summary>What came back after a mail was accepted.</summary>
    public static string Of(BounceKind kind) => kind switch
    {
        BounceKind.Hard => "came back: no such mailbox",
        BounceKind.Soft => "came back, for a reason that may pass",
        BounceKind.Complaint => "called spam",
        BounceKind.Ignored => "an automatic answer",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such kind."),
    };

    /// <summary>The kind of a single mail, as readers would call it.</summary>
    public static string Kind(string kind) => kind switch
    {
        ConfirmationComposer.MailKind => "Please confirm",
        AlreadySubscribedComposer.MailKind => "You subscribe already",
        WelcomeComposer.MailKind => "Welcome",
        MyDataComposer.MailKind => "Link to own data",
        MailStateComposer.MailKind => "How mail to you stands",
        NewAddressComposer.MailKind => "Confirm the new address",
        OldAddressComposer.MailKind => "The address was changed",
        ReceiptComposer.MailKind => "Receipt",
        _ => char.ToUpperInvariant(kind[0]) + kind[1..].Replace('-', ' '),
    };
}
