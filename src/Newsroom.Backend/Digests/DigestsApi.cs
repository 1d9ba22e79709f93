using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Subscribers;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Digests;

/// <summary><c>/api/v1/digests</c>.</summary>
internal static class DigestsApi
{
    private const int MostStories = 50;

    public sealed record NewDigest(string? Newsletter, string? Subject, string? Note, IReadOnlyList<string>? StoryIds);

    public sealed record ScheduleRequest(string? At, string? TimeZone);

    public sealed record TestRequest(string? To);

    public sealed record TestShape(string Result, int? Code, string? EnhancedCode, string? Answer);

    public static void MapDigestsApi(this IEndpointRouteBuilder routes)
    {
        var digests = routes.MapApi("digests");
        digests.MapGet("/", ListAsync).WithSummary("The digests, the newest first.").Produces<ListPage<DigestShape>>();
        digests.MapPost("/", CreateAsync).WithSummary("Makes a draft of the stories given, or of what is new since the last digest.")
            .Produces<DigestShape>(StatusCodes.Status201Created).ProducesProblem(StatusCodes.Status409Conflict).ProducesValidationProblem(422);
        digests.MapGet("/{id}", (string id, NewsroomDb db, Ledgers ledgers, CancellationToken ct) => ShowAsync(db, ledgers, id, ct)).WithSummary("One digest with its ledger.")
            .Produces<DigestShape>().ProducesProblem(404);
        digests.MapPost("/{id}/send", (string id, SendDigest send, NewsroomDb db, Ledgers ledgers, CancellationToken ct) => AnswerAsync(db, ledgers, id, send.RunAsync(id, ct), ct))
            .AsStep("Starts sending now.");
        digests.MapPost("/{id}/pause", (string id, PauseDigest pause, NewsroomDb db, Ledgers ledgers, CancellationToken ct) => AnswerAsync(db, ledgers, id, pause.RunAsync(id, ct), ct))
            .AsStep("Holds the sending; what is in hand is finished.");
        digests.MapPost("/{id}/resume", (string id, ResumeDigest resume, NewsroomDb db, Ledgers ledgers, CancellationToken ct) => AnswerAsync(db, ledgers, id, resume.RunAsync(id, ct), ct))
            .AsStep("Goes on with a paused or stopped digest.");
        digests.MapPost("/{id}/cancel", (string id, CancelDigest cancel, NewsroomDb db, Ledgers ledgers, CancellationToken ct) => AnswerAsync(db, ledgers, id, cancel.RunAsync(id, ct), ct))
            .AsStep("Ends a digest; what went stays gone.");
        digests.MapPost("/{id}/schedule", (string id, ScheduleRequest when, ScheduleDigest schedule, NewsroomDb db, Ledgers ledgers, IOptions<SiteOptions> site, CancellationToken ct) =>
            AnswerAsync(db, ledgers, id, schedule.RunAsync(id, when.At, when.TimeZone ?? site.Value.TimeZone, ct), ct))
            .AsStep("Sends at a local time in an IANA zone.");
        digests.MapPost("/{id}/test", TestAsync).WithSummary("Sends one copy to an address, now.")
            .Produces<TestShape>().ProducesProblem(404).ProducesProblem(409).ProducesValidationProblem(422);
        digests.MapProgress();
        digests.MapWhatIsLeft();
        digests.MapDeliveries();
    }

    private static void AsStep(this RouteHandlerBuilder step, string summary) =>
        step.WithSummary(summary).Produces<DigestShape>().ProducesProblem(404).ProducesProblem(409);

