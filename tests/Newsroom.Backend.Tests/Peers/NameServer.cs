using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Newsroom.Backend.Tests;

/// <summary>
/// Answers questions on a UDP socket (RFC 1035 §4). Without records of its own it knows MX only: <c>nowhere.example</c> does not exist,
/// <c>null.example</c> takes no mail (RFC 7505), <c>broken.example</c> cannot be answered, all under <c>hosted.example</c> share
/// <c>mx.hosted.example</c>, every other name has a mail server of its own. Once a test has given it
/// records, those are all there is.
/// </summary>
internal sealed class NameServer : IDisposable
{
    private const ushort A = 1;
    private const ushort Cname = 5;
    private const ushort Ptr = 12;
    private const ushort MailExchange = 15;
    private const ushort Text = 16;
    private const ushort Aaaa = 28;

    private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<(string Name, ushort Type), List<byte[]>> _records = new();
    private readonly ConcurrentDictionary<string, byte> _broken = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _silent = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _asked = new();
    private volatile bool _hasOwn;
    private Task _answering = Task.CompletedTask;

    public string Address => _socket.Client.LocalEndPoint!.ToString()!;

    /// <summary>Names it was asked for, with the type's number, in order: <c>16 example.org</c>.</summary>
    public IReadOnlyList<string> Asked => [.. _asked];

    public static NameServer Start()
    {
        var server = new NameServer();
        server._answering = server.AnswerAsync();
        return server;
    }

    /// <summary>Forgets every record, and knows nothing at all from then on.</summary>
    public NameServer Clear()
    {
        _records.Clear();
        _broken.Clear();
        _silent.Clear();
        _asked.Clear();
        _hasOwn = true;
        return this;
    }

    /// <summary>One record, cut into strings of 255 octets.</summary>
    public NameServer Txt(string name, string text) => Add(name, Text, [.. text.Chunk(255).SelectMany(c => (byte[])[(byte)c.Length, .. Encoding.ASCII.GetBytes(c)])]);

    /// <summary>One record, in strings as given.</summary>
    public NameServer TxtStrings(string name, params string[] strings) => Add(name, Text, [.. strings.SelectMany(s => (byte[])[(byte)s.Length, .. Encoding.ASCII.GetBytes(s)])]);

    public NameServer Host(string name, string address)
    {
        var bytes = IPAddress.Parse(address).GetAddressBytes();
        return Add(name, bytes.Length == 4 ? A : Aaaa, bytes);
    }

    /// <param name="name">The domain.</param>
    /// <param name="server">"" for the null MX.</param>
    /// <param name="preference">Lower is tried first.</param>
    public NameServer Mx(string name, string server, byte preference = 10) => Add(name, MailExchange, [0, server.Length == 0 ? (byte)0 : preference, .. Wire(server)]);

    /// <summary>An IPv4 address's name.</summary>
    public NameServer Named(string address, string name) => Add(string.Join('.', address.Split('.').Reverse()) + ".in-addr.arpa", Ptr, Wire(name));

    public NameServer Alias(string name, string target) => Add(name, Cname, Wire(target));

    /// <summary>Answers SERVFAIL.</summary>
    public NameServer Broken(string name)
    {
        _broken[name] = 0;
        return this;
    }

    /// <summary>Takes every record of a name away.</summary>
    public NameServer Remove(string name)
    {
        foreach (var key in _records.Keys.Where(k => k.Name == name))
            _records.TryRemove(key, out _);
        return this;
    }

    /// <summary>Never answers.</summary>
    public NameServer Silent(string name)
    {
        _silent[name] = 0;
        return this;
    }

    public void Dispose()
    {
        _end.Cancel();
        _socket.Dispose();
        _end.Dispose();
    }

    private NameServer Add(string name, ushort type, byte[] data)
    {
        _hasOwn = true;
        var list = _records.GetOrAdd((name.ToLowerInvariant(), type), _ => []);
        lock (list)
            list.Add(data);
        return this;
    }

    private async Task AnswerAsync()
    {
        try
        {
            while (!_end.IsCancellationRequested)
            {
                var question = await _socket.ReceiveAsync(_end.Token);
                if (AnswerTo(question.Buffer) is { } answer)
                    await _socket.SendAsync(answer, question.RemoteEndPoint, _end.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private byte[]? AnswerTo(byte[] question)
    {
        var (name, end) = Name(question);
        var type = (ushort)(question[end] << 8 | question[end + 1]);
        _asked.Enqueue($"{type} {name}");
        if (_silent.ContainsKey(name))
            return null;
        var (code, answers) = _hasOwn ? Own(name, type) : Usual(name);
        // Header: the question's id, "response, recursion available", one question, the answers; then the question as it came.
        byte[] header = [question[0], question[1], 0x81, (byte)(0x80 | code), 0, 1, 0, (byte)answers.Count, 0, 0, 0, 0];
        return [.. header, .. question[12..(end + 4)], .. answers.SelectMany(a => Record(a.Name, a.Type, a.Data))];
    }

    private static (byte Code, List<(string Name, ushort Type, byte[] Data)> Answers) Usual(string name) => name switch
    {
        "nowhere.example" => (3, []),
        "broken.example" => (2, []),
        "null.example" => (0, [(name, MailExchange, [0, 0, 0])]),
        _ when name.EndsWith(".hosted.example", StringComparison.Ordinal) => (0, [(name, MailExchange, [0, 10, .. Wire("mx.hosted.example")])]),
        _ => (0, [(name, MailExchange, [0, 10, .. Wire("mx." + name)])]),
    };

    private (byte Code, List<(string Name, ushort Type, byte[] Data)> Answers) Own(string name, ushort type)
    {
        if (_broken.ContainsKey(name))
            return (2, []);
        var answers = new List<(string, ushort, byte[])>();
        if (type != Cname && _records.TryGetValue((name, Cname), out var alias))
        {
            answers.Add((name, Cname, alias[0]));
            name = Name([.. new byte[12], .. alias[0]]).Name;
        }
        if (_records.TryGetValue((name, type), out var records))
        {
            lock (records)
                answers.AddRange(records.Select(data => (name, type, data)));
        }
        // A name with others below it exists (RFC 8020).
        var exists = answers.Count > 0 || _records.Keys.Any(k => k.Name == name || k.Name.EndsWith("." + name, StringComparison.Ordinal));
        return ((byte)(exists ? 0 : 3), answers);
    }

    private static byte[] Record(string name, ushort type, byte[] data) =>
        [.. Wire(name), 0, (byte)type, 0, 1, 0, 0, 0, 60, (byte)(data.Length >> 8), (byte)data.Length, .. data];

    private static byte[] Wire(string name) =>
        [.. name.Split('.', StringSplitOptions.RemoveEmptyEntries).SelectMany(l => (byte[])[(byte)l.Length, .. Encoding.ASCII.GetBytes(l)]), 0];

    private static (string Name, int End) Name(byte[] question)
    {
        var labels = new List<string>();
        var at = 12;
        for (; question[at] != 0; at += question[at] + 1)
            labels.Add(Encoding.ASCII.GetString(question, at + 1, question[at]));
        return (string.Join('.', labels).ToLowerInvariant(), at + 1);
    }
}
