using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Digests;

/// <summary>
/// The one writer for all workers of a slice. What arrives while a commit runs goes into the next one (a group commit), and nobody goes on
/// before his own change is committed: durable as a commit for each message, without SQLite's writers queueing for its one lock.
/// </summary>
internal sealed class DeliveryWriter : IAsyncDisposable
{
    private const int GroupLimit = 256;

    private readonly AsyncServiceScope _scope;
    private readonly NewsroomDb _db;
    private readonly Channel<Change> _changes = Channel.CreateUnbounded<Change>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TimeProvider _clock;
    private readonly Task _loop;

    public DeliveryWriter(IServiceScopeFactory scopes, TimeProvider clock)
    {
        _clock = clock;
        _scope = scopes.CreateAsyncScope();
        _db = _scope.ServiceProvider.GetRequiredService<NewsroomDb>();
        _loop = Task.Run(LoopAsync);
    }

    /// <summary>Applies a guarded update and returns its answer once it is committed.</summary>
    public async Task<T> CommitAsync<T>(Func<NewsroomDb, Task<T>> update)
    {
        T answer = default!;
        var change = new Change(async db => answer = await update(db));
        await _changes.Writer.WriteAsync(change);
        await change.Committed.Task;
        return answer;
    }

    /// <summary>The same for a server's answer, which nobody could ask for again (<see cref="UntilCommitted"/>).</summary>
    public Task CommitAtLastAsync<T>(Func<NewsroomDb, Task<T>> update) => UntilCommitted.RunAsync(() => CommitAsync(update), _clock);

    public async ValueTask DisposeAsync()
    {
        _changes.Writer.Complete();
        await _loop;
        await _scope.DisposeAsync();
    }

    private async Task LoopAsync()
    {
        var group = new List<Change>();
        while (await _changes.Reader.WaitToReadAsync())
        {
            group.Clear();
            while (group.Count < GroupLimit && _changes.Reader.TryRead(out var change))
                group.Add(change);
            try
            {
                await _db.Database.CreateExecutionStrategy().ExecuteAsync(() => CommitAsync(group));
                group.ForEach(c => c.Committed.SetResult());
            }
#pragma warning disable CA1031 // Whatever it was, each worker that waits must hear of it, and the next group is another matter.
            catch (Exception e)
#pragma warning restore CA1031
            {
                group.ForEach(c => c.Committed.SetException(e));
            }
        }
    }

    private async Task CommitAsync(List<Change> group)
    {
        await using var transaction = await _db.Database.BeginTransactionAsync();
        foreach (var change in group)
            await change.Update(_db);
        await transaction.CommitAsync();
    }

    private sealed class Change(Func<NewsroomDb, Task> update)
    {
        public Func<NewsroomDb, Task> Update { get; } = update;

        /// <summary>Continues elsewhere: the writer must not run a worker's next message.</summary>
        public TaskCompletionSource Committed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
