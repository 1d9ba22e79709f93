namespace Newsroom.Backend.Mail.Relays;

/// <summary>
/// Who has the next turn, and at which relay. The urgent lanes are asked first, each for places of its own; inside a lane those who share it take turns;
/// among the relays that are up, serve the lane, have a free place and may get more, the weights decide. Thread-safe.
/// </summary>
internal sealed class TurnQueue(IReadOnlyList<Relay> relays, WarmUp warmUp, MailMetrics metrics, TimeProvider clock) : IDisposable
{
    /// <summary>Whoever would wait longer is sent away with the reason: a slice is a job of 45 seconds.</summary>
    internal static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private static readonly MailLane[] UrgentFirst = [MailLane.Transactional, MailLane.Breaking, MailLane.Digest];

    private readonly Lock _lock = new();
    private readonly Dictionary<MailLane, Queue<LaneShare>> _waiting = UrgentFirst.ToDictionary(l => l, _ => new Queue<LaneShare>());
    private ITimer? _alarm;
    private DateTimeOffset? _alarmAt;

    public async Task<Place> WaitAsync(LaneShare share, CancellationToken cancellationToken)
    {
        var turn = new TaskCompletionSource<Place>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (share.Waiting.Count == 0)
                _waiting[share.Lane].Enqueue(share);
            share.Waiting.Enqueue(turn);
            metrics.Waits(share.Lane, 1);
            GiveTurns();
        }
        await using var leaving = cancellationToken.Register(() => turn.TrySetCanceled(cancellationToken));
        return await turn.Task;
    }

    /// <summary>A place at a relay not in <paramref name="tried"/>, if there is one this moment: whoever waited already does not wait again.</summary>
    public Place? TryTake(MailLane lane, IReadOnlyCollection<Relay> tried)
    {
        lock (_lock)
        {
            var now = clock.GetUtcNow();
            return Choose(relays.Where(r => !tried.Contains(r) && CanTake(r, lane, now) && Before(r, lane, now) is null)) is { } relay ? Take(relay, lane, now) : null;
        }
    }

    /// <summary>Why nothing of a lane may leave for a while, though the relays are up.</summary>
    public Wait? Held(MailLane lane)
    {
        lock (_lock)
        {
            var now = clock.GetUtcNow();
            var waits = relays.Where(r => r.Serves(lane) && !r.Health.IsLeftAlone(now)).Select(r => Before(r, lane, now)).ToList();
            return waits.Count > 0 && waits.TrueForAll(w => w?.Until > now + LongestWait) ? waits.MinBy(w => w!.Value.Until) : null;
        }
    }

    public T Read<T>(Func<DateTimeOffset, T> read)
    {
        lock (_lock)
            return read(clock.GetUtcNow());
    }

    public void Reached(Place place, bool anew)
    {
        place.OpenedAt = clock.GetTimestamp();
        if (!anew)
            return;
        lock (_lock)
            place.Relay!.Health.Reached();
    }

    public bool Unreached(Place place, HandOver why)
    {
        lock (_lock)
        {
            var relay = place.Relay!;
            // Refusals may overtake the lines that are granted: those still on their way count until they are answered.
            if (relay.Lines.OpenOrOpening is var others and > 0 && SmtpAnswer.AsksForLess(why.Code, why.EnhancedCode, why.Answer))
            {
                relay.Pool.Refused(others);
                return true;
            }
            var now = clock.GetUtcNow();
            relay.Health.Failed(why, now);
            if (why.RetryAfter is { } pause)
                relay.Health.AskedToWait(why, now + pause);
            return false;
        }
    }

    public void Answered(Place place, HandOver answer)
    {
        var (relay, took) = (place.Relay!, clock.GetElapsedTime(place.OpenedAt));
        metrics.Answered(relay.Name, place.Lane, answer, took);
        lock (_lock)
        {
            if (place.Lane == MailLane.Digest)
                relay.Pool.Answered(took, relay.IsFull(MailLane.Digest));
            // What a receiver says of its own comes with another owner, and ReceivingLimits hears it.
            if (answer is not { Result: HandOverResult.Later, Owner: FaultOwner.Server } || !SmtpAnswer.AsksForLess(answer.Code, answer.EnhancedCode, answer.Answer))
                return;
            relay.Pool.AskedForLess(place.OpenedAt);
            if (answer.RetryAfter is { } pause)
                relay.Health.AskedToWait(answer with { Result = HandOverResult.NotSent }, clock.GetUtcNow() + pause);
        }
    }

    public Place? TryContinue(Place place, LaneShare share)
    {
        var (relay, lane) = (place.Relay!, place.Lane);
        lock (_lock)
        {
            var now = clock.GetUtcNow();
            // Among several relays each turn is the weights' to give.
            if (!place.Asked || SomebodyElseWaits(share) || relays.Any(r => r != relay && r.Serves(lane) && !r.Health.IsLeftAlone(now))
                || relay.Health.IsLeftAlone(now) || relay.IsOverfull(lane) || Before(relay, lane, now) is not null)
                return null;
            Count(relay, lane, now, 1);
            // Others of the same share wait for the pool to grow.
            if (share.Waiting.Count > 0)
                GiveTurns();
            return new Place(this, relay, lane, now);
        }
    }

    private bool SomebodyElseWaits(LaneShare share) =>
        UrgentFirst.Any(lane => lane >= share.Lane && _waiting[lane].Any(s => s != share && s.Waiting.Any(t => !t.Task.IsCompleted)));

    public void End(Place place)
    {
        if (place.Relay is not { } relay)
            return;
        lock (_lock)
        {
            relay.Leave(place.Lane);
            if (!place.Asked)
                Count(relay, place.Lane, place.TakenAt, -1);
            GiveTurns();
        }
    }

    public void Dispose() => _alarm?.Dispose();

    private void GiveTurns()
    {
        var now = clock.GetUtcNow();
        _alarmAt = null;
        foreach (var lane in UrgentFirst)
        {
            while (FirstWaiting(lane) is { } share && PlaceFor(lane, now) is { } place)
                Serve(lane, share, place);
        }
        if (_alarmAt is not { } at)
            return;
        _alarm ??= clock.CreateTimer(_ => { lock (_lock) GiveTurns(); }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _alarm.Change(at - now, Timeout.InfiniteTimeSpan);
    }

    private void Serve(MailLane lane, LaneShare share, Place place)
    {
        var turn = share.Waiting.Dequeue();
        metrics.Waits(lane, -1);
        _waiting[lane].Dequeue();
        if (share.Waiting.Count > 0)
            _waiting[lane].Enqueue(share);
        if (turn.TrySetResult(place) || place.Relay is not { } relay)
            return;
        // Left at the last moment.
        relay.Leave(lane);
        Count(relay, lane, place.TakenAt, -1);
    }

    private LaneShare? FirstWaiting(MailLane lane)
    {
        while (_waiting[lane].TryPeek(out var share))
        {
            while (share.Waiting.TryPeek(out var turn) && turn.Task.IsCompleted)
            {
                share.Waiting.Dequeue();
                metrics.Waits(lane, -1);
            }
            if (share.Waiting.Count > 0)
                return share;
            _waiting[lane].Dequeue();
        }
        return null;
    }

    /// <returns>Null: wait. A place at no relay: do not even wait.</returns>
    private Place? PlaceFor(MailLane lane, DateTimeOffset now)
    {
        var up = relays.Where(r => r.Serves(lane) && !r.Health.IsLeftAlone(now)).ToList();
        if (up.Count == 0)
            return new Place(this, null, lane, now) { WhyNone = relays.First(r => r.Serves(lane)).Health.Why(now) };
        var free = up.Where(r => !r.IsFull(lane)).ToList();
        if (Choose(free.Where(r => Before(r, lane, now) is null)) is { } relay)
            return Take(relay, lane, now);
        if (free.Count == 0)
            return null;
        var soonest = free.Select(r => Before(r, lane, now)!.Value).MinBy(w => w.Until);
        if (soonest.Until > now + LongestWait && free.Count == up.Count)
            return new Place(this, null, lane, now) { WhyNone = new HandOver(HandOverResult.NotSent, null, null, soonest.Words, FaultOwner.Policy) };
        _alarmAt = _alarmAt < soonest.Until ? _alarmAt : soonest.Until;
        return null;
    }

    private static bool CanTake(Relay relay, MailLane lane, DateTimeOffset now) => relay.Serves(lane) && !relay.Health.IsLeftAlone(now) && !relay.IsFull(lane);

    private Wait? Before(Relay relay, MailLane lane, DateTimeOffset now)
    {
        var own = relay.Allowance.Before(now, lane);
        var list = lane == MailLane.Transactional ? null : warmUp.Before(now);
        return list?.Until > (own?.Until ?? now) ? list : own;
    }

    /// <summary>Smooth weighted turns: each candidate earns its weight, the richest is taken and pays for all.</summary>
    private static Relay? Choose(IEnumerable<Relay> candidates)
    {
        Relay? chosen = null;
        var total = 0;
        foreach (var relay in candidates)
        {
            total += relay.Options.Weight;
            relay.Credit += relay.Options.Weight;
            if (chosen is null || relay.Credit > chosen.Credit)
                chosen = relay;
        }
        if (chosen is not null)
            chosen.Credit -= total;
        return chosen;
    }

    private Place Take(Relay relay, MailLane lane, DateTimeOffset now)
    {
        relay.Enter(lane);
        Count(relay, lane, now, 1);
        return new Place(this, relay, lane, now);
    }

    private void Count(Relay relay, MailLane lane, DateTimeOffset at, int one)
    {
        relay.Count(at, one, isListMail: lane != MailLane.Transactional);
        if (lane != MailLane.Transactional)
            warmUp.Count(at, one);
    }
}
