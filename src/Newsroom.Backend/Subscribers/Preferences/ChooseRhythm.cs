using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Digests;

namespace Newsroom.Backend.Subscribers.Preferences;

/// <summary>How often newsletters come. What does not come has no rhythm and is passed over.</summary>
public sealed class ChooseRhythm(NewsroomDb db)
{
    /// <param name="subscriberId">Whose.</param>
    /// <param name="rhythms">By the newsletter's slug.</param>
    /// <param name="cancellationToken">Cancels before the save.</param>
    public Task<bool> RunAsync(long subscriberId, IReadOnlyDictionary<string, Rhythm> rhythms, CancellationToken cancellationToken) => db.RetryingAsync(async turn =>
    {
        var reader = await db.Subscribers.Include(s => s.Subscriptions).ThenInclude(s => s.Newsletter).SingleAsync(s => s.Id == subscriberId, turn);
        var changed = false;
        foreach (var subscription in reader.Subscriptions.Where(s => s.State == SubscriptionState.Active))
        {
            if (!rhythms.TryGetValue(subscription.Newsletter.Slug, out var rhythm) || rhythm == subscription.Rhythm)
                continue;
            await SetAsync(db, subscription, rhythm, turn);
            changed = true;
        }
        if (changed)
        {
            reader.Touch();
            await db.SaveChangesAsync(turn);
        }
        return changed;
    }, cancellationToken);

    /// <summary>
    /// The one place where a rhythm changes. Its cursor begins where the newsletter's digests stand when the reader was in step with them, and is kept
    /// otherwise, also on the way back to "as published": the next digest brings that reader in step again.
    /// </summary>
    internal static async Task SetAsync(NewsroomDb db, Subscription subscription, Rhythm rhythm, CancellationToken cancellationToken)
    {
        if (rhythm != Rhythm.AsPublished)
            subscription.StoriesThroughId ??= await StoryCursor.OfReaderAsync(db, subscription, cancellationToken);
        subscription.Rhythm = rhythm;
    }
}
