using System.Net;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations;
using Newsroom.Backend.Donations.Campaigns;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Tests.Staff;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Tests.Gifts.Campaigns;

/// <summary>What a donor reads who followed a campaign's link.</summary>
public sealed class ACampaignsLink : IAsyncLifetime
{
    private GivingApp _app = null!;
    private StaffBrowser _staff = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = await GivingApp.StartAsync(NewsroomApp.WithAdministrator());
        _staff = await _app.Newsroom.AdministratorAsync();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Says_what_for_how_far_and_how_long_above_the_form()
    {
        await _staff.MakeCampaignAsync();
        await _app.GiveForAsync("1000", "ada@example.org");
        var page = await _app.DonationPageAsync();
        foreach (var words in new[] { "A harbour reporter</h2>", "For a whole year.", "<progress max=\"1000000\" value=\"100000\"", "10 days left.", "name=\"campaign\" value=\"year-end\"" })
            Assert.Contains(words, page, StringComparison.Ordinal);
        Assert.True(page.IndexOf("A harbour reporter", StringComparison.Ordinal) < page.IndexOf("<form method=\"post\"", StringComparison.Ordinal));

        var refused = await _app.Newsroom.GiveAsync("0", more: ("campaign", CampaignSteps.Word));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Contains("A harbour reporter</h2>", await refused.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        var session = (await _app.Newsroom.OnlyGiftAsync()).SessionId!;
        Assert.Contains("You gave it for “A harbour reporter”.", WebUtility.HtmlDecode(await _app.Newsroom.ThanksAsync(session)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_before_its_first_day_and_after_its_last_one_that_it_does_not_run_and_takes_gifts_all_the_same()
    {
        await _staff.MakeCampaignAsync(("Slug", "spring"), ("StartsOn", "2027-03-01"), ("EndsOn", ""));
        await _staff.MakeCampaignAsync(("Slug", "autumn"), ("StartsOn", "2026-09-01"), ("EndsOn", "2026-11-23"));
        Assert.Contains("“A harbour reporter” begins on 1 March 2027.", await _app.DonationPageAsync("spring"), StringComparison.Ordinal);
        var over = await _app.DonationPageAsync("autumn");
        Assert.Contains("“A harbour reporter” ended on 23 November 2026.", over, StringComparison.Ordinal);
        Assert.DoesNotContain("<progress", over, StringComparison.Ordinal);
        Assert.Equal("autumn", (await _app.GiveForAsync("15", "ada@example.org", "autumn")).Campaign);
    }

    [Fact]
    public async Task Of_a_word_that_no_campaign_has_shows_the_form_and_keeps_the_word()
    {
        await _staff.MakeCampaignAsync();
        foreach (var word in new[] { "YEAR-END", "nobody", "' OR 1=1" })
        {
            var page = await _app.DonationPageAsync(word);
            Assert.DoesNotContain("harbour", page, StringComparison.Ordinal);
            Assert.Contains($"name=\"campaign\" value=\"{word}\"", page, StringComparison.Ordinal);
        }
        Assert.DoesNotContain("harbour", await _app.Newsroom.Http.GetStringAsync("/donate", Stop), StringComparison.Ordinal);
    }

    /// <summary>Everybody's page must not read a drive's thousands of gifts row by row.</summary>
    [Fact]
    public async Task Sums_up_gifts_by_an_index_alone()
    {
        await using var connection = new SqliteConnection("Data Source=:memory:");
        await connection.OpenAsync(Stop);
        var statements = new List<string>();
        await using var db = new SqliteNewsroomDb(new DbContextOptionsBuilder<SqliteNewsroomDb>().UseSqlite(connection)
            .LogTo(statements.Add, [Microsoft.EntityFrameworkCore.Diagnostics.RelationalEventId.CommandExecuted]).Options);
        await db.Database.MigrateAsync(Stop);
        statements.Clear();
        var day = new DateOnly(2026, 11, 24);
        var campaign = Campaign.Begin("year-end", new CampaignTerms("Name", null, new Money(1, Currency.Usd), day, day, null), NewsroomApp.Start);
        await new ReadProgress(db, Options.Create(new SiteOptions()), Options.Create(new StripeOptions())).RunAsync([campaign], Stop);

        var statement = Assert.Single(statements);
        await using var explain = connection.CreateCommand();
#pragma warning disable CA2100 // The program's own statement.
        explain.CommandText = "EXPLAIN QUERY PLAN " + statement[statement.IndexOf("SELECT", StringComparison.Ordinal)..];
#pragma warning restore CA2100
        foreach (var name in System.Text.RegularExpressions.Regex.Matches(explain.CommandText, "@[A-Za-z0-9_]+").Select(m => m.Value).Distinct())
            explain.Parameters.AddWithValue(name, 1);
        await using var rows = await explain.ExecuteReaderAsync(Stop);
        Assert.True(await rows.ReadAsync(Stop));
        Assert.Contains("USING COVERING INDEX IX_Donations_OfCampaign (Campaign=? AND LiveMode=? AND PaidAt>? AND PaidAt<?)", rows.GetString(3), StringComparison.Ordinal);
    }
}
