using System.Globalization;
using Newsroom.Backend.Mail;

namespace Newsroom.Backend.Digests;

/// <summary>
/// Says when a slice begins no more messages: its time is up, the server is stopping, the digest was paused, or the mail server has a
/// quarrel with us. Tells a reader's fault from ours: a server that cannot be reached or puts us off ends the slice and the sweep tries
/// again in a minute; what <see cref="StopAtOptions"/> names holds the digest for people.
/// </summary>
internal sealed class SliceBrake(StopAtOptions stopAt, bool sharesStop, TimeProvider clock, DateTimeOffset endsAt, CancellationToken stopping)
{
    /// <summary>How long a reader waits whose refusal was meant for the newsroom, should nobody resume the digest before.</summary>
    public static readonly TimeSpan PutBackFor = TimeSpan.FromMinutes(5);

    private const int Patience = 5;

    private readonly Lock _lock = new();
    private readonly List<long> _refusedUs = [];
    private readonly List<long> _refusedContent = [];
    private readonly List<long> _fromTheFirst = [];
    private HandOver? _contentRefusal;
    private HandOver? _firstRefusal;
    private bool _serverDistinguishes;
    private Func<HandOver, bool> _putsBack = _ => false;
    private int _tried;
    private int _refused;
    private int _unreached;
    private volatile bool _ended;

    /// <summary>True: begin no more messages.</summary>
    public bool Ends => _ended || stopping.IsCancellationRequested || TimeIsUp;

    public bool TimeIsUp => !_ended && clock.GetUtcNow() >= endsAt;

    /// <summary>Why the digest must be held; null when it need not.</summary>
    public string? StopReason { get; private set; }

    /// <summary>It must be held for its share of refusals.</summary>
    public bool StopsForShares { get; private set; }

    /// <summary>What kept the slice from going on; null when nothing did.</summary>
    public string? HeldUpBy { get; private set; }

    public void End() => _ended = true;

    /// <summary>Hears the answer for a delivery as soon as it is there: whoever settles first lets the other lines go on meanwhile.</summary>
    /// <returns>
    /// The deliveries to be put back once this one is settled, because it was the newsroom or the digest that was refused and not they. One of them that is
    /// not settled itself yet asks <see cref="PutsBack"/> when it is.
    /// </returns>
    public IReadOnlyList<long> Note(long deliveryId, HandOver answer)
    {
        lock (_lock)
        {
            if (answer.Result is HandOverResult.Accepted or HandOverResult.Refused or HandOverResult.Unknown)
                _tried++;
            if (answer.Result == HandOverResult.Refused)
            {
                _refused++;
                // What was in hand when the brake was pulled meets the same refusal.
                if (StopReason is not null)
                    return _putsBack(answer) ? [deliveryId] : [];
                var back = NoteRefusal(deliveryId, answer);
                NoteShare();
                if (!answer.IsOurs)
                    _unreached = 0;
                return back;
            }
            // Only a mail that was taken shows that the server takes ours: a full mailbox between two refusals says nothing about us.
            if (answer.Result == HandOverResult.Accepted)
                NoteAcceptance();
            NoteShare();
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

    /// <summary>True when the digest is held for what this refusal says too.</summary>
    public bool PutsBack(HandOver answer)
    {
        lock (_lock)
            return answer.Result == HandOverResult.Refused && StopReason is not null && _putsBack(answer);
    }

    private void NoteAcceptance()
    {
        _refusedUs.Clear();
        _refusedContent.Clear();
        _serverDistinguishes = true;
    }

    private List<long> NoteRefusal(long deliveryId, HandOver answer)
    {
        if (answer.IsOurs)
        {
            _refusedUs.Add(deliveryId);
            return _refusedUs.Count < stopAt.InARow ? [] : Stop(_refusedUs, a => a.IsOurs,
                $"The mail server refused {_refusedUs.Count} messages without taking one for a reason of ours, not the readers'. Mend it and resume this digest, or cancel it: {answer.Code} {answer.Words}");
        }
        if (answer.Owner == FaultOwner.Content)
        {
            if (_contentRefusal is { } other && !IsAlike(answer, other))
                _refusedContent.Clear();
            _contentRefusal = answer;
            _refusedContent.Add(deliveryId);
            return _refusedContent.Count < stopAt.InARow ? [] : Stop(_refusedContent, a => IsAlike(a, answer),
                $"{_refusedContent.Count} readers' mail servers refused this digest for what is in it, without one taking it. Cancel it and send it anew without what they object to, or resume it: {answer.Code} {answer.Words}");
        }
        return NoteFromTheFirst(deliveryId, answer);
    }

    /// <summary>A relay that says a bare 550 to everybody means the newsroom, whatever the code is for (RFC 5321 §4.2.3: the mailbox).</summary>
    private List<long> NoteFromTheFirst(long deliveryId, HandOver answer)
    {
        _serverDistinguishes |= answer.EndsTheAddress || (_firstRefusal is { } first && !IsAlike(answer, first));
        _firstRefusal ??= answer;
        if (_serverDistinguishes)
            return [];
        _fromTheFirst.Add(deliveryId);
        return _fromTheFirst.Count < stopAt.AlikeFromTheFirst ? [] : Stop(_fromTheFirst, a => IsAlike(a, answer),
            $"The mail server refused the first {_fromTheFirst.Count} readers with the same words and took nobody, so it is the newsroom that it refuses. Ask who runs it, then resume this digest or cancel it: {answer.Code} {answer.Words}");
    }

    private void NoteShare()
    {
        if (!sharesStop || StopReason is not null || _tried < stopAt.AfterMessages || _refused <= stopAt.RefusedShare * _tried)
            return;
        StopsForShares = true;
        Stop([], _ => false, StopWords.Refused(_refused, _tried));
    }

    private List<long> Stop(List<long> putBack, Func<HandOver, bool> putsBack, string reason)
    {
        (StopReason, _putsBack) = (Cut(reason), putsBack);
        End();
        return [.. putBack];
    }

    private static bool IsAlike(HandOver one, HandOver other) => one.Owner == other.Owner && one.Code == other.Code && one.EnhancedCode == other.EnhancedCode;

    private static string Cut(string sentence) => sentence.Length > Digest.ReasonLength ? sentence[..Digest.ReasonLength] : sentence;
}

/// <summary>What a digest says that was stopped for its shares, by its slice or by the minutely watch.</summary>
internal static class StopWords
{
    public static string Refused(int refused, int tried) =>
        $"{refused} of the first {tried} readers ({Percent(refused, tried)}) were refused, too many for a list in order. Look at the failures, then resume this digest or cancel it.";

    public static string Bounced(int hard, int accepted) =>
        $"{hard} of {accepted} accepted mails ({Percent(hard, accepted)}) came back for good, too many for a list in order. Find out where these readers came from, then resume this digest or cancel it.";

    public static string Complained(int complaints, int accepted) =>
        $"{complaints} of {accepted} readers ({Percent(complaints, accepted)}) called this digest spam; mailbox providers shut out a sender for that. Find out who did not ask for it, then resume this digest or cancel it.";

    private static string Percent(int part, int whole) => string.Create(CultureInfo.InvariantCulture, $"{100.0 * part / whole:0.##} %");
}
