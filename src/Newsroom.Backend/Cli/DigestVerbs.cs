using System.CommandLine;
using System.Globalization;
using Newsroom.Backend.Digests;

namespace Newsroom.Backend.Cli;

internal static class DigestVerbs
{
    private const int MostRuns = 1000;

    public static Command Create(VerbHost host) => new("digests", "Looks after the digests.") { Next(host) };

    private static Command Next(VerbHost host)
    {
        var newsletter = new Option<string>("--newsletter") { Description = "The newsletter's slug.", Required = true };
        var from = new Option<string>("--from") { Description = "ISO 8601 with offset, for example 2026-03-07T00:00:00Z. Default: now." };
        var count = new Option<int>("--count") { Description = $"How many, 1 to {MostRuns}.", DefaultValueFactory = _ => 10 };
        var json = CommonOptions.Json();
        count.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > MostRuns)
                result.AddError($"Give --count a number from 1 to {MostRuns}.");
        });
        from.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } text && !TryReadInstant(text, out _))
                result.AddError($"Give --from an instant with its offset, such as 2026-03-07T00:00:00Z, not '{text}'.");
        });
        var command = new Command("next", "Says when a newsletter's cadence runs next, in its own time zone and in UTC.") { newsletter, from, count, json };
        command.SetAction((parsed, cancellationToken) => host.RunAsync(
            async services =>
            {
                var slug = parsed.GetRequiredValue(newsletter);
                var start = TryReadInstant(parsed.GetValue(from), out var instant) ? instant : services.GetRequiredService<TimeProvider>().GetUtcNow();
                return await services.GetRequiredService<NextRuns>().RunAsync(slug, start, parsed.GetValue(count), cancellationToken) switch
                {
                    NextRunsOutcome.Runs runs => Print(slug, runs, parsed.GetValue(json)),
                    NextRunsOutcome.NoSuchNewsletter => VerbHost.Fail($"There is no newsletter '{slug}'."),
                    NextRunsOutcome.NoCadence => VerbHost.Fail($"The newsletter '{slug}' has no cadence: its digests are sent by hand."),
                    var other => throw new InvalidOperationException($"Unknown outcome {other}."),
                };
            },
            cancellationToken));
        return command;
    }

    private static int Print(string slug, NextRunsOutcome.Runs runs, bool json)
    {
        if (json)
            return VerbHost.PrintJson(new { newsletter = slug, timeZone = runs.TimeZone, items = runs.Items });
        foreach (var run in runs.Items)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{run.Local:ddd yyyy-MM-dd HH:mm zzz}  {run.Utc:yyyy-MM-ddTHH:mm:ssZ}  {run.Note}").TrimEnd());
        return VerbHost.Done;
    }

    private static bool TryReadInstant(string? text, out DateTimeOffset instant) =>
        DateTimeOffset.TryParseExact(text, ["yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK", "yyyy-MM-ddTHH:mmK"], CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal, out instant);
}
