namespace Newsroom.Backend.Mail.Relays;

/// <summary>
/// One relay: its lines, its places in each lane, what it may get and how it is. All but <see cref="Lines"/> under the lock of <see cref="TurnQueue"/>.
/// </summary>
internal sealed class Relay(SmtpOptions options, TimeProvider clock)
{
    private readonly int[] _taken = new int[Enum.GetValues<MailLane>().Length];

    public SmtpOptions Options { get; } = options;
    public string Name => Options.DisplayName;
    public SmtpConnections Lines { get; } = new(options, clock);
    public Allowance Allowance { get; } = new(options);
    public RelayHealth Health { get; } = new();
    public PoolSize Pool { get; } = new(options.Connections, clock);

    /// <summary>Turns it is owed by its weight.</summary>
    public int Credit { get; set; }

    public bool Serves(MailLane lane) => Options.Lanes.Count == 0 || Options.Lanes.Contains(lane);

    /// <summary>Places a lane may ever have.</summary>
    public int MostPlaces(MailLane lane) => lane == MailLane.Digest ? Options.Connections : Math.Max(Math.Min(2, Options.Connections), Options.Connections / 8);

    public int Places(MailLane lane) => lane == MailLane.Digest ? Pool.Now : MostPlaces(lane);

    public bool IsFull(MailLane lane) => _taken[(int)lane] >= Places(lane);

    /// <summary>More are taken than there are: the pool has shrunk.</summary>
    public bool IsOverfull(MailLane lane) => _taken[(int)lane] > Places(lane);

    public void Enter(MailLane lane) => _taken[(int)lane]++;

    public void Leave(MailLane lane) => _taken[(int)lane]--;

    /// <summary>What was counted since it was last written down, by its five minutes.</summary>
    public Dictionary<DateTimeOffset, (int All, int List)> Unwritten { get; } = [];

    public void Count(DateTimeOffset at, int count, bool isListMail)
    {
        Allowance.Count(at, count);
        var step = new DateTimeOffset(at.UtcTicks - (at.UtcTicks % Allowance.Step.Ticks), TimeSpan.Zero);
        var (all, list) = Unwritten.GetValueOrDefault(step);
        Unwritten[step] = (all + count, list + (isListMail ? count : 0));
    }
}

/// <summary>A turn's place: in a lane at a relay, or nowhere and why.</summary>
internal sealed class Place(TurnQueue queue, Relay? relay, MailLane lane, DateTimeOffset takenAt)
{
    private bool _asked;

    /// <summary>Null: nobody may be asked now, and <see cref="WhyNone"/> says why.</summary>
    public Relay? Relay { get; } = relay;
    public MailLane Lane { get; } = lane;
    public DateTimeOffset TakenAt { get; } = takenAt;
    public HandOver? WhyNone { get; init; }

    /// <summary>When there was a line to send over; only differences count.</summary>
    public long OpenedAt { get; set; }

    /// <summary>False: it used up nothing of what the relay may get.</summary>
    public bool Asked => _asked;

    public void Reached(bool anew) => queue.Reached(this, anew);

    /// <returns>True: the relay has all the lines that it grants.</returns>
    public bool Unreached(HandOver why) => queue.Unreached(this, why);

    public void Answered(HandOver answer)
    {
        _asked = true;
        queue.Answered(this, answer);
    }

    /// <summary>The same place for its share's next message, counted as a turn of its own; null when it is somebody else's turn.</summary>
    public Place? TryContinue(LaneShare share) => queue.TryContinue(this, share);

    public void End() => queue.End(this);
}
