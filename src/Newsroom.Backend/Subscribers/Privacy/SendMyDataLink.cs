using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers.Privacy;

public enum MyDataLinkOutcome
{
    /// <summary>It is on its way.</summary>
    Sent,

    /// <summary>As many as a day allows went out already: look into the mailbox.</summary>
    EnoughForToday,

    /// <summary>There is no such reader, or nothing left of one.</summary>
    NobodyThere,
}

/// <summary>
/// Mails a reader the link to their own data. Not shown at once to whoever holds a preferences link: newsletters get forwarded, the mailbox
/// is what proves the person.
/// </summary>
public sealed class SendMyDataLink(NewsroomDb db, Outbox outbox, TimeProvider clock)
{
    public const int MostADay = 3;
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    public async Task<MyDataLinkOutcome> RunAsync(long subscriberId, CancellationToken cancellationToken)
    {
        var outcome = await db.RetryingAsync(async turn =>
        {
            var now = clock.GetUtcNow();
            if (await db.Subscribers.SingleOrDefaultAsync(s => s.Id == subscriberId && s.Status != SubscriberStatus.Erased, turn) is not { } subscriber)
                return MyDataLinkOutcome.NobodyThere;
            if (await db.DataRequests.CountAsync(r => r.SubscriberId == subscriberId && r.At > now - Day, turn) >= MostADay)
                return MyDataLinkOutcome.EnoughForToday;
            // Of several at once each counts the others.
            subscriber.Touch();
            var request = new DataRequest { SubscriberId = subscriberId, Kind = DataRequestKind.MyData, At = now };
            await using var transaction = await db.Database.BeginTransactionAsync(turn);
            db.Add(request);
            await db.SaveChangesAsync(turn);
            outbox.Add(db, MyDataComposer.MailKind, request.Id, now);
            await db.SaveChangesAsync(turn);
            await transaction.CommitAsync(turn);
            return MyDataLinkOutcome.Sent;
        }, cancellationToken);
        if (outcome == MyDataLinkOutcome.Sent)
            outbox.EnqueueDue();
        return outcome;
    }
}

/// <summary>The mail with the link. It reaches suppressed addresses too: a right to one's data does not end with a complaint.</summary>
internal sealed class MyDataComposer(NewsroomDb db, LinkTokens tokens, IOptions<SiteOptions> site, TimeProvider clock) : IMailComposer
{
    public const string MailKind = "my-data";

    public string Kind => MailKind;

    public async Task<ComposedMail?> ComposeAsync(long subjectId, CancellationToken cancellationToken)
    {
        var request = await db.DataRequests.AsNoTracking().Include(r => r.Subscriber).SingleOrDefaultAsync(r => r.Id == subjectId, cancellationToken);
        if (request is null || request.Subscriber.Status == SubscriberStatus.Erased || clock.GetUtcNow() >= request.LinkExpiresAt)
            return null;
        var token = await MyDataLink.TokenAsync(tokens, request.Subscriber, request.LinkExpiresAt, cancellationToken);
        return new ComposedMail(EmailAddress.Parse(request.Subscriber.Address), null, MailKind, new Dictionary<string, object?>
        {
            ["my_data_url"] = site.Value.Link(MyDataLink.PathOf(token)),
            ["expires_on"] = TimeZoneInfo.ConvertTime(request.LinkExpiresAt, site.Value.Zone).ToString("D", site.Value.Culture),
        }, ReachesSuppressed: true);
    }

    public static IReadOnlyDictionary<string, object?> Sample { get; } = new Dictionary<string, object?>
    {
        ["my_data_url"] = "https://news.example.org/my-data/sample",
        ["expires_on"] = "Tuesday, December 1, 2026",
    };
}
