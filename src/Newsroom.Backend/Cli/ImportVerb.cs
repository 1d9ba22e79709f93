using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using CsvHelper;
using Newsroom.Backend.Subscribers;
using Newsroom.Backend.Subscribers.Imports;

namespace Newsroom.Backend.Cli;

internal static class ImportVerb
{
    private static readonly ImportField[] Mappable =
    [
        ImportField.Email, ImportField.Name, ImportField.FirstName, ImportField.LastName, ImportField.ConsentedAt, ImportField.Status, ImportField.LeftAt, ImportField.BouncedAt,
    ];

    private static readonly string FieldNames = string.Join(", ", Mappable.Select(f => JsonNamingPolicy.CamelCase.ConvertName(f.ToString())));

    private sealed record Wanted(string File, string Newsletter, string Consent, bool DryRun, IReadOnlyList<ColumnChoice> Columns, string? Report, bool Json);

    public static Command Create(VerbHost host)
    {
        var file = new Argument<string>("FILE") { Description = "A CSV file of Mailchimp, listmonk, Ghost, MailPoet, this program, or any with a line of column names; - is stdin." };
        var newsletter = new Option<string>("--newsletter") { Description = "Slug of the one they agreed to.", Required = true };
        var consent = new Option<string>("--consent") { Description = "The sentence they agreed to, and where. It is kept with every reader.", Required = true };
        var dryRun = new Option<bool>("--dry-run") { Description = "Judges every row and writes nothing." };
        var map = new Option<string[]>("--map") { Description = $"FIELD=COLUMN, repeatable, for columns it does not know. Fields: {FieldNames}.", AllowMultipleArgumentsPerToken = true };
        var report = new Option<string?>("--report") { Description = "Writes every row that was not taken, with its line and the reason, to this CSV file." };
        var json = CommonOptions.Json();
        map.Validators.Add(result =>
        {
            foreach (var text in result.GetValueOrDefault<string[]>() ?? [])
            {
                if (ReadChoice(text) is null)
                    result.AddError($"Give --map as FIELD=COLUMN with one of the fields {FieldNames}, not '{text}'.");
            }
        });
        var command = new Command("import", "Brings a list in. Nobody who left, bounced, complained or was erased comes back by it.") { file, newsletter, consent, dryRun, map, report, json };
        command.SetAction((parsed, cancellationToken) => host.RunAsync(
            services => RunAsync(
                services.GetRequiredService<ImportReaders>(),
                new Wanted(
                    parsed.GetRequiredValue(file), parsed.GetRequiredValue(newsletter), parsed.GetRequiredValue(consent), parsed.GetValue(dryRun),
                    [.. (parsed.GetValue(map) ?? []).Select(ReadChoice).OfType<ColumnChoice>()], parsed.GetValue(report), parsed.GetValue(json)),
                cancellationToken),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ImportReaders import, Wanted wanted, CancellationToken cancellationToken)
    {
        try
        {
            if (wanted.Report is { } same && IsSameFile(wanted.File, same))
                return VerbHost.Fail("--report would overwrite the list itself: give it another name.", VerbHost.Misused);
            await using Stream stream = wanted.File == SubscriberVerbs.Pipe ? Console.OpenStandardInput() : File.OpenRead(wanted.File);
            await using var report = wanted.Report is null ? null : SafeCsv.Writer(SafeCsv.Create(wanted.Report), leaveOpen: false);
            await WriteRowAsync(report, "line", "address", "verdict", "reason");
            var name = wanted.File == SubscriberVerbs.Pipe ? "stdin" : Path.GetFileName(wanted.File);
            var order = new ImportOrder(stream, name, wanted.Newsletter, wanted.Consent, wanted.Columns, wanted.DryRun)
            {
                NotTaken = report is null ? null : row => WriteRowAsync(report, row.Line.ToString(CultureInfo.InvariantCulture), row.Address, VerdictWords.Of(row.Verdict), row.Reason),
                Progress = Console.IsErrorRedirected ? null : counts => Console.Error.WriteAsync($"\r{counts.Rows:N0} rows"),
            };
            var outcome = await import.RunAsync(order, cancellationToken);
            if (!Console.IsErrorRedirected)
                await Console.Error.WriteLineAsync();
            return Print(outcome, wanted);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return VerbHost.Fail(e is FileNotFoundException or DirectoryNotFoundException ? $"There is no file {wanted.File}." : e.Message);
        }
    }

    private static bool IsSameFile(string list, string report)
    {
        static string Real(string path) => File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);

        return File.Exists(list) && File.Exists(report) && Real(list) == Real(report);
    }

    private static int Print(ImportOutcome outcome, Wanted wanted)
    {
        switch (outcome)
        {
            case ImportOutcome.Done(var report):
                PrintReport(report, wanted, stopped: null);
                return VerbHost.Done;
            case ImportOutcome.Stopped(var report, var why):
                PrintReport(report, wanted, why);
                return VerbHost.Fail(report.Id is null ? why : $"{why} What is counted above is kept. The same file again goes on from there.");
            case ImportOutcome.Unreadable(var whatToDo):
                return VerbHost.Fail(whatToDo);
            case ImportOutcome.NoSuchNewsletter(var slug):
                return VerbHost.Fail($"There is no newsletter '{slug}'. Make it with: newsletters add {slug} NAME");
            case ImportOutcome.NoConsent(var whatToDo):
                return VerbHost.Fail($"--consent: {whatToDo}", VerbHost.Misused);
            default:
                throw new InvalidOperationException($"Unknown outcome {outcome}.");
        }
    }

    private static void PrintReport(ImportReport report, Wanted wanted, string? stopped)
    {
        if (wanted.Json)
        {
            VerbHost.PrintJson(new
            {
                wanted.DryRun,
                report.Id,
                report.Newsletter,
                report.Format,
                report.Encoding,
                Delimiter = report.Delimiter.ToString(),
                report.Columns,
                report.Counts,
                report.Samples,
                report.Note,
                stopped,
            });
            return;
        }
        var (c, delimiter) = (report.Counts, report.Delimiter == '\t' ? "tab" : $"'{report.Delimiter}'");
        Console.WriteLine($"Format {report.Format}, {report.Encoding}, cells parted by {delimiter}.");
        Console.WriteLine("Columns: " + string.Join("; ", report.Columns.Select(x => $"{JsonNamingPolicy.CamelCase.ConvertName(x.Key.ToString())} = {PlainText.OneLine(string.Join(", ", x.Value), 80)}")) + ".");
        foreach (var (count, verdict) in new[]
        {
            (c.New, RowVerdict.New),
            (c.Known, RowVerdict.Known),
            (c.LeftBefore, RowVerdict.LeftBefore),
            (c.Suppressed, RowVerdict.Suppressed),
            (c.NoConsent, RowVerdict.NoConsent),
            (c.Bad, RowVerdict.Bad),
            (c.Twice, RowVerdict.Twice),
        })
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count,10:N0}  {VerdictWords.Of(verdict)}"));
            foreach (var row in report.Samples.Where(s => s.Verdict == verdict))
                Console.WriteLine($"{"",12}line {row.Line}  {PlainText.OneLine(row.Address, 80)}  {row.Reason}");
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{c.Rows,10:N0}  rows"));
        if (report.Note is not null)
            Console.WriteLine(report.Note);
        Console.WriteLine(report.Id is null ? "A dry run: nothing was written." : $"This is {report.Id}. To take it back: subscribers undo-import {report.Id}");
    }

    private static ColumnChoice? ReadChoice(string text) =>
        text.IndexOf('=', StringComparison.Ordinal) is var at and > 0 && at < text.Length - 1
        && Array.Find(Mappable, f => f.ToString().Equals(text[..at].Trim(), StringComparison.OrdinalIgnoreCase)) is var field
        && (field != default || text[..at].Trim().Equals(nameof(ImportField.Email), StringComparison.OrdinalIgnoreCase))
            ? new ColumnChoice(field, text[(at + 1)..].Trim())
            : null;

    private static async Task WriteRowAsync(CsvWriter? csv, params string[] cells)
    {
        if (csv is null)
            return;
        foreach (var cell in cells)
            csv.WriteField(cell);
        await csv.NextRecordAsync();
    }
}
