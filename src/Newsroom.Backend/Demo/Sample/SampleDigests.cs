using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Digests;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Demo.Sample;

/// <summary>Digests of the first newsletter that were sent, one that is scheduled for tomorrow morning, and one that is half composed.</summary>
internal sealed class SampleDigests(NewsroomDb db)
{
    private const int StoriesEach = 5;
    private const int Days = 540;

    private static readonly string[] Subjects = ["The harbour this week", "What the council decided", "Tides, ferries and a new school", "A winter plan for the pier", "Who pays for the sea wall"];

    public async Task WriteAsync(SampleSize size, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var newsletter = await db.Newsletters.OrderBy(n => n.Id).Select(n => n.Id).FirstAsync(cancellationToken);
        var stories = await db.Stories.AsNoTracking().OrderBy(s => s.Id).ToListAsync(cancellationToken);
        var apart = TimeSpan.FromDays((double)Days / size.Digests);
        for (var number = 1; number <= size.Digests; number++)
        {
            var at = now - (apart * (size.Digests - number)) - TimeSpan.FromHours(20);
            var digest = Compose(newsletter, number, stories, at - TimeSpan.FromHours(2));
            digest.Start(at);
            db.Add(digest);
            await db.SaveChangesAsync(cancellationToken);
            await FinishAsync(digest, withRows: number > size.Digests - size.DigestsWithRows, size.Readers, cancellationToken);
            db.ChangeTracker.Clear();
        }
        var next = Compose(newsletter, size.Digests + 1, stories, now);
        var tomorrow = now.AddDays(1);
        next.Schedule(new DateTimeOffset(tomorrow.Year, tomorrow.Month, tomorrow.Day, 12, 0, 0, TimeSpan.Zero), now);
        db.Add(next);
        db.Add(Compose(newsletter, size.Digests + 2, stories, now));
        await db.SaveChangesAsync(cancellationToken);
    }

    private static Digest Compose(int newsletter, int number, List<Stories.Story> stories, DateTimeOffset at)
    {
        var digest = new Digest
        {
            NewsletterId = newsletter,
            Number = number,
            Subject = Subjects[number % Subjects.Length],
            StoriesThroughId = stories.Count > 0 ? stories[^1].Id : 0,
            CreatedAt = at,
        };
        digest.Stories.AddRange(Enumerable.Range(0, Math.Min(StoriesEach, stories.Count)).Select(n => DigestStory.Of(stories[(number + n) % stories.Count], n)));
        return digest;
    }

    /// <summary>As it would stand after its last row: nearly all accepted.</summary>
    private async Task FinishAsync(Digest digest, bool withRows, int readers, CancellationToken cancellationToken)
    {
        var (began, ended) = (digest.StartedAt!.Value, digest.StartedAt.Value.AddMinutes(4));
        var planned = withRows ? await RowsAsync(digest, began, ended, cancellationToken) : readers * 4 / 5;
        var refused = withRows ? 0 : planned / 500;
        await db.Digests.Where(d => d.Id == digest.Id).ExecuteUpdateAsync(
            s => s.SetProperty(d => d.Status, DigestStatus.Sent)
                .SetProperty(d => d.FinishedAt, ended)
                .SetProperty(d => d.PlannedCount, planned)
                .SetProperty(d => d.AcceptedCount, planned - refused)
                .SetProperty(d => d.RefusedCount, refused)
                .SetProperty(d => d.WithheldCount, 0)
                .SetProperty(d => d.UncertainCount, 0), cancellationToken);
    }

    private Task<int> RowsAsync(Digest digest, DateTimeOffset began, DateTimeOffset ended, CancellationToken cancellationToken) => db.InsertFromAsync<Delivery>(
        db.Subscriptions.Where(s => s.NewsletterId == digest.NewsletterId && s.State == SubscriptionState.Active && s.ConfirmedAt < began)
            .Select(s => new { s.SubscriberId, SubscriptionId = s.Id }),
        new Dictionary<string, object>
        {
            [nameof(Delivery.DigestId)] = digest.Id,
            [nameof(Delivery.State)] = DeliveryState.Accepted,
            [nameof(Delivery.Attempts)] = 1,
            [nameof(Delivery.HandedOverAt)] = began,
            [nameof(Delivery.SettledAt)] = ended,
            [nameof(Delivery.Code)] = 250,
        },
        cancellationToken);
}
