using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Subscribers.Imports;

/// <summary>How far an import is.</summary>
/// <param name="Import">With its newsletter.</param>
/// <param name="State">As <see cref="Import.StateAt"/> sees it.</param>
/// <param name="ListId">Where its list is while that is kept; null for one that a command brought in, or a week later.</param>
/// <param name="Fault">Why its list could not go on.</param>
/// <param name="AllRows">Of the list's check; null: not known.</param>
/// <param name="GoesOn">It was not heard of, and will go on by itself.</param>
public sealed record ImportProgress(Import Import, ImportState State, string? ListId, string? Fault, int? AllRows, bool GoesOn)
{
    public bool IsBeingUndone => Import.UndoAskedAt is not null;
    public bool IsOver => State != ImportState.Running && !GoesOn && !IsBeingUndone;

    /// <summary>Another one when there is news.</summary>
    public string Mark => $"{State} {GoesOn} {Import.UndoAskedAt:O} {Import.Removed} {Import.Counts} {Fault}";
}

/// <summary>Progress of one import; null when there is none with that id.</summary>
public sealed class ReadImport(NewsroomDb db, TimeProvider clock)
{
    public async Task<ImportProgress?> RunAsync(string publicId, CancellationToken cancellationToken)
    {
        if (await db.Imports.AsNoTracking().Include(i => i.Newsletter).SingleOrDefaultAsync(i => i.PublicId == publicId, cancellationToken) is not { } import)
            return null;
        var state = import.StateAt(clock.GetUtcNow());
        var list = await db.UploadedLists.Where(l => l.ImportId == import.Id).Select(l => new { l.PublicId, l.Counts, l.Fault, l.Stage }).SingleOrDefaultAsync(cancellationToken);
        return new ImportProgress(import, state, list?.PublicId, list?.Fault, list?.Counts.Rows, list?.Stage == ListStage.Importing && state == ImportState.Stopped);
    }
}
