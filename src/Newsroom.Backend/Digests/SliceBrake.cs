using Newsroom.Backend.Mail;

namespace Newsroom.Backend.Digests;

/// <summary>
/// Says when a slice begins no more messages: its time is up, the server is stopping, the digest was paused, or the mail server has a
/// quarrel with us. Tells a reader's fault from ours: a server that cannot be reached or puts us off ends the slice and the sweep tries
/// again in a minute; what <see cref="StopAtOptions"/> names holds the digest for people.
/// </summary>
/// <param name="stopAt">What holds the digest.</param>
/// <param name="begun">What is known from the slices before.</param>
/// <param name="clock">Of <paramref name="endsAt"/>.</param>
/// <param name="endsAt">When the time is up.</param>
/// <param name="stopping">The server's stop.</param>
internal sealed class SliceBrake(StopAtOptions stopAt, SliceBrake.Begun begun, TimeProvider clock, DateTimeOffset endsAt, CancellationToken stopping)
{
    /// <summary>How long a reader waits whose refusal was meant for the newsroom, should nobody resume the digest before.</summary>
    public static readonly TimeSpan PutBackFor = TimeSpan.FromMinutes(5);

    private const int Patience = 5;

    // Of what says nothing of any reader: a slice has no patience for more.
    private readonly int _enough = Math.Min(stopAt.InARow, Patience);
    private readonly Lock _lock = new();
    private readonly List<long> _refusedUs = [];
    private readonly List<long> _refusedContent = [];
    private readonly List<long> _fromTheFirst = [];
    private HandOver? _contentRefusal;
    private HandOver? _firstRefusal;
    private bool _serverDistinguishes = begun.TookSome;
    private Func<HandOver, bool> _putsBack = _ => false;
    private volatile bool _heard;
    private int _tried;
    private int _refused;
    private int _unreached;
    private int _signInsRefused;
    private int _unanswered;
    private bool _tookOne;
    private HandOver? _nobodyThere;
    private string? _heldUpBy;
    private bool _timeWasUp;
    private volatile bool _ended;

    /// <param name="SharesStop">False: people have let it go on in spite of its share of refusals.</param>
    /// <param name="TookSome">The server has taken this digest for some reader.</param>
    public readonly record struct Begun(bool SharesStop, bool TookSome);

    /// <summary>True: begin no more messages.</summary>
    public bool Ends => _ended || stopping.IsCancellationRequested || TimeIsUp;

    /// <summary>True when nothing but the time ended it.</summary>
    public bool TimeIsUp => _ended ? _timeWasUp : clock.GetUtcNow() >= endsAt;

    /// <summary>Why the digest must be held; null when it need not.</summary>
    public string? StopReason { get; private set; }

    /// <summary>It must be held for its share of refusals.</summary>
    public bool StopsForShares { get; private set; }

    /// <summary>What kept the slice from going on, or from reaching the last it tried; null when nothing did.</summary>
    public string? HeldUpBy
    {
        get
        {
            lock (_lock)
                return _heldUpBy ?? (_nobodyThere is { } last ? StopWords.HeldUp(last) : null);
        }
    }

    /// <summary>False: the slice got no answer at all, so it knows nothing new of the way to the server.</summary>
    public bool HasHeard => _heard;

    /// <summary>The server's stop.</summary>
    public CancellationToken Stopping => stopping;

    public void End()
    {
        if (_ended)
            return;
        _timeWasUp = clock.GetUtcNow() >= endsAt;
        _ended = true;
    }

    /// <summary>Hears the answer for a delivery as soon as it is there: whoever settles first lets the other lines go on meanwhile.</summary>
    /// <param name="claim">The delivery.</param>
    /// <param name="answer">What was said of it.</param>
    /// <returns>
    /// The deliveries to be put back once this one is settled, because it was the newsroom or the digest that was refused and not they. One of them that is
    /// not settled itself yet asks <see cref="PutsBack"/> when it is.
    /// </returns>
    public IReadOnlyList<long> Note(ClaimedDelivery claim, HandOver answer)
    {
        lock (_lock)
        {
            _heard = true;
            if (answer.Result is HandOverResult.Accepted or HandOverResult.Refused or HandOverResult.Unknown)
                _tried++;
            NoteServer(answer);
            if (answer.Result == HandOverResult.Refused)
            {
                _refused++;
                // What was in hand when the brake was pulled meets the same refusal.
                if (StopReason is not null)
                    return PutsBackNow(claim, answer) ? [claim.Id] : [];
                List<long> back = Stands(claim, answer) ? [] : NoteRefusal(claim.Id, answer);
                NoteShare();
                return back;
            }
            // Only a mail that was taken shows that the server takes ours: a full mailbox between two refusals says nothing about us.
            if (answer.Result == HandOverResult.Accepted)
                NoteAcceptance();
            NoteShare();
            return [];
        }
    }

