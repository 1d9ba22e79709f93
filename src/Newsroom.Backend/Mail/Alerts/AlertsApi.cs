using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Mail.Alerts;

/// <param name="Id">Opaque.</param>
/// <param name="Kind">What it is about.</param>
/// <param name="Message">For people.</param>
/// <param name="RaisedAt">UTC.</param>
/// <param name="ClearedAt">UTC; null while it is open.</param>
public sealed record AlertShape(string Id, string Kind, string Message, DateTimeOffset RaisedAt, DateTimeOffset? ClearedAt);

/// <summary><c>GET /api/v1/alerts</c>: what staff were told, the oldest first; <c>?open=true</c> for what is still so.</summary>
internal static class AlertsApi
{
    public static void MapAlerts(this IEndpointRouteBuilder routes) =>
        routes.MapApi("alerts", scope: ApiScopes.Read).MapGet("", ListAsync)
            .WithSummary("What staff were told; open=true for what is still so.").Produces<ListPage<AlertShape>>();

    private static async Task<IResult> ListAsync(NewsroomDb db, bool? open, string? after, int? limit, CancellationToken cancellationToken)
    {
        if (Api.ReadPage(after, limit, out var afterId, out var take) is { } fault)
            return fault;
        var rows = await db.Alerts.AsNoTracking()
            .Where(a => (afterId == null || a.Id > afterId) && (open != true || a.ClearedAt == null))
            .OrderBy(a => a.Id).Take(take + 1).ToListAsync(cancellationToken);
        return Results.Ok(ListPage.Cut(rows, take, a => a.Id, a => new AlertShape(a.PublicId, a.Kind, a.Message, a.RaisedAt, a.ClearedAt)));
    }
}
