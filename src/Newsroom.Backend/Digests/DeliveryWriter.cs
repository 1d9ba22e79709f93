using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Digests;

/// <summary>A row about to be handed over.</summary>
/// <param name="Id">Of the delivery.</param>
/// <param name="AddressHash"><see cref="Mail.Suppression.AddressHash"/>.</param>
/// <param name="Date">The message's.</param>
internal sealed record Beginning(long Id, string AddressHash, DateTimeOffset Date);

/// <summary>A row whose message the server has.</summary>
internal sealed record Acceptance(long Id, DateTimeOffset At);

/// <summary>
/// The one writer for all workers of a slice (<see cref="GroupWriter{T}"/>): what comes while a commit runs shares the next one, begun rows in one
/// statement, accepted ones in another. Nobody's final dot leaves before his row's beginning is committed, and with it the settlement of
/// the row before on his line.
/// </summary>
internal sealed class DeliveryWriter(IServiceScopeFactory scopes, TimeProvider clock, int digestId, Guid leaseId) : IAsyncDisposable
{
    // A sign-up needs some ten turns at SQLite's lock; with this it gets each within some twenty milliseconds (measured 2026-11-25).
    private static readonly (TimeSpan Least, TimeSpan Most) LeftFree = (TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(10));

    private readonly GroupWriter<Step> _writer = new(scopes, (services, steps) => WriteAsync(services, steps, digestId, leaseId), LeftFree);

    /// <summary>
    /// The gate of a hand-over, and in the same commit the settlement of the message before on the same line: a kill never finds both in doubt.
    /// </summary>
    public async Task<Gate> BeginAsync(Beginning beginning, Acceptance? before)
    {
        var step = new Step(beginning, before, null);
        await _writer.WriteAsync(step);
        return step.Gate;
    }

    /// <summary>A server's yes, which nobody could ask for again.</summary>
    public Task AcceptAsync(Acceptance acceptance) => UntilCommitted.RunAsync(() => _writer.WriteAsync(new Step(null, acceptance, null)), clock);

    /// <summary>Applies a guarded update and returns its answer once it is committed.</summary>
    public async Task<T> CommitAsync<T>(Func<NewsroomDb, Task<T>> update)
    {
        T answer = default!;
        await _writer.WriteAsync(new Step(null, null, async db => answer = await update(db)));
        return answer;
    }

    /// <summary>The same for a server's answer, which nobody could ask for again (<see cref="UntilCommitted"/>).</summary>
    public Task CommitAtLastAsync<T>(Func<NewsroomDb, Task<T>> update) => UntilCommitted.RunAsync(() => CommitAsync(update), clock);

    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    private static async Task WriteAsync(IServiceProvider services, IReadOnlyList<Step> steps, int digestId, Guid leaseId)
    {
        var db = services.GetRequiredService<NewsroomDb>();
        await db.StayOpenAsync();
        await db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            var accepted = steps.Select(s => s.Acceptance).OfType<Acceptance>().ToList();
            if (accepted.Count > 0)
                await DeliveryRows.AcceptAsync(db, [.. accepted.Select(a => a.Id)], leaseId, accepted.Max(a => a.At));
            foreach (var change in steps.Select(s => s.Change).OfType<Func<NewsroomDb, Task>>())
                await change(db);
            await BeginAsync(db, [.. steps.Where(s => s.Beginning is not null)], digestId, leaseId);
            await transaction.CommitAsync();
        });
    }

    private static async Task BeginAsync(NewsroomDb db, List<Step> steps, int digestId, Guid leaseId)
    {
        if (steps.Count == 0)
            return;
        var open = await DeliveryRows.BeginAsync(db, digestId, leaseId, steps.ConvertAll(s => s.Beginning!));
        foreach (var step in steps)
        {
            var (id, hash, date) = step.Beginning!;
            step.Gate = open.Contains(id) ? Gate.Open : await DeliveryRows.BeginAsync(db, id, leaseId, hash, date);
        }
    }

    private sealed record Step(Beginning? Beginning, Acceptance? Acceptance, Func<NewsroomDb, Task>? Change)
    {
        /// <summary>Of the commit that went through; an attempt before it may have said otherwise.</summary>
        public Gate Gate { get; set; }
    }
}
