using System.CommandLine;

namespace Newsroom.Backend.Benchmarks.Sending;

/// <summary>
/// What the README promises of the sending, in one run: rounds of the program and of nodemailer in turn, then the program behind a slow
/// network, then its memory with few readers and many. Exit code 1 when a promise is not kept.
/// </summary>
internal static class CompareBench
{
    public static Command Create()
    {
        var rounds = new Option<int>("--rounds") { Description = "Of each, in turn; the medians count.", DefaultValueFactory = _ => 3 };
        var late = new Option<int>("--late-readers") { Description = "Readers of the runs at 20 ms; 0 leaves them out.", DefaultValueFactory = _ => 10_000 };
        var many = new Option<int>("--many") { Description = "Readers of the run whose memory is compared; 0 leaves it out.", DefaultValueFactory = _ => 100_000 };
        var command = new Command("compare", "Compares with nodemailer, and checks every promised figure of the sending.") { rounds, late, many };
        var options = new SceneOptions(command, readers: 10_000);
        command.SetAction((parsed, _) => NodemailerBench.OrSayWhatIsMissingAsync(() =>
            RunAsync(options.Read(parsed), parsed.GetValue(rounds), parsed.GetValue(late), parsed.GetValue(many))));
        return command;
    }

    private static async Task<int> RunAsync(SceneSettings settings, int rounds, int late, int many)
    {
        var (ours, theirs) = (new List<SendResult>(), new List<SendResult>());
        for (var round = 0; round < rounds; round++)
        {
            theirs.Add(await ToldAsync(NodemailerBench.RunAsync(settings)));
            ours.Add(await ToldAsync(SendBench.RunAsync(settings)));
        }
        var ratio = Median(ours, r => r.MessagesPerSecond) / Median(theirs, r => r.MessagesPerSecond);
        List<Promise> promises =
        [
            new("× nodemailer, messages/s", ratio, AtLeast: 6),
            new("CPU-seconds per 1,000", Median(ours, r => r.CpuSecondsPer1000), AtMost: 0.6),
        ];
        if (late > 0)
        {
            foreach (var (connections, atLeast) in new[] { (20, 310), (100, 1_300) })
            {
                var slow = await ToldAsync(SendBench.RunAsync(settings with { Readers = late, Latency = 20, Connections = connections }));
                ours.Add(slow);
                promises.Add(new($"messages/s at 20 ms on {connections} connections", slow.MessagesPerSecond, AtLeast: atLeast));
            }
        }
        if (many > 0)
        {
            var few = Median(ours.Take(rounds).ToList(), r => r.PeakMiB);
            var big = await ToldAsync(SendBench.RunAsync(settings with { Readers = many }));
            ours.Add(big);
            promises.Add(new($"MiB at most with {many} readers", big.PeakMiB, AtMost: 150));
            promises.Add(new($"memory with {many} readers over that with {settings.Readers}", big.PeakMiB / few, AtMost: 1.1));
        }
        promises.Add(new("runs that lost, doubled or did not account for a reader", ours.Concat(theirs).Count(r => !r.IsWhole), AtMost: 0));
        foreach (var promise in promises)
            Report.Note($"{(promise.IsKept ? "kept  " : "MISSED")} {promise}");
        Report.Print(new { benchmark = "compare", settings.Readers, settings.Connections, rounds, ratio = Math.Round(ratio, 2), promises, isKept = promises.TrueForAll(p => p.IsKept) });
        return promises.TrueForAll(p => p.IsKept) ? 0 : 1;
    }

    private static async Task<SendResult> ToldAsync(Task<SendResult> run)
    {
        var result = await run;
        Report.Print(result);
        return result;
    }

    private static double Median(List<SendResult> results, Func<SendResult, double> figure) => results.Select(figure).Order().ElementAt(results.Count / 2);
}

/// <summary>A figure and its bound.</summary>
internal sealed record Promise(string Figure, double Measured, double? AtLeast = null, double? AtMost = null)
{
    public bool IsKept => !(Measured < AtLeast) && !(Measured > AtMost);

    public override string ToString() => FormattableString.Invariant($"{Figure}: {Measured:0.###} ({(AtLeast is { } least ? $"≥ {least}" : $"≤ {AtMost}")})");
}
