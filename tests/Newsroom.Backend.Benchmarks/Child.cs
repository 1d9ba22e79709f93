using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Newsroom.Backend.Benchmarks;

/// <summary>A program of its own process.</summary>
internal sealed class Child : IAsyncDisposable
{
    private const int LinesKept = 20;

    // USER_HZ, which the kernel gives out to programs as 100 on every architecture of .NET's.
    private const double TicksPerSecond = 100;

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();

    private Child(Process process)
    {
        _process = process;
        // A pipe that nobody empties stops whoever writes into it.
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>What it printed last.</summary>
    public string LastLines => string.Join('\n', _lines);

    /// <summary>Seconds of processor that it used so far, in its own code and in the kernel for it.</summary>
    public double CpuSeconds()
    {
        // The name in the second field may hold spaces, but the last parenthesis ends it; utime and stime are the fields 14 and 15 (proc(5)).
        var stat = File.ReadAllText($"/proc/{Id}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    /// <summary>Its highest resident memory so far in MiB, as the kernel counted it.</summary>
    public double PeakMiB()
    {
        var line = File.ReadLines($"/proc/{Id}/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.AsSpan(6, line.Length - 9).Trim(), CultureInfo.InvariantCulture) / 1024.0;
    }

    public static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }

    public static string FreeUrl() => $"http://127.0.0.1:{FreePort()}";

    /// <summary>Starts it and waits until its address takes connections.</summary>
    public static async Task<Child> ServeAsync(string assembly, string url, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var child = Launch(assembly, environment, arguments);
        await child.ListensAsync(url);
        return child;
    }

    /// <summary>Starts it.</summary>
    public static Child Launch(string assembly, IReadOnlyDictionary<string, string> environment, params string[] arguments) => new(Start(assembly, environment, arguments));

    /// <summary>Waits until its address takes connections.</summary>
    /// <exception cref="InvalidOperationException">It ended, or does not listen within half a minute.</exception>
    public async Task ListensAsync(string url)
    {
        var address = new Uri(url);
        for (var attempt = 0; ; attempt++)
        {
            using var probe = new TcpClient();
            try
            {
                await probe.ConnectAsync(address.Host, address.Port);
                return;
            }
            catch (SocketException) when (attempt < 600 && !HasExited)
            {
                await Task.Delay(50);
            }
            catch (SocketException e)
            {
                throw new InvalidOperationException($"It does not listen on {url}:\n{LastLines}", e);
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

    /// <summary>SIGKILL: it learns nothing of it.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, as a service manager stops it.</summary>
    /// <returns>How long it took.</returns>
    public async Task<TimeSpan> TerminateAsync()
    {
        var began = Stopwatch.GetTimestamp();
        using var signal = Process.Start("kill", ["-TERM", Id.ToString(CultureInfo.InvariantCulture)]);
        await signal.WaitForExitAsync();
        await _process.WaitForExitAsync();
        return Stopwatch.GetElapsedTime(began);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is null)
            return;
        _lines.Enqueue(line);
        if (_lines.Count > LinesKept)
            _lines.TryDequeue(out _);
    }

    private static Process Start(string assembly, IReadOnlyDictionary<string, string> environment, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [assembly, .. arguments]) { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var (key, value) in environment)
            start.Environment[key] = value;
        return Process.Start(start)!;
    }
}
