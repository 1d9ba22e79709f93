using System.CommandLine;
using System.Text.Json;
using Newsroom.Backend.Subscribers;
using Newsroom.Backend.Subscribers.Imports;

namespace Newsroom.Backend.Cli;

internal static class SubscriberVerbs
{
    /// <summary>For stdin and stdout.</summary>
    public const string Pipe = "-";

    public static Command Create(VerbHost host) => new("subscribers", "Brings readers in and out.")
    {
        ImportVerb.Create(host),
        Imports(host),
        Undo(host),
        Export(host),
        EraseVerb.Create(host),
    };

    private static Command Imports(VerbHost host)
    {
        var json = CommonOptions.Json();
        var command = new Command("imports", "Lists the imports, the latest first.") { json };
        command.SetAction((parsed, cancellationToken) => host.RunAsync(
            async services =>
            {
                var items = await services.GetRequiredService<ImportList>().RunAsync(cancellationToken);
                if (parsed.GetValue(json))
                    return VerbHost.PrintJson(new { items });
                foreach (var i in items)
                    Console.WriteLine($"{i.Id}  {i.StartedAt:yyyy-MM-dd HH:mm}Z  {i.Newsletter}  {i.State.ToString().ToLowerInvariant()}  {i.Counts.New} new of {i.Counts.Rows} rows  {i.FileName}");
                return VerbHost.Done;
            },
            cancellationToken));
        return command;
    }

    private static Command Undo(VerbHost host)
    {
        var id = new Argument<string>("ID") { Description = "The import's, imp_…, as 'subscribers imports' lists it." };
        var json = CommonOptions.Json();
        var command = new Command("undo-import", "Takes back whom an import brought in and who has done nothing since. Who left or bounced stays so. May be run again.") { id, json };
        command.SetAction((parsed, cancellationToken) => host.RunAsync(
            async services => await services.GetRequiredService<UndoImport>().RunAsync(parsed.GetRequiredValue(id), cancellationToken) switch
            {
                UndoImportOutcome.Undone undone => Print(undone, parsed.GetValue(json)),
                UndoImportOutcome.NoSuchImport unknown => VerbHost.Fail($"There is no import '{unknown.Id}'. See: subscribers imports"),
                UndoImportOutcome.StillRunning running => VerbHost.Fail($"{running.Id} is still running. Stop it first, or wait."),
                var other => throw new InvalidOperationException($"Unknown outcome {other}."),
            },
            cancellationToken));
        return command;
    }

    private static int Print(UndoImportOutcome.Undone undone, bool json)
    {
        if (json)
            return VerbHost.PrintJson(new { undone.Id, undone.Removed, undone.EndedNow, undone.LeftStays, undone.NotOursNow });
        Console.WriteLine($"Took {undone.Id} back.");
        Console.WriteLine($"  {undone.Removed} removed");
        Console.WriteLine($"  {undone.EndedNow} kept as left: they had mail from us, or have changed their preferences");
        Console.WriteLine($"  {undone.LeftStays} had left: they stay so");
        Console.WriteLine($"  {undone.NotOursNow} not touched: they have confirmed themselves since, or are erased");
        return VerbHost.Done;
    }

    private static Command Export(VerbHost host)
    {
        var file = new Argument<string>("FILE") { Description = "Where to write the CSV; - is stdout.", DefaultValueFactory = _ => Pipe };
        var newsletter = new Option<string?>("--newsletter") { Description = "Slug: only readers who have, or had, this one." };
        var status = new Option<string?>("--status") { Description = $"Only these: {string.Join(", ", Statuses)}." };
        status.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && !Statuses.Contains(text))
                result.AddError($"Give --status one of {string.Join(", ", Statuses)}, not '{text}'.");
        });
        var command = new Command("export", "Writes the readers as CSV (UTF-8) that spreadsheets open safely and 'subscribers import' takes back.") { file, newsletter, status };
        command.SetAction((parsed, cancellationToken) => host.RunAsync(
            async services =>
            {
                var order = new ExportOrder(parsed.GetValue(newsletter), parsed.GetValue(status) is { } text ? Enum.Parse<SubscriberStatus>(text, ignoreCase: true) : null);
                return await ExportAsync(services.GetRequiredService<ExportReaders>(), order, parsed.GetRequiredValue(file), cancellationToken);
            },
            cancellationToken));
        return command;
    }

    private static async Task<int> ExportAsync(ExportReaders export, ExportOrder order, string path, CancellationToken cancellationToken)
    {
        try
        {
            await using Stream stream = path == Pipe ? Console.OpenStandardOutput() : SafeCsv.Create(path);
            if (await export.RunAsync(order, stream, cancellationToken) is ExportOutcome.NoSuchNewsletter unknown)
                return VerbHost.Fail($"There is no newsletter '{unknown.Slug}'.");
            return VerbHost.Done;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return VerbHost.Fail($"Cannot write {path}: {e.Message}");
        }
    }

    private static readonly string[] Statuses = [.. Enum.GetNames<SubscriberStatus>().Select(JsonNamingPolicy.CamelCase.ConvertName)];
}
