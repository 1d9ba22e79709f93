using Newsroom.Backend.Mail;

namespace Newsroom.Backend.Digests;

/// <summary>
/// Says when a slice begins no more messages: its time is up, the server is stopping, the digest was paused, or the mail server has a
/// quarrel with us. Tells a reader's fault from ours: a server that cannot be reached or puts us off ends the slice and the sweep tries
/// again in a minute; one that refuses us for policy or authentication several times in a row holds the digest for people, because
/// going on would only spoil the newsroom's name.
/// </summary>
internal sealed class SliceBrake(TimeProvider clock, DateTimeOffset endsAt, CancellationToken stopping)
{
    private const int Patience = 5;

    private int _unreached;
    private int _refusedUs;
    private volatile bool _ended;

    /// <summary>True: begin no more messages.</summary>
    public bool Ends => _ended || stopping.IsCancellationRequested || TimeIsUp;

    public bool TimeIsUp => !_ended && clock.GetUtcNow() >= endsAt;

    /// <summary>Why the digest must be held; null when it need not.</summary>
    public string? StopReason { get; private set; }

    /// <summary>What kept the slice from going on; null when nothing did.</summary>
    public string? HeldUpBy { get; private set; }

    public void End() => _ended = true;

    public void Note(HandOver answer)
    {
        if (answer.Owner != FaultOwner.Server)
        {
            Interlocked.Exchange(ref _unreached, 0);
            Interlocked.Exchange(ref _refusedUs, 0);
            return;
        }
        if (answer.Result == HandOverResult.Refused && Interlocked.Increment(ref _refusedUs) >= Patience)
        {
            StopReason = Cut($"The mail server refused {Patience} messages in a row for a reason of ours, not the readers': {answer.Code} {answer.Words}");
            End();
        }
        else if (answer.Result != HandOverResult.Refused && Interlocked.Increment(ref _unreached) >= Patience)
        {
            HeldUpBy = Cut($"The mail server does not take mail now; tried again every minute: {answer.Code} {answer.Words}");
            End();
        }
    }

    private static string Cut(string sentence) => sentence.Length > Digest.ReasonLength ? sentence[..Digest.ReasonLength] : sentence;
}
