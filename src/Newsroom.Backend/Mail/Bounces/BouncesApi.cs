using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Mail.Bounces;

/// <summary>
/// <c>/api/v1/bounces</c>: takes a message that came back, and lists what came back, the oldest first; <c>?waiting=true</c> for what people must
/// read. Those are settled at <c>/api/v1/bounces/{id}/settle</c>.
/// </summary>
internal static class BouncesApi
{
    public static void MapBounces(this IEndpointRouteBuilder routes)
    {
        var bounces = routes.MapApi("bounces", scope: "subscribers");
        bounces.MapGet("", ListAsync).WithSummary("What came back; waiting=true for what people must read.").Produces<ListPage<ReportShape>>();
        bounces.MapGet("{id}/message", MessageAsync).WithSummary("The message itself, while it waits for people.")
            .Produces(StatusCodes.Status200OK, contentType: "message/rfc822");
        bounces.MapPost("", TakeAsync).WithMetadata(new RequestSizeLimit(TakeReport.Largest + 64 * 1024))
            .WithSummary("Takes a message that came back (message/rfc822, or one file of a form), and says what it is. A list when it tells of several recipients.")
            .Produces<VerdictShape>().ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<IResult> ListAsync(NewsroomDb db, bool? waiting, string? after, int? limit, CancellationToken cancellationToken)
    {
        if (Api.ReadPage(after, limit, out var afterId, out var take) is { } fault)
            return fault;
        var rows = await db.MailReports.AsNoTracking()
            .Where(r => (afterId == null || r.Id > afterId) && (waiting != true || r.Outcome == ReportOutcome.Waiting))
            .OrderBy(r => r.Id).Take(take + 1)
            .Select(r => new
            {
                r.Id,
                Shape = new ReportShape(r.PublicId, r.Source, r.ReceivedAt, r.Kind, r.Reason, r.Status, r.Diagnostic, r.Outcome, r.Note, r.Raw != null),
            })
            .ToListAsync(cancellationToken);
        return Results.Ok(ListPage.Cut(rows, take, r => r.Id, r => r.Shape));
    }

    private static async Task<IResult> MessageAsync(string id, NewsroomDb db, CancellationToken cancellationToken)
    {
        var raw = await db.MailReports.Where(r => r.PublicId == id && r.Raw != null).Select(r => r.Raw).SingleOrDefaultAsync(cancellationToken);
        return raw is null ? Api.NotFound("waiting message") : Results.Bytes(raw, "message/rfc822", id + ".eml");
    }

    private static async Task<IResult> TakeAsync(HttpRequest request, TakeReport take, CancellationToken cancellationToken)
    {
        if (await ReadAsync(request, cancellationToken) is not { } message)
            return Results.Problem(
                statusCode: StatusCodes.Status413PayloadTooLarge, title: "The message is larger than 1 MB: a report returns a mail's headers, not its pictures.");
        if (message.Length == 0)
            return Api.Invalid("body", "Give the message as it arrived, headers and all, as message/rfc822.");
        var taken = (await take.RunAsync(ReportSource.Api, message, cancellationToken)).Select(VerdictShape.Of).ToList();
        if (taken.Find(t => t.Outcome == ReportOutcome.Early) is { Note: var note })
            return Results.Problem(statusCode: StatusCodes.Status503ServiceUnavailable, title: note);
        return taken.Count == 1 ? Results.Ok(taken[0]) : Results.Ok(taken);
    }

    private static async Task<byte[]?> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        // Whatever a script calls it: curl --data-binary says that a message is a form.
        if (request.ContentType?.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase) != true)
            return await BoundedBody.ReadAsync(request, TakeReport.Largest, cancellationToken);
        if ((await request.ReadFormOrEmptyAsync(cancellationToken)).Files is not [var file, ..])
            return [];
        if (file.Length > TakeReport.Largest)
            return null;
        using var copy = new MemoryStream();
        await file.CopyToAsync(copy, cancellationToken);
        return copy.ToArray();
    }
}

/// <param name="Kind">What follows from it.</param>
/// <param name="Recipients">Whom it names.</param>
/// <param name="Status">RFC 3463, as <c>5.1.1</c>.</param>
/// <param name="Reason">One word.</param>
/// <param name="Diagnostic">The server's words.</param>
/// <param name="Outcome">What was done.</param>
/// <param name="Note">Why.</param>
/// <param name="Id">The report's, opaque; null when it is not kept.</param>
public sealed record VerdictShape(
    BounceKind Kind, IReadOnlyList<string> Recipients, string? Status, string? Reason, string? Diagnostic, ReportOutcome Outcome, string? Note, string? Id)
{
    internal static VerdictShape Of(TakenVerdict taken) => new(
        taken.Verdict.Kind, taken.Verdict.Recipients, taken.Verdict.Status, taken.Verdict.Reason, taken.Verdict.Diagnostic, taken.Outcome, taken.Note, taken.ReportId);
}

/// <param name="Id">Opaque.</param>
/// <param name="Source">The way it came.</param>
/// <param name="ReceivedAt">UTC.</param>
/// <param name="Kind">What follows from it.</param>
/// <param name="Reason">One word.</param>
/// <param name="Status">RFC 3463.</param>
/// <param name="Diagnostic">The server's words, without the address.</param>
/// <param name="Outcome">What was done.</param>
/// <param name="Note">Why.</param>
/// <param name="HasMessage">True: <c>{id}/message</c> gives it.</param>
public sealed record ReportShape(
    string Id, ReportSource Source, DateTimeOffset ReceivedAt, BounceKind Kind, string? Reason, string? Status, string? Diagnostic,
    ReportOutcome Outcome, string? Note, bool HasMessage);
