using Microsoft.EntityFrameworkCore;

namespace Newsroom.Backend.Data;

public static class Retrying
{
    private const int MostAttempts = 100;

    /// <summary>
    /// Runs load, decide and save, and again from the load whenever somebody else got in between (a unique index or a version
    /// refused the save) or the database asks for it (SQL Server's passing faults). Every lost turn is somebody else's won one, so turns
    /// end; the limit only catches a mistake. A repeated turn begins with nothing tracked.
    /// </summary>
    /// <param name="db">The scope's database; save the caller's own changes before.</param>
    /// <param name="loadDecideSave">May open one transaction of its own.</param>
    /// <param name="cancellationToken">Ends the work between two turns too.</param>
    /// <exception cref="DbUpdateException">The save failed for another reason, or a hundred times for these.</exception>
    public static Task<T> RetryingAsync<T>(this NewsroomDb db, Func<CancellationToken, Task<T>> loadDecideSave, CancellationToken cancellationToken)
    {
        var attempts = 0;
        return db.Database.CreateExecutionStrategy().ExecuteAsync(TurnsAsync, cancellationToken);

        async Task<T> TurnsAsync(CancellationToken token)
        {
            while (true)
            {
                if (attempts++ > 0)
                    db.ChangeTracker.Clear();
                try
                {
                    return await loadDecideSave(token);
                }
                catch (DbUpdateException e) when (attempts < MostAttempts && (e is DbUpdateConcurrencyException || db.IsUniqueViolation(e)))
                {
                    token.ThrowIfCancellationRequested();
                }
            }
        }
    }
}
