using System.Net;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Staff.House;
using Newsroom.Backend.Subscribers;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Tests.Staff;

/// <summary>What staff see of the program itself: figures, settings, and whether everything runs.</summary>
public sealed class TheHousesState : IAsyncLifetime
{
    private const string Secret = "not-to-be-shown-to-anybody";

    private NewsroomApp _app = null!;
    private StaffBrowser _administrator = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync(NewsroomApp.WithAdministrator(new() { ["Mail:Password"] = Secret, ["Mail:User"] = "relay-user" }));
        _administrator = await _app.AdministratorAsync();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Shows_each_setting_in_force_and_of_a_secret_only_that_there_is_one()
    {
        var page = await _administrator.ReadAsync("/staff/settings");
        Assert.DoesNotContain(Secret, page, StringComparison.Ordinal);
        Assert.Contains("Mail:Password", page, StringComparison.Ordinal);
        Assert.Contains("relay-user", page, StringComparison.Ordinal);
        Assert.Contains("/webhooks/stripe", page, StringComparison.Ordinal);
        foreach (var role in new[] { StaffRole.Viewer, StaffRole.Editor, StaffRole.Publisher })
            Assert.Equal(HttpStatusCode.Forbidden, (await (await _app.MemberAsync(_administrator, role)).GetAsync("/staff/settings")).StatusCode);
    }

    [Fact]
    public async Task Sends_a_test_mail_and_shows_what_both_sides_said_but_no_password()
    {
        var answer = await _administrator.SubmitAsync("/staff/settings", "Test", ("to", "me@gazette.example"));
        var page = await answer.Content.ReadAsStringAsync(Stop);
        Assert.Contains("took the mail", page, StringComparison.Ordinal);
        Assert.Contains("MAIL FROM", page, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, page, StringComparison.Ordinal);
        Assert.Single(_app.MailsTo("me@gazette.example"));
        var refused = await _administrator.SubmitAsync("/staff/settings", "Test", ("to", "nobody"));
        Assert.Contains("give one mail address", await refused.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Stripe:SecretKey", true)]
    [InlineData("Stripe:WebhookSecrets:0", true)]
    [InlineData("Mail:Relays:0:Password", true)]
    [InlineData("Mail:PostmarkToken", true)]
    [InlineData("Mail:Dkim:0:PrivateKey", true)]
    [InlineData("ConnectionStrings:Newsroom", true)]
    [InlineData("Mail:PasswordFile", false)]
    [InlineData("Stripe:PublicKey", false)]
    [InlineData("Mail:From", false)]
    public void Takes_for_a_secret_what_may_be_one(string key, bool secret) => Assert.Equal(secret, SettingText.IsSecret(key));

    [Fact]
    public async Task Says_whether_everything_runs()
    {
        var viewer = await _app.MemberAsync(_administrator, StaffRole.Viewer);
        var page = await viewer.ReadAsync("/staff/status");
        Assert.Contains("SQLite", page, StringComparison.Ordinal);
        Assert.Contains("Nobody runs jobs", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Draws_ninety_days_of_readers_on_the_first_day_they_are_counted()
    {
        await _app.ReadyDigestAsync(3);
        _app.Clock.Advance(TimeSpan.FromDays(2));
        await _app.RunOnlyAsync<CountReaders>();
        await _app.RunOnlyAsync<CountReaders>();
        var days = await _app.ReadAsync(db => db.ReaderDays.OrderBy(d => d.On).Select(d => d.Confirmed).ToListAsync(Stop));
        Assert.Equal(CountReaders.Days + 1, days.Count);
        Assert.Equal((0, 3), (days[0], days[^1]));
        var page = await _administrator.ReadAsync("/staff");
        Assert.Contains("Confirmed readers, last 90 days", page, StringComparison.Ordinal);
        Assert.Contains("<polyline class=\"line\"", page, StringComparison.Ordinal);

        await _app.Http.PostAsync("/subscribe", new FormUrlEncodedContent([KeyValuePair.Create("email", "zoe@reader.example")]), Stop);
        _app.Clock.Advance(TimeSpan.FromDays(1));
        await _app.RunOnlyAsync<CountReaders>();
        Assert.Equal(3, (await _app.ReadAsync(db => db.ReaderDays.OrderByDescending(d => d.On).FirstAsync(Stop))).Confirmed);
    }
}
