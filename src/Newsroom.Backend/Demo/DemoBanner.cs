using System.Reflection;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Demo.Paper;
using Newsroom.Backend.Jobs;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Demo;

/// <summary>Says on the console what is what and where to look, once the program listens.</summary>
internal sealed class DemoBanner(
    IHostApplicationLifetime lifetime, DemoConfiguration configuration, SampleFeed feed, IServiceScopeFactory scopes, IOptions<SiteOptions> site, IOptions<JobsOptions> jobs)
    : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(() => Console.Write(Text()));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private string Text() => $"""

        Newsroom {Assembly.GetExecutingAssembly().GetName().Version?.ToString(3)} · DEMO MODE{(configuration.IsUntouched ? " (no configuration found)" : "")}
          database   {Database()}
          jobs       {(jobs.Value.RunServer ? "in this process" : "not in this process (Jobs:RunServer)")}
          mail       {(configuration.CapturesMail ? $"captured, nothing leaves this machine    {configuration.Url}/dev/inbox" : "your own SMTP server: mail really goes out")}
          payments   {(configuration.UsesPracticeStripe ? $"practice Stripe, no card and no money    {configuration.Url}/dev/stripe" : "your own Stripe key")}
          stories    {(configuration.UsesSampleFeed ? $"sample feed, {feed.Published().Count} stories so far           {feed.Url}" : "your own feed")}
          Open       {site.Value.Link("/")}


        """;

    private string Database()
    {
        using var scope = scopes.CreateScope();
        var database = scope.ServiceProvider.GetRequiredService<NewsroomDb>().Database;
        return database.IsSqlite() ? $"SQLite  {new SqliteConnectionStringBuilder(database.GetConnectionString()).DataSource}" : "SQL Server";
    }
}
