using System.Collections.Concurrent;
using System.Diagnostics;

namespace Newsroom.Backend.Tests;

/// <summary>The built program as a process of its own, as an operator starts it; can be killed like one.</summary>
internal sealed class RunningProgram : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();

    private RunningProgram(Process process, Uri url)
    {
        _process = process;
#pragma warning disable RS0030 // A test is the other side: it has no container to take a client from.
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = url, Timeout = TimeSpan.FromSeconds(30) };
#pragma warning restore RS0030
        process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public HttpClient Http { get; }

    public string Output => string.Join('\n', _output);

    /// <summary>Beside the tests, where the build puts it.</summary>
    public static string Dll => Path.Combine(AppContext.BaseDirectory, "Newsroom.Backend.dll");

    public static ProcessStartInfo StartInfo(string folder, Dictionary<string, string> environment, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Dll, .. arguments])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_ENVIRONMENT"] = "Production";
        start.Environment.Remove("ASPNETCORE_ENVIRONMENT");
        foreach (var (key, value) in environment)
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        return start;
    }

    public static async Task<RunningProgram> ServeAsync(string folder, Dictionary<string, string> environment, CancellationToken cancellationToken)
    {
        var url = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        var program = new RunningProgram(Process.Start(StartInfo(folder, environment, "--urls", url.ToString()))!, url);
        for (var attempt = 0; attempt < 2_400; attempt++)
        {
            Assert.False(program._process.HasExited, program.Output);
            try
            {
                if ((await program.Http.GetAsync("/health/live", cancellationToken)).IsSuccessStatusCode)
                    return program;
            }
            catch (HttpRequestException)
            {
                // Not there yet.
            }
            await Task.Delay(50, cancellationToken);
        }
        throw new TimeoutException("The program did not start: " + program.Output);
    }

    /// <summary>Runs a command of the program to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> CommandAsync(
        string folder, Dictionary<string, string> environment, CancellationToken cancellationToken, params string[] arguments)
    {
        using var process = Process.Start(StartInfo(folder, environment, arguments))!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await Tool.EndAsync(process, cancellationToken);
        return (process.ExitCode, await output, await errors);
    }

    /// <summary>SIGKILL: no handler runs, nothing is flushed.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, as systemd and containers stop a program; gives its exit code.</summary>
    public async Task<int> TerminateAsync(CancellationToken cancellationToken)
    {
        await Tool.RunAsync("/bin/kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)], default, cancellationToken);
        await Tool.EndAsync(_process, cancellationToken);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
        Http.Dispose();
    }
}
