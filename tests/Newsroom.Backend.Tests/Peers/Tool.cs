using System.Diagnostics;

namespace Newsroom.Backend.Tests;

/// <summary>Programs of Debian's that stand for the outside world.</summary>
internal static class Tool
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Skips the test, visibly, when the program is absent. Where CI is set everything named here is installed, so absence fails.
    /// </summary>
    public static void Need(bool present, string what)
    {
        if (present)
            return;
        Assert.False(Environment.GetEnvironmentVariable("CI") == "true", $"{what} is missing, and CI installs it.");
        Assert.Skip($"{what} is not installed here.");
    }

    public static bool Exists(string path) => File.Exists(path);

    public static bool PythonHas(string module) =>
        File.Exists("/usr/bin/python3") && Start("/usr/bin/python3", ["-c", $"import {module}"]) is { } python && Finished(python);

    /// <summary>Runs to the end and gives what it printed.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(string program, IEnumerable<string> arguments, ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        using var process = Start(program, arguments);
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.StandardInput.BaseStream.WriteAsync(input, cancellationToken);
        process.StandardInput.Close();
        await EndAsync(process, cancellationToken);
        return (process.ExitCode, await output + await errors);
    }

    /// <summary>Waits for its end; one that does not end is killed, and its test fails instead of the whole run.</summary>
    public static async Task EndAsync(Process process, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static Process Start(string program, IEnumerable<string> arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    private static bool Finished(Process process)
    {
        using (process)
            return process.WaitForExit(TimeSpan.FromSeconds(20)) && process.ExitCode == 0;
    }
}
