using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Newsletters;

/// <summary>A newsletter in JSON.</summary>
/// <param name="Id">Opaque.</param>
/// <param name="Slug">Its name in addresses.</param>
/// <param name="Name">The name readers know it by.</param>
/// <param name="Description">One paragraph for readers.</param>
/// <param name="Cadence">When its digests make themselves; null: never.</param>
/// <param name="Lane">Whose digests it does not wait for.</param>
/// <param name="SenderName">Who its digests are from; null: the newsletter's name.</param>
/// <param name="ReplyTo">Where readers' answers go; null: to the newsroom's sender.</param>
/// <param name="Closed">Nobody new can sign up.</param>
/// <param name="CreatedAt">UTC.</param>
public sealed record NewsletterShape(
    string Id, string Slug, string Name, string? Description, CadenceForm? Cadence, MailLane Lane, string? SenderName, string? ReplyTo, bool Closed, DateTimeOffset CreatedAt)
{
    public static NewsletterShape Of(Newsletter newsletter) => new(newsletter.PublicId, newsletter.Slug, newsletter.Name,
        newsletter.Description, CadenceForm.Of(newsletter.Cadence), newsletter.Lane, newsletter.SenderName, newsletter.ReplyTo, newsletter.IsClosed, newsletter.CreatedAt);
}

/// <summary>Only <paramref name="Slug"/> and <paramref name="Name"/> are needed.</summary>
/// <param name="Slug">Its name in addresses.</param>
/// <param name="Name">The name readers know it by.</param>
/// <param name="Description">One paragraph for readers.</param>
/// <param name="Cadence">When its digests make themselves.</param>
/// <param name="Lane"><c>digest</c>, or <c>breaking</c> for news that must not wait for a digest that is being sent.</param>
/// <param name="SenderName">Who its digests are from; absent: the newsletter's name.</param>
/// <param name="ReplyTo">Where readers' answers go; absent: to the newsroom's sender.</param>
public sealed record NewNewsletter(string? Slug, string? Name, string? Description, CadenceForm? Cadence, string? Lane, string? SenderName = null, string? ReplyTo = null)
{
    internal NewsletterText Text => new(Name, Description, Cadence, Lane, SenderName, ReplyTo);
}

internal static class NewslettersApi
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapApi("newsletters");
        api.MapGet("", ListAsync).WithSummary("The newsletters, the oldest first.").Produces<ListPage<NewsletterShape>>();
        api.MapPost("", AddAsync).WithSummary("Makes a newsletter. Only slug and name are needed.").Produces<NewsletterShape>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity);
    }

    private static async Task<IResult> ListAsync(NewsroomDb db, string? after, int? limit, CancellationToken cancellationToken)
    {
        if (Api.ReadPage(after, limit, out var afterKey, out var take) is { } fault)
            return fault;
        var rows = await db.Newsletters.AsNoTracking().Where(n => afterKey == null || n.Id > afterKey)
            .OrderBy(n => n.Id).Take(take + 1).ToListAsync(cancellationToken);
        return Results.Ok(ListPage.Cut(rows, take, n => n.Id, NewsletterShape.Of));
    }

    private static async Task<IResult> AddAsync(NewNewsletter form, AddNewsletter add, CancellationToken cancellationToken) =>
        await add.RunAsync(form.Slug, form.Text, cancellationToken) switch
        {
            AddNewsletterOutcome.Added(var made) => Results.Created((string?)null, NewsletterShape.Of(made)),
            AddNewsletterOutcome.Invalid(var fault) => Api.Invalid(fault.Field, fault.WhatToDo),
            AddNewsletterOutcome.SlugTaken(var slug) => Api.Conflict($"There is a newsletter '{slug}' already: choose another slug."),
            var other => throw new InvalidOperationException($"Unknown outcome {other}."),
        };
}
