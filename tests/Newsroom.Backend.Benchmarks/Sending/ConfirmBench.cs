using System.CommandLine;
using System.Diagnostics;

namespace Newsroom.Backend.Benchmarks.Sending;

/// <summary>Sign-ups by the API in the middle of a long run: how long until each one's confirmation mail is at the sink.</summary>
internal static class ConfirmBench
{
    public static Command Create()
    {
        var times = new Option<int>("--sign-ups") { Description = "One after another.", DefaultValueFactory = _ => 5 };
        var command = new Command("confirm", "Signs readers up while a digest is being sent and prints when their confirmations arrived as one line of JSON.") { times };
        var options = new SceneOptions(command, readers: 100_000);
        command.SetAction(async (parsed, _) =>
        {
            var result = await RunAsync(options.Read(parsed), parsed.GetValue(times));
            Report.Print(result);
            return result.IsKept ? 0 : 1;
        });
        return command;
    }

    private static async Task<ConfirmResult> RunAsync(SceneSettings settings, int times)
    {
        await using var scene = await Scene.SetAsync(settings);
        await using var program = await scene.StartAsync();
        var digest = await program.ComposeAsync();
        await program.StepAsync(digest, "send");
        // Planned, and well under way.
        while ((await scene.Sink.CountAsync()).Messages < settings.Readers / 10)
            await Task.Delay(50);
        var seconds = new List<double>();
        for (var i = 0; i < times; i++)
        {
            seconds.Add(Math.Round(await SignUpAsync(scene, program, $"new-reader-{i}@elsewhere.example.org"), 3));
            await Task.Delay(TimeSpan.FromSeconds(1));
        }
        var counts = await scene.Sink.CountAsync();
        return new ConfirmResult("confirm", settings.Readers, settings.Connections, seconds, await scene.Rows(digest).StateAsync() is { Status: "Sending" }, counts.Messages);
    }

    private static async Task<double> SignUpAsync(Scene scene, RunningProgram program, string address)
    {
        var began = Stopwatch.GetTimestamp();
        await program.PostAsync("/api/v1/subscriptions", new { email = address });
        while (await scene.Sink.ArrivalAsync(address) is null)
        {
            if (Stopwatch.GetElapsedTime(began) > TimeSpan.FromMinutes(2))
                break;
            await Task.Delay(5);
        }
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }
}

/// <param name="Benchmark">Its name.</param>
/// <param name="Readers">Of the digest.</param>
/// <param name="Connections">Most to the sink, for both kinds of mail.</param>
/// <param name="Seconds">From each sign-up's post to its mail at the sink; two minutes: never.</param>
/// <param name="WasSending">The digest was still being sent after the last one; if not, give more readers.</param>
/// <param name="Messages">At the sink by then.</param>
internal sealed record ConfirmResult(string Benchmark, int Readers, int Connections, IReadOnlyList<double> Seconds, bool WasSending, long Messages)
{
    public bool IsKept => WasSending && Seconds.All(s => s < 2);
}
