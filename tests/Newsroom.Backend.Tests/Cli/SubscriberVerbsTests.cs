using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Newsroom.Backend.Tests.Cli;

public sealed class AnOperatorsImport : IDisposable
{
    private const string Consent = "Signed up at example.org: send me This Week.";
    private readonly string _folder = Directory.CreateTempSubdirectory("newsroom-import-").FullName;

    [Fact]
    public async Task Is_tried_run_listed_exported_and_taken_back()
    {
        await RunAsync("newsletters", "add", "this-week", "This Week");
        var file = Path.Combine(_folder, "list.csv");
        var rejects = Path.Combine(_folder, "rejects.csv");
        await File.WriteAllTextAsync(file, "Adresse,name\njane@example.org,Jane\n=cmd,Joe\n", TestContext.Current.CancellationToken);
        string[] import = ["subscribers", "import", file, "--newsletter", "this-week", "--consent", Consent, "--map", "email=Adresse", "--report", rejects];

        var dry = await RunAsync([.. import, "--dry-run"]);
        Assert.True(dry.Exit == 0, dry.Errors);
        Assert.Contains("nothing was written", dry.Output, StringComparison.Ordinal);
        Assert.Contains("line 3  =cmd  The address has no @.", dry.Output, StringComparison.Ordinal);

        var real = await RunAsync([.. import, "--json"]);
        var report = JsonDocument.Parse(real.Output).RootElement;
        Assert.Equal((1, 1), (report.GetProperty("counts").GetProperty("new").GetInt32(), report.GetProperty("counts").GetProperty("bad").GetInt32()));
        Assert.Equal("bad", report.GetProperty("samples")[0].GetProperty("verdict").GetString());
        Assert.Contains("3,\"'=cmd\",bad,", await File.ReadAllTextAsync(rejects, TestContext.Current.CancellationToken), StringComparison.Ordinal);

        var id = report.GetProperty("id").GetString()!;
        Assert.Contains(id, (await RunAsync("subscribers", "imports")).Output, StringComparison.Ordinal);
        Assert.Contains("jane@example.org,Jane", (await RunAsync("subscribers", "export")).Output, StringComparison.Ordinal);
        Assert.Contains("1 removed", (await RunAsync("subscribers", "undo-import", id)).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("jane@", (await RunAsync("subscribers", "export", "-")).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "There is no file", "none.csv", "this-week", Consent)]
    [InlineData(1, "There is no newsletter 'none'", "list.csv", "none", Consent)]
    [InlineData(2, "--consent: Say in 20", "list.csv", "this-week", "yes")]
    [InlineData(2, "Give --map as FIELD=COLUMN", "list.csv", "this-week", Consent, "--map", "phone=Tel")]
    [InlineData(2, "would overwrite the list itself", "list.csv", "this-week", Consent, "--report", "./list.csv")]
    [InlineData(1, "has no column 'Mail'", "list.csv", "this-week", Consent, "--map", "email=Mail")]
    public async Task That_cannot_be_says_what_to_do(int exit, string says, string file, string newsletter, string consent, params string[] more)
    {
        await RunAsync("newsletters", "add", "this-week", "This Week");
        await File.WriteAllTextAsync(Path.Combine(_folder, "list.csv"), "email\njane@example.org\n", TestContext.Current.CancellationToken);
        var run = await RunAsync(["subscribers", "import", file, "--newsletter", newsletter, "--consent", consent, .. more]);
        Assert.Equal(exit, run.Exit);
        Assert.Contains(says, run.Errors, StringComparison.Ordinal);
        Assert.Equal("email\njane@example.org\n", await File.ReadAllTextAsync(Path.Combine(_folder, "list.csv"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task That_is_killed_keeps_what_it_has_and_goes_on_from_there()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await RunAsync("newsletters", "add", "this-week", "This Week");
        var file = Path.Combine(_folder, "list.csv");
        const int Rows = 20_000;
        await File.WriteAllLinesAsync(file, Enumerable.Range(0, Rows).Select(i => $"reader{i}@example.org").Prepend("email"), cancellationToken);
        string[] import = ["subscribers", "import", file, "--newsletter", "this-week", "--consent", Consent, "--json"];
        using (var process = Process.Start(RunningProgram.StartInfo(_folder, [], import))!)
        {
            while (!process.HasExited && await CountAsync(cancellationToken) == 0)
                await Task.Delay(20, cancellationToken);
            process.Kill();
            await Tool.EndAsync(process, cancellationToken);
        }
        var kept = await CountAsync(cancellationToken);
        Assert.InRange(kept, 1, Rows - 1);
        Assert.Equal(0, kept % 1000);

        var counts = JsonDocument.Parse((await RunAsync(import)).Output).RootElement.GetProperty("counts");
        Assert.Equal((kept, Rows - kept), (counts.GetProperty("known").GetInt32(), counts.GetProperty("new").GetInt32()));
        Assert.Equal(Rows, await CountAsync(cancellationToken));
    }

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<int> CountAsync(CancellationToken cancellationToken)
    {
        await using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(_folder, "data", "newsroom.db")};Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM Subscriptions WHERE State = 'Active'";
        return Convert.ToInt32(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
    }

    private async Task<(int Exit, string Output, string Errors)> RunAsync(params string[] arguments) =>
        await RunningProgram.CommandAsync(_folder, [], TestContext.Current.CancellationToken, arguments);
}
