using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Digests.Archive;

/// <summary>A digest as the archive lists it; <see cref="At"/> is when it began to go out.</summary>
public sealed record PublicDigest(int Id, string NewsletterSlug, string NewsletterName, int Number, string Subject, DateTimeOffset At, string? LeadSummary)
{
    public string Path => $"/archive/{NewsletterSlug}/{Number}";
}

/// <summary>The web copies anybody may read: of every digest that has begun to go out, since its mails link here. Nothing of any reader.</summary>
public static class PublicDigests
{
    public const int PageSize = 30;

    /// <summary>Newest first. The row's id is the key of its page.</summary>
    /// <param name="db">Where.</param>
    /// <param name="newsletterId">Null: of all newsletters.</param>
    /// <param name="before">Ids below this one; null from the newest.</param>
    /// <param name="take">How many.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    public static Task<List<PublicDigest>> ListAsync(NewsroomDb db, int? newsletterId, long? before, int take, CancellationToken cancellationToken) => (
        from digest in db.Digests
        join newsletter in db.Newsletters on digest.NewsletterId equals newsletter.Id
        where digest.StartedAt != null && digest.Number != null
            && (newsletterId == null || digest.NewsletterId == newsletterId)
            && (before == null || digest.Id < before)
        orderby digest.Id descending
        select new PublicDigest(
            digest.Id, newsletter.Slug, newsletter.Name, digest.Number!.Value, digest.Subject, digest.StartedAt!.Value,
            digest.Stories.OrderBy(s => s.Position).Select(s => s.Summary).FirstOrDefault())).Take(take).ToListAsync(cancellationToken);
}
