using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations;
using Newsroom.Backend.Donations.Campaigns;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Tests.Gifts.Campaigns;

/// <summary>Between an operation's look and its write somebody else writes: two requests, or two nodes.</summary>
public sealed class ACampaignChangedAtTheSameMoment : IAsyncLifetime
{
    private static readonly DateOnly Today = new(2026, 11, 24);
    private readonly SqliteConnection _connection = new("Data Source=:memory:");
    private readonly Campaign _campaign = Campaign.Begin("year-end", Terms("As made"), NewsroomApp.Start);
    private SqliteNewsroomDb _db = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _connection.OpenAsync(Stop);
        _db = Db();
        await _db.Database.MigrateAsync(Stop);
        // Followed by the context from here on: what its operations read is what they have seen already.
        _db.Add(_campaign);
        await _db.SaveChangesAsync(Stop);
        await using var other = Db();
        (await other.Campaigns.SingleAsync(Stop)).Change(Terms("Theirs"));
        await other.SaveChangesAsync(Stop);
    }

    public async ValueTask DisposeAsync()
    {
        await _db.DisposeAsync();
        await _connection.DisposeAsync();
    }

    [Fact]
    public async Task Is_not_written_over_and_shows_what_the_other_made_of_it()
    {
        var rules = new CampaignRules(GivingTerms.Read(new StripeOptions(), new ConfigurationBuilder().Build()), Options.Create(new SiteOptions()));
        var outcome = await new EditCampaign(_db, rules).RunAsync(
            _campaign.PublicId, new CampaignText("Mine", null, "100", "USD", "2026-11-24", null), EditCampaign.SeenOf(_campaign), Stop);
        Assert.Equal("Theirs", Assert.IsType<EditCampaignOutcome.EditedMeanwhile>(outcome).Campaign.Name);
        await StaysTheirsAsync();
    }

    [Fact]
    public async Task Is_not_ended()
    {
        var clock = new TestClock(NewsroomApp.Start);
        Assert.Equal(EndCampaignOutcome.ChangedMeanwhile, await new EndCampaign(_db, Options.Create(new SiteOptions()), clock).RunAsync(_campaign.PublicId, Stop));
        await StaysTheirsAsync();
    }

    private async Task StaysTheirsAsync()
    {
        await using var db = Db();
        var now = await db.Campaigns.SingleAsync(Stop);
        Assert.Equal(("Theirs", (DateOnly?)null), (now.Name, now.EndsOn));
    }

    private SqliteNewsroomDb Db() => new(new DbContextOptionsBuilder<SqliteNewsroomDb>().UseSqlite(_connection).Options);

    private static CampaignTerms Terms(string name) => new(name, null, new Money(10_000, Currency.Usd), Today, null, null);
}
