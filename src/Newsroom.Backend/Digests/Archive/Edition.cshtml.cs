using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Digests.Archive;

/// <summary>A digest's web copy.</summary>
[AllowAnonymous]
public sealed class EditionModel(NewsroomDb db) : PageModel
{
    /// <summary>A story; one that was withdrawn from the site since keeps its title, not its text and link.</summary>
    public sealed record StoryLine(string Title, string Summary, string Link, string? Author, string? Section, string? ImageUrl, string? Language, bool Withdrawn);

    public string NewsletterName { get; private set; } = "";
    public string NewsletterSlug { get; private set; } = "";
    public int Number { get; private set; }
    public string Subject { get; private set; } = "";
    public DateTimeOffset At { get; private set; }
    public IReadOnlyList<string> Note { get; private set; } = [];
    public int LeftOut { get; private set; }
    public IReadOnlyList<StoryLine> Stories { get; private set; } = [];
    public bool HasEarlier { get; private set; }
    public bool HasLater { get; private set; }

    public async Task<IActionResult> OnGetAsync(string newsletter, int number, CancellationToken cancellationToken)
    {
        var digest = await (
            from d in db.Digests
            join n in db.Newsletters on d.NewsletterId equals n.Id
            where n.Slug == newsletter && d.Number == number && d.StartedAt != null
            select new { d.Id, d.NewsletterId, n.Name, d.Subject, d.Note, d.StartedAt, d.LeftOutCount }).SingleOrDefaultAsync(cancellationToken);
        if (digest is null)
            return NotFound();
        (NewsletterName, NewsletterSlug, Number, Subject) = (digest.Name, newsletter, number, digest.Subject);
        (At, Note, LeftOut) = (digest.StartedAt!.Value, DigestModel.Paragraphs(digest.Note), digest.LeftOutCount);
        Stories = await (
            from story in db.DigestStories
            join source in db.Stories on story.StoryId equals source.Id
            where story.DigestId == digest.Id
            orderby story.Position
            select new StoryLine(story.Title, story.Summary, story.Link, story.Author, story.Section, story.ImageUrl, story.Language, source.WithdrawnAt != null))
            .ToListAsync(cancellationToken);
        var begun = db.Digests.Where(d => d.NewsletterId == digest.NewsletterId && d.StartedAt != null);
        HasEarlier = await begun.AnyAsync(d => d.Number == number - 1, cancellationToken);
        HasLater = await begun.AnyAsync(d => d.Number == number + 1, cancellationToken);
        return Page();
    }
}
