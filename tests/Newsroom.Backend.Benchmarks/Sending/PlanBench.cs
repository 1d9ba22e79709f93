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

    private static async Task<TimeSpan> PlanAsync(Scene scene, RunningProgram program, string digest)
    {
        var began = Stopwatch.GetTimestamp();
        await program.StepAsync(digest, "send");
        while ((await scene.Rows(digest).StateAsync()).Planned is null && Stopwatch.GetElapsedTime(began) < TimeSpan.FromMinutes(10))
            await Task.Delay(20);
        return Stopwatch.GetElapsedTime(began);
    }

    private static async Task<PlanResult> RunAsync(SceneSettings settings, TimeSpan sending, int claims)
    {
        var began = Stopwatch.GetTimestamp();
        await using var scene = await Scene.SetAsync(settings);
        var filled = Stopwatch.GetElapsedTime(began);
        Report.Note($"filled in {filled.TotalSeconds:F1} s");
        string digest;
        TimeSpan planned;
        double peak;
        (double P99, int Count) atPlanning, atSending, atEnd;
        await using (var program = await scene.StartAsync())
        {
            digest = await program.ComposeAsync();
            await using (var probes = new Probes(program, digest).Begin())
            {
                planned = await PlanAsync(scene, program, digest);
                atPlanning = probes.Take();
                Report.Note($"planned in {planned.TotalSeconds:F1} s");
                await Task.Delay(sending);
                atSending = probes.Take();
            }
            peak = program.Process.PeakMiB();
            await program.Process.TerminateAsync();
        }
        var table = new Claims(scene.File, digest);
        var atFirst = await table.P99Async(claims);
        await table.AcceptAllButAsync(Math.Max(settings.Readers / 25, (claims + 20) * 100));
        var atLast = await table.P99Async(claims);
        Report.Note($"claims timed; now the end of the sending");
        await using (var program = await scene.StartAsync())
        {
            await using var probes = new Probes(program, digest).Begin();
            await Task.Delay(sending);
            atEnd = probes.Take();
            peak = Math.Max(peak, program.Process.PeakMiB());
        }
        var (_, frozen, _) = await scene.Rows(digest).StateAsync();
        return new PlanResult("plan", settings.Readers)
        {
            FillSeconds = Math.Round(filled.TotalSeconds, 1),
            PlanSeconds = Math.Round(planned.TotalSeconds, 1),
            Planned = frozen,
            ClaimP99MsAtStart = atFirst,
            ClaimP99MsAtEnd = atLast,
            RequestP99Ms = new Dictionary<string, double> { ["planning"] = atPlanning.P99, ["sending"] = atSending.P99, ["end"] = atEnd.P99 },
            Requests = atPlanning.Count + atSending.Count + atEnd.Count,
            PeakMiB = Math.Round(peak, 1),
        };
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
    public required IReadOnlyDictionary<string, double> RequestP99Ms { get; init; }
    public required int Requests { get; init; }
    public required double PeakMiB { get; init; }

    public bool IsKept => Planned == Readers && PlanSeconds < 20 && ClaimP99MsAtStart < 20 && ClaimP99MsAtEnd < 20 && RequestP99Ms.Values.All(time => time < 100);
}
