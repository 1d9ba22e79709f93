using System.Data.Common;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Newsroom.Backend.Data;

/// <summary>For what is known and nobody could find out again, a mail server's answer: not lost because the database is busy.</summary>
internal static class UntilCommitted
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);
    private static readonly string? ClientName = typeof(SqlConnection).Assembly.GetName().Name;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    /// <summary>Tries a change that may be made twice until it is committed, for as long as this process lives.</summary>
    public static async Task RunAsync(Func<Task> change, TimeProvider clock)
    {
        for (var wait = FirstWait; ; wait = wait * 2 < LongestWait ? wait * 2 : LongestWait)
        {
            try
            {
                await change();
                return;
            }
            catch (Exception e) when (IsTheDatabases(e))
            {
                await Task.Delay(wait, clock);
            }
        }
    }

    /// <summary>True for failures of the database, not of this program: the same change may succeed later.</summary>
    public static bool IsTheDatabases(Exception e) => e is DbException or DbUpdateException or RetryLimitExceededException or TimeoutException || HasNoConnectionLeft(e);

    /// <summary>All connections of the pool were taken until the time was up, which SQL Server's client says in no exception of its own.</summary>
    private static bool HasNoConnectionLeft(Exception e) => e is InvalidOperationException && e.Source == ClientName;
}
