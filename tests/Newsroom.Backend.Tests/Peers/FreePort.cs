using System.Net;
using System.Net.Sockets;

namespace Newsroom.Backend.Tests;

internal static class FreePort
{
    // Below those that the kernel gives to outgoing connections (Linux: from 32768): between the look and the server's start one of them would be taken
    // by any client, and whoever asks it would hear somebody else.
    private const int Lowest = 12_000;
    private const int Highest = 32_000;

    /// <summary>A loopback port nobody holds now.</summary>
    public static int Next()
    {
        while (true)
        {
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, Random.Shared.Next(Lowest, Highest));
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
            {
                // Another one, then.
            }
        }
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
