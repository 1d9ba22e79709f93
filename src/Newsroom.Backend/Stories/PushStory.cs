using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Stories;

/// <param name="StoryId">The story's row.</param>
/// <param name="IsNew">False: it was known, and its words are now these.</param>
public sealed record Pushed(long StoryId, bool IsNew);

/// <summary>Takes in one story that the site pushes: the same story is known again by its link, as in feeds.</summary>
public sealed class PushStory(NewsroomDb db, TimeProvider clock)
{
    public async Task<Pushed> RunAsync(StoryLink link, StoryWords words, CancellationToken cancellationToken)
    {
        var item = new FeedItem(link, link.Hash, words);
        try
        {
            return await PutAsync(item, cancellationToken);
        }
        catch (DbUpdateException e) when (db.IsUniqueViolation(e))
        {
            // A feed or a second push brought it at the same moment: now it is known.
            db.ChangeTracker.Clear();
            return await PutAsync(item, cancellationToken);
        }
    }

    private async Task<Pushed> PutAsync(FeedItem item, CancellationToken cancellationToken)
    {
        var shelf = await StoryShelf.ReadAsync(db, [item], cancellationToken);
        var story = shelf.Put(item, feed: null, newsletterId: null, seenBefore: false, clock.GetUtcNow());
        await db.SaveChangesAsync(cancellationToken);
        return new Pushed(story.Id, shelf.Added.Count > 0);
    }
}
