using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Demo.Paper;
using Newsroom.Backend.Jobs;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Demo;

/// <summary>Once the program listens: the seed, then a few lines on the console that say what is what.</summary>
internal sealed class DemoStart(
    IHostApplicationLifetime lifetime, DemoSeed seed, DemoConfiguration configuration, SampleFeed feed, IServiceScopeFactory scopes,
    IOptions<SiteOptions> site, IOptions<JobsOptions> jobs, ILogger<DemoStart> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (stoppingToken.IsCancellationRequested)
            return;
        try
        {
            await seed.RunAsync(stoppingToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // A demo without its seed is still a demo; the program goes on.
            DemoLog.SeedFailed(logger, exception);
        }
        Console.Write(await BannerAsync(stoppingToken));
    }

    private async Task<string> BannerAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<NewsroomDb>();
        var database = db.Database.IsSqlite()
            ? $"SQLite  {Path.GetRelativePath(Environment.CurrentDirectory, new Microsoft.Data.Sqlite.SqliteConnectionStringBuilder(db.Database.GetConnectionString()).DataSource)}"
            : "SQL Server";
        var version = Assembly.GetExecutingAssembly().GetName().Version?.ToString(3);
        var stories = await db.Stories.CountAsync(cancellationToken);
        return $"""

            Newsroom {version} · DEMO MODE{(configuration.IsUntouched ? " (no configuration found)" : "")}
              database   {database}
              jobs       {(jobs.Value.RunServer ? "in this process" : "not in this process (Jobs:RunServer)")}
              mail       {(configuration.CapturesMail ? $"captured, nothing leaves this machine   {configuration.Url}/dev/inbox" : "your SMTP server: mails really go out")}
              payments   {(configuration.UsesPracticeStripe ? $"practice Stripe, no card, no money      {configuration.Url}/dev/stripe" : "your Stripe key")}
              stories    {(configuration.UsesSampleFeed ? $"sample feed, {feed.Published().Count} stories, {stories} taken in   {configuration.Url}/dev/feed.xml" : "your feed")}
              Open       {site.Value.Link("/")}


            """;
    }
}

internal static partial class DemoLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The demo's first content could not be made")]
    public static partial void SeedFailed(ILogger logger, Exception exception);
}
