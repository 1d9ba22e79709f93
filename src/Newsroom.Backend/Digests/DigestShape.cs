using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Digests;

/// <summary>A digest in JSON.</summary>
public sealed record DigestShape(
    string Id, string Newsletter, Rhythm Rhythm, int? Number, string Subject, string? Note, DigestStatus Status, string? Reason, Ledger Ledger,
    IReadOnlyList<DigestStoryShape> Stories, int LeftOut, DateTimeOffset CreatedAt, DateTimeOffset? ScheduledAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt)
{
    public static IQueryable<Row> RowsOf(NewsroomDb db) =>
        from digest in db.Digests
        join newsletter in db.Newsletters on digest.NewsletterId equals newsletter.Id
        select new Row
        {
            Id = digest.Id,
            PublicId = digest.PublicId,
            Newsletter = newsletter.Slug,
            Rhythm = digest.Rhythm,
            Number = digest.Number,
            Subject = digest.Subject,
            Note = digest.Note,
            Status = digest.Status,
            Reason = digest.Reason,
            LeftOut = digest.LeftOutCount,
            CreatedAt = digest.CreatedAt,
            ScheduledAt = digest.ScheduledAt,
            StartedAt = digest.StartedAt,
            FinishedAt = digest.FinishedAt,
            Stories = (
                from story in digest.Stories
                join source in db.Stories on story.StoryId equals source.Id
                orderby story.Position
                select new DigestStoryShape(source.PublicId, story.Title, story.Link, story.Section)).ToList(),
        };

    public static DigestShape Of(Row row, Ledger ledger) => new(
        row.PublicId, row.Newsletter, row.Rhythm, row.Number, row.Subject, row.Note, row.Status, row.Reason, ledger,
        row.Stories, row.LeftOut, row.CreatedAt, row.ScheduledAt, row.StartedAt, row.FinishedAt);

    public static async Task<DigestShape?> FindAsync(NewsroomDb db, Ledgers ledgers, string publicId, CancellationToken cancellationToken) =>
        await RowsOf(db).SingleOrDefaultAsync(r => r.PublicId == publicId, cancellationToken) is { } row
            ? Of(row, await ledgers.OfAsync(db, row.Id, cancellationToken))
            : null;

    /// <summary>What a digest's JSON is made of; <see cref="Id"/> is the list's cursor.</summary>
    public sealed record Row
    {
        public required int Id { get; init; }
        public required string PublicId { get; init; }
        public required string Newsletter { get; init; }
        public required Rhythm Rhythm { get; init; }
        public required int? Number { get; init; }
        public required string Subject { get; init; }
        public required string? Note { get; init; }
        public required DigestStatus Status { get; init; }
        public required string? Reason { get; init; }
        public required int LeftOut { get; init; }
        public required DateTimeOffset CreatedAt { get; init; }
        public required DateTimeOffset? ScheduledAt { get; init; }
        public required DateTimeOffset? StartedAt { get; init; }
        public required DateTimeOffset? FinishedAt { get; init; }
        public required IReadOnlyList<DigestStoryShape> Stories { get; init; }
    }
}

public sealed record DigestStoryShape(string Id, string Title, string Link, string? Section);
