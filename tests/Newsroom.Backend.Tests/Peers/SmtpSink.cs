using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Newsroom.Backend.Tests;

/// <summary>Where a dialogue can go wrong.</summary>
public enum SmtpStep
{
    Connect,
    Ehlo,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,

    /// <summary>After the final dot.</summary>
    Dot,
}

/// <summary>
/// A mail server that takes everything, unless the test scripted another answer: <c>sink.On(SmtpStep.Rcpt, "550 5.1.1 No such user", to: "a@example.org")</c>.
/// </summary>
public sealed class SmtpSink : IAsyncDisposable
{
    /// <summary>Hangs up instead of an answer.</summary>
    public const string Drop = "drop";

    /// <summary>After the final dot: takes the message, then hangs up without a word.</summary>
    public const string TakeAndDrop = "take and drop";

    /// <summary>Never answers.</summary>
    public const string Stall = "stall";

    private readonly ConcurrentQueue<ReceivedMail> _mails = new();
    private readonly ConcurrentDictionary<Task, TcpClient> _open = new();
    private readonly List<Rule> _rules = [];
    private readonly X509Certificate2? _certificate;
    private TcpListener _listener;
    private Task _accepting;
    private int _connections;

    private SmtpSink(X509Certificate2? certificate, string? credentials)
    {
        (_certificate, Credentials) = (certificate, credentials);
        (_listener, _accepting) = Listen(0);
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
    }

    public int Port { get; }

    /// <summary>What it took, in order.</summary>
    public IReadOnlyList<ReceivedMail> Mails => [.. _mails];

    /// <summary>Connections accepted so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Connections open now.</summary>
    public int OpenConnections => _open.Count(c => !c.Key.IsCompleted);

    /// <summary>Messages taken over lines that were encrypted and signed in.</summary>
    public int TakenSecurely { get; internal set; }

    /// <summary>Times it fell silent as scripted by <see cref="Stall"/>.</summary>
    public int Stalled { get; internal set; }

    /// <summary>Runs when a message was taken, before its answer: a slow server, or a person who acts meanwhile.</summary>
    public Func<ReceivedMail, Task>? OnTaken { get; set; }

    /// <summary>Runs before its answer at a step, with the recipient (empty before RCPT): who is answered late.</summary>
    public Func<SmtpStep, string, Task>? OnAsked { get; set; }

    /// <summary>What it announces after EHLO, beside STARTTLS and AUTH.</summary>
    public IList<string> Extensions { get; } = ["PIPELINING", "SIZE 20480000", "8BITMIME", "ENHANCEDSTATUSCODES"];

    internal string? Credentials { get; }

    internal X509Certificate2? Certificate => _certificate;

    /// <param name="certificate">Offered by STARTTLS, which is then demanded.</param>
    /// <param name="credentials"><c>user:password</c>, demanded by AUTH PLAIN.</param>
    public static SmtpSink Start(X509Certificate2? certificate = null, string? credentials = null) => new(certificate, credentials);

    /// <summary>Scripts the next answers at one step. The last script written is heard first.</summary>
    /// <param name="step">Where.</param>
    /// <param name="answer">The reply line, or <see cref="Drop"/>, <see cref="TakeAndDrop"/>, <see cref="Stall"/>.</param>
    /// <param name="to">Only for this recipient (from RCPT on).</param>
    /// <param name="times">How often.</param>
    public void On(SmtpStep step, string answer, string? to = null, int times = 1)
    {
        lock (_rules)
            _rules.Insert(0, new Rule(step, answer, to) { Left = times });
    }

    /// <summary>Forgets what it took so far.</summary>
    public void Clear() => _mails.Clear();

    /// <summary>Nobody listens any more and every line is cut, until <see cref="ComeBack"/>.</summary>
    public async Task GoAwayAsync()
    {
        _listener.Stop();
        await _accepting;
        foreach (var client in _open.Values)
            client.Dispose();
        await Task.WhenAll(_open.Keys);
    }

    public void ComeBack() => (_listener, _accepting) = Listen(Port);

    public async ValueTask DisposeAsync() => await GoAwayAsync();

    internal string? Scripted(SmtpStep step, string? to)
    {
        lock (_rules)
        {
            if (_rules.Find(r => r.Step == step && r.Left > 0 && (r.To is null || r.To.Equals(to, StringComparison.OrdinalIgnoreCase))) is not { } rule)
                return null;
            rule.Left--;
            return rule.Answer;
        }
    }

    internal void Take(ReceivedMail mail, bool secure)
    {
        _mails.Enqueue(mail);
        if (secure)
            TakenSecurely++;
    }

    private (TcpListener Listener, Task Accepting) Listen(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Start();
        return (listener, AcceptAsync(listener));
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync();
                client.NoDelay = true;
                Interlocked.Increment(ref _connections);
                _open[Task.Run(new SmtpSinkDialogue(this, client).RunAsync)] = client;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private sealed record Rule(SmtpStep Step, string Answer, string? To)
    {
        public int Left { get; set; }
    }
}
