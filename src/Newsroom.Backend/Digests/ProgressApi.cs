using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Digests;

/// <summary><c>GET /api/v1/digests/{id}/progress</c>: once as JSON, or as server-sent events for as long as it changes.</summary>
internal static class ProgressApi
{
    private const string EventStream = "text/event-stream";

    public static void MapProgress(this RouteGroupBuilder digests) => digests.MapGet("/{id}/progress", ShowAsync)
        .WithSummary("How far a digest is: ledger, rate, time left, failures by owner. With Accept: text/event-stream, an event whenever it changes.")
        .Produces<ProgressShape>().Produces(200, contentType: EventStream).ProducesProblem(404).ProducesProblem(503);

    private static async Task<IResult> ShowAsync(string id, HttpContext http, ReadProgress read, ProgressStreams streams, CancellationToken cancellationToken)
    {
        if (await read.RunAsync(id, cancellationToken) is not { } progress)
            return Api.NotFound("digest");
        if (!http.Request.GetTypedHeaders().Accept.Any(a => a.MediaType == EventStream))
            return Results.Ok(progress);
        if (streams.TryOpen(id, progress, cancellationToken) is not { } events)
        {
            return Results.Problem(
                statusCode: StatusCodes.Status503ServiceUnavailable,
                title: "Too many are watching digests: close one of those pages, or ask without Accept: text/event-stream.");
        }
        // nginx would keep the events until its buffer is full.
        http.Response.Headers["X-Accel-Buffering"] = "no";
        return TypedResults.ServerSentEvents(events);
    }
}

/// <summary>
/// The streams of progress that are open. Each looks once a second and says something when it changed, something empty every 15 seconds so that no
/// proxy takes the line for dead, and ends with the digest, the reader's patience or the program.
/// </summary>
public sealed class ProgressStreams(IServiceScopeFactory scopes, IHostApplicationLifetime life, IOptions<JsonOptions> json, TimeProvider clock)
{
    public const int Most = 50;
    private const string Progress = "progress";
    private const string Alive = "alive";

    private static readonly TimeSpan Each = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SilentAtMost = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ComeBackAfter = TimeSpan.FromSeconds(3);

    private int _open;

    /// <returns>Null: as many are open as may be.</returns>
    internal IAsyncEnumerable<SseItem<string>>? TryOpen(string digestId, ProgressShape first, CancellationToken gone)
    {
        if (Interlocked.Increment(ref _open) <= Most)
            return CountedAsync(digestId, first, gone);
        Interlocked.Decrement(ref _open);
        return null;
    }

    private async IAsyncEnumerable<SseItem<string>> CountedAsync(string digestId, ProgressShape first, [EnumeratorCancellation] CancellationToken gone)
    {
        try
        {
            // A stopping program does not wait for those who watch.
            using var ends = CancellationTokenSource.CreateLinkedTokenSource(gone, life.ApplicationStopping);
            await foreach (var item in WatchAsync(digestId, first, ends.Token))
                yield return item;
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private async IAsyncEnumerable<SseItem<string>> WatchAsync(string digestId, ProgressShape first, [EnumeratorCancellation] CancellationToken ends)
    {
        // Before the first event: whoever has read it misses no second.
        using var seconds = new PeriodicTimer(Each, clock);
        var (said, saidAt) = (first, clock.GetUtcNow());
        yield return Event(first);
        while (!said.IsFinal && await TickAsync(seconds, ends))
        {
            if (await ReadAsync(digestId, ends) is not { } now)
                yield break;
            if (!IsSame(said, now))
            {
                (said, saidAt) = (now, now.CountedAt);
                yield return Event(now);
            }
            else if (now.CountedAt - saidAt >= SilentAtMost)
            {
                saidAt = now.CountedAt;
                yield return new SseItem<string>("", Alive);
            }
        }
    }

    private static async Task<bool> TickAsync(PeriodicTimer seconds, CancellationToken ends)
    {
        try
        {
            return await seconds.WaitForNextTickAsync(ends);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<ProgressShape?> ReadAsync(string digestId, CancellationToken ends)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            return await scope.ServiceProvider.GetRequiredService<ReadProgress>().RunAsync(digestId, ends);
        }
        catch (OperationCanceledException) when (ends.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>The instant of the count and what follows from it are no news.</summary>
    private bool IsSame(ProgressShape one, ProgressShape other) => Json(Timeless(one)) == Json(Timeless(other));

    private static ProgressShape Timeless(ProgressShape progress) =>
        progress with { CountedAt = default, EtaSeconds = null, FinishesAt = progress.IsFinal ? progress.FinishesAt : null };

    private SseItem<string> Event(ProgressShape progress) => new(Json(progress), Progress) { ReconnectionInterval = ComeBackAfter };

    private string Json(ProgressShape progress) => JsonSerializer.Serialize(progress, json.Value.SerializerOptions);
}
