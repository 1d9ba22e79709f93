using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Digests;

/// <summary>The one writer for all workers of a slice (<see cref="GroupWriter{T}"/>): nobody goes on before his own change is committed.</summary>
internal sealed class DeliveryWriter(IServiceScopeFactory scopes, TimeProvider clock) : IAsyncDisposable
{
    private readonly GroupWriter<Func<NewsroomDb, Task>> _writer = new(scopes, WriteAsync);

    /// <summary>Applies a guarded update and returns its answer once it is committed.</summary>
    public async Task<T> CommitAsync<T>(Func<NewsroomDb, Task<T>> update)
    {
        T answer = default!;
        await _writer.WriteAsync(async db => answer = await update(db));
        return answer;
    }

    /// <summary>The same for a server's answer, which nobody could ask for again (<see cref="UntilCommitted"/>).</summary>
    public Task CommitAtLastAsync<T>(Func<NewsroomDb, Task<T>> update) => UntilCommitted.RunAsync(() => CommitAsync(update), clock);

    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    private static Task WriteAsync(IServiceProvider services, IReadOnlyList<Func<NewsroomDb, Task>> changes)
    {
        var db = services.GetRequiredService<NewsroomDb>();
        return db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            foreach (var change in changes)
                await change(db);
            await transaction.CommitAsync();
        });
    }
}
