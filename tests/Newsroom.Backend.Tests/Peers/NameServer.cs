using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Newsroom.Backend.Tests;

/// <summary>
/// Answers MX questions on a UDP socket (RFC 1035 §4): <c>nowhere.example</c> does not exist, <c>null.example</c> takes no mail (RFC 7505),
/// <c>broken.example</c> cannot be answered, all under <c>hosted.example</c> share <c>mx.hosted.example</c>, every other name has a mail server of its own.
/// </summary>
internal sealed class NameServer : IDisposable
{
    private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly CancellationTokenSource _end = new();
    private Task _answering = Task.CompletedTask;

    public string Address => _socket.Client.LocalEndPoint!.ToString()!;

    public static NameServer Start()
    {
        var server = new NameServer();
        server._answering = server.AnswerAsync();
        return server;
    }

    public void Dispose()
    {
        _end.Cancel();
        _socket.Dispose();
        _end.Dispose();
    }

    private async Task AnswerAsync()
    {
        try
        {
            while (!_end.IsCancellationRequested)
            {
                var question = await _socket.ReceiveAsync(_end.Token);
                await _socket.SendAsync(AnswerTo(question.Buffer), question.RemoteEndPoint, _end.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static byte[] AnswerTo(byte[] question)
    {
        var (name, end) = Name(question);
        byte code = name switch { "nowhere.example" => 3, "broken.example" => 2, _ => 0 };
        // Header: the question's id, "response, recursion available", one question, the answers; then the question as it came.
        byte[] header = [question[0], question[1], 0x81, (byte)(0x80 | code), 0, 1, 0, (byte)(code == 0 ? 1 : 0), 0, 0, 0, 0];
        byte[] asked = question[12..(end + 4)];
        if (code != 0)
            return [.. header, .. asked];
        // The server's name ends where the asked name, or what follows its first label, stands in the question (RFC 1035 §4.1.4).
        var rest = (byte)(name.EndsWith(".hosted.example", StringComparison.Ordinal) ? 12 + 1 + question[12] : 12);
        byte[] data = name == "null.example" ? [0, 0, 0] : [0, 10, 2, (byte)'m', (byte)'x', 0xc0, rest];
        return [.. header, .. asked, 0xc0, 12, 0, 15, 0, 1, 0, 0, 0, 60, 0, (byte)data.Length, .. data];
    }

    private static (string Name, int End) Name(byte[] question)
    {
        var labels = new List<string>();
        var at = 12;
        for (; question[at] != 0; at += question[at] + 1)
            labels.Add(Encoding.ASCII.GetString(question, at + 1, question[at]));
        return (string.Join('.', labels), at + 1);
    }
}
