using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Stories;

namespace Newsroom.Backend.Digests;

/// <param name="NewsletterId">Whose edition it is.</param>
/// <param name="Subject">Null: made from the lead story's title and the newsletter's name.</param>
/// <param name="Note">The editor's note; null for none.</param>
/// <param name="StoryIds">Public ids in order, the lead first; null: what is new since the newsletter's last digest.</param>
/// <param name="SlotId">The cadence's slot that asks for it.</param>
public sealed record DigestOrder(int NewsletterId, string? Subject = null, string? Note = null, IReadOnlyList<string>? StoryIds = null, int? SlotId = null);

public abstract record ComposeOutcome
{
    private ComposeOutcome()
    {
    }

    public sealed record Composed(int DigestId, string PublicId) : ComposeOutcome;

    /// <summary>No story came in since. <paramref name="Why"/> is a sentence; <paramref name="ThroughId"/> where the next digest begins.</summary>
    public sealed record NothingNew(string Why, long ThroughId) : ComposeOutcome;

    /// <summary>A story id that names nothing that could be sent.</summary>
    public sealed record BadStory(string PublicId, string Why) : ComposeOutcome;
}

/// <summary>Makes a draft: picks its stories, freezes their words, gives it the newsletter's next number.</summary>
public sealed class ComposeDigest(NewsroomDb db, NewStories newStories, TimeProvider clock)
{
    public async Task<ComposeOutcome> RunAsync(DigestOrder order, CancellationToken cancellationToken)
    {
        if (order.SlotId is { } slotId && await OfSlotAsync(slotId, cancellationToken) is { } made)
            return made;
        var newsletterName = await db.Newsletters.Where(n => n.Id == order.NewsletterId).Select(n => n.Name).SingleAsync(cancellationToken);
        while (true)
        {
            // The number first: a digest made after it takes the number, and then what is new is read again.
            var number = await db.Digests.Where(d => d.NewsletterId == order.NewsletterId).MaxAsync(d => d.Number, cancellationToken) ?? 0;
            var fresh = await newStories.OfAsync(order.NewsletterId, cancellationToken);
            if (order.StoryIds is null && fresh.Stories.Count == 0)
                return new ComposeOutcome.NothingNew(NothingNewWords(fresh.LastNumber), fresh.ThroughId);
            var stories = order.StoryIds is null ? fresh.Stories : await NamedAsync(order.StoryIds, cancellationToken);
            if (order.StoryIds?.FirstOrDefault(id => stories.TrueForAll(s => s.PublicId != id)) is { } unknown)
                return new ComposeOutcome.BadStory(unknown, "There is no such story, or it was withdrawn.");
            var digest = Draft(order, stories, fresh, newsletterName, number + 1, clock.GetUtcNow());
            db.Add(digest);
            try
            {
                await db.SaveChangesAsync(cancellationToken);
                return new ComposeOutcome.Composed(digest.Id, digest.PublicId);
            }
            catch (DbUpdateException e) when (db.IsUniqueViolation(e))
            {
                // Another one took the number, or made the slot's digest, meanwhile.
                db.ChangeTracker.Clear();
                if (order.SlotId is { } slot && await OfSlotAsync(slot, cancellationToken) is { } theirs)
                    return theirs;
            }
        }
    }

    /// <summary>In the order of <paramref name="ids"/>, without those that cannot be sent.</summary>
    private async Task<List<Story>> NamedAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var stories = await db.Stories.AsNoTracking().Where(s => ids.Contains(s.PublicId) && s.WithdrawnAt == null).ToListAsync(cancellationToken);
        return [.. ids.Join(stories, id => id, s => s.PublicId, (_, story) => story)];
    }

    private async Task<ComposeOutcome.Composed?> OfSlotAsync(int slotId, CancellationToken cancellationToken) =>
        await db.Digests.Where(d => d.SlotId == slotId).Select(d => new ComposeOutcome.Composed(d.Id, d.PublicId)).SingleOrDefaultAsync(cancellationToken);

    private static Digest Draft(DigestOrder order, List<Story> stories, FreshStories fresh, string newsletterName, int number, DateTimeOffset now)
    {
        var digest = new Digest
        {
            NewsletterId = order.NewsletterId,
            Number = number,
            Subject = order.Subject ?? SubjectOf(stories[0].Title, newsletterName),
            Note = order.Note,
            // Hand-picked stories move no window: what else is new waits for the next digest.
            StoriesThroughId = order.StoryIds is null ? fresh.ThroughId : fresh.AfterId,
            LeftOutCount = order.StoryIds is null ? fresh.LeftOut : 0,
            SlotId = order.SlotId,
            CreatedAt = now,
        };
        digest.Stories.AddRange(stories.Select(DigestStory.Of));
        return digest;
    }

    internal static string SubjectOf(string lead, string newsletterName) =>
        $"{newsletterName}: {PlainText.Cut(lead, Digest.SubjectLength - newsletterName.Length - 2)}";

    private static string NothingNewWords(int? lastNumber) => lastNumber is { } number
        ? $"Nothing new since digest {number}: no story has come in since."
        : "Nothing new: no story has come in yet. Read the feeds first (staff pages, Stories), or push a story by API.";
}
