using System.Linq.Expressions;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Stripe;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations;

/// <summary>A gift in JSON. <c>Tribute</c>: <c>honour</c> or <c>memory</c>, where there is somebody it is made for.</summary>
public sealed record DonationShape(
    string Id, DonationStatus Status, MoneyShape Amount, Frequency Frequency, string Email, string? Name, bool Anonymous, string? Message, string? Campaign,
    string? InHonourOf, string? Tribute, string? MailingAddress, string? MailingCountry, string? Source, MoneyShape? FeeCover, MoneyShape? Refunded, string? Donor, string? Plan, string? Receipt, bool LiveMode, DateTimeOffset CreatedAt, DateTimeOffset? PaidAt,
    StripeIds Stripe, string? LastError)
{
    /// <summary>Everything that happened to it, oldest first; only where one gift is asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TimelineEntry>? Timeline { get; init; }
}

/// <summary>Where to look it up in Stripe's dashboard.</summary>
public sealed record StripeIds(string? Session, string? PaymentIntent, string? Invoice);

/// <param name="At">When.</param>
/// <param name="What"><c>form</c>, <c>paid</c>, <c>fraudWarning</c>, <c>event</c>, <c>receipt</c>, <c>mail</c>, <c>refund</c>, <c>dispute</c> or <c>ledger</c>.</param>
/// <param name="Detail">The event's type, the receipt's number, the mail's kind, Stripe's id of the refund, dispute or balance transaction.</param>
/// <param name="State">What became of it; of a refund or dispute in Stripe's words.</param>
/// <param name="Error">The last error, if there was one.</param>
public sealed record TimelineEntry(DateTimeOffset At, string What, string? Detail, string? State, string? Error);

/// <summary>A gift with the public ids of its donor and plan, and the year and number of the receipt that holds.</summary>
internal sealed record DonationRow(Donation Donation, string? Donor, string? Plan, int? Year, int? Sequence)
{
    public string? Receipt => this is { Year: { } year, Sequence: { } sequence } ? Donations.Receipt.NumberOf(year, sequence) : null;
}

