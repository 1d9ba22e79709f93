using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;

namespace Newsroom.Backend.Digests;

/// <summary>
/// What must be right before a digest's first mail: mail is configured, the footer's postal address and the links' site are known, and
/// stories withdrawn since it was made are out.
/// </summary>
public sealed class StartDigest(NewsroomDb db, MailReadiness mail)
{
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
