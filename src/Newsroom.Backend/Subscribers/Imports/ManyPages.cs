using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Subscribers.Imports;

/// <summary>
/// Keeps the connection open, on SQLite with 32 MB of pages instead of its 2: each new reader's random ids and hashes go somewhere else into five
/// indexes, which are read again and again else. Gives the connection back as it was.
/// </summary>
internal sealed class ManyPages(NewsroomDb db) : IAsyncDisposable
{
    public static async Task<ManyPages> OpenAsync(NewsroomDb db, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        if (db.Database.IsSqlite())
            await db.Database.ExecuteSqlAsync($"PRAGMA cache_size = -32768", cancellationToken);
        return new ManyPages(db);
    }

    public async ValueTask DisposeAsync()
    {
        if (db.Database.IsSqlite())
            await db.Database.ExecuteSqlAsync($"PRAGMA cache_size = -2000", CancellationToken.None);
        await db.Database.CloseConnectionAsync();
    }
}
