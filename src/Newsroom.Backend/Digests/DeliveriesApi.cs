using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Subscribers;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Digests;

/// <summary>A digest's rows, and each reader's message.</summary>
internal static class DeliveriesApi
{
    public sealed record DeliveryShape(
        string Subscriber, DeliveryState State, int Attempts, int? Code, string? Answer, DateTimeOffset? HandedOverAt, DateTimeOffset? SettledAt, DateTimeOffset? NextAttemptAt);

    public static void MapDeliveries(this RouteGroupBuilder digests)
    {
        digests.MapGet("/{id}/deliveries", ListAsync).WithSummary("What became of each reader's copy.")
            .Produces<ListPage<DeliveryShape>>().ProducesProblem(404);
        digests.MapGet("/{id}/message", MessageAsync).WithSummary("The exact bytes one subscriber is sent.")
            .Produces(200, contentType: "message/rfc822").ProducesProblem(404).ProducesProblem(409);
    }

    private static async Task<IResult> ListAsync(
        NewsroomDb db, string id, string? after, int? limit, DeliveryState? state, CancellationToken cancellationToken)
    {
        if (Api.ReadPage(after, limit, out var afterKey, out var take) is { } fault)
            return fault;
        var digestId = await db.Digests.Where(d => d.PublicId == id).Select(d => (int?)d.Id).SingleOrDefaultAsync(cancellationToken);
        if (digestId is null)
            return Api.NotFound("digest");
        // In the readers' order: the unique index (DigestId, SubscriberId) gives each page without sorting the digest's rows.
        var rows = await (
            from delivery in db.Deliveries
            join subscriber in db.Subscribers on delivery.SubscriberId equals subscriber.Id
            where delivery.DigestId == digestId && (afterKey == null || delivery.SubscriberId > afterKey) && (state == null || delivery.State == state)
            orderby delivery.SubscriberId
            select new
            {
                delivery.SubscriberId,
                Shape = new DeliveryShape(subscriber.PublicId, delivery.State, delivery.Attempts, delivery.Code, delivery.Answer,
                    delivery.HandedOverAt, delivery.SettledAt, delivery.NextAttemptAt),
            }).Take(take + 1).ToListAsync(cancellationToken);
        return Results.Ok(ListPage.Cut(rows, take, r => r.SubscriberId, r => r.Shape));
    }

    /// <summary>
    /// The bytes that were sent to that reader, or would be sent now: the message's Date is the hand-over's, and everything else follows
    /// from the rows.
    /// </summary>
    private static async Task<IResult> MessageAsync(
        NewsroomDb db, Editions editions, MailReadiness mail, TimeProvider clock, string id, string? subscriber, CancellationToken cancellationToken)
    {
        var digest = await db.Digests.Where(d => d.PublicId == id).Select(d => new { d.Id, d.NewsletterId, d.Status }).SingleOrDefaultAsync(cancellationToken);
        if (digest is null)
            return Api.NotFound("digest");
        if (digest.Status == DigestStatus.Skipped)
            return Api.Conflict("This digest was skipped: it has no message.");
        if (mail.MissingForLists is { } missing)
            return Api.Conflict(missing);
        var reader = await db.Subscriptions
            .Where(s => s.NewsletterId == digest.NewsletterId && s.Subscriber.PublicId == subscriber && s.Subscriber.Status != SubscriberStatus.Erased)
            .Select(s => new
            {
                Who = new DigestReader(s.SubscriberId, s.Subscriber.PublicId, s.PublicId, s.Subscriber.Address, s.Subscriber.Name),
                HandedOverAt = db.Deliveries.Where(d => d.DigestId == digest.Id && d.SubscriberId == s.SubscriberId).Select(d => d.HandedOverAt).SingleOrDefault(),
            })
            .SingleOrDefaultAsync(cancellationToken);
        if (reader is null)
            return Api.NotFound("subscriber of this newsletter");
        var edition = await editions.RenderAsync(digest.Id, cancellationToken);
        var message = await edition.BuildAsync(reader.Who, reader.HandedOverAt ?? clock.GetUtcNow(), cancellationToken);
        return Results.Bytes(message.ToBytes(), "message/rfc822");
    }
}
