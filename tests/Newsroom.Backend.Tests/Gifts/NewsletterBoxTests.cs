using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Tests;

public sealed class TickingANewsletterOnTheDonationForm
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("true", "this-week")]
    [InlineData("on", "this-week")]
    [InlineData("1", "this-week")]
    [InlineData("YES", "this-week")]
    [InlineData("breaking", "breaking")]
    [InlineData("breaking,this-week", "breaking,this-week")]
    [InlineData("no", null)]
    [InlineData("", null)]
    public async Task Signs_up_for_what_it_names(string value, string? newsletters)
    {
        await using var app = await StartAsync();
        await app.OpenCheckoutAsync("15", "once", "ada@example.org", ("newsletter", value));
        Assert.Equal(newsletters, (await app.Newsroom.OnlyGiftAsync()).NewsletterOptIn);
    }

    [Fact]
    public async Task Takes_several_boxes_of_one_name()
    {
        await using var app = await StartAsync();
        await app.OpenCheckoutAsync("15", "once", "ada@example.org", ("newsletter", "this-week"), ("newsletter", "breaking"));
        Assert.Equal("breaking,this-week", (await app.Newsroom.OnlyGiftAsync()).NewsletterOptIn);
    }

    [Theory]
    [InlineData("true", "this-week")]
    [InlineData("\"breaking\"", "breaking")]
    [InlineData("[\"breaking\",\"this-week\"]", "breaking,this-week")]
    [InlineData("[]", null)]
    [InlineData("null", null)]
    public async Task By_json_signs_up_for_what_it_names(string value, string? newsletters)
    {
        await using var app = await StartAsync();
        var answer = await app.Newsroom.CheckoutByJsonAsync($$"""{"amount":"15","email":"ada@example.org","newsletter":{{value}}}""");
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Token));
        Assert.Equal(newsletters, (await app.Newsroom.OnlyGiftAsync()).NewsletterOptIn);
    }

    [Fact]
    public async Task Refuses_one_that_does_not_exist_and_names_the_field()
    {
        await using var app = await StartAsync();
        var page = await app.Newsroom.GiveAsync("15", "once", "ada@example.org", ("newsletter", "sports"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, page.StatusCode);
        var html = await page.Content.ReadAsStringAsync(Token);
        Assert.Contains("href=\"#newsletter\"", html, StringComparison.Ordinal);
        Assert.DoesNotMatch("id=\"newsletter\"[^>]*checked", html);
        var json = await app.Newsroom.CheckoutByJsonAsync("""{"amount":"15","email":"ada@example.org","newsletter":"sports"}""");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, json.StatusCode);
        Assert.True(JsonDocument.Parse(await json.Content.ReadAsStringAsync(Token)).RootElement.GetProperty("errors").TryGetProperty("newsletter", out _));
        Assert.Empty(await app.Newsroom.GiftsAsync());
    }

    [Fact]
    public async Task Keeps_the_newsletter_that_was_named_when_the_form_comes_back()
    {
        await using var app = await StartAsync();
        var answer = await app.Newsroom.GiveAsync("0", "once", "ada@example.org", ("newsletter", "breaking"));
        var html = await answer.Content.ReadAsStringAsync(Token);
        Assert.Contains("Also send me Breaking by email", html, StringComparison.Ordinal);
        Assert.Matches("id=\"newsletter\" value=\"breaking\"[^>]*checked", html);
    }

    [Theory]
    [InlineData(true, "api")]
    [InlineData(false, "form")]
    public async Task Is_recorded_as_it_was_said_when_it_was_said(bool byJson, string method)
    {
        await using var app = await StartAsync();
        if (byJson)
            await app.Newsroom.CheckoutByJsonAsync("""{"amount":"15","email":"ada@example.org","newsletter":true}""");
        else
            await app.OpenCheckoutAsync("15", "once", "ada@example.org", ("newsletter", "true"));
        app.Newsroom.Clock.Advance(TimeSpan.FromHours(5));
        await app.DeliverAsync(app.Pay((await app.Newsroom.OnlyGiftAsync()).SessionId!));
        await app.Newsroom.RunDueJobsAsync();
        var consent = Assert.Single((await app.Newsroom.SubscriberAsync("ada@example.org"))!["consents"]!.AsArray())!;
        Assert.Equal((method, "sign-up-1", "donation form", NewsroomApp.Start),
            ((string?)consent["method"], (string?)consent["wordingVersion"], (string?)consent["source"], (DateTimeOffset)consent["at"]!));
    }

    [Fact]
    public async Task Is_not_lost_by_a_kill_in_the_middle_of_the_sign_up()
    {
        await using var app = await StartAsync();
        var session = await app.OpenCheckoutAsync("15", "once", "ada@example.org", ("newsletter", "true"));
        await app.DeliverAsync(app.Pay(session));
        await app.Newsroom.ArrangeAsync(db => db.Database.ExecuteSqlAsync($"CREATE TRIGGER Kill BEFORE INSERT ON Consents BEGIN SELECT RAISE(ABORT, 'killed'); END", Token));
        await Assert.ThrowsAnyAsync<Exception>(app.Newsroom.RunDueJobsAsync);
        Assert.Null(await app.Newsroom.SubscriberAsync("ada@example.org"));
        await app.Newsroom.ArrangeAsync(db => db.Database.ExecuteSqlAsync($"DROP TRIGGER Kill", Token));

        await app.Newsroom.AdvanceAsync(TimeSpan.FromMinutes(10));
        Assert.Equal("pending", await app.Newsroom.StatusAsync("ada@example.org"));
        await app.Newsroom.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Single(await app.Newsroom.ConfirmLinksAsync("ada@example.org"));
    }

    [Fact]
    public async Task Makes_no_second_mail_after_a_kill_behind_the_sign_up()
    {
        await using var app = await StartAsync();
        var session = await app.OpenCheckoutAsync("15", "once", "ada@example.org", ("newsletter", "true"));
        await app.DeliverAsync(app.Pay(session));
        await app.Newsroom.ArrangeAsync(db => db.Database.ExecuteSqlAsync(
            $"CREATE TRIGGER Kill BEFORE UPDATE ON Donations WHEN NEW.OptInPassedOnAt IS NOT NULL BEGIN SELECT RAISE(ABORT, 'killed'); END", Token));
        await Assert.ThrowsAnyAsync<Exception>(app.Newsroom.RunDueJobsAsync);
        await app.Newsroom.ArrangeAsync(db => db.Database.ExecuteSqlAsync($"DROP TRIGGER Kill", Token));
        await app.Newsroom.AdvanceAsync(TimeSpan.FromMinutes(6));
        await app.Newsroom.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.NotNull((await app.Newsroom.OnlyGiftAsync()).OptInPassedOnAt);
        Assert.Single(app.Newsroom.MailsTo("ada@example.org"), m => m.Text.Contains("/confirm/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Is_kept_to_though_the_newsletter_was_closed_before_the_gift_was_paid()
    {
        await using var app = await StartAsync();
        var session = await app.OpenCheckoutAsync("15", "once", "ada@example.org", ("newsletter", "breaking"));
        await app.Newsroom.CloseNewsletterAsync("breaking");
        await app.DeliverAsync(app.Pay(session));
        await app.Newsroom.RunDueJobsAsync();
        await app.Newsroom.PostFormAsync(Assert.Single(await app.Newsroom.ConfirmLinksAsync("ada@example.org")));
        Assert.Equal("breaking", await app.Newsroom.ActiveAsync("ada@example.org"));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await app.Newsroom.GiveAsync("15", "once", "ben@example.org", ("newsletter", "breaking"))).StatusCode);
        Assert.DoesNotContain("Breaking", await app.Newsroom.Http.GetStringAsync("/donate", Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Is_not_lost_while_somebody_floods_the_address()
    {
        await using var app = await StartAsync();
        var session = await app.OpenCheckoutAsync("15", "once", "ada@example.org", ("newsletter", "breaking"));
        for (var i = 0; i < SignUpPolicy.PerAddress.AtOnce; i++)
            await app.Newsroom.SignUpAsync("ada@example.org");
        await app.DeliverAsync(app.Pay(session));
        await app.Newsroom.RunDueJobsAsync();
        Assert.Null((await app.Newsroom.OnlyGiftAsync()).OptInPassedOnAt);

        await app.Newsroom.AdvanceAsync(SignUpPolicy.PerAddress.Period);
        Assert.NotNull((await app.Newsroom.OnlyGiftAsync()).OptInPassedOnAt);
        await app.Newsroom.AdvanceAsync(CoolDown.BetweenMails);
        Assert.Contains(app.Newsroom.MailsTo("ada@example.org"), m => m.Text.Contains("Breaking", StringComparison.Ordinal));
    }

    private static async Task<GivingApp> StartAsync()
    {
        var app = await GivingApp.StartAsync();
        await app.Newsroom.AddNewsletterAsync();
        await app.Newsroom.AddNewsletterAsync("breaking", "Breaking");
        await app.Newsroom.ArrangeAsync(db => db.Newsletters.Where(n => n.Slug == "breaking").ExecuteUpdateAsync(n => n.SetProperty(x => x.IsDefault, false), Token));
        return app;
    }
}
