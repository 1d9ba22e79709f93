using System.Collections.Concurrent;
using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Stories;

/// <summary>
/// Looks at the links of stories that are about to be mailed, through <see cref="OutboundGuard"/>. What its site says is gone (404, 410) is
/// withdrawn; any other answer, or none in time, proves nothing and changes nothing. It waits for other machines: never call it in a transaction.
/// </summary>
public sealed class WithdrawGone(
    NewsroomDb db, IHttpClientFactory clients, IOptions<StoriesOptions> options, IOptions<SiteOptions> site, TimeProvider clock, ILogger<WithdrawGone> logger)
{
    /// <summary>The named client of <see cref="IHttpClientFactory"/>.</summary>
    public const string ClientName = "story links";

    /// <summary>For all links together: a person who pressed "send now" waits for it.</summary>
    public static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(4);

    // A small site's server makes each page anew for a stranger.
    private const int AtOnce = 10;

    /// <returns>How many were withdrawn.</returns>
    public async Task<int> RunAsync(IQueryable<Story> stories, CancellationToken cancellationToken)
    {
        if (!options.Value.CheckLinks)
            return 0;
        var links = await stories.Where(s => s.WithdrawnAt == null).OrderBy(s => s.Id).Select(s => new StoryAt(s.Id, s.Link)).ToListAsync(cancellationToken);
        var (withdrawn, gone) = (0, await GoneAsync(links, cancellationToken));
        // All of several at once is a site that is being moved, or that answers programs so.
        if (gone.Count > 1 && gone.Count == links.Count)
        {
            StoriesLog.AllGone(logger, gone.Count);
            return 0;
        }
        foreach (var (id, link) in gone)
        {
            var now = clock.GetUtcNow();
            // A feed may have brought its new address meanwhile.
            if (await db.Stories.Where(s => s.Id == id && s.Link == link && s.WithdrawnAt == null)
                .ExecuteUpdateAsync(s => s.SetProperty(x => x.WithdrawnAt, now), cancellationToken) == 0)
                continue;
            withdrawn++;
            StoriesLog.Gone(logger, id);
        }
        return withdrawn;
    }

    private async Task<IReadOnlyCollection<StoryAt>> GoneAsync(List<StoryAt> links, CancellationToken cancellationToken)
    {
        var gone = new ConcurrentBag<StoryAt>();
        using var timed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timed.CancelAfter(MaxTime);
        var client = clients.CreateClient(ClientName);
        try
        {
            await Parallel.ForEachAsync(links, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = timed.Token }, async (story, turn) =>
            {
                if (await IsGoneAsync(client, new Uri(story.Link), turn))
                    gone.Add(story);
            });
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Who has not answered by now is taken to be there.
        }
        return gone;
    }

    /// <summary>By GET: many sites answer HEAD with a 404 of their own making.</summary>
    private async Task<bool> IsGoneAsync(HttpClient client, Uri address, CancellationToken cancellationToken)
    {
        try
        {
            for (var redirects = 0; redirects <= FeedClient.MaxRedirects; redirects++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, address);
                request.Headers.TryAddWithoutValidation("User-Agent", OutboundUserAgent.For(site.Value.PublicUrl));
                request.Headers.TryAddWithoutValidation("Accept", "text/html, */*;q=0.1");
                using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
                if (!FeedClient.Redirects(response))
                    return response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone;
                if (StoryLink.ReadHttp(response.Headers.Location?.OriginalString, address) is not { } next)
                    return false;
                address = next;
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // A network's fault says nothing about the story.
        }
        return false;
    }

    private sealed record StoryAt(long Id, string Link);
}
