using Microsoft.Data.Sqlite;

namespace Newsroom.Backend.Tests.Cli;

public sealed class AStartThatCannotWork : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("newsroom-operator-").FullName;

    [Theory]
    [InlineData("Site:TimeZone", "Site:TimeZone", "Mars/Olympus")]
    [InlineData("Site:PublicUrl", "Site:PublicUrl", "news.example.org")]
    [InlineData("Site:AllowedOrigins", "Site:AllowedOrigins:0", "https://www.example.org/page")]
    [InlineData("Proxy:TrustedNetworks", "Proxy:TrustedNetworks:0", "anybody")]
    [InlineData("Stories:PollEvery is 00:00:10", "Stories:PollEvery", "00:00:10")]
    [InlineData("Stories:Feeds:0:Url 'ftp://example.org/feed' is not an http(s) address", "Stories:Feeds:0:Url", "ftp://example.org/feed")]
    [InlineData("Stories:Feeds:0:Url '' is not an http(s) address", "Stories:Feeds:0:Url", "")]
    [InlineData("ConnectionStrings:Newsroom is no Sqlite connection string", "ConnectionStrings:Newsroom", "data/newsroom.db")]
    [InlineData("Jobs:Storage is SqlServer while Database:Provider is not", "Jobs:Storage", "SqlServer")]
    [InlineData("Jobs:RunServer", "Jobs:RunServer", "maybe")]
    [InlineData("Webhooks:AllowPrivateNetworks", "Webhooks:AllowPrivateNetworks", "yes")]
    [InlineData("Give it as http://localhost:5080", "urls", "localhost:5080")]
    [InlineData("ConnectionStrings:Newsroom", "Database:Provider", "SqlServer")]
    [InlineData("ConnectionStrings:Newsroom", "ConnectionStrings:Newsroom", "Data Source=/proc/nowhere/newsroom.db")]
    public async Task Says_in_one_sentence_which_key_is_wrong(string names, string key, string value)
    {
        var errors = await FailToStartAsync(new() { [key] = value });
        Assert.Contains(names, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_every_wrong_key_at_once()
    {
        var (exit, _, errors) = await RunAsync(new()
        {
            ["Site:TimeZone"] = "Mars/Olympus",
            ["Mail:From"] = "nobody",
            ["Stories:PollEvery"] = "00:00:01",
            ["Proxy:TrustedNetworks:0"] = "x",
        });
        Assert.Equal(1, exit);
        Assert.Equal(4, errors.Trim().Split('\n').Length);
    }

    [Fact]
    public async Task Says_that_sql_server_does_not_answer()
    {
        var errors = await FailToStartAsync(new()
        {
            ["Database:Provider"] = "SqlServer",
            ["ConnectionStrings:Newsroom"] = $"Server=127.0.0.1,{FreePort.Next()};Database=newsroom;User Id=x;Password=not-to-be-shown;Connect Timeout=2",
        });
        Assert.StartsWith("The SqlServer database of ConnectionStrings:Newsroom cannot be used", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("not-to-be-shown", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Does_not_serve_twice_from_one_file()
    {
        await using var first = await RunningProgram.ServeAsync(_folder, [], TestContext.Current.CancellationToken);
        Assert.Contains("Another process already serves", await FailToStartAsync([]), StringComparison.Ordinal);

        await first.KillAsync();
        await using var second = await RunningProgram.ServeAsync(_folder, [], TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Is_not_held_up_by_the_lock_of_a_process_that_died_while_migrating()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "data"));
        await ExecuteAsync("CREATE TABLE __EFMigrationsLock (Id INTEGER PRIMARY KEY, Timestamp TEXT NOT NULL); INSERT INTO __EFMigrationsLock VALUES (1, '2026-11-24')");
        await using var program = await RunningProgram.ServeAsync(_folder, [], TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Says_that_the_port_is_taken()
    {
        await using var first = await RunningProgram.ServeAsync(_folder, [], TestContext.Current.CancellationToken);
        var errors = await FailToStartAsync(new() { ["ConnectionStrings:Newsroom"] = "Data Source=other.db" }, "--urls", first.Http.BaseAddress!.ToString());
        Assert.Contains("address already in use", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_a_database_that_a_newer_version_wrote()
    {
        await RunAsync([], "db", "migrate");
        await ExecuteAsync("INSERT INTO __EFMigrationsHistory VALUES ('29991231000000_Later', '99.0.0')");
        Assert.Contains("newer version of this program (migration 29991231000000_Later)", await FailToStartAsync([]), StringComparison.Ordinal);
        Assert.Equal(1, (await RunAsync([], "db", "migrate")).Exit);
    }

    [Fact]
    public async Task Asks_for_the_migration_where_starting_does_not_migrate()
    {
        Assert.Contains("db migrate", await FailToStartAsync(new() { ["Database:MigrateOnStart"] = "false", ["ConnectionStrings:Newsroom"] = "Data Source=empty.db" }), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(_folder, "data", "newsroom.db")};Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private async Task<string> FailToStartAsync(Dictionary<string, string> settings, params string[] arguments)
    {
        var (exit, output, errors) = await RunAsync(settings, arguments);
        Assert.True(exit == 1, output + errors);
        Assert.True(errors.Trim().Split('\n').Length == 1, errors);
        Assert.DoesNotContain(" at ", output, StringComparison.Ordinal);
        return errors;
    }

    private async Task<(int Exit, string Output, string Errors)> RunAsync(Dictionary<string, string> settings, params string[] arguments) =>
        await RunningProgram.CommandAsync(_folder, settings, TestContext.Current.CancellationToken, arguments);
}
