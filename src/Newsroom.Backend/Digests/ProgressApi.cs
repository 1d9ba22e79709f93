using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Digests;

/// <summary><c>GET /api/v1/digests/{id}/progress</c>: once as JSON, or as server-sent events for as long as it changes.</summary>
internal static class ProgressApi
{
    private const string Event = "progress";

    public static void MapProgress(this RouteGroupBuilder digests) => digests.MapGet("/{id}/progress", ShowAsync)
        .WithSummary("How far a digest is: ledger, rate, time left, failures by owner. With Accept: text/event-stream, an event whenever it changes.")
        .Produces<ProgressShape>().Produces(200, contentType: EventStreams.MediaType).ProducesProblem(404).ProducesProblem(503);

    private static async Task<IResult> ShowAsync(
        string id, HttpContext http, ReadProgress read, EventStreams streams, IOptions<JsonOptions> json, CancellationToken cancellationToken)
    {
        if (await read.RunAsync(id, cancellationToken) is not { } progress)
            return Api.NotFound("digest");
        if (!EventStreams.IsAskedFor(http.Request))
            return Results.Ok(progress);
        return streams.TryOpen(http, Event, SightOf(progress), async (services, ends) =>
            await services.GetRequiredService<ReadProgress>().RunAsync(id, ends) is { } now ? SightOf(now) : null)
            ?? Results.Problem(
                statusCode: StatusCodes.Status503ServiceUnavailable,
                title: "Too much is being watched: close one of those pages, or ask without Accept: text/event-stream.");

        Sight SightOf(ProgressShape shape) => new(shape.Mark(), JsonSerializer.Serialize(shape, json.Value.SerializerOptions), shape.IsFinal);
    }
}
