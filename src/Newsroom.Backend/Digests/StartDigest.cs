using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Stories;

namespace Newsroom.Backend.Digests;

/// <summary>
/// What must be right before a digest's first mail: mail is configured, the footer's postal address and the links' site are known, and
/// stories withdrawn since it was made are out.
/// </summary>
public sealed class StartDigest(NewsroomDb db, MailReadiness mail, WithdrawGone gone)
{
    /// <summary>
    /// Before the change that begins them: stories that are gone from the site are withdrawn, and so drop out. It asks the site for up to
    /// <see cref="WithdrawGone.MaxTime"/>, and so has no part in a change that may be decided anew.
    /// </summary>
    public async Task LookAsync(IReadOnlyList<string> publicIds, CancellationToken cancellationToken)
    {
        if (mail.MissingForLists is not null)
            return;
        var stories = db.Digests.Where(d => publicIds.Contains(d.PublicId) && d.StartedAt == null && d.FinishedAt == null).SelectMany(d => d.Stories).Select(s => s.StoryId);
        await gone.RunAsync(db.Stories.Where(s => stories.Contains(s.Id)), cancellationToken);
    }

    /// <summary>Changes the tracked digest; the caller saves.</summary>
    /// <exception cref="IllegalDigestStepException">Something is missing, or the digest has begun or is over.</exception>
    public async Task RunAsync(Digest digest, DateTimeOffset now, CancellationToken cancellationToken)
    {
        digest.Start(now);
        ThrowIfSomethingIsMissing();
        await DropWithdrawnAsync(digest, cancellationToken);
    }

    /// <summary>The same for one that was paused or stopped. What some readers have got already stays as it is.</summary>
    /// <exception cref="IllegalDigestStepException">Something is missing, or the digest is neither paused nor stopped.</exception>
    public async Task ResumeAsync(Digest digest, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var hadBegun = digest.StartedAt is not null;
        digest.Resume(now);
        ThrowIfSomethingIsMissing();
        if (!hadBegun)
            await DropWithdrawnAsync(digest, cancellationToken);
    }

    private void ThrowIfSomethingIsMissing()
    {
        if (mail.MissingForLists is { } missing)
            throw new IllegalDigestStepException(missing);
    }

    private async Task DropWithdrawnAsync(Digest digest, CancellationToken cancellationToken)
    {
        var ids = digest.Stories.ConvertAll(s => s.StoryId);
        var withdrawn = await db.Stories.Where(s => ids.Contains(s.Id) && s.WithdrawnAt != null).Select(s => s.Id).ToListAsync(cancellationToken);
        digest.Stories.RemoveAll(s => withdrawn.Contains(s.StoryId));
        if (digest.Stories.Count == 0)
            throw new IllegalDigestStepException("Every story of this digest has been withdrawn from the site.");
    }
}
