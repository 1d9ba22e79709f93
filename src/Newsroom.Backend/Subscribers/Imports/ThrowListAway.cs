using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Subscribers.Imports;

/// <summary>Staff think better of an uploaded list: it and its file are gone. One that is being brought in stays until that is over.</summary>
public sealed class ThrowListAway(NewsroomDb db)
{
    /// <returns>False: there is no such list, or it is being brought in.</returns>
    public async Task<bool> RunAsync(string id, CancellationToken cancellationToken) =>
        await db.UploadedLists.Where(l => l.PublicId == id && l.Stage != ListStage.Importing).ExecuteDeleteAsync(cancellationToken) == 1;
}
