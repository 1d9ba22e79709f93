using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Subscribers.Imports;

public sealed record ImportShape(
    string Id, string Newsletter, string FileName, string Format, string Consent, ImportState State, RowCounts Counts, DateTimeOffset StartedAt, DateTimeOffset? EndedAt);

/// <summary>The imports, the latest first.</summary>
public sealed class ImportList(NewsroomDb db, TimeProvider clock)
{
    private const int Most = 200;

    public async Task<IReadOnlyList<ImportShape>> RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var imports = await db.Imports.AsNoTracking().Include(i => i.Newsletter).OrderByDescending(i => i.Id).Take(Most).ToListAsync(cancellationToken);
        return imports.ConvertAll(i => new ImportShape(
            i.PublicId, i.Newsletter.Slug, i.FileName, i.Format, i.ConsentText, i.StateAt(now), i.Counts, i.StartedAt, i.EndedAt));
    }
}
