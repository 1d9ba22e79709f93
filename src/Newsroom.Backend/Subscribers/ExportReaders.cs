using System.Text.Json;
using CsvHelper;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Subscribers;

/// <param name="Newsletter">Only readers who have, or had, this one. Null: all.</param>
/// <param name="Status">Only these. Null: all but the erased, who have no address.</param>
public sealed record ExportOrder(string? Newsletter, SubscriberStatus? Status);

public abstract record ExportOutcome
{
    public sealed record Written(int Readers) : ExportOutcome;

    public sealed record NoSuchNewsletter(string Slug) : ExportOutcome;
}

/// <summary>
/// Writes readers as CSV, page by page, so that memory does not grow with their number. An import of the file into an empty database gives the same lists.
/// </summary>
public sealed class ExportReaders(NewsroomDb db)
{
    private const int PageRows = 1000;

    private static readonly string[] Header =
    [
        "id", "address", "name", "language", "status", "newsletters", "created_at", "confirmed_at", "left_at", "paused_until",
        "consent_at", "consent_method", "consent_source", "consent_page",
    ];

    public async Task<ExportOutcome> RunAsync(ExportOrder order, Stream file, CancellationToken cancellationToken)
    {
        if (order.Newsletter is { } slug && !await db.Newsletters.AnyAsync(n => n.Slug == slug, cancellationToken))
            return new ExportOutcome.NoSuchNewsletter(slug);
        await using var csv = SafeCsv.Writer(file, leaveOpen: true);
        WriteRow(csv, Header);
        await csv.NextRecordAsync();
        var count = 0;
        for (var after = 0L; await PageAsync(order, after, cancellationToken) is { Count: > 0 } page; after = page[^1].Key)
        {
            await WriteAsync(csv, page, cancellationToken);
            count += page.Count;
        }
        return new ExportOutcome.Written(count);
    }

    private Task<List<Row>> PageAsync(ExportOrder order, long after, CancellationToken cancellationToken)
    {
        var query = db.Subscribers.Where(s => s.Id > after);
        query = order.Status is { } status ? query.Where(s => s.Status == status) : query.Where(s => s.Status != SubscriberStatus.Erased);
        if (order.Newsletter is { } slug)
            query = query.Where(s => s.Subscriptions.Any(x => x.Newsletter.Slug == slug));
        return query.OrderBy(s => s.Id).Take(PageRows)
            .Select(s => new Row(s.Id, s.PublicId, s.Address, s.Name, s.Language, s.Status, s.CreatedAt, s.ConfirmedAt, s.LeftAt, s.PausedUntil))
            .ToListAsync(cancellationToken);
    }

    private async Task WriteAsync(CsvWriter csv, List<Row> page, CancellationToken cancellationToken)
    {
        var ids = page.ConvertAll(r => r.Key);
        var newsletters = (await db.Subscriptions.Where(s => EF.Parameter(ids).Contains(s.SubscriberId)).OrderBy(s => s.Id)
            .Select(s => new { s.SubscriberId, s.Newsletter.Slug, s.State, s.Rhythm, s.ConfirmedAt, s.LeftAt }).ToListAsync(cancellationToken))
            .ToLookup(s => s.SubscriberId, s => new ExportedSubscription(s.Slug, s.State, s.Rhythm, s.State == SubscriptionState.Left ? s.LeftAt : s.ConfirmedAt));
        // The last time the reader agreed to something: at the form, or on the newsroom's word. The confirmation's button is no place of its own.
        var consents = (await db.Consents.Where(c => EF.Parameter(ids).Contains(c.SubscriberId))
            .Where(c => c.Event == ConsentEvent.Requested || (c.Event == ConsentEvent.Confirmed && c.Method == ConsentMethod.Import)).OrderBy(c => c.Id)
            .Select(c => new { c.SubscriberId, c.At, c.Method, c.Source, c.Page }).ToListAsync(cancellationToken))
            .ToLookup(c => c.SubscriberId);
        foreach (var row in page)
        {
            var consent = consents[row.Key].LastOrDefault();
            WriteRow(csv,
                row.Id, row.Address, row.Name, row.Language, JsonNamingPolicy.CamelCase.ConvertName(row.Status.ToString()), string.Join("; ", newsletters[row.Key]),
                SpreadsheetInstant.Of(row.CreatedAt), SpreadsheetInstant.Of(row.ConfirmedAt), SpreadsheetInstant.Of(row.LeftAt), SpreadsheetInstant.Of(row.PausedUntil),
                SpreadsheetInstant.Of(consent?.At), consent?.Method, consent?.Source, consent?.Page);
            await csv.NextRecordAsync();
        }
        await csv.FlushAsync();
    }

    private static void WriteRow(CsvWriter csv, params string?[] cells)
    {
        foreach (var cell in cells)
            csv.WriteField(cell);
    }

    private sealed record Row(
        long Key, string Id, string Address, string? Name, string? Language, SubscriberStatus Status, DateTimeOffset CreatedAt, DateTimeOffset? ConfirmedAt,
        DateTimeOffset? LeftAt, DateTimeOffset? PausedUntil);
}
