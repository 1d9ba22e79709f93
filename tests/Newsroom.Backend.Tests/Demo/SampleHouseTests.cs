using Microsoft.Data.Sqlite;

namespace Newsroom.Backend.Tests;

/// <summary>The people who do not exist, by the commands that bring and take them.</summary>
public sealed class SamplePeopleOfADemo : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("newsroom-sample-").FullName;

    private string Database => Path.Combine(_folder, "data", "newsroom.db");

    [Fact]
    public async Task Come_once_into_an_empty_demo_with_books_that_add_up_and_go_again()
    {
        var (exit, output, errors) = await RunAsync("seed");
        Assert.True(exit == 0, output + errors);
        Assert.Equal(1240, Count("SELECT COUNT(*) FROM Subscribers"));
        Assert.Equal(86, Count("SELECT COUNT(*) FROM Donations WHERE PaidAt IS NOT NULL AND DonorId IS NOT NULL"));
        Assert.Equal(0, Count("SELECT SUM(AmountMinor) FROM LedgerEntries"));
        Assert.Equal(0, Count("SELECT COUNT(*) FROM Payouts p WHERE AmountMinor <> (SELECT SUM(NetMinor) FROM StripeTransactions t WHERE t.PayoutId = p.Id AND t.Kind <> 'Payout' AND t.Kind <> 7)"));
        Assert.Equal(9, Count("SELECT COUNT(*) FROM Digests d WHERE PlannedCount > 0 AND AcceptedCount = PlannedCount AND PlannedCount = (SELECT COUNT(*) FROM Deliveries r WHERE r.DigestId = d.Id)"));
        Assert.Equal(0, Count("SELECT COUNT(*) FROM Subscribers s WHERE ConsentCount <> (SELECT COUNT(*) FROM Consents c WHERE c.SubscriberId = s.Id)"));
        Assert.Equal(91, Count("SELECT COUNT(*) FROM ReaderDays"));
        Assert.Equal(1, Count("SELECT COUNT(*) FROM Campaigns c WHERE EXISTS (SELECT 1 FROM Donations d WHERE d.Campaign = c.Slug)"));
        Assert.Equal(0, Count("SELECT COUNT(*) FROM Subscribers WHERE AddressKey NOT LIKE '%@%example%'"));

        (exit, _, errors) = await RunAsync("seed");
        Assert.Equal(1, exit);
        Assert.Contains("demo clear", errors, StringComparison.Ordinal);

        await using (File.Open(Database + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
        {
            (exit, _, errors) = await RunAsync("clear");
            Assert.Equal(1, exit);
            Assert.Contains("Another process already serves", errors, StringComparison.Ordinal);
        }
        Assert.True(File.Exists(Database));
        (exit, output, errors) = await RunAsync("clear");
        Assert.True(exit == 0, output + errors);
        Assert.False(File.Exists(Database));
        Assert.Contains("nothing to delete", (await RunAsync("clear")).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("seed")]
    [InlineData("clear")]
    public async Task Never_come_near_a_newsrooms_own_database(string verb)
    {
        var (exit, _, errors) = await RunAsync(verb, isDemo: false);
        Assert.Equal(1, exit);
        Assert.Contains("This is no demo", errors, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<(int ExitCode, string Output, string Errors)> RunAsync(string verb, bool isDemo = true) => RunningProgram.CommandAsync(
        _folder, isDemo ? new() { ["DOTNET_ENVIRONMENT"] = "Development" } : [], TestContext.Current.CancellationToken, "demo", verb);

    private long Count(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Database};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The test's own words.
        command.CommandText = sql;
#pragma warning restore CA2100
        return (long)command.ExecuteScalar()!;
    }
}
