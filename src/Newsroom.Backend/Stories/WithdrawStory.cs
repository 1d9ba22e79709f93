using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Stories;

public enum StoryStep
{
    Done,

    /// <summary>It was so already.</summary>
    AsItWas,
    NotFound,
}

/// <summary>
/// Takes a story back, or brings it back: while it is withdrawn no new digest has it, those that have not begun drop it when they do, and the
/// archive keeps its title alone.
/// </summary>
public sealed class WithdrawStory(NewsroomDb db, TimeProvider clock)
{
    public Task<StoryStep> RunAsync(string publicId, CancellationToken cancellationToken) => SetAsync(publicId, clock.GetUtcNow(), cancellationToken);

    /// <summary>A digest that dropped it meanwhile does not get it again; it can be picked by hand for the next one.</summary>
    public Task<StoryStep> BringBackAsync(string publicId, CancellationToken cancellationToken) => SetAsync(publicId, null, cancellationToken);

    private async Task<StoryStep> SetAsync(string publicId, DateTimeOffset? at, CancellationToken cancellationToken)
    {
        var story = db.Stories.Where(s => s.PublicId == publicId);
        var otherwise = at is null ? story.Where(s => s.WithdrawnAt != null) : story.Where(s => s.WithdrawnAt == null);
        if (await otherwise.ExecuteUpdateAsync(s => s.SetProperty(x => x.WithdrawnAt, at), cancellationToken) > 0)
            return StoryStep.Done;
        return await story.AnyAsync(cancellationToken) ? StoryStep.AsItWas : StoryStep.NotFound;
    }
}
