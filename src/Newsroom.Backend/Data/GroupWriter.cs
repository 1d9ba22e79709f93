using System.Diagnostics;
using System.Threading.Channels;

namespace Newsroom.Backend.Data;

/// <summary>
/// One writer for many callers. What arrives while a commit runs goes into the next one (a group commit), and nobody goes on before his
/// own item is written: as durable as a commit each, without SQLite's writers queueing for its one lock, and with one wait for the disk for all.
/// </summary>
public sealed class GroupWriter<T> : IAsyncDisposable
{
    /// <summary>Enough that the wait for the disk is shared by many, few enough that a group of sign-ups takes some ten milliseconds.</summary>
    private const int GroupLimit = 64;

    private readonly IServiceScopeFactory _scopes;
    private readonly Func<IServiceProvider, IReadOnlyList<T>, Task> _write;
    private readonly Channel<Entry> _entries = Channel.CreateUnbounded<Entry>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TimeSpan _least;
    private readonly TimeSpan _most;
    private readonly Task _loop;

    /// <summary>The loop's own: one for all groups, so that a database connection may stay open; a new one after a fault.</summary>
    private AsyncServiceScope? _scope;

    /// <param name="scopes">Where the groups' services come from. They are kept between groups: what one tracks, the next must clear.</param>
    /// <param name="write">
    /// Writes a group and commits it, or throws and leaves nothing. A group that fails is tried again item by item, so that one bad item
    /// fails alone.
    /// </param>
    /// <param name="pause">
    /// What is left free after each group for other writers: as long as the group took, within these bounds. SQLite's lock goes to whoever asks in the
    /// right moment, and a writer that never pauses would keep it for itself; and the slower the machine, the larger must the next group be. Null: no pause.
    /// </param>
    public GroupWriter(IServiceScopeFactory scopes, Func<IServiceProvider, IReadOnlyList<T>, Task> write, (TimeSpan Least, TimeSpan Most)? pause = null)
    {
        (_scopes, _write) = (scopes, write);
        (_least, _most) = pause ?? default;
        _loop = Task.Run(LoopAsync);
    }

    /// <summary>Returns when the item is committed.</summary>
    /// <exception cref="ObjectDisposedException">The program stops.</exception>
    public Task WriteAsync(T item)
    {
        var entry = new Entry(item);
        ObjectDisposedException.ThrowIf(!_entries.Writer.TryWrite(entry), this);
        return entry.Written.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _entries.Writer.TryComplete();
        await _loop;
        await EndScopeAsync();
    }

    private async Task LoopAsync()
    {
        var group = new List<Entry>();
        var (endedAt, pause) = (0L, TimeSpan.Zero);
        while (await _entries.Reader.WaitToReadAsync())
        {
            // The machine's time, not the newsroom's: a test's clock stands still.
            if (pause > TimeSpan.Zero && pause - Stopwatch.GetElapsedTime(endedAt) is var left && left > TimeSpan.Zero)
                await Task.Delay(left);
            var beganAt = Stopwatch.GetTimestamp();
            group.Clear();
            while (group.Count < GroupLimit && _entries.Reader.TryRead(out var entry))
                group.Add(entry);
            if (!await TryAsync(group, isLast: group.Count == 1))
            {
                foreach (var entry in group)
                    await TryAsync([entry], isLast: true);
            }
            endedAt = Stopwatch.GetTimestamp();
            var took = Stopwatch.GetElapsedTime(beganAt, endedAt);
            pause = took < _least ? _least : took < _most ? took : _most;
        }
    }

    private async Task<bool> TryAsync(List<Entry> group, bool isLast)
    {
        try
        {
            _scope ??= _scopes.CreateAsyncScope();
            await _write(_scope.Value.ServiceProvider, group.ConvertAll(e => e.Item));
        }
#pragma warning disable CA1031 // Whatever it was, the caller that waits hears of it, and the next group is another matter.
        catch (Exception e)
#pragma warning restore CA1031
        {
            await EndScopeAsync();
            if (isLast)
                group[0].Written.SetException(e);
            return isLast;
        }
        group.ForEach(e => e.Written.SetResult());
        return true;
    }

    private async ValueTask EndScopeAsync()
    {
        if (_scope is { } scope)
            await scope.DisposeAsync();
        _scope = null;
    }

    private sealed class Entry(T item)
    {
        public T Item { get; } = item;

        /// <summary>Continues elsewhere: the writer must not do a caller's next work.</summary>
        public TaskCompletionSource Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
