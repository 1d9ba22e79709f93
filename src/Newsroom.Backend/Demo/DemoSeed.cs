using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Demo.Paper;
using Newsroom.Backend.Newsletters;
using Newsroom.Backend.Stories;

namespace Newsroom.Backend.Demo;

/// <summary>
/// What a demo starts with, made by the newsroom's own operations: three newsletters, and a first reading of the sample feed, which
/// takes the stories that are out for known; only then do the newest come out. Runs once the program listens; requests that a
/// person makes meanwhile wait for it.
/// </summary>
internal sealed class DemoSeed(IServiceScopeFactory scopes, SampleFeed feed, DemoConfiguration configuration)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly (string Slug, string Name, string Description)[] Newsletters =
    [
        ("this-week", "This Week", "What mattered in Port Ellery, every Thursday morning."),
        ("breaking", "Breaking", "Seldom, and only when it cannot wait."),
        ("harbour-life", "Harbour Life", "Boats, tides, weather and the people who watch them."),
    ];

    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await AddNewslettersAsync(scope.ServiceProvider, cancellationToken);
            if (!feed.IsOpen)
                await ReadFeedAsync(scope.ServiceProvider, cancellationToken);
        }
        finally
        {
            _done.TrySetResult();
        }
    }

    /// <summary>Middleware: a person's request waits until the first things are there. What the seed itself asks for does not.</summary>
    public async Task WaitAsync(HttpContext context, RequestDelegate next)
    {
        if (!_done.Task.IsCompleted && !NeededByTheSeed(context.Request.Path))
            await _done.Task.WaitAsync(Patience, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await next(context);
    }

    private static bool NeededByTheSeed(PathString path) =>
        path.StartsWithSegments("/dev", StringComparison.Ordinal) || path.StartsWithSegments("/health", StringComparison.Ordinal);

    private static async Task AddNewslettersAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        if (await services.GetRequiredService<NewsroomDb>().Newsletters.AnyAsync(cancellationToken))
            return;
        foreach (var (slug, name, description) in Newsletters)
            await services.GetRequiredService<AddNewsletter>().RunAsync(slug, name, description, cadence: null, cancellationToken);
    }

    private async Task ReadFeedAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        if (configuration.UsesSampleFeed)
            await services.GetRequiredService<FetchStories>().RunAsync(cancellationToken);
        feed.Open();
    }
}
