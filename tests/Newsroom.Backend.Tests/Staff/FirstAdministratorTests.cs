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
