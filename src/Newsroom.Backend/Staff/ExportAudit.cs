using CsvHelper;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Subscribers;
using Newsroom.Backend.Web.Auditing;

namespace Newsroom.Backend.Staff;

/// <summary>The audit log as CSV, oldest first, read piece by piece so that memory does not grow with it.</summary>
public sealed class ExportAudit(NewsroomDb db)
{
    private const int PageRows = 1000;
    private static readonly string[] Header = ["at", "actor", "who", "action", "subject", "before", "after"];

    public async Task WriteAsync(Stream stream, CancellationToken cancellationToken)
    {
        var actors = await ActorsAsync(cancellationToken);
        await using var csv = SafeCsv.Writer(stream, leaveOpen: true);
        Write(csv, Header);
        await csv.NextRecordAsync();
        for (var after = 0L; await PageAsync(after, cancellationToken) is { Count: > 0 } page; after = page[^1].Id)
        {
            foreach (var entry in page)
            {
                Write(csv, [SpreadsheetInstant.Of(entry.At), entry.Actor, actors.GetValueOrDefault(entry.Actor), entry.Action, entry.Subject, entry.Before, entry.After]);
                await csv.NextRecordAsync();
            }
            await csv.FlushAsync();
        }
    }

    /// <summary>Whoever may stand in the log, by id: staff, keys, the command line and the set-up link.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ActorsAsync(CancellationToken cancellationToken)
    {
        var names = await db.StaffMembers.Select(m => new { m.PublicId, m.Name }).OrderBy(m => m.Name).Take(1000).ToListAsync(cancellationToken);
        names.AddRange(await db.ApiKeys.Select(k => new { k.PublicId, Name = "key: " + k.Name }).OrderBy(k => k.Name).Take(1000).ToListAsync(cancellationToken));
        names.Add(new { PublicId = Actors.CommandLine, Name = "command line" });
        names.Add(new { PublicId = Actors.SetUpLink, Name = "set-up link" });
        return names.ToDictionary(n => n.PublicId, n => n.Name, StringComparer.Ordinal);
    }

    private Task<List<AuditEntry>> PageAsync(long after, CancellationToken cancellationToken) =>
        db.AuditEntries.AsNoTracking().Where(a => a.Id > after).OrderBy(a => a.Id).Take(PageRows).ToListAsync(cancellationToken);

    private static void Write(CsvWriter csv, IReadOnlyList<string?> cells)
    {
        foreach (var cell in cells)
            csv.WriteField(cell);
    }
}