internal static class DonationsApi
{
    private static readonly string[] Statuses = [.. Enum.GetNames<DonationStatus>().Select(JsonNamingPolicy.CamelCase.ConvertName)];

    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapApi("donations");
        api.MapGet("", ListAsync).WithSummary("The gifts, the oldest first.").Produces<ListPage<DonationShape>>().ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity);
        api.MapGet("{id}", GetAsync).WithSummary("One gift with its timeline.").Produces<DonationShape>().ProducesProblem(StatusCodes.Status404NotFound);
        api.MapPost("{id}/sync", SyncAsync).WithSummary("Asks Stripe what became of a gift, and books it.").Produces<DonationShape>().ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }

    /// <param name="db">Where they are.</param>
    /// <param name="status">One of <see cref="DonationStatus"/>, in lower camel case.</param>
    /// <param name="frequency"><c>once</c>, <c>monthly</c> or <c>yearly</c>.</param>
    /// <param name="email">One address, whole.</param>
    /// <param name="campaign">As the form had it.</param>
    /// <param name="after">The page before's <c>next</c>.</param>
    /// <param name="limit">Rows on a page.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    private static async Task<IResult> ListAsync(
        NewsroomDb db, string? status, string? frequency, string? email, string? campaign, string? after, int? limit, CancellationToken cancellationToken)
    {
        if (Api.ReadPage(after, limit, out var afterKey, out var take) is { } fault)
            return fault;
        var query = db.Donations.AsNoTracking().Where(d => afterKey == null || d.Id > afterKey);
        if (!string.IsNullOrEmpty(status))
        {
            var at = Array.IndexOf(Statuses, status);
            if (at < 0)
                return Api.Invalid("status", $"Give one of {string.Join(", ", Statuses)}.");
            var wanted = Enum.GetValues<DonationStatus>()[at];
            query = query.Where(d => d.Status == wanted);
        }
        if (!string.IsNullOrEmpty(frequency))
        {
            if (!GiftRules.TryParseFrequency(frequency, out var wanted))
                return Api.Invalid("frequency", "Give once, monthly or yearly.");
            query = query.Where(d => d.Frequency == wanted);
        }
        if (!string.IsNullOrEmpty(email))
        {
            if (!EmailAddress.TryParse(email, out var address))
                return Api.Invalid("email", "Give one whole address, for example ?email=name@example.org.");
            query = query.Where(d => d.AddressKey == address.Key);
        }
        if (!string.IsNullOrEmpty(campaign))
            query = query.Where(d => d.Campaign == campaign);
        var rows = await Rows(db, query.OrderBy(d => d.Id).Take(take + 1)).ToListAsync(cancellationToken);
        return Results.Ok(ListPage.Cut(rows, take, r => r.Donation.Id, Shape));
    }

    private static async Task<IResult> GetAsync(NewsroomDb db, string id, CancellationToken cancellationToken) =>
        await DetailAsync(db, id, cancellationToken) is { } detail ? Results.Ok(detail) : Api.NotFound("donation");

    private static async Task<IResult> SyncAsync(NewsroomDb db, string id, SyncGift sync, CancellationToken cancellationToken)
    {
        if (!await db.Donations.AnyAsync(d => d.PublicId == id, cancellationToken))
            return Api.NotFound("donation");
        var about = await KnownToStripeAsync(db, id, cancellationToken);
        if (about is null)
            return Api.Conflict("Stripe knows nothing of this gift yet: it has no checkout page.");
        try
        {
            await sync.RunAsync(about, cancellationToken);
        }
        catch (StripeUnavailableException e)
        {
            return Results.Problem(statusCode: StatusCodes.Status503ServiceUnavailable, title: $"Stripe could not be asked to the end: try again. {e.Message}");
        }
        return await GetAsync(db, id, cancellationToken);
    }

    /// <summary>What Stripe knows the gift by; null while it has neither a checkout page nor an invoice.</summary>
    internal static async Task<GiftObject?> KnownToStripeAsync(NewsroomDb db, string id, CancellationToken cancellationToken) =>
        await db.Donations.Where(d => d.PublicId == id).Select(d => new { d.SessionId, d.InvoiceId }).SingleOrDefaultAsync(cancellationToken) switch
        {
            { SessionId: { } session } => new GiftObject.Checkout(session),
            { InvoiceId: { } invoice } => new GiftObject.Invoice(invoice),
            _ => null,
        };

    /// <summary>One gift with its timeline; null when there is none with that id.</summary>
    internal static async Task<DonationShape?> DetailAsync(NewsroomDb db, string id, CancellationToken cancellationToken)
    {
        if (await Rows(db, db.Donations.AsNoTracking().Where(d => d.PublicId == id)).SingleOrDefaultAsync(cancellationToken) is not { } row)
            return null;
        var timeline = new List<TimelineEntry> { new(row.Donation.CreatedAt, "form", null, null, row.Donation.LastError) };
        if (row.Donation.PaidAt is { } paid)
            timeline.Add(new(paid, "paid", null, null, null));
        if (row.Donation.FraudWarnedAt is { } warned)
            timeline.Add(new(warned, "fraudWarning", null, null, null));
        timeline.AddRange(await db.StripeEvents.Where(e => e.DonationId == row.Donation.Id)
            .Select(e => new { e.ReceivedAt, e.Type, e.State, e.LastError }).AsAsyncEnumerable()
            .Select(e => new TimelineEntry(e.ReceivedAt, "event", e.Type, Camel(e.State.ToString()), e.LastError)).ToListAsync(cancellationToken));
        timeline.AddRange(await db.Receipts.Where(r => r.DonationId == row.Donation.Id).AsAsyncEnumerable()
            .Select(r => new TimelineEntry(r.IssuedAt, "receipt", r.Number, null, null)).ToListAsync(cancellationToken));
        timeline.AddRange(await db.OutgoingMails
            .Where(m => (m.Kind == ReceiptComposer.MailKind || m.Kind == CorrectedReceiptComposer.MailKind) && db.Receipts.Any(r => r.Id == m.SubjectId && r.DonationId == row.Donation.Id)).AsAsyncEnumerable()
            .Select(m => new TimelineEntry(m.SettledAt ?? m.CreatedAt, "mail", m.Kind, Camel(m.State.ToString()), m.Answer)).ToListAsync(cancellationToken));
        timeline.AddRange(await db.Refunds.Where(r => r.DonationId == row.Donation.Id).AsAsyncEnumerable()
            .Select(r => new TimelineEntry(r.CreatedAt, "refund", r.RefundId, r.Status, r.FailureReason)).ToListAsync(cancellationToken));
        timeline.AddRange(await db.Disputes.Where(d => d.DonationId == row.Donation.Id).AsAsyncEnumerable()
            .Select(d => new TimelineEntry(d.CreatedAt, "dispute", d.DisputeId, d.Status, null)).ToListAsync(cancellationToken));
        timeline.AddRange(await db.StripeTransactions.Where(t => t.DonationId == row.Donation.Id).AsAsyncEnumerable()
            .Select(t => new TimelineEntry(t.CreatedAt, "ledger", t.TransactionId, Camel(t.Kind.ToString()), null)).ToListAsync(cancellationToken));
        return Shape(row) with { Timeline = [.. timeline.OrderBy(t => t.At)] };
    }

    internal static IQueryable<DonationRow> Rows(NewsroomDb db, IQueryable<Donation> donations)
    {
        Expression<Func<Donation, DonationRow>> toRow = d => new DonationRow(d, d.Donor!.PublicId, d.Plan!.PublicId,
            db.Receipts.Where(r => r.DonationId == d.Id).OrderByDescending(r => r.Revision).Select(r => (int?)r.Year).FirstOrDefault(),
            db.Receipts.Where(r => r.DonationId == d.Id).OrderByDescending(r => r.Revision).Select(r => (int?)r.Sequence).FirstOrDefault());
        return donations.Select(toRow);
    }

    private static DonationShape Shape(DonationRow row)
    {
        var gift = row.Donation;
        return new DonationShape(
            gift.PublicId, gift.Status, MoneyShape.Of(gift.Amount), gift.Frequency, gift.Address, gift.Name, gift.Anonymous, gift.Message, gift.Campaign,
            gift.InHonourOf, gift.InHonourOf is null ? null : Words.Tribute(gift.InMemory), gift.MailingAddress, gift.MailingCountry, gift.Attribution, gift.FeeCoverMinor > 0 ? new MoneyShape(gift.FeeCoverMinor, gift.CurrencyCode) : null,
            gift.RefundedMinor > 0 ? new MoneyShape(gift.RefundedMinor, gift.CurrencyCode) : null, row.Donor, row.Plan,
            row.Receipt, gift.LiveMode, gift.CreatedAt, gift.PaidAt,
            new StripeIds(gift.SessionId, gift.PaymentIntentId, gift.InvoiceId), gift.LastError);
    }

    private static string Camel(string name) => JsonNamingPolicy.CamelCase.ConvertName(name);
}
