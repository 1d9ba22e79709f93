using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Demo.Paper;
using Newsroom.Backend.Newsletters;
using Newsroom.Backend.Stories;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Demo;

/// <summary>
/// What a demo starts with, made by the newsroom's own operations before anything is served or any job runs: three newsletters, and the
/// sample feed's old stories taken in as its first reading, which is never news. The feed's newest six are left for the first poll.
/// </summary>
internal sealed class DemoSeed(
    IServiceScopeFactory scopes, SampleFeed feed, DemoConfiguration configuration, IOptions<SiteOptions> site, TimeProvider time) : IHostedService
{
    private static readonly (string Slug, string Name, string Description)[] Newsletters =
    [
        ("this-week", "This Week", "What mattered in Port Ellery, every Thursday morning."),
        ("breaking", "Breaking", "Seldom, and only when it cannot wait."),
        ("harbour-life", "Harbour Life", "Boats, tides, weather and the people who watch them."),
    ];

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<NewsroomDb>();
        if (!await db.Newsletters.AnyAsync(cancellationToken))
        {
            foreach (var (slug, name, description) in Newsletters)
                await scope.ServiceProvider.GetRequiredService<AddNewsletter>().RunAsync(slug, new NewsletterText(name, description), cancellationToken);
        }
        if (configuration.UsesSampleFeed && !await db.Feeds.AnyAsync(f => f.Url == feed.Url && f.FirstReadAt != null, cancellationToken))
        {
            var bytes = Encoding.UTF8.GetBytes(feed.Rss(site.Value.Name, oldOnly: true).Xml);
            var outcome = await scope.ServiceProvider.GetRequiredService<TakeInFeed>().RunAsync(new FeedBytes(feed.Url, bytes), time.GetUtcNow(), cancellationToken);
            if (outcome is FeedIntake.Unreadable unreadable)
                throw new InvalidOperationException($"The sample feed is broken: {unreadable.Why}");
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
