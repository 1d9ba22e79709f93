using Newsroom.Backend.Mail;

namespace Newsroom.Backend.Digests;

/// <summary>
/// Says when a slice begins no more messages: its time is up, the server is stopping, the digest was paused, or the mail server has a
/// quarrel with us. Tells a reader's fault from ours: a server that cannot be reached or puts us off ends the slice and the sweep tries
/// again in a minute; one that refuses us for policy or authentication several times without taking a mail holds the digest for people,
/// because going on would only spoil the newsroom's name.
/// </summary>
internal sealed class SliceBrake(TimeProvider clock, DateTimeOffset endsAt, CancellationToken stopping)
{
    /// <summary>How long a reader waits whose refusal was meant for the newsroom, should nobody resume the digest before.</summary>
    public static readonly TimeSpan PutBackFor = TimeSpan.FromMinutes(5);

    private const int Patience = 5;

    private readonly Lock _lock = new();
    private readonly List<long> _refusedUs = [];
    private int _unreached;
    private volatile bool _ended;

    /// <summary>True: begin no more messages.</summary>
    public bool Ends => _ended || stopping.IsCancellationRequested || TimeIsUp;

    public bool TimeIsUp => !_ended && clock.GetUtcNow() >= endsAt;

    /// <summary>Why the digest must be held; null when it need not.</summary>
    public string? StopReason { get; private set; }

    /// <summary>What kept the slice from going on; null when nothing did.</summary>
    public string? HeldUpBy { get; private set; }

    public void End() => _ended = true;

    /// <summary>Hears the answer for a delivery, once its row is settled.</summary>
    /// <returns>The deliveries to be put back, because it was the newsroom that was refused and not they.</returns>
    public IReadOnlyList<long> Note(long deliveryId, HandOver answer)
    {
        lock (_lock)
        {
            if (answer is { IsOurs: true, Result: HandOverResult.Refused })
                return NoteRefusal(deliveryId, answer);
            // Only a mail that was taken shows that the server takes ours: a full mailbox between two refusals says nothing about us.
            if (answer.Result == HandOverResult.Accepted)
                _refusedUs.Clear();
            if (answer.Owner != FaultOwner.Server)
                _unreached = 0;
            else if (++_unreached >= Patience)
            {
                HeldUpBy = Cut($"The mail server does not take mail now; tried again every minute: {answer.Code} {answer.Words}");
                End();
            }
            return [];
        }
    }

    private IReadOnlyList<long> NoteRefusal(long deliveryId, HandOver answer)
    {
        // What was in hand when the brake was pulled meets the same refusal.
        if (StopReason is not null)
            return [deliveryId];
        _refusedUs.Add(deliveryId);
        if (_refusedUs.Count < Patience)
            return [];
        StopReason = Cut($"The mail server refused {Patience} messages without taking one for a reason of ours, not the readers': {answer.Code} {answer.Words}");
        End();
        return [.. _refusedUs];
    }

    private static string Cut(string sentence) => sentence.Length > Digest.ReasonLength ? sentence[..Digest.ReasonLength] : sentence;
}
