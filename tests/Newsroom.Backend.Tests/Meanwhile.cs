using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Newsroom.Backend.Tests;

/// <summary>Lets something happen between two statements of an operation: what another request or node may do there at any time.</summary>
internal sealed class Meanwhile : DbCommandInterceptor
{
    private Func<Task> _happens = () => Task.CompletedTask;
    private int _readsLeft;

    /// <param name="read">Before which of the program's next reads, from 1.</param>
    /// <param name="happens">Once. What it reads itself is not counted, nor what is read in a transaction: there SQLite lets nobody else write.</param>
    public void BeforeRead(int read, Func<Task> happens) => (_happens, _readsLeft) = (happens, read);

    public override async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        if (command.CommandText.StartsWith("SELECT", StringComparison.Ordinal) && eventData.Context?.Database.CurrentTransaction is null && Interlocked.Decrement(ref _readsLeft) == 0)
            await _happens();
        return result;
    }
}
