using System.CommandLine;

namespace Newsroom.Backend.Benchmarks.Sending;

/// <summary>
/// Kills the sending program so many times at random, starts it again each time, lets it finish, and compares what the sink took with what the
/// ledger says. Exit code 1 when a reader was lost or doubled, when a kill left more rows uncertain than there were connections, or when
/// the ledger did not close.
/// </summary>
internal static class KillBench
{
    /// <summary>A server on a bad day: every step, every kind of answer, hang-ups before and after the final dot, silence.</summary>
    private static readonly string[] BadDay =
    [
        "connect 0.01 421 4.3.2 Too busy, come back later", "connect 0.005 drop",
        "ehlo 0.005 421 4.3.2 Too busy, come back later",
        "mail 0.002 451 4.3.0 Try again later", "mail 0.0005 drop",
        "rcpt 0.01 450 4.2.1 Greylisted, try again later", "rcpt 0.005 550 5.1.1 No such user", "rcpt 0.001 552 5.2.2 Mailbox full",
        "data 0.002 451 4.3.0 Try again later", "data 0.0005 drop",
        "body 0.002 drop",
        "dot 0.002 451 4.3.0 Try again later", "dot 0.001 554 5.6.0 Not this content", "dot 0.002 take-and-drop", "dot 0.001 drop",
        "dot 0.0001 stall", "dot 0.01 slow 300",
    ];

    public static Command Create()
    {
        var kills = new Option<int>("--kills") { Description = "Times the program is killed.", DefaultValueFactory = _ => 30 };
        var processes = new Option<int>("--processes") { Description = "Programs on the one database.", DefaultValueFactory = _ => 1 };
        var misbehave = new Option<bool>("--misbehave") { Description = "The sink refuses, drops, stalls, is slow and turns connections away meanwhile." };
        var command = new Command("kill", "Kills the sending program at random and prints who was lost, doubled or left uncertain as one line of JSON.") { kills, processes, misbehave };
        var options = new SceneOptions(command, readers: 20_000);
        command.SetAction(async (parsed, _) =>
        {
            var settings = options.Read(parsed) with { SeveralProcesses = parsed.GetValue(processes) > 1 };
            if (parsed.GetValue(misbehave))
                settings = settings with { Script = [.. settings.Script, .. BadDay], MaxConnections = Math.Max(1, settings.Connections * 3 / 4) };
            var result = await RunAsync(settings, parsed.GetValue(kills), parsed.GetValue(processes));
            Report.Print(result);
            return result.IsKept ? 0 : 1;
        });
        return command;
    }

    private static async Task<KillResult> RunAsync(SceneSettings settings, int kills, int processes)
    {
        await using var scene = await Scene.SetAsync(settings);
        await using var run = await KillRun.StartAsync(scene, settings, processes);
        while (run.Kills.Count < kills && await run.KillOneAsync(kills - run.Kills.Count))
        {
        }
        await run.FinishAsync();

        var states = await run.Rows.ReadersAsync();
        var taken = await scene.Sink.ReadersAsync(settings.Readers);
        var uncertain = await run.Rows.IdsAsync("Uncertain");
        var perKill = run.Kills.ConvertAll(rows => rows.Count(uncertain.Contains));
        var readers = Enumerable.Range(1, settings.Readers).Select(n => (State: states.GetValueOrDefault(n, "Missing"), Times: taken[n - 1])).ToList();
        return new KillResult("kill", settings.Readers, settings.Connections, processes, settings.Script.Count > 0)
        {
            Kills = run.Kills.Count,
            KillsAsked = kills,
            Seconds = Math.Round(run.Elapsed.TotalSeconds, 1),
            Lost = readers.Count(r => r.Times == 0 && r.State is not ("Uncertain" or "Refused" or "Withheld")),
            Doubled = readers.Count(r => r.Times > 1),
            Denied = readers.Count(r => r.Times > 0 && r.State is not ("Accepted" or "Uncertain")),
            Uncertain = uncertain.Count,
            UncertainMostPerKill = perKill.Count == 0 ? 0 : perKill.Max(),
            UncertainByNoKill = uncertain.Count - perKill.Sum(),
            TimesNotClosed = run.TimesNotClosed,
            Ledger = await run.Rows.CountAsync(),
            Resumed = run.Resumed,
            BroughtForward = run.BroughtForward,
            Misdeeds = (await scene.Sink.CountAsync()).Misdeeds,
        };
    }
}

/// <summary>What became of the readers.</summary>
internal sealed record KillResult(string Benchmark, int Readers, int Connections, int Processes, bool Misbehaving)
{
    public required int Kills { get; init; }
    public required int KillsAsked { get; init; }
    public required double Seconds { get; init; }

    /// <summary>The sink never took a message for them, and the ledger does not say so.</summary>
    public required int Lost { get; init; }

    /// <summary>Taken more than once.</summary>
    public required int Doubled { get; init; }

    /// <summary>Taken, although the ledger calls them refused or withheld.</summary>
    public required int Denied { get; init; }
    public required int Uncertain { get; init; }
    public required int UncertainMostPerKill { get; init; }

    /// <summary>Were not being handed over at any kill: only a misbehaving sink may leave such.</summary>
    public required int UncertainByNoKill { get; init; }

    /// <summary>Of the looks after each start and at the end.</summary>
    public required int TimesNotClosed { get; init; }
    public required IReadOnlyDictionary<string, int> Ledger { get; init; }

    /// <summary>Times the digest had stopped for the sink's misdeeds, and was resumed as staff would.</summary>
    public required int Resumed { get; init; }

    /// <summary>Times that nothing moved for seconds, and whoever was put off was made due, so that nobody waits for hours.</summary>
    public required int BroughtForward { get; init; }
    public required IReadOnlyDictionary<string, int> Misdeeds { get; init; }

    public bool IsKept => Lost == 0 && Doubled == 0 && Denied == 0 && TimesNotClosed == 0 && Kills == KillsAsked
        && UncertainMostPerKill <= Connections && (Misbehaving || UncertainByNoKill == 0);
}
