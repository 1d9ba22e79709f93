using System.Linq.Expressions;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers;

/// <summary>A subscriber in a list.</summary>
public sealed record SubscriberShape(
    string Id, string Email, string? Name, SubscriberStatus Status, DateTimeOffset CreatedAt, DateTimeOffset? ConfirmedAt, DateTimeOffset? LeftAt);

/// <summary>One subscriber, with what it subscribes to and every word it agreed to.</summary>
public sealed record SubscriberDetail(
    string Id, string Email, string? Name, SubscriberStatus Status, DateTimeOffset CreatedAt, DateTimeOffset? ConfirmedAt, DateTimeOffset? LeftAt,
    IReadOnlyList<SubscriptionShape> Newsletters, IReadOnlyList<ConsentShape> Consents, ChainVerdict ConsentChain);

public sealed record SubscriptionShape(
    string Newsletter, SubscriptionState State, DateTimeOffset RequestedAt, DateTimeOffset? ConfirmedAt, DateTimeOffset? LeftAt);

/// <summary>A link of the chain; <see cref="Consent"/> says what each is. The hash covers all but the network's.</summary>
public sealed record ConsentShape(
    ConsentEvent Event, IReadOnlyList<string> Newsletters, string Wording, string WordingVersion, string Method, string? Source, DateTimeOffset At,
    string? Page, string? NetworkHash, int Sequence, string PreviousHash, string Hash)
{
    internal static ConsentShape Of(Consent c) => new(
        c.Event, c.Newsletters.Split(','), c.Wording, c.WordingVersion, c.Method, c.Source, c.At, c.Page, c.NetworkHash, c.Sequence, c.PreviousHash, c.Hash);
}

internal static class SubscribersApi
{
    private static readonly string Statuses = string.Join(", ", Enum.GetNames<SubscriberStatus>().Select(JsonNamingPolicy.CamelCase.ConvertName));

    private sealed record Row(long Key, SubscriberShape Shape);

    // An expression, not a method, so that the database reads these columns only.
    private static readonly Expression<Func<Subscriber, Row>> ToRow =
        s => new Row(s.Id, new SubscriberShape(s.PublicId, s.Address, s.Name, s.Status, s.CreatedAt, s.ConfirmedAt, s.LeftAt));

    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapApi("subscribers");
        api.MapGet("", ListAsync).WithSummary("The subscribers, the oldest first; filter by email or status.").Produces<ListPage<SubscriberShape>>().ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity);
        api.MapGet("{id}", GetAsync).WithSummary("One subscriber with its newsletters and its consents.").Produces<SubscriberDetail>().ProducesProblem(StatusCodes.Status404NotFound);
    }

    /// <param name="db">Where they are.</param>
    /// <param name="email">One address, whole, in any letter case.</param>
    /// <param name="status">One of <see cref="SubscriberStatus"/>, in lower camel case.</param>
    /// <param name="after">The page before's <c>next</c>.</param>
    /// <param name="limit">Rows on a page.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    private static async Task<IResult> ListAsync(
        NewsroomDb db, string? email, string? status, string? after, int? limit, CancellationToken cancellationToken)
    {
        if (Api.ReadPage(after, limit, out var afterKey, out var take) is { } fault)
            return fault;
        var query = db.Subscribers.Where(s => afterKey == null || s.Id > afterKey);
        if (!string.IsNullOrEmpty(email))
        {
            if (!EmailAddress.TryParse(email, out var address))
                return Api.Invalid("email", "Give one whole address, for example ?email=name@example.org.");
            query = query.Where(s => s.AddressKey == address.Key);
        }
        if (!string.IsNullOrEmpty(status))
        {
            // By name only: Enum.TryParse would take numbers too.
            if (!Statuses.Split(", ").Contains(status, StringComparer.Ordinal) || !Enum.TryParse<SubscriberStatus>(status, ignoreCase: true, out var wanted))
                return Api.Invalid("status", $"Give one of {Statuses}.");
            query = query.Where(s => s.Status == wanted);
        }
        var rows = await query.OrderBy(s => s.Id).Take(take + 1).Select(ToRow).ToListAsync(cancellationToken);
        return Results.Ok(ListPage.Cut(rows, take, r => r.Key, r => r.Shape));
    }

    private static async Task<IResult> GetAsync(NewsroomDb db, string id, CancellationToken cancellationToken) =>
        await DetailAsync(db, id, cancellationToken) is { } detail ? Results.Ok(detail) : Api.NotFound("subscriber");

    /// <summary>One subscriber with everything; null when there is none with that id.</summary>
    internal static async Task<SubscriberDetail?> DetailAsync(NewsroomDb db, string id, CancellationToken cancellationToken)
    {
        if (await db.Subscribers.Where(s => s.PublicId == id).Select(ToRow).SingleOrDefaultAsync(cancellationToken) is not var (key, shape))
            return null;
        var newsletters = await db.Subscriptions.Where(s => s.SubscriberId == key).OrderBy(s => s.Id)
            .Select(s => new SubscriptionShape(s.Newsletter.Slug, s.State, s.RequestedAt, s.ConfirmedAt, s.LeftAt)).ToListAsync(cancellationToken);
        var consents = await db.Consents.AsNoTracking().Where(c => c.SubscriberId == key).OrderBy(c => c.Id).ToListAsync(cancellationToken);
        return new SubscriberDetail(
            shape.Id, shape.Email, shape.Name, shape.Status, shape.CreatedAt, shape.ConfirmedAt, shape.LeftAt, newsletters,
            consents.ConvertAll(ConsentShape.Of), ConsentChain.Verify(await db.Subscribers.AsNoTracking().SingleAsync(s => s.Id == key, cancellationToken), consents));
    }
}
