using System.Collections.Concurrent;

namespace Newsroom.Backend.Demo.Practice;

public enum PracticeFault
{
    /// <summary>429, which Stripe.net does not retry.</summary>
    RateLimited,

    /// <summary>500, which Stripe.net retries twice under the same idempotency key.</summary>
    ServerError,

    /// <summary>200 with a page in place of JSON, as a proxy in between may send.</summary>
    Html,

    /// <summary>No answer until the caller gives up.</summary>
    Hang,

    /// <summary>The connection breaks.</summary>
    Drop,
}

/// <summary>Calls that are to go wrong, in order.</summary>
public sealed class PracticeFaults
{
    private readonly ConcurrentQueue<(PracticeFault, bool)> _next = new();

    /// <summary>Lets the next calls go wrong; Stripe.net's own retries are calls too.</summary>
    /// <param name="fault">How.</param>
    /// <param name="calls">How many in a row.</param>
    /// <param name="afterEffect">True: what was asked for has been done all the same (the session exists, its answer is lost).</param>
    public void Next(PracticeFault fault, int calls = 1, bool afterEffect = false)
    {
        for (var i = 0; i < calls; i++)
            _next.Enqueue((fault, afterEffect));
    }

    /// <summary>How many calls are still to go wrong.</summary>
    public int Waiting => _next.Count;

    public void Clear() => _next.Clear();

    internal bool TryTake(out PracticeFault fault, out bool afterEffect)
    {
        var found = _next.TryDequeue(out var next);
        (fault, afterEffect) = next;
        return found;
    }
}
