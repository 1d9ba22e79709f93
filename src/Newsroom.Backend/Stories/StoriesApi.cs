using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Stories;

/// <param name="Url">Where the story is read: http(s).</param>
/// <param name="Title">Text or HTML; kept as plain text.</param>
/// <param name="Summary">Text or HTML; kept as plain text of at most <see cref="StorySummary.Length"/> characters.</param>
/// <param name="Author">Byline.</param>
/// <param name="Section">As the site calls it.</param>
/// <param name="ImageUrl">http(s).</param>
/// <param name="PublishedAt">Not in the future.</param>
public sealed record PushStoryRequest(
    string? Url, string? Title, string? Summary, string? Author, string? Section, string? ImageUrl, DateTimeOffset? PublishedAt);

/// <summary>
/// A story. <c>seenBefore</c>: not offered to digests by itself, because it was there before this program was; <c>newsletter</c>: slug
/// of the only one it is for, null for every one; <c>withdrawnAt</c>: since when no digest brings it any more.
/// </summary>
public sealed record StoryShape(
    string Id, string Url, string Title, string Summary, string? Author, string? Section, string? ImageUrl, string? Language,
    DateTimeOffset? PublishedAt, DateTimeOffset FirstSeenAt, bool SeenBefore, string? Newsletter, DateTimeOffset? WithdrawnAt);

internal static class StoriesApi
{
    /// <summary>Clocks of two machines differ by less.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    public static void MapStoriesApi(this IEndpointRouteBuilder app)
    {
        var stories = app.MapApi("stories");
        stories.MapGet("", ListAsync).WithName("ListStories").WithSummary("Stories, the last taken in first.")
            .Produces<ListPage<StoryShape>>().ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity);
        stories.MapPost("", PushAsync).WithName("PushStory")
            .WithSummary("Takes in a story: 201 when it is new, 200 when it was known and is now updated.")
            .Produces<StoryShape>(StatusCodes.Status201Created).Produces<StoryShape>()
            .ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity);
        stories.MapPost("{id}/withdraw", (string id, WithdrawStory withdraw, NewsroomDb db, CancellationToken ct) => AnswerAsync(db, id, withdraw.RunAsync(id, ct), ct))
            .WithName("WithdrawStory").WithSummary("Takes a story back: no digest that has not begun brings it, and the archive keeps its title alone.")
            .Produces<StoryShape>().ProducesProblem(StatusCodes.Status404NotFound);
        stories.MapPost("{id}/bring-back", (string id, WithdrawStory withdraw, NewsroomDb db, CancellationToken ct) => AnswerAsync(db, id, withdraw.BringBackAsync(id, ct), ct))
            .WithName("BringStoryBack").WithSummary("Brings a withdrawn story back.")
            .Produces<StoryShape>().ProducesProblem(StatusCodes.Status404NotFound);
        stories.MapPost("fetch", (FetchStories fetch, CancellationToken cancellationToken) => fetch.RunAsync(cancellationToken))
            .WithName("FetchStories").WithSummary("Reads every feed now and reports on each.").Produces<FetchReport>();
    }

    private static async Task<IResult> ListAsync(string? after, int? limit, NewsroomDb db, CancellationToken cancellationToken)
    {
        if (Api.ReadPage(after, limit, out var before, out var take) is { } fault)
            return fault;
        var rows = await db.Stories.Where(s => before == null || s.Id < before)
            .OrderByDescending(s => s.Id).Take(take + 1).Select(Row(db)).ToListAsync(cancellationToken);
        return Results.Ok(ListPage.Cut(rows, take, r => r.Id, r => r.Shape));
    }

    private static async Task<IResult> PushAsync(
        PushStoryRequest request, PushStory push, NewsroomDb db, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (StoryLink.Parse(request.Url) is not { } link)
            return Api.Invalid("url", $"Give the story's http(s) address, at most {Story.LinkLength} characters.");
        var title = PlainText.Of(request.Title);
        if (title.Length == 0)
            return Api.Invalid("title", "Give the story's title.");
        var image = StoryLink.ReadHttp(request.ImageUrl)?.AbsoluteUri;
        if (!string.IsNullOrWhiteSpace(request.ImageUrl) && image is not { Length: <= Story.LinkLength })
            return Api.Invalid("imageUrl", $"Give the image's http(s) address, at most {Story.LinkLength} characters, or leave it out.");
        if (request.PublishedAt > clock.GetUtcNow() + ClockSkew)
            return Api.Invalid("publishedAt", "This lies in the future: push the story when it is published.");
        var pushed = await push.RunAsync(link, new StoryWords
        {
            Title = PlainText.Cut(title, Story.TitleLength),
            Summary = StorySummary.Of(request.Summary),
            Author = Optional(request.Author, Story.AuthorLength),
            Section = Optional(request.Section, Story.SectionLength),
            ImageUrl = image,
            PublishedAt = request.PublishedAt,
        }, cancellationToken);
        var shape = await db.Stories.Where(s => s.Id == pushed.StoryId).Select(Row(db)).SingleAsync(cancellationToken);
        return Results.Json(shape.Shape, statusCode: pushed.IsNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static async Task<IResult> AnswerAsync(NewsroomDb db, string id, Task<StoryStep> step, CancellationToken cancellationToken) =>
        await step == StoryStep.NotFound ? Api.NotFound("story")
            : Results.Ok((await db.Stories.Where(s => s.PublicId == id).Select(Row(db)).SingleAsync(cancellationToken)).Shape);

    private static string? Optional(string? text, int length) =>
        PlainText.Of(text) is { Length: > 0 } plain ? PlainText.Cut(plain, length) : null;

    private sealed record StoryRow(long Id, StoryShape Shape);

    private static Expression<Func<Story, StoryRow>> Row(NewsroomDb db) => s => new StoryRow(s.Id, new StoryShape(
        s.PublicId, s.Link, s.Title, s.Summary, s.Author, s.Section, s.ImageUrl, s.Language, s.PublishedAt, s.FirstSeenAt, s.SeenBefore,
        db.Newsletters.Where(n => n.Id == s.NewsletterId).Select(n => n.Slug).SingleOrDefault(), s.WithdrawnAt));
}