    private static async Task<IResult> ListAsync(NewsroomDb db, Ledgers counted, string? after, int? limit, string? newsletter, string? rhythm, CancellationToken cancellationToken)
    {
        if (Api.ReadPage(after, limit, out var before, out var take) is { } fault)
            return fault;
        if (!Enum.TryParse<Rhythm>(rhythm ?? nameof(Rhythm.AsPublished), ignoreCase: true, out var wanted) || !Enum.IsDefined(wanted))
            return Api.Invalid("rhythm", "Give one of asPublished, everyStory, daily, weekly, monthly, or leave it out for all.");
        // Newest first: the cursor is the lowest id given so far.
        var rows = await DigestShape.RowsOf(db)
            .Where(d => (before == null || d.Id < before) && (newsletter == null || d.Newsletter == newsletter) && (rhythm == null || d.Rhythm == wanted))
            .OrderByDescending(d => d.Id)
            .Take(take + 1)
            .ToListAsync(cancellationToken);
        var ledgers = await counted.OfAsync(db, rows.ConvertAll(r => r.Id), cancellationToken);
        return Results.Ok(ListPage.Cut(rows, take, r => r.Id, r => DigestShape.Of(r, ledgers.GetValueOrDefault(r.Id, Ledger.Empty))));
    }

    private static async Task<IResult> CreateAsync(NewDigest order, ComposeDigest compose, NewsroomDb db, Ledgers ledgers, CancellationToken cancellationToken)
    {
        var newsletterId = await db.Newsletters.Where(n => n.Slug == order.Newsletter).Select(n => (int?)n.Id).SingleOrDefaultAsync(cancellationToken);
        if (newsletterId is null)
            return Api.Invalid("newsletter", "Give the slug of one of your newsletters (GET /api/v1/newsletters lists them).");
        if (order.Subject is { } subject && (subject.Trim().Length is 0 or > Digest.SubjectLength || subject.Any(char.IsControl)))
            return Api.Invalid("subject", $"Give a subject of 1 to {Digest.SubjectLength} characters on one line, or leave it out.");
        if (order.Note is { Length: > Digest.NoteLength })
            return Api.Invalid("note", $"Keep the note within {Digest.NoteLength} characters.");
        if (order.StoryIds is { } ids && (ids.Count is 0 or > MostStories || ids.Any(string.IsNullOrWhiteSpace) || ids.Distinct(StringComparer.Ordinal).Count() != ids.Count))
            return Api.Invalid("storyIds", $"Name 1 to {MostStories} stories, each once, or leave storyIds out for what is new.");
        var outcome = await compose.RunAsync(new DigestOrder(newsletterId.Value, order.Subject?.Trim(), order.Note, order.StoryIds), cancellationToken);
        return outcome switch
        {
            ComposeOutcome.Composed(_, var publicId) => Results.Created($"/api/v1/digests/{publicId}", await DigestShape.FindAsync(db, ledgers, publicId, cancellationToken)),
            ComposeOutcome.NothingNew(var why, _) => Api.Conflict(why),
            ComposeOutcome.BadStory(var storyId, var why) => Api.Invalid("storyIds", $"{storyId}: {why}"),
            _ => throw new ArgumentOutOfRangeException(nameof(order), outcome, null),
        };
    }

    private static async Task<IResult> ShowAsync(NewsroomDb db, Ledgers ledgers, string id, CancellationToken cancellationToken) =>
        await DigestShape.FindAsync(db, ledgers, id, cancellationToken) is { } digest ? Results.Ok(digest) : Api.NotFound("digest");

    private static async Task<IResult> AnswerAsync(NewsroomDb db, Ledgers ledgers, string id, Task<DigestStep> step, CancellationToken cancellationToken) => await step switch
    {
        DigestStep.Done => await ShowAsync(db, ledgers, id, cancellationToken),
        DigestStep.NotNow(var why) => Api.Conflict(why),
        DigestStep.Invalid(var field, var why) => Api.Invalid(field, why),
        _ => Api.NotFound("digest"),
    };

    private static async Task<IResult> TestAsync(string id, TestRequest request, SendTest send, CancellationToken cancellationToken) =>
        await send.RunAsync(id, request.To, cancellationToken) switch
        {
            TestOutcome.Answered(var answer) => Results.Ok(new TestShape(
                System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(answer.Result.ToString()), answer.Code, answer.EnhancedCode, answer.Answer)),
            TestOutcome.BadAddress => Api.Invalid("to", "Give one mail address, for example you@example.org."),
            TestOutcome.NotNow(var why) => Api.Conflict(why),
            _ => Api.NotFound("digest"),
        };
}
