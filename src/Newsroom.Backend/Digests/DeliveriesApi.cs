using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Bounces;
using Newsroom.Backend.Subscribers;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Digests;

/// <param name="Subscriber">Id.</param>
/// <param name="State">Where this reader's copy stands.</param>
/// <param name="Attempts">How often the mail server was asked.</param>
/// <param name="Code">Its last reply code.</param>
/// <param name="Answer">Its last words, or ours.</param>
/// <param name="Owner">Whose fault it is that it was not accepted.</param>
/// <param name="HandedOverAt">When the last hand-over began.</param>
/// <param name="SettledAt">When its end was known.</param>
/// <param name="NextAttemptAt">When it is tried again.</param>
/// <param name="Returned">What came back after the hand-over.</param>
/// <param name="ReturnedAt">When that was heard.</param>
/// <param name="ReturnedStatus">Its status (RFC 3463).</param>
/// <param name="DecidedAt">When staff decided to leave an uncertain one.</param>
public sealed record DeliveryShape(
    string Subscriber, DeliveryState State, int Attempts, int? Code, string? Answer, FaultOwner? Owner, DateTimeOffset? HandedOverAt, DateTimeOffset? SettledAt,
    DateTimeOffset? NextAttemptAt, BounceKind? Returned, DateTimeOffset? ReturnedAt, string? ReturnedStatus, DateTimeOffset? DecidedAt);

/// <summary>A digest's rows, and each reader's message.</summary>
internal static class DeliveriesApi
{
    /// <param name="Key">Where a list goes on after it.</param>
    /// <param name="Address">The reader's, for people; an API's caller asks for it by the id.</param>
    /// <param name="Shape">As programs see it.</param>
    internal sealed record DeliveryRow(long Key, string Address, DeliveryShape Shape);

    public static void MapDeliveries(this RouteGroupBuilder digests)
    {
        digests.MapGet("/{id}/deliveries", ListAsync).WithSummary("What became of each reader's copy. Filters: state, owner (reader, content, server, policy).")
            .Produces<ListPage<DeliveryShape>>().ProducesProblem(404);
        digests.MapGet("/{id}/message", MessageAsync).WithSummary("The exact bytes one subscriber is sent.")
            .Produces(200, contentType: "message/rfc822").ProducesProblem(404).ProducesProblem(409);
    }

    private static async Task<IResult> ListAsync(
        NewsroomDb db, string id, string? after, int? limit, string? state, string? owner, CancellationToken cancellationToken)
    {
        if (Api.ReadPage(after, limit, out var afterKey, out var take) is { } fault)
            return fault;
        // As the rows write them: routing's own reading of an enum minds the case.
        if (!TryRead<DeliveryState>(state, out var itsState))
            return Api.Invalid("state", "Give one of planned, claimed, handingOver, deferred, accepted, refused, withheld, uncertain, or leave it out for all.");
        if (!TryRead<FaultOwner>(owner, out var itsOwner))
            return Api.Invalid("owner", "Give the owner of a failure as a row names it: reader, content, server or policy; or leave it out for all.");
        var digestId = await db.Digests.Where(d => d.PublicId == id).Select(d => (int?)d.Id).SingleOrDefaultAsync(cancellationToken);
        if (digestId is null)
            return Api.NotFound("digest");
        var rows = await PageAsync(db, digestId.Value, itsState, itsOwner, afterKey, take + 1, cancellationToken);
        return Results.Ok(ListPage.Cut(rows, take, r => r.Key, r => r.Shape));
    }

    /// <summary>A digest's rows in the readers' order: the unique index (DigestId, SubscriberId) gives each page without sorting the digest's rows.</summary>
    internal static Task<List<DeliveryRow>> PageAsync(
        NewsroomDb db, int digestId, DeliveryState? state, FaultOwner? owner, long? after, int take, CancellationToken cancellationToken)
    {
        var wanted = db.Deliveries.Where(d => d.DigestId == digestId);
        if (after is not null)
            wanted = wanted.Where(d => d.SubscriberId > after);
        if (state is not null)
            wanted = wanted.Where(d => d.State == state);
        if (owner is not null)
            wanted = wanted.Where(d => d.Owner == owner);
        return (
            from delivery in wanted
            join subscriber in db.Subscribers on delivery.SubscriberId equals subscriber.Id
            orderby delivery.SubscriberId
            select new DeliveryRow(
                delivery.SubscriberId,
                subscriber.Address,
                new DeliveryShape(subscriber.PublicId, delivery.State, delivery.Attempts, delivery.Code, delivery.Answer, delivery.Owner,
                    delivery.HandedOverAt, delivery.SettledAt, delivery.NextAttemptAt,
                    delivery.Returned, delivery.ReturnedAt, delivery.ReturnedStatus, delivery.DecidedAt))).Take(take).ToListAsync(cancellationToken);
    }

    private static bool TryRead<T>(string? word, out T? value)
        where T : struct, Enum
    {
        value = Enum.TryParse<T>(word, ignoreCase: true, out var known) && Enum.GetNames<T>().Contains(word, StringComparer.OrdinalIgnoreCase) ? known : null;
        return word is null || value is not null;
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
