using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Mail.Relays;

/// <summary>
/// What the receiving ends can stand: how many a second, minute, hour and day (<c>Mail:Receivers</c>), and who has asked us to wait. Addresses belong
/// together whose mail goes to the same servers. Thread-safe; of this process: counts of hours and days begin anew with it.
/// </summary>
public sealed class ReceivingLimits(IOptions<MailOptions> mail, MailHosts hosts)
{
    private readonly IReadOnlyList<ReceiverPace> _limits = [.. mail.Value.Receivers.Select(r => new ReceiverPace(r))];
    private readonly ConcurrentDictionary<string, ReceiverBackOff> _askedToWait = new(StringComparer.Ordinal);

    /// <summary>Asked before an attempt. Whoever may go counts until <see cref="Heard"/> tells how it went, and no longer when it does not within a minute.</summary>
    /// <returns>Null: it may go now. Otherwise the instant to come again, spread by the receiver's rate.</returns>
    public DateTimeOffset? PutOffUntil(EmailAddress to, DateTimeOffset now)
    {
        // Most newsrooms limit nobody and nobody asked: then no look-up is made either.
        if (_limits.Count == 0 && _askedToWait.IsEmpty)
            return null;
        var host = hosts.Of(to.Domain, now);
        if (_askedToWait.TryGetValue(host.Group, out var asked) && asked.PutOffUntil(now) is { } later)
            return later;
        return PaceOf(to, host)?.PutOffUntil(now);
    }

    /// <summary>Hears every answer about a recipient: a delay that is meant for all of us there holds the others to the same receiver too.</summary>
    public void Heard(EmailAddress to, HandOver answer, DateTimeOffset now)
    {
        if (_limits.Count > 0)
            PaceOf(to, hosts.Of(to.Domain, now))?.Heard(answer.Result != HandOverResult.NotSent, now);
        if (answer is { Result: HandOverResult.Later, DelaysAllThere: true })
            _askedToWait.GetOrAdd(hosts.Of(to.Domain, now).Group, _ => new ReceiverBackOff()).AskedToWait(answer.RetryAfter, now);
        else if (!_askedToWait.IsEmpty && hosts.Of(to.Domain, now).Group is var group && _askedToWait.TryGetValue(group, out var asked)
            && asked.Answered(answer.Result == HandOverResult.Accepted, now))
            _askedToWait.TryRemove(KeyValuePair.Create(group, asked));
    }

    // The first that fits: a domain's own line before its servers' wants to stand first.
    private ReceiverPace? PaceOf(EmailAddress to, MailHost host) => _limits.FirstOrDefault(l => l.Concerns(to.Domain, host));
}

/// <summary>One receiver's limits. Whoever finds them used up gets an instant of his own, so that all come back at the receiver's rate and not at once.</summary>
internal sealed class ReceiverPace(ReceiverOptions options)
{
    // Nearer than that, the wait for a turn is longer than the wait for the pace.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    // A slice that ends early gives back what it took: while a relay is down, each minute's would use up the allowance with nothing sent.
    private static readonly TimeSpan HeardWithin = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Allowance _allowance = new(options);
    private readonly string? _domain = options.AsciiDomain;
    private readonly string _mx = options.Mx?.Trim() ?? "";
    private readonly Queue<DateTimeOffset> _unheard = new();
    private DateTimeOffset _promised;

    /// <param name="domain">The address's own.</param>
    /// <param name="host">Where its mail goes.</param>
    public bool Concerns(string domain, MailHost host) => _domain is not null
        ? _domain == domain
        : host.Group.Equals(MailHosts.FamilyOf(_mx) ?? _mx, StringComparison.OrdinalIgnoreCase) || host.IsUnder(_mx);

    public DateTimeOffset? PutOffUntil(DateTimeOffset now)
    {
        lock (_lock)
        {
            GiveBackUnheard(now);
            if (_allowance.Before(now, MailLane.Transactional) is not { } wait)
            {
                _allowance.Count(now, 1);
                _unheard.Enqueue(now);
                return null;
            }
            var first = wait.Until > now + Soon ? wait.Until : now + Soon;
            _promised = _promised + wait.Interval > first ? _promised + wait.Interval : first;
            return _promised;
        }
    }

    /// <param name="asked">False: nobody was asked to take the message after all.</param>
    /// <param name="now">The instant of the answer.</param>
    public void Heard(bool asked, DateTimeOffset now)
    {
        lock (_lock)
        {
            GiveBackUnheard(now);
            // Which one it was makes no difference.
            var isKnown = _unheard.TryDequeue(out var letIn);
            if (isKnown && !asked)
                _allowance.Count(letIn, -1);
            else if (!isKnown && asked)
                _allowance.Count(now, 1);
        }
    }

    private void GiveBackUnheard(DateTimeOffset now)
    {
        while (_unheard.TryPeek(out var letIn) && letIn < now - HeardWithin)
            _allowance.Count(_unheard.Dequeue(), -1);
    }
}

/// <summary>
/// A receiver that said "not so many": from one minute, doubling to four hours, nothing goes there; then one message at a time asks whether it may, until one is
/// taken. Each that is taken halves what the next refusal would cost.
/// </summary>
internal sealed class ReceiverBackOff
{
    private static readonly TimeSpan First = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(4);

    // Between two that ask.
    private static readonly TimeSpan Asking = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private TimeSpan _pause = First;
    private DateTimeOffset _until;
    private DateTimeOffset _nextAsks;
    private bool _taken;

    public DateTimeOffset? PutOffUntil(DateTimeOffset now)
    {
        lock (_lock)
        {
            if (_taken)
                return null;
            if (now < _until)
                return _until + Spread();
            if (now < _nextAsks)
                return _nextAsks + Spread();
            _nextAsks = now + Asking;
            return null;
        }
    }

    public void AskedToWait(TimeSpan? hint, DateTimeOffset now)
    {
        lock (_lock)
        {
            // What was on its way when the first was put off hears the same.
            if (now < _until)
                return;
            var pause = hint > _pause ? hint.Value : _pause;
            (_until, _nextAsks, _taken) = (now + pause, now + pause, false);
            _pause = _pause * 2 < Longest ? _pause * 2 : Longest;
        }
    }

    /// <returns>True: it is forgotten.</returns>
    public bool Answered(bool accepted, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (!accepted || now < _until)
                return false;
            _taken = true;
            _pause /= 2;
            return _pause < First;
        }
    }

    // Over half a minute, so that not all come back in the same instant and are put off again.
    private static TimeSpan Spread() => TimeSpan.FromMilliseconds(Random.Shared.Next(30_000));
}
