using System.Net.Sockets;

namespace Newsroom.Backend.Demo.Inbox;

/// <summary>
/// The mail server at the other end in demo mode: takes everything on a loopback port and puts it into the <see cref="Mailbox"/>.
/// Nothing is relayed.
/// </summary>
internal sealed class SmtpReceiver(TcpListener listener, Mailbox mailbox) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var sessions = new List<Task>();
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(stoppingToken);
                sessions.RemoveAll(s => s.IsCompleted);
                sessions.Add(ServeAsync(client, stoppingToken));
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
        listener.Stop();
        await Task.WhenAll(sessions);
    }

    private async Task ServeAsync(TcpClient client, CancellationToken stoppingToken)
    {
        using (client)
        {
            client.NoDelay = true;
            try
            {
                await new SmtpSession(client.GetStream(), mailbox).RunAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException)
            {
                // The other side went away, or we stop: an unfinished message was never accepted.
            }
        }
    }
}
