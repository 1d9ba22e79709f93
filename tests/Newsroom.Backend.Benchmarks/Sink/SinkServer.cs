using System.Net;
using System.Net.Sockets;

namespace Newsroom.Backend.Benchmarks.Sink;

/// <summary>A mail server that counts and forgets. It must cost so little that the sender is what is measured.</summary>
internal sealed class SinkServer(int port, TimeSpan latency, int maxConnections, SinkScript script)
{
    /// <summary>From a line heard to its answer: a round trip's time.</summary>
    public TimeSpan Latency { get; } = latency;

    /// <summary>May be replaced while it runs.</summary>
    public SinkScript Script { get; set; } = script;

    public SinkTally Tally { get; } = new(TimeProvider.System);

    public LateReplies Late { get; } = new();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen(512);
        while (true)
        {
            var socket = await listener.AcceptAsync(cancellationToken);
            socket.NoDelay = true;
            if (maxConnections > 0 && Tally.Open >= maxConnections)
            {
                Tally.TurnedAway();
                SinkDialogue.Write(socket, [.. "421 4.7.0 Too many connections, come back later\r\n"u8]);
                socket.Dispose();
                continue;
            }
            Tally.Opened();
            _ = Task.Run(new SinkDialogue(this, socket).RunAsync, CancellationToken.None);
        }
    }
}
