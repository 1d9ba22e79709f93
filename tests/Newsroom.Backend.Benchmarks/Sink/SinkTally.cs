using System.Collections.Concurrent;

namespace Newsroom.Backend.Benchmarks.Sink;

/// <summary>What the sink took: its answer was positive, or it hung up after having taken.</summary>
/// <param name="clock">Of arrivals.</param>
internal sealed class SinkTally(TimeProvider clock)
{
    /// <summary>Readers are counted by the number in <c>readerN@…</c>, up to this one.</summary>
    public const int MostReaders = 2_000_000;

    private readonly int[] _readers = new int[MostReaders + 1];
    private readonly ConcurrentDictionary<string, DateTimeOffset> _others = new(StringComparer.OrdinalIgnoreCase);
    private long _messages;
    private long _octets;
    private long _firstAt;
    private long _lastAt;
    private int _open;
    private int _mostOpen;
    private int _connections;
    private int _turnedAway;

    public void Opened()
    {
        Interlocked.Increment(ref _connections);
        var open = Interlocked.Increment(ref _open);
        int most;
        while (open > (most = Volatile.Read(ref _mostOpen)) && Interlocked.CompareExchange(ref _mostOpen, open, most) != most)
        {
        }
    }

    /// <summary>Begins to count anew; what is open stays counted.</summary>
    public void Reset()
    {
        Array.Clear(_readers);
        _others.Clear();
        (_messages, _octets, _firstAt, _lastAt, _connections, _turnedAway, _mostOpen) = (0, 0, 0, 0, 0, 0, Open);
    }

    public int Open => Volatile.Read(ref _open);

    public void Closed() => Interlocked.Decrement(ref _open);

    public void TurnedAway() => Interlocked.Increment(ref _turnedAway);

    /// <param name="reader">0 for somebody who is none, or has no number.</param>
    /// <param name="other">The address of somebody who is no reader.</param>
    /// <param name="octets">Of the message as it came over the wire.</param>
    public void Took(int reader, string? other, long octets)
    {
        if (other is null)
            Interlocked.Increment(ref _readers[reader]);
        else
            _others.TryAdd(other, clock.GetUtcNow());
        var now = clock.GetTimestamp();
        Interlocked.CompareExchange(ref _firstAt, now, 0);
        Volatile.Write(ref _lastAt, now);
        Interlocked.Add(ref _octets, octets);
        Interlocked.Increment(ref _messages);
    }

    /// <summary>Times taken for the readers from <paramref name="first"/> on, an octet each; 255 stands for more.</summary>
    public byte[] Readers(int first, int count) => Array.ConvertAll(_readers[first..Math.Min(first + count, _readers.Length)], times => (byte)Math.Min(times, 255));

    /// <summary>When somebody who is no reader was first written to.</summary>
    public DateTimeOffset? Arrival(string address) => _others.TryGetValue(address, out var at) ? at : null;

    public SinkCounts Count(SinkScript script) => new(
        Interlocked.Read(ref _messages), Interlocked.Read(ref _octets), clock.GetElapsedTime(Volatile.Read(ref _firstAt), Volatile.Read(ref _lastAt)).TotalSeconds,
        Volatile.Read(ref _open), Volatile.Read(ref _mostOpen), Volatile.Read(ref _connections), Volatile.Read(ref _turnedAway), script.Done);
}

/// <summary>The sink's sums.</summary>
/// <param name="Messages">Taken.</param>
/// <param name="Octets">Of the messages, as they came over the wire.</param>
/// <param name="Seconds">From the first message taken to the last.</param>
/// <param name="Open">Connections open now.</param>
/// <param name="MostOpen">Most connections open at once.</param>
/// <param name="Connections">Let in so far.</param>
/// <param name="TurnedAway">Answered 421 because too many were open.</param>
/// <param name="Misdeeds">How often each line of the script came true.</param>
internal sealed record SinkCounts(
    long Messages, long Octets, double Seconds, int Open, int MostOpen, int Connections, int TurnedAway, Dictionary<string, int> Misdeeds);
