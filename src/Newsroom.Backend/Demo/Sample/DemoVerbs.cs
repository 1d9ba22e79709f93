using System.CommandLine;
using Newsroom.Backend.Cli;

namespace Newsroom.Backend.Demo.Sample;

/// <summary>The commands that bring sample people and take them; Program adds them, so that nothing else knows of a demo.</summary>
internal static class DemoVerbs
{
    private const string NoDemo = "This is no demo: set DOTNET_ENVIRONMENT=Development, or Demo:Enabled. Sample people never come into a newsroom's own database.";

    public static Command Create(VerbHost host) => new("demo", "Fills a demo with sample people, or takes all of it away.") { Seed(host), Clear(host) };

    private static Command Seed(VerbHost host)
    {
        var large = new Option<bool>("--large") { Description = "200,000 readers, 500 digests and 50,000 gifts, to measure with. Takes minutes." };
        var command = new Command("seed", "Fills an empty demo with readers, digests and gifts of people who do not exist.") { large };
        command.SetAction((parsed, cancellationToken) => host.RunAsync(
            async services =>
            {
                if (services.GetService<SampleHouse>() is not { } house)
                    return VerbHost.Fail(NoDemo);
                return await house.RunAsync(parsed.GetValue(large) ? SampleSize.Large : SampleSize.Usual, Console.WriteLine, cancellationToken) switch
                {
                    FillOutcome.Filled => VerbHost.Done,
                    FillOutcome.NotEmpty => VerbHost.Fail("There are readers or gifts already: stop the program, run 'demo clear', then this again."),
                    var other => throw new InvalidOperationException($"Unknown outcome {other}."),
                };
            },
            cancellationToken));
        return command;
    }

    private static Command Clear(VerbHost host)
    {
        var command = new Command("clear", "Deletes the demo's database, captured mail and practice payments. Refuses while the program serves.");
        command.SetAction((_, _) => host.RunBareAsync(services =>
        {
            if (services.GetService<ClearDemo>() is not { } clear)
                return Task.FromResult(VerbHost.Fail(NoDemo));
            var gone = clear.Run();
            Console.WriteLine(gone.Count == 0 ? "There was nothing to delete." : "Deleted: " + string.Join(", ", gone));
            return Task.FromResult(VerbHost.Done);
        }));
        return command;
    }
}
