using Microsoft.Data.Sqlite;

namespace Newsroom.Backend.Tests;

public sealed class AnOperatorsStart : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("newsroom-operator-").FullName;

    [Fact]
    public async Task Serves_in_production_from_a_folder_of_its_own_and_ends_well_on_sigterm()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var program = await RunningProgram.ServeAsync(_folder, [], cancellationToken);
        var style = await program.Http.GetAsync("/css/site.css", cancellationToken);
        Assert.True(style.IsSuccessStatusCode);
        Assert.Equal("wal", await JournalModeAsync(Path.Combine(_folder, "data", "newsroom.db"), cancellationToken));
        Assert.Equal(0, await program.TerminateAsync(cancellationToken));
    }

    [Fact]
    public async Task Says_what_is_not_configured_and_serves_all_the_same()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var program = await RunningProgram.ServeAsync(_folder, new() { ["Mail:From"] = "news@example.org" }, cancellationToken);
        Assert.Contains("Mail is not configured: set Mail:Smtp:Host, Site:PublicUrl, Site:PostalAddress.", program.Output, StringComparison.Ordinal);
        Assert.Contains("Gifts are not configured: set Stripe:SecretKey", program.Output, StringComparison.Ordinal);
    }

    private static async Task<object?> JournalModeAsync(string file, CancellationToken cancellationToken)
    {
        await using var connection = new SqliteConnection($"Data Source={file};Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode";
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
