using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Demo.Inbox;
using Newsroom.Backend.Donations;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Demo.Paper;

/// <summary>The newspaper's site: front page, stories, pictures, feed.</summary>
internal static class PaperEndpoints
{
    public static void MapPaper(this IEndpointRouteBuilder routes)
    {
        // Before the newsroom's own page at the same address.
        routes.MapGet("/", IResult (SampleFeed feed, Mailbox mailbox, GivingTerms giving, IOptions<SiteOptions> site, TimeProvider time) => new RazorComponentResult<FrontPage>(new
        {
            Site = site.Value.Name,
            PublicUrl = site.Value.Link(""),
            GiftForm = GiftEmbed.Form(new GiftEmbedText(site.Value.Link(""), site.Value.Name, giving.Default, Frequency.Monthly, site.Value.Culture, "front-page")),
            Today = TimeZoneInfo.ConvertTime(time.GetUtcNow(), site.Value.Zone),
            Stories = feed.Published(),
            MailCount = mailbox.List().Count,
        })).WithOrder(-1);
        routes.MapGet("/dev/stories/{slug}", Story);
        routes.MapGet("/dev/pictures/{slug}.svg", (string slug, SampleFeed feed) =>
            feed.Find(slug) is { } found ? Results.Text(StoryPictures.Draw(found.Story), "image/svg+xml") : Results.NotFound());
        routes.MapGet("/dev/feed.xml", Feed);
        routes.MapPost("/dev/publish", (SampleFeed feed) =>
        {
            feed.Publish();
            return new SeeOther("/");
        });
    }

    private static IResult Story(string slug, SampleFeed feed, IOptions<SiteOptions> site, HttpResponse response)
    {
        if (feed.Find(slug) is not { } found)
            return Results.NotFound();
        // As a newspaper's theme has it that embeds our script: its proof of work runs in a worker of its own.
        response.Headers.ContentSecurityPolicy = "default-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";
        return new RazorComponentResult<StoryPage>(new { Site = site.Value.Name, PublicUrl = site.Value.Link(""), Published = found });
    }

    /// <summary>Answers 304 as WordPress does: with both validators sent, both must match.</summary>
    private static IResult Feed(HttpContext context, SampleFeed feed, IOptions<SiteOptions> site)
    {
        var (xml, eTag, lastModified) = feed.Rss(site.Value.Name);
        var modified = lastModified.ToString("R", CultureInfo.InvariantCulture);
        context.Response.Headers.ETag = eTag;
        context.Response.Headers.LastModified = modified;
        var (ifNoneMatch, ifModifiedSince) = (context.Request.Headers.IfNoneMatch.ToString(), context.Request.Headers.IfModifiedSince.ToString());
        var asked = ifNoneMatch.Length > 0 || ifModifiedSince.Length > 0;
        return asked && (ifNoneMatch.Length == 0 || ifNoneMatch == eTag) && (ifModifiedSince.Length == 0 || ifModifiedSince == modified)
            ? Results.StatusCode(StatusCodes.Status304NotModified)
            : Results.Text(xml, "application/rss+xml; charset=UTF-8");
    }
}
