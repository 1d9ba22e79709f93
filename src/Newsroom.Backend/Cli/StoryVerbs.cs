using System.CommandLine;
using Newsroom.Backend.Stories;

namespace Newsroom.Backend.Cli;

internal static class StoryVerbs
{
    public static Command Create(VerbHost host) => new("stories", "Looks after the stories.") { Fetch(host) };

    private static Command Fetch(VerbHost host)
    {
        var json = CommonOptions.Json();
        var command = new Command("fetch", "Reads every feed of Stories:Feeds now. Ends with 1 when a feed could not be read.") { json };
        command.SetAction((parsed, cancellationToken) => host.RunAsync(
            async services =>
            {
                var report = await services.GetRequiredService<FetchStories>().RunAsync(cancellationToken);
                if (parsed.GetValue(json))
                    VerbHost.PrintJson(report);
                else
                    Print(report);
                if (report.Feeds.Count == 0)
                    return VerbHost.Fail("No feed is configured: set Stories:Feeds:0:Url.");
                return report.Feeds.Any(f => f.Outcome == FeedOutcome.Failed) ? VerbHost.Failed : VerbHost.Done;
            },
            cancellationToken));
        return command;
    }

    private static void Print(FetchReport report)
    {
        foreach (var feed in report.Feeds)
        {
            Console.WriteLine(feed.Outcome switch
            {
                FeedOutcome.Read => $"{feed.Url}: {feed.NewStories} new, {feed.Updated} updated, {feed.SeenBefore} marked as seen, {feed.Held} held back",
                FeedOutcome.Unchanged => $"{feed.Url}: unchanged",
                FeedOutcome.Busy => $"{feed.Url}: being read by another process",
                FeedOutcome.Failed => $"{feed.Url}: failed. {feed.Error}",
                _ => throw new InvalidOperationException($"Unknown outcome {feed.Outcome}."),
            });
            if (feed.Warning is not null)
                Console.Error.WriteLine($"{feed.Url}: {feed.Warning}");
        }
        Console.WriteLine($"{report.NewStories} new in all.");
    }
}
