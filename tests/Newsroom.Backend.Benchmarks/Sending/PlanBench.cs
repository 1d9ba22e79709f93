using System.CommandLine;
using System.Diagnostics;

namespace Newsroom.Backend.Benchmarks.Sending;

/// <summary>
/// A million readers on SQLite: how long until the audience is frozen, how long a batch's claim takes when all is still to be sent and when nearly
/// all is sent, and how long staff wait for the digest and its progress meanwhile. The rows between are marked, not sent: a million real
/// messages would take minutes and say nothing more.
/// </summary>
internal static class PlanBench
{
    public static Command Create()
    {
        var sending = new Option<int>("--seconds") { Description = "Of sending that is looked at, after planning and near the end.", DefaultValueFactory = _ => 15 };
        var claims = new Option<int>("--claims") { Description = "Batches of 100 whose claim is timed, at the start and at the end.", DefaultValueFactory = _ => 200 };
        var command = new Command("plan", "Plans a digest for a million readers and prints the times as one line of JSON.") { sending, claims };
        var options = new SceneOptions(command, readers: 1_000_000);
        command.SetAction(async (parsed, _) =>
        {
            var result = await RunAsync(options.Read(parsed), TimeSpan.FromSeconds(parsed.GetValue(sending)), parsed.GetValue(claims));
            Report.Print(result);
            return result.IsKept ? 0 : 1;
        });
        return command;
    }

    private static async Task<PlanResult> RunAsync(SceneSettings settings, TimeSpan sending, int claims)
    {
        var began = Stopwatch.GetTimestamp();
        await using var scene = await Scene.SetAsync(settings);
        var filled = Stopwatch.GetElapsedTime(began);
        Report.Note($"filled in {filled.TotalSeconds:F1} s");
        var first = await BeginAsync(scene, sending);
        var rows = scene.Rows(first.Digest);
        var (_, frozen, _) = await rows.StateAsync();
        var table = new Claims(scene.File, first.Digest);
        var atStart = await table.P99Async(claims);
        await table.AcceptAllButAsync(Math.Max(settings.Readers / 25, (claims * 100) + Claims.WarmUpRows));
        var atEnd = await table.P99Async(claims);
        Report.Note($"claims timed; now the end of the sending");
        var last = await EndAsync(scene, first.Digest, sending);
        return new PlanResult("plan", settings.Readers)
        {
            FillSeconds = Math.Round(filled.TotalSeconds, 1),
            PlanSeconds = Math.Round(first.Planned.TotalSeconds, 1),
            Planned = frozen,
            ClaimP99MsAtStart = atStart,
            ClaimP99MsAtEnd = atEnd,
            RequestP99Ms = new Dictionary<string, double?> { ["planning"] = first.Planning.P99, ["sending"] = first.Sending.P99, ["end"] = last.Sending.P99 },
            Requests = first.Planning.Count + first.Sending.Count + last.Sending.Count,
            PeakMiB = Math.Round(Math.Max(first.PeakMiB, last.PeakMiB), 1),
        };
    }

    /// <summary>Plans, sends for a while, stops.</summary>
    private static async Task<(string Digest, TimeSpan Planned, Waits Planning, Waits Sending, double PeakMiB)> BeginAsync(Scene scene, TimeSpan sending)
    {
        await using var program = await scene.StartAsync();
        var digest = await program.ComposeAsync();
        TimeSpan planned;
        Waits atPlanning, atSending;
        await using (var probes = await new Probes(program, digest).BeginAsync())
        {
            planned = await PlanAsync(scene, program, digest);
            atPlanning = probes.Take();
            Report.Note($"planned in {planned.TotalSeconds:F1} s");
            await Task.Delay(sending);
            await probes.EndAsync();
            atSending = probes.Take();
        }
        var peak = program.Process.PeakMiB();
        await program.Process.TerminateAsync();
        return (digest, planned, atPlanning, atSending, peak);
    }

    private static async Task<TimeSpan> PlanAsync(Scene scene, RunningProgram program, string digest)
    {
        var began = Stopwatch.GetTimestamp();
        await program.StepAsync(digest, "send");
        while ((await scene.Rows(digest).StateAsync()).Planned is null && Stopwatch.GetElapsedTime(began) < TimeSpan.FromMinutes(10))
            await Task.Delay(20);
        return Stopwatch.GetElapsedTime(began);
    }

    /// <summary>Sends some of the last ones.</summary>
    private static async Task<(Waits Sending, double PeakMiB)> EndAsync(Scene scene, string digest, TimeSpan sending)
    {
        await using var program = await scene.StartAsync();
        await using var probes = await new Probes(program, digest).BeginAsync();
        await Task.Delay(sending);
        await probes.EndAsync();
        return (probes.Take(), program.Process.PeakMiB());
    }
}

/// <summary>Times with so many readers.</summary>
internal sealed record PlanResult(string Benchmark, int Readers)
{
    public required double FillSeconds { get; init; }

    /// <summary>From the order to the open gate.</summary>
    public required double PlanSeconds { get; init; }
    public required int? Planned { get; init; }
    public required double ClaimP99MsAtStart { get; init; }
    public required double ClaimP99MsAtEnd { get; init; }

    /// <summary>Of the digest and its progress, asked for in turn each 50 ms, by what the program did meanwhile.</summary>
    public required IReadOnlyDictionary<string, double?> RequestP99Ms { get; init; }
    public required int Requests { get; init; }
    public required double PeakMiB { get; init; }

    public bool IsKept => Planned == Readers && PlanSeconds < 20 && ClaimP99MsAtStart < 20 && ClaimP99MsAtEnd < 20 && RequestP99Ms.Values.All(time => time < 100);
}
