using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Newsroom.Backend.Benchmarks;

/// <summary>A program of its own process.</summary>
internal sealed class Child : IAsyncDisposable
{
    private readonly Process _process;

    private Child(Process process) => _process = process;

    public static string FreeUrl()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return $"http://127.0.0.1:{((IPEndPoint)socket.LocalEndpoint).Port}";
    }

    /// <summary>Starts it and waits until its address takes connections.</summary>
    public static async Task<Child> ServeAsync(string assembly, string url, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var child = new Child(Start(assembly, environment, arguments));
        var address = new Uri(url);
        for (var attempt = 0; ; attempt++)
        {
            using var probe = new TcpClient();
            try
            {
                await probe.ConnectAsync(address.Host, address.Port);
                return child;
            }
            catch (SocketException) when (attempt < 300 && !child._process.HasExited)
            {
                await Task.Delay(100);
            }
        }
    }

    /// <summary>Runs it to its end.</summary>
    /// <returns>The last line it printed.</returns>
    public static async Task<string> RunAsync(string assembly, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        using var process = Start(assembly, environment, arguments);
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output.TrimEnd().Split('\n')[^1]
            : throw new InvalidOperationException($"{string.Join(' ', arguments)} ended with {process.ExitCode}.");
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static Process Start(string assembly, IReadOnlyDictionary<string, string> environment, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [assembly, .. arguments]) { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var (key, value) in environment)
            start.Environment[key] = value;
        return Process.Start(start)!;
    }
}
