using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Mail;

/// <summary><c>GET /api/v1/suppressions</c>: whom we must not mail, and why. The latest last.</summary>
internal static class SuppressionsApi
{
    public static void MapSuppressions(this IEndpointRouteBuilder routes) =>
        routes.MapApi("suppressions", scope: "subscribers").MapGet("", ListAsync).WithSummary("Whom we must not mail, and why.");

    private static async Task<IResult> ListAsync(NewsroomDb db, string? after, int? limit, CancellationToken cancellationToken)
    {
        if (Api.ReadPage(after, limit, out var afterId, out var take) is { } fault)
            return fault;
        var rows = await db.Suppressions.AsNoTracking()
            .Where(s => afterId == null || s.Id > afterId)
            .OrderBy(s => s.Id)
            .Take(take + 1)
            .ToListAsync(cancellationToken);
        return Results.Ok(ListPage.Cut(rows, take, s => s.Id, SuppressionShape.Of));
    }
}

/// <param name="Id">Opaque.</param>
/// <param name="Address">Null once the person was erased: then only a keyed hash is left.</param>
/// <param name="Reason">Why.</param>
/// <param name="Evidence">The server's words, or who asked.</param>
/// <param name="CreatedAt">UTC.</param>
public sealed record SuppressionShape(string Id, string? Address, SuppressionReason Reason, string? Evidence, DateTimeOffset CreatedAt)
{
    internal static SuppressionShape Of(Suppression row) => new(row.PublicId, row.Address, row.Reason, row.Evidence, row.CreatedAt);
}
