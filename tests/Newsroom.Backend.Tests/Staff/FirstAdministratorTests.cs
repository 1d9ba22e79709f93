using System.Net;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Staff.SignIn;

namespace Newsroom.Backend.Tests.Staff;

/// <summary>How the first one comes in: by the console's link, once, from this machine; never by a password that everybody knows.</summary>
public sealed class TheFirstAdministrator : IAsyncLifetime
{
    private NewsroomApp _app = null!;
    private string _link = "";

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync();
        _link = await _app.SetUpLinkAsync();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Sets_the_newsroom_up_and_the_link_is_spent()
    {
        var browser = _app.StaffBrowser();
        Assert.Contains("The Test Gazette", await browser.ReadAsync(_link), StringComparison.Ordinal);
        await browser.SubmitAsync(_link, "", ("name", "Anna"), ("address", "anna@gazette.example"));
        // Closed half-way: the link still works, and is still the same person's.
        var again = _app.StaffBrowser();
        await again.SubmitAsync(_link, "", ("name", "Anna"), ("address", "anna@gazette.example"));
        await again.UseAuthenticatorAsync();
        await again.ReadAsync("/staff/people");
        Assert.Equal(HttpStatusCode.NotFound, (await _app.StaffBrowser().GetAsync(_link)).StatusCode);
        Assert.Equal(1, await _app.ReadAsync(db => db.StaffMembers.CountAsync()));
    }

    [Fact]
    public async Task Gives_the_newsrooms_details_first_and_nobody_without_the_link_does()
    {
        await using var app = await NewsroomApp.StartAsync(new() { ["Site:Name"] = null, ["Site:PostalAddress"] = null, ["Site:TimeZone"] = null, ["Mail:From"] = null });
        var (browser, link) = (app.StaffBrowser(), await app.SetUpLinkAsync());
        Assert.Contains("data-own-zone=\"yes\"", await browser.ReadAsync(link), StringComparison.Ordinal);
        (string, string)[] details = [("Site:Name", "The Courier"), ("Site:PostalAddress", "9 Quay Street"), ("Site:AlertAddress", "desk@courier.example"), ("Site:Language", "en-US")];
        var bad = await browser.SubmitAsync(link, "Details", [.. details, ("Site:TimeZone", "Mars/Olympus")]);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, bad.StatusCode);
        using var guessed = new FormUrlEncodedContent([.. details.Select(d => KeyValuePair.Create(d.Item1, d.Item2)), KeyValuePair.Create("__RequestVerificationToken", await browser.TokenAsync(link, "Details"))]);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.Http.PostAsync("/setup?code=AAAA-AAAA&handler=Details", guessed, TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(0, await app.ReadAsync(db => db.StoredSettings.CountAsync()));

        var good = await browser.SubmitAsync(link, "Details", [.. details, ("Site:TimeZone", "America/New_York")]);
        Assert.Equal($"{link}&step=you", good.Headers.Location?.OriginalString);
        Assert.Contains("Your email address", await browser.ReadAsync($"{link}&step=you"), StringComparison.Ordinal);
        await browser.SubmitAsync(link, "", ("name", "Anna"), ("address", "anna@courier.example"));
        await browser.UseAuthenticatorAsync();
        Assert.Contains("The newsroom's details</strong><span class=\"visually-hidden\">: open", await browser.ReadAsync("/staff"), StringComparison.Ordinal);
        await browser.SubmitAsync("/staff/settings/newsroom", "", ("Mail:From", "The Courier <news@courier.example>"));
        Assert.Contains("The newsroom's details</strong><span class=\"visually-hidden\">: done", await browser.ReadAsync("/staff"), StringComparison.Ordinal);

        var told = await app.ReadAsync(db => db.AuditEntries.OrderBy(a => a.Id).FirstAsync(a => a.Action == "newsroom.details"));
        Assert.Equal("set-up-link", told.Actor);
        Assert.Contains("Site:Name: The Courier", told.After, StringComparison.Ordinal);
        Assert.DoesNotContain("desk@", told.After, StringComparison.Ordinal);
        Assert.Contains("set-up link", await browser.ReadAsync("/staff/audit"), StringComparison.Ordinal);
        var late = app.StaffBrowser();
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("Site:PostalAddress", "elsewhere"), KeyValuePair.Create("__RequestVerificationToken", await late.TokenAsync("/staff/sign-in"))]);
        Assert.Equal(HttpStatusCode.NotFound, (await late.Http.PostAsync(link + "&handler=Details", form, TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal("9 Quay Street", await app.ReadAsync(db => db.StoredSettings.Where(s => s.Key == "Site:PostalAddress").Select(s => s.Value).SingleAsync()));
    }

    [Fact]
    public async Task Has_half_an_hour()
    {
        _app.Clock.Advance(SetUpLink.Lifetime);
        Assert.Equal(HttpStatusCode.NotFound, (await _app.StaffBrowser().GetAsync(_link)).StatusCode);
    }

    [Theory]
    [InlineData("X-Forwarded-For", "203.0.113.9")]
    [InlineData("X-Forwarded-Proto", "https")]
    [InlineData("Forwarded", "for=203.0.113.9")]
    public async Task Sits_at_this_machine_not_behind_a_proxy(string header, string value)
    {
        var browser = _app.StaffBrowser();
        browser.Http.DefaultRequestHeaders.Add(header, value);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync(_link)).StatusCode);
    }

    [Fact]
    public async Task Reads_the_code_and_does_not_guess_it()
    {
        for (var i = 0; i < 10; i++)
            Assert.Equal(HttpStatusCode.NotFound, (await _app.StaffBrowser().GetAsync("/setup?code=AAAA-AAAA")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _app.StaffBrowser().GetAsync(_link)).StatusCode);
    }

    [Fact]
    public async Task Is_told_what_is_wrong_with_the_form()
    {
        var answer = await _app.StaffBrowser().SubmitAsync(_link, "", ("name", ""), ("address", "anna@gazette.example"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains("Give your name", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        answer = await _app.StaffBrowser().SubmitAsync(_link, "", ("name", "Anna"), ("address", "anna"));
        Assert.Contains("Give one mail address", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
