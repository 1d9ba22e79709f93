using System.CommandLine;
using Newsroom.Backend.Mail.Bounces;

namespace Newsroom.Backend.Cli;

internal static class BounceVerbs
{
    public static Command Create(VerbHost host) => new("bounces", "Looks after mail that came back.") { Ingest(host) };

    private static Command Ingest(VerbHost host)
    {
        var files = new Argument<string[]>("FILE") { Description = "Messages: .eml, mbox, a Maildir or a folder of files; - is stdin.", Arity = ArgumentArity.OneOrMore };
        var json = CommonOptions.Json();
        var command = new Command(
            "ingest",
            "Takes messages that came back and does what follows from them. May be run again with the same ones. Ends with 1 when a file could not be read, or is "
            + "about a mail that is being handed over just now; "
            + "a message that nobody here could understand waits for people at /api/v1/bounces?waiting=true.") { files, json };
        command.SetAction((parsed, cancellationToken) => host.RunAsync(
            async services =>
            {
                var (shapes, failed) = await IngestAsync(
                    services.GetRequiredService<TakeReport>(), parsed.GetRequiredValue(files), parsed.GetValue(json), cancellationToken);
                if (parsed.GetValue(json))
                    _ = shapes.Count == 1 ? VerbHost.PrintJson(shapes[0]) : VerbHost.PrintJson(shapes);
                return failed ? VerbHost.Failed : VerbHost.Done;
            },
            cancellationToken));
        return command;
    }

    private static async Task<(List<VerdictShape> Verdicts, bool Failed)> IngestAsync(TakeReport take, string[] paths, bool quiet, CancellationToken cancellationToken)
    {
        var shapes = new List<VerdictShape>();
        var failed = false;
        foreach (var path in paths)
        {
            try
            {
                await using var stdin = path == SubscriberVerbs.Pipe ? Console.OpenStandardInput() : null;
                var messages = stdin is null ? ReportFiles.ReadAsync(path, cancellationToken) : ReportFiles.ReadAsync("stdin", stdin, cancellationToken);
                await foreach (var message in messages)
                {
                    if (message.Bytes is not { Length: > 0 } bytes)
                    {
                        failed = true;
                        var fault = message.Bytes is null ? "larger than 1 MB: a report returns a mail's headers, not its pictures." : "empty.";
                        await Console.Error.WriteLineAsync($"{message.Name}: {fault}");
                        continue;
                    }
                    var taken = (await take.RunAsync(ReportSource.Command, bytes, cancellationToken)).Select(VerdictShape.Of).ToList();
                    shapes.AddRange(taken);
                    failed |= taken.Exists(t => t.Outcome == ReportOutcome.Early);
                    if (!quiet)
                        taken.ForEach(t => Console.WriteLine(Line(message.Name, t)));
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                failed = true;
                await Console.Error.WriteLineAsync($"Cannot read {path}: {e.Message}");
            }
        }
        return (shapes, failed);
    }

    private static string Line(string name, VerdictShape verdict) => string.Join(' ', new[]
    {
        $"{name}: {verdict.Kind.ToString().ToLowerInvariant()}", verdict.Status, verdict.Reason, $"({verdict.Outcome.ToString().ToLowerInvariant()})", verdict.Note,
    }.Where(t => !string.IsNullOrEmpty(t)));
}
