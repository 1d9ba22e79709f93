using System.Diagnostics;
using System.Net.Sockets;

namespace Newsroom.Backend.Benchmarks.Sink;

/// <summary>
/// Writes replies when they are due, to about a millisecond for any number of connections. A thread of its own: .NET's timers go by a clock
/// that may step by 4 ms, which is a fifth of the latency to be measured.
/// </summary>
internal sealed class LateReplies
{
    // A queue is its own lock: Monitor can wait on it for whole milliseconds, which Lock cannot.
    private readonly PriorityQueue<Reply, long> _due = new();

    public LateReplies() => new Thread(Run) { IsBackground = true, Name = "late replies", Priority = ThreadPriority.Highest }.Start();

    /// <param name="socket">Whose reply.</param>
    /// <param name="line">Null hangs up.</param>
    /// <param name="due">Of <see cref="Stopwatch"/>; of one socket never earlier than the one before.</param>
    public void Add(Socket socket, byte[]? line, long due)
    {
        lock (_due)
        {
            var isNext = !_due.TryPeek(out _, out var next) || due < next;
            _due.Enqueue(new Reply(socket, line), due);
            if (isNext)
                Monitor.Pulse(_due);
        }
    }

    private void Run()
    {
        while (true)
        {
            var reply = Take();
            SinkDialogue.Write(reply.Socket, reply.Line);
        }
    }

    private Reply Take()
    {
        lock (_due)
        {
            while (true)
            {
                var left = _due.TryPeek(out _, out var due) ? Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due).TotalMilliseconds : -1;
                if (_due.Count > 0 && left < 0.5)
                    return _due.Dequeue();
                Monitor.Wait(_due, _due.Count > 0 ? Math.Max(1, (int)left) : Timeout.Infinite);
            }
        }
    }

    private sealed record Reply(Socket Socket, byte[]? Line);
}
