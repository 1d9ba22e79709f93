using System.CommandLine;
using System.Diagnostics;

namespace Newsroom.Backend.Benchmarks.Sending;

/// <summary>
/// One digest of 30 KiB to so many readers: every one's own links, DKIM with RSA-2048, every state committed. The time runs from the API's
/// <c>send</c> to the digest's <c>sent</c>, planning and a cold program included.
/// </summary>
internal static class SendBench
{
    public static Command Create()
    {
        var command = new Command("send", "Sends one digest and prints what it took as one line of JSON.");
        var options = new SceneOptions(command, readers: 10_000);
        command.SetAction(async (parsed, _) =>
        {
            var result = await RunAsync(options.Read(parsed));
            Report.Print(result);
            return result.IsWhole ? 0 : 1;
        });
        return command;
    }

    public static async Task<SendResult> RunAsync(SceneSettings settings)
    {
        await using var scene = await Scene.SetAsync(settings);
        await using var program = await scene.StartAsync();
        var digest = await program.ComposeAsync();
        var rows = scene.Rows(digest);
        var cpu = program.Process.CpuSeconds();
        var began = Stopwatch.GetTimestamp();
        await program.StepAsync(digest, "send");
        await SentAsync(rows, program);
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        cpu = program.Process.CpuSeconds() - cpu;

        var counts = await scene.Sink.CountAsync();
        var taken = await scene.Sink.ReadersAsync(settings.Readers);
        var states = await rows.CountAsync();
        return new SendResult("send", settings.Readers, settings.Connections, settings.Latency)
        {
            Seconds = Math.Round(seconds, 2),
            MessagesPerSecond = Math.Round(settings.Readers / seconds, 1),
            SendingPerSecond = Math.Round(counts.Messages / counts.Seconds, 1),
            CpuSecondsPer1000 = Math.Round(cpu / settings.Readers * 1000, 3),
            PeakMiB = Math.Round(program.Process.PeakMiB(), 1),
            MessageOctets = counts.Messages == 0 ? 0 : counts.Octets / counts.Messages,
            MostConnections = counts.MostOpen,
            Ledger = states,
            IsClosed = (await rows.StateAsync()).Planned == settings.Readers && states.Values.Sum() == settings.Readers,
            NotTaken = taken.Count(times => times == 0),
            TakenTwice = taken.Count(times => times > 1),
            Misdeeds = counts.Misdeeds,
        };
    }

    /// <exception cref="InvalidOperationException">It stopped, or its process did.</exception>
    private static async Task SentAsync(DigestRows rows, RunningProgram program)
    {
        while (await rows.StateAsync() is var (status, _, reason) && status != "Sent")
        {
            if (status is not "Sending" || program.Process.HasExited)
                throw new InvalidOperationException($"The digest is {status}: {reason}\n{program.Process.LastLines}");
            await Task.Delay(50);
        }
    }
}

/// <summary>What one run took.</summary>
/// <param name="Benchmark">Who sent.</param>
/// <param name="Readers">Messages asked for.</param>
/// <param name="Connections">Most allowed.</param>
/// <param name="LatencyMs">Of each answer.</param>
internal sealed record SendResult(string Benchmark, int Readers, int Connections, double LatencyMs)
{
    /// <summary>From the order to the end.</summary>
    public required double Seconds { get; init; }
    public required double MessagesPerSecond { get; init; }

    /// <summary>From the first message at the sink to the last.</summary>
    public required double SendingPerSecond { get; init; }
    public required double CpuSecondsPer1000 { get; init; }

    /// <summary>Highest resident memory of the process's whole life.</summary>
    public required double PeakMiB { get; init; }

    /// <summary>Of one message, headers and signature included, on the wire.</summary>
    public required long MessageOctets { get; init; }
    public required int MostConnections { get; init; }
    public required IReadOnlyDictionary<string, int> Ledger { get; init; }
    public required bool IsClosed { get; init; }
    public required int NotTaken { get; init; }
    public required int TakenTwice { get; init; }
    public IReadOnlyDictionary<string, int> Misdeeds { get; init; } = new Dictionary<string, int>();

    /// <summary>Every reader once, unless the sink was told to misbehave: then nobody twice, and an account that closes. And what was sent is a digest of 30 KiB.</summary>
    public bool IsWhole => IsClosed && TakenTwice == 0 && (NotTaken == 0 || Misdeeds.Count > 0) && MessageOctets is > 29_000 and < 33_000;
}