    /// <summary>True while nobody knows whether it was this reader who was refused, or the newsroom: see <see cref="NoteFromTheFirst"/>.</summary>
    public bool IsInDoubt(long deliveryId)
    {
        lock (_lock)
            return !_serverDistinguishes && _fromTheFirst.Contains(deliveryId);
    }

    /// <summary>True when the digest is held for what this refusal says too.</summary>
    public bool PutsBack(ClaimedDelivery claim, HandOver answer)
    {
        lock (_lock)
            return answer.Result == HandOverResult.Refused && StopReason is not null && PutsBackNow(claim, answer);
    }

    private bool PutsBackNow(ClaimedDelivery claim, HandOver answer) => _putsBack(answer) && !Stands(claim, answer);

    /// <summary>
    /// True when the same server that took the digest for others refuses this reader a second time, after people looked at the first and let it go on: one
    /// strict host, not the newsroom. Else the last few such readers would stop the digest at every turn.
    /// </summary>
    private bool Stands(ClaimedDelivery claim, HandOver answer) =>
        begun.TookSome && claim.WasPutBack && (answer.IsOurs || answer.Owner == FaultOwner.Content);

    private void NoteAcceptance()
    {
        _refusedUs.Clear();
        _refusedContent.Clear();
        (_serverDistinguishes, _tookOne) = (true, true);
    }

    /// <summary>
    /// What an answer says of the way to the server. One that nobody reaches or that puts us off ends the slice, which is tried again; one that refuses the
    /// sign-in, or breaks off after each message and confirms none, is for people.
    /// </summary>
    private void NoteServer(HandOver answer)
    {
        var refusesSignIn = answer is { Result: HandOverResult.NotSent, Owner: FaultOwner.Policy, Code: >= 500 };
        if (answer.Result != HandOverResult.NotSent)
            _signInsRefused = 0;
        if (refusesSignIn && ++_signInsRefused >= _enough)
            Stop([], _ => false, StopWords.SignIn(answer));
        if (answer.Result == HandOverResult.Unknown && !_tookOne && ++_unanswered >= _enough)
            Stop([], _ => false, StopWords.Unanswered(_unanswered, answer));
        if (answer.Result == HandOverResult.Refused && answer.IsOurs)
            return;
        if (answer.Owner != FaultOwner.Server && !refusesSignIn)
        {
            (_unreached, _nobodyThere) = (0, null);
            return;
        }
        _nobodyThere = answer.Result == HandOverResult.NotSent ? answer : null;
        if (++_unreached < Patience)
            return;
        _heldUpBy = StopWords.HeldUp(answer);
        End();
    }

    private List<long> NoteRefusal(long deliveryId, HandOver answer)
    {
        if (answer.IsOurs)
        {
            _refusedUs.Add(deliveryId);
            return _refusedUs.Count < stopAt.InARow ? [] : Stop(_refusedUs, a => a.IsOurs, StopWords.RefusedUs(_refusedUs.Count, answer));
        }
        if (answer.Owner == FaultOwner.Content)
        {
            if (_contentRefusal is { } other && !IsAlike(answer, other))
                _refusedContent.Clear();
            _contentRefusal = answer;
            _refusedContent.Add(deliveryId);
            return _refusedContent.Count < stopAt.InARow ? []
                : Stop(_refusedContent, a => IsAlike(a, answer), StopWords.RefusedContent(_refusedContent.Count, answer));
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
        return _fromTheFirst.Count < stopAt.AlikeFromTheFirst ? [] : Stop(_fromTheFirst, a => IsAlike(a, answer), StopWords.RefusedAll(_fromTheFirst.Count, answer));
    }

    private void NoteShare()
    {
        if (!begun.SharesStop || StopReason is not null || _tried < stopAt.AfterMessages || _refused <= stopAt.RefusedShare * _tried)
            return;
        StopsForShares = true;
        Stop([], _ => false, StopWords.Refused(_refused, _tried));
    }

    private List<long> Stop(List<long> putBack, Func<HandOver, bool> putsBack, string reason)
    {
        if (StopReason is null)
            (StopReason, _putsBack) = (reason, putsBack);
        End();
        return [.. putBack];
    }

    private static bool IsAlike(HandOver one, HandOver other) => one.Owner == other.Owner && one.Code == other.Code && one.EnhancedCode == other.EnhancedCode;
}
