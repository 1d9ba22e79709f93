using System.Net;
using System.Net.Sockets;

namespace Newsroom.Backend.Tests;

internal static class FreePort
{
    /// <summary>A loopback port nobody holds now.</summary>
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Waits until somebody accepts connections there.</summary>
    public static async Task AnswersAsync(int port, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
                return;
            }
            catch (SocketException) when (attempt < 300)
            {
                await Task.Delay(100, cancellationToken);
            }
        }
    }
}
