using System.CommandLine;

namespace Newsroom.Backend.Benchmarks.Sending;

/// <summary>SIGTERM in the middle of a run, as a service manager stops a program: how long it takes, and whether anything is left uncertain.</summary>
internal static class StopBench
{
    public static Command Create()
    {
        var command = new Command("sigterm", "Stops the sending program with SIGTERM and prints how it ended as one line of JSON.");
        var options = new SceneOptions(command, readers: 20_000);
        command.SetAction(async (parsed, _) =>
        {
            var result = await RunAsync(options.Read(parsed));
            Report.Print(result);
            return result.IsKept ? 0 : 1;
        });
        return command;
    }

    private static async Task<StopResult> RunAsync(SceneSettings settings)
    {
        await using var scene = await Scene.SetAsync(settings);
        await using var program = await scene.StartAsync();
        var digest = await program.ComposeAsync();
        var rows = scene.Rows(digest);
        await program.StepAsync(digest, "send");
        while ((await scene.Sink.CountAsync()).Messages < settings.Readers / 4)
            await Task.Delay(10);
        var took = await program.Process.TerminateAsync();
        var states = await rows.CountAsync();
        var taken = (await scene.Sink.CountAsync()).Messages;
        return new StopResult("sigterm", settings.Readers, settings.Connections, settings.Latency)
        {
            Seconds = Math.Round(took.TotalSeconds, 2),
            ExitCode = program.Process.ExitCode,
            Taken = taken,
            Ledger = states,
            IsClosed = (await rows.StateAsync()).Planned == settings.Readers && states.Values.Sum() == settings.Readers && states.GetValueOrDefault("Accepted") == taken,
        };
    }
}

/// <summary>How it ended.</summary>
internal sealed record StopResult(string Benchmark, int Readers, int Connections, double LatencyMs)
{
    public required double Seconds { get; init; }
    public required int ExitCode { get; init; }
    public required long Taken { get; init; }
    public required IReadOnlyDictionary<string, int> Ledger { get; init; }

    /// <summary>Every reader has a row, and accepted are as many as the sink took.</summary>
    public required bool IsClosed { get; init; }

    /// <summary>It was stopped in the middle, within ten seconds, and nothing is in doubt or still held.</summary>
    public bool IsKept => IsClosed && Seconds < 10 && ExitCode == 0 && Taken < Readers
        && Ledger.GetValueOrDefault("Uncertain") == 0 && Ledger.GetValueOrDefault("HandingOver") == 0 && Ledger.GetValueOrDefault("Claimed") == 0;
}
