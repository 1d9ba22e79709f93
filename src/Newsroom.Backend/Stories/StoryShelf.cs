using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Stories;

/// <summary>The known stories that some items may be, and the rules by which an item is one of them.</summary>
internal sealed class StoryShelf
{
    // Each hash is a parameter of the query; SQL Server takes 2,100.
    private const int ItemsPerQuery = 100;

    private readonly NewsroomDb _db;
    private readonly Dictionary<string, Story> _byIdentity = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Story> _byLink = new(StringComparer.Ordinal);

    private StoryShelf(NewsroomDb db) => _db = db;

    public List<Story> Added { get; } = [];

    /// <summary>Stories that were for one newsletter and are for every one now.</summary>
    public int Widened { get; private set; }

    /// <summary>A story that is for one newsletter and for a second one is then for all. With a third, that never asked for it, it would not be.</summary>
    public bool HasTwoNewsletters { get; set; }

    public static async Task<StoryShelf> ReadAsync(NewsroomDb db, IEnumerable<FeedItem> items, CancellationToken cancellationToken)
    {
        var shelf = new StoryShelf(db);
        foreach (var some in items.Chunk(ItemsPerQuery))
        {
            var hashes = some.SelectMany(i => new[] { i.IdentityHash, i.Link.Hash }).Distinct().ToList();
            var known = db.Stories.Where(s => hashes.Contains(s.IdentityHash) || hashes.Contains(s.LinkHash));
            foreach (var story in await known.ToListAsync(cancellationToken))
                shelf.Remember(story);
        }
        return shelf;
    }

    /// <summary>By guid, then by link.</summary>
    public Story? Find(FeedItem item) =>
        _byIdentity.GetValueOrDefault(item.IdentityHash) ?? _byLink.GetValueOrDefault(item.Link.Hash);

    /// <summary>Adds the item as a story, or brings the story it is up to date.</summary>
    public Story Put(FeedItem item, Feed? feed, int? newsletterId, bool seenBefore, DateTimeOffset now)
    {
        if (Find(item) is { } known)
        {
            Update(known, item, feed, newsletterId);
            return known;
        }
        var story = new Story
        {
            IdentityHash = item.IdentityHash,
            LinkHash = item.Link.Hash,
            Link = item.Link.Address.AbsoluteUri,
            Title = item.Words.Title,
            FirstSeenAt = now,
            SeenBefore = seenBefore,
            NewsletterId = newsletterId,
            FeedId = feed?.Id,
        };
        story.Edit(item.Words);
        _db.Add(story);
        Added.Add(story);
        Remember(story);
        return story;
    }

    private void Update(Story story, FeedItem item, Feed? feed, int? newsletterId)
    {
        // A feed for every newsletter shows it too: then it is for every newsletter.
        if (newsletterId is null)
            story.NewsletterId = null;
        else if (IsForTheOtherToo(story, feed, newsletterId))
        {
            story.NewsletterId = null;
            Widened++;
        }
        // Of two feeds with the same story one leads, or their differences would count as edits at every poll.
        if (feed is not null && story.FeedId is not null && story.FeedId != feed.Id)
            return;
        story.FeedId ??= feed?.Id;
        Rename(story, item);
        story.Edit(item.Words);
    }

    /// <summary>What the second feed showed at its first read was not news there.</summary>
    private bool IsForTheOtherToo(Story story, Feed? feed, int? newsletterId) =>
        HasTwoNewsletters && story.NewsletterId is not null && story.NewsletterId != newsletterId && story.FirstSeenAt > feed?.FirstReadAt;

    private void Rename(Story story, FeedItem item)
    {
        // Known by its link alone until now (pushed): from here on its guid holds, also when the link changes.
        if (story.IdentityHash == story.LinkHash && _byIdentity.TryAdd(item.IdentityHash, story))
            story.IdentityHash = item.IdentityHash;
        // A link that another story holds stays with that story: two rows with one link would be one story twice.
        if (_byLink.TryGetValue(item.Link.Hash, out var holder) && holder != story)
            return;
        _byLink.Remove(story.LinkHash);
        story.LinkHash = item.Link.Hash;
        story.Link = item.Link.Address.AbsoluteUri;
        _byLink[item.Link.Hash] = story;
    }

    private void Remember(Story story)
    {
        _byIdentity[story.IdentityHash] = story;
        _byLink[story.LinkHash] = story;
    }
}
