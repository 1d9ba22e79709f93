using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace Newsroom.Backend.Web;

/// <summary>What one look at something found.</summary>
/// <param name="Mark">The same as before: there is no news.</param>
/// <param name="Data">What the event says.</param>
/// <param name="IsLast">Nothing of it will change by itself any more.</param>
public sealed record Sight(string Mark, string Data, bool IsLast);

/// <summary>
/// The streams of server-sent events that are open. Each looks once a second and says something when it changed, something empty after 15 silent seconds
/// so that no proxy takes the line for dead, and ends with what is watched, the reader's patience, the reader's rights or the program.
/// </summary>
public sealed class EventStreams(IServiceScopeFactory scopes, IHostApplicationLifetime life, TimeProvider clock)
{
    public const string MediaType = "text/event-stream";

    /// <summary>Of all kinds together: each is one small query a second.</summary>
    public const int Most = 50;
    private const string Alive = "alive";

    private static readonly TimeSpan Each = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SilentAtMost = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ComeBackAfter = TimeSpan.FromSeconds(3);

    private int _open;

    public static bool IsAskedFor(HttpRequest request) => request.GetTypedHeaders().Accept.Any(a => a.MediaType == MediaType);

    /// <param name="http">The request that the stream answers; who it is from is asked again every 15 seconds.</param>
    /// <param name="name">Of the events.</param>
    /// <param name="first">What the request saw: the first event.</param>
    /// <param name="look">Looks again, with services of its own; null: it is gone.</param>
    /// <returns>Null: as many are open as may be.</returns>
    public IResult? TryOpen(HttpContext http, string name, Sight first, Func<IServiceProvider, CancellationToken, Task<Sight?>> look)
    {
        if (Interlocked.Increment(ref _open) > Most)
        {
            Interlocked.Decrement(ref _open);
            return null;
        }
        // nginx would keep the events until its buffer is full.
        http.Response.Headers["X-Accel-Buffering"] = "no";
        return TypedResults.ServerSentEvents(CountedAsync(new Watch(http, name, first, look), http.RequestAborted));
    }

    private async IAsyncEnumerable<SseItem<string>> CountedAsync(Watch watch, [EnumeratorCancellation] CancellationToken gone)
    {
        try
        {
            // A stopping program does not wait for those who watch.
            using var ends = CancellationTokenSource.CreateLinkedTokenSource(gone, life.ApplicationStopping);
            await foreach (var item in WatchAsync(watch, ends.Token))
                yield return item;
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private async IAsyncEnumerable<SseItem<string>> WatchAsync(Watch watch, [EnumeratorCancellation] CancellationToken ends)
    {
        // Before the first event: whoever has read it misses no second.
        using var seconds = new PeriodicTimer(Each, clock);
        var said = watch.First;
        var (saidAt, allowedAt) = (clock.GetUtcNow(), clock.GetUtcNow());
        yield return watch.Event(said);
        while (!said.IsLast && await TickAsync(seconds, ends))
        {
            var now = clock.GetUtcNow();
            var asksAgain = now - allowedAt >= SilentAtMost;
            if (await LookAsync(watch, asksAgain, ends) is not { } seen)
                yield break;
            if (asksAgain)
                allowedAt = now;
            if (seen.Mark != said.Mark || seen.IsLast)
            {
                (said, saidAt) = (seen, now);
                yield return watch.Event(seen);
            }
            else if (now - saidAt >= SilentAtMost)
            {
                saidAt = now;
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

    private async Task<Sight?> LookAsync(Watch watch, bool asksAgain, CancellationToken ends)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            return asksAgain && !await MayAsync(watch.Http, scope.ServiceProvider) ? null : await watch.Look(scope.ServiceProvider, ends);
        }
        catch (OperationCanceledException) when (ends.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Would the same request be let in now? Not with an ended session, a lower role or a revoked key. Judged as one of its own: this one's answer is kept.</summary>
    private static async Task<bool> MayAsync(HttpContext http, IServiceProvider services)
    {
        var again = new DefaultHttpContext { RequestServices = services };
        (again.Request.Method, again.Request.Scheme, again.Request.Host, again.Request.Path) = (http.Request.Method, http.Request.Scheme, http.Request.Host, http.Request.Path);
        foreach (var (name, value) in http.Request.Headers)
            again.Request.Headers[name] = value;
        var endpoint = http.GetEndpoint()!;
        again.SetEndpoint(endpoint);
        var policy = await AuthorizationPolicy.CombineAsync(services.GetRequiredService<IAuthorizationPolicyProvider>(),
            endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>(), endpoint.Metadata.GetOrderedMetadata<AuthorizationPolicy>());
        if (policy is null)
            return true;
        var evaluator = services.GetRequiredService<IPolicyEvaluator>();
        var who = await evaluator.AuthenticateAsync(policy, again);
        return (await evaluator.AuthorizeAsync(policy, who, again, again)).Succeeded;
    }

    private sealed record Watch(HttpContext Http, string Name, Sight First, Func<IServiceProvider, CancellationToken, Task<Sight?>> Look)
    {
        public SseItem<string> Event(Sight sight) => new(sight.Data, Name) { ReconnectionInterval = ComeBackAfter };
    }
}
