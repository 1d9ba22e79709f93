using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace Newsroom.Backend.Benchmarks.Sending;

/// <summary>One digest whose programs are killed while they send it.</summary>
internal sealed class KillRun : IAsyncDisposable
{
    /// <summary>
    /// Longer than a silent server is waited for after the final dot (five minutes) and any lease after it: who has not moved for so long never will.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);

    private readonly Scene _scene;
    private readonly int _readers;
    private readonly Random _chance;
    private readonly RunningProgram[] _programs;
    private readonly string _digest;
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly HashSet<long> _seen = [];
    private readonly Task[] _starts;
    private readonly HashSet<int> _isUnseen = [];
    private int _lastVictim;
    private long _messages;
    private long _movedAt = Stopwatch.GetTimestamp();
    private long _helpedAt = Stopwatch.GetTimestamp();

    private KillRun(Scene scene, SceneSettings settings, RunningProgram[] programs, string digest)
    {
        (_scene, _readers, _programs, _digest) = (scene, settings.Readers, programs, digest);
        _chance = new Random(settings.Seed);
        _starts = Array.ConvertAll(programs, _ => Task.CompletedTask);
        Rows = scene.Rows(digest);
    }

    public DigestRows Rows { get; }

    /// <summary>For each kill the rows that were being handed over when it came, and not at one before.</summary>
    public List<HashSet<long>> Kills { get; } = [];

    public int TimesNotClosed { get; private set; }

    public int Resumed { get; private set; }

    public int BroughtForward { get; private set; }

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_began);

    public static async Task<KillRun> StartAsync(Scene scene, SceneSettings settings, int processes)
    {
        var programs = new RunningProgram[processes];
        for (var i = 0; i < processes; i++)
            programs[i] = await scene.StartAsync();
        var digest = await programs[0].ComposeAsync();
        await programs[0].StepAsync(digest, "send");
        return new KillRun(scene, settings, programs, digest);
    }

    /// <summary>
    /// Waits for a random moment, kills a program and starts it again. The moments are spread over what is left to send; each sixth is within
    /// the first seconds of a start, whatever the program does then, the others after a start. Where there are several programs, the others go on sending
    /// while one starts.
    /// </summary>
    /// <returns>False when nothing is left to send.</returns>
    public async Task<bool> KillOneAsync(int killsLeft)
    {
        int victim;
        if (Kills.Count % 6 == 5)
        {
            victim = _lastVictim;
            await Task.Delay(_chance.Next(3_000));
        }
        else
        {
            await AnyStartedAsync();
            if (!await TakenAsync(_chance.Next(1, Math.Max(2, (int)(2 * (_readers - _messages) / (killsLeft + 1))))))
                return false;
            victim = await AnyStartedAsync();
        }
        await KillAsync(victim);
        return true;
    }

    private async Task KillAsync(int victim)
    {
        await _programs[victim].Process.KillAsync();
        var begun = await Rows.IdsAsync("HandingOver");
        begun.ExceptWith(_seen);
        _seen.UnionWith(begun);
        Kills.Add(begun);
        await _programs[victim].DisposeAsync();
        _programs[victim] = _scene.Launch();
        _starts[victim] = _programs[victim].ListensAsync();
        _isUnseen.Add(victim);
        _lastVictim = victim;
        Report.Note($"kill {Kills.Count}: {begun.Count} were being handed over, {_messages} taken, {Elapsed.TotalSeconds:F0} s");
    }

    /// <summary>One that takes requests; all of those have their ledger looked at once since their start.</summary>
    private async Task<int> AnyStartedAsync()
    {
        await await Task.WhenAny(_starts);
        var started = Enumerable.Range(0, _programs.Length).Where(i => _starts[i].IsCompletedSuccessfully).ToList();
        foreach (var index in started.Where(_isUnseen.Remove))
            await LookAsync(_programs[index]);
        return started[_chance.Next(started.Count)];
    }

    /// <summary>Lets it send the rest.</summary>
    public async Task FinishAsync()
    {
        await Task.WhenAll(_starts);
        while (await StepAsync())
        {
        }
        foreach (var program in _programs)
            await LookAsync(program);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var program in _programs)
            await program.DisposeAsync();
    }

    /// <returns>False when the digest is sent before the sink has taken so many more.</returns>
    private async Task<bool> TakenAsync(int more)
    {
        var enough = _messages + more;
        while (_messages < enough)
        {
            if (!await StepAsync())
                return false;
        }
        return true;
    }

    /// <returns>False when the digest is sent.</returns>
    private async Task<bool> StepAsync()
    {
        if ((await Rows.StateAsync()).Status == "Sent")
            return false;
        var messages = (await _scene.Sink.CountAsync()).Messages;
        if (messages != _messages)
            (_messages, _movedAt) = (messages, Stopwatch.GetTimestamp());
        else if (Stopwatch.GetElapsedTime(_movedAt) > Patience || Elapsed > Longest)
            throw new InvalidOperationException($"Nothing moves: {await Rows.StateAsync()}, {string.Join(", ", await Rows.CountAsync())}\n{_programs[0].Process.LastLines}");
        else if (Stopwatch.GetElapsedTime(_movedAt) > TimeSpan.FromSeconds(3) && Stopwatch.GetElapsedTime(_helpedAt) > TimeSpan.FromSeconds(3))
            await HelpAsync();
        await Task.Delay(5);
        return true;
    }

    /// <summary>What staff do, and time does.</summary>
    private async Task HelpAsync()
    {
        _helpedAt = Stopwatch.GetTimestamp();
        if ((await Rows.StateAsync()).Status is "Stopped" or "Paused")
        {
            await _starts[0];
            await _programs[0].StepAsync(_digest, "resume");
            Resumed++;
        }
        await using var connection = new SqliteConnection($"Data Source={_scene.File};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = """
            UPDATE Deliveries SET NextAttemptAt = strftime('%Y-%m-%d %H:%M:%S', 'now', '-1 minute')
            WHERE State IN ('Planned', 'Deferred') AND NextAttemptAt > strftime('%Y-%m-%d %H:%M:%S', 'now')
            """;
        if (await command.ExecuteNonQueryAsync() > 0)
            BroughtForward++;
    }

    /// <summary>As staff see it, and as the rows are: planned = accepted + refused + withheld + uncertain + remaining, and planned are all readers.</summary>
    private async Task LookAsync(RunningProgram program)
    {
        var ledger = (await program.GetAsync($"/api/v1/digests/{_digest}"))["ledger"]!.AsObject();
        var planned = (int)ledger["planned"]!;
        var sum = new[] { "accepted", "refused", "withheld", "uncertain", "remaining" }.Sum(part => (int)ledger[part]!);
        var isShort = (await Rows.StateAsync()).Planned is { } frozen && (frozen != _readers || (await Rows.CountAsync()).Values.Sum() != _readers || planned != _readers);
        if (planned == sum && !isShort)
            return;
        TimesNotClosed++;
        Report.Note($"The ledger does not close: {ledger.ToJsonString()}");
    }
}
