using System.Net;
using System.Net.Http.Json;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Tests.Subscribers;

public sealed class SigningUp : IAsyncLifetime
{
    private NewsroomApp _app = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync(new() { ["Site:AllowedOrigins:0"] = "https://www.example.org", ["Site:AllowedOrigins:1"] = "http://localhost:8080" });
        await _app.AddNewsletterAsync();
        await _app.AddNewsletterAsync("breaking", "Breaking");
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task The_whole_way_from_the_form_to_leaving()
    {
        var answer = await _app.SignUpAsync("ada@example.org", "this-week");
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.Equal("/subscribe/check-your-mail", answer.Headers.Location?.OriginalString);
        Assert.Contains("The Test Gazette", await _app.Http.GetStringAsync("/subscribe/check-your-mail", Cancelled), StringComparison.Ordinal);
        Assert.Equal("pending", await _app.StatusAsync("ada@example.org"));

        await _app.RunDueJobsAsync();
        var mail = Assert.Single(_app.MailsTo("ada@example.org"));
        Assert.Contains("This Week", mail.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Breaking", mail.Text, StringComparison.Ordinal);
        var confirm = mail.Link("/confirm/");
        Assert.Contains("Confirm my subscription", await _app.Http.GetStringAsync(confirm, Cancelled), StringComparison.Ordinal);
        Assert.Equal("pending", await _app.StatusAsync("ada@example.org"));

        var confirmed = await _app.PostFormAsync(confirm);
        Assert.Equal(HttpStatusCode.OK, confirmed.StatusCode);
        Assert.Contains("You are signed up", await confirmed.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        Assert.Equal("confirmed", await _app.StatusAsync("ada@example.org"));
        Assert.Equal("this-week", await _app.ActiveAsync("ada@example.org"));

        var left = await _app.PostFormAsync(await _app.LeaveLinkAsync("ada@example.org", "this-week"), ("from", "page"));
        Assert.Contains("You have left This Week", await left.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        Assert.Equal("left", await _app.StatusAsync("ada@example.org"));
    }

    [Fact]
    public async Task Naming_no_newsletter_takes_the_default_ones()
    {
        await _app.SubscribeAsync("default@example.org");
        Assert.Equal("this-week breaking", await _app.ActiveAsync("default@example.org"));
    }

    [Fact]
    public async Task The_consent_holds_the_words_that_the_form_showed()
    {
        var page = WebUtility.HtmlDecode(await _app.Http.GetStringAsync("/subscribe", Cancelled));
        await _app.PostFormAsync("/subscribe", ("email", "proof@example.org"), ("newsletter", "breaking"), ("source", "article-footer"), ("consent", "sign-up-1"));
        var consent = (await _app.SubscriberAsync("proof@example.org"))!["consents"]!.AsArray().Single()!;
        Assert.Equal("requested", (string?)consent["event"]);
        Assert.Equal("breaking", (string?)consent["newsletters"]![0]);
        Assert.Equal("form", (string?)consent["method"]);
        Assert.Equal("article-footer", (string?)consent["source"]);
        Assert.Equal("sign-up-1", (string?)consent["wordingVersion"]);
        Assert.Contains((string)consent["wording"]!, page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ada")]
    [InlineData("ada@")]
    [InlineData("@example.org")]
    [InlineData("ada@localhost")]
    [InlineData("ada@example.org, eve@example.org")]
    [InlineData("ada@example.org\r\nBcc: eve@example.org")]
    [InlineData("ada@exa mple.org")]
    [InlineData("Ada <ada@example.org>")]
    [InlineData("ada..b@example.org")]
    [InlineData("ada@-example.org")]
    [InlineData("ada@[127.0.0.1]")]
    public async Task A_bad_address_gives_the_form_back_with_what_was_typed(string email)
    {
        var answer = await _app.PostFormAsync("/subscribe", ("email", email), ("newsletter", "breaking"), ("source", "embed"), ("next", "https://www.example.org/thanks"));
        var page = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Cancelled));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains("<title>Error: ", page, StringComparison.Ordinal);
        Assert.Contains("role=\"alert\"", page, StringComparison.Ordinal);
        Assert.Contains("aria-invalid=\"true\"", page, StringComparison.Ordinal);
        Assert.Contains("href=\"#email\"", page, StringComparison.Ordinal);
        Assert.Contains("value=\"breaking\" checked=\"checked\"", page, StringComparison.Ordinal);
        Assert.Contains("name=\"next\" value=\"https://www.example.org/thanks\"", page, StringComparison.Ordinal);
        Assert.Contains("name=\"source\" value=\"embed\"", page, StringComparison.Ordinal);
        if (email.Length > 0)
            Assert.Contains(email.ReplaceLineEndings(""), page.ReplaceLineEndings(""), StringComparison.Ordinal);

        var json = await _app.SignUpByJsonAsync(email);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, json.StatusCode);
        Assert.Equal("application/problem+json", json.Content.Headers.ContentType?.MediaType);
        Assert.Equal(0, await _app.ReadAsync(db => db.Subscribers.CountAsync()));
    }

    [Fact]
    public async Task What_was_typed_is_shown_as_text()
    {
        var answer = await _app.PostFormAsync("/subscribe", ("email", "\"><script>alert(1)</script>"));
        Assert.DoesNotContain("<script>alert", await answer.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_newsletter_is_refused()
    {
        var page = await _app.SignUpAsync("ada@example.org", "this-week", "nonsense");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, page.StatusCode);
        Assert.Contains("value=\"ada@example.org\"", await page.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        var json = await _app.SignUpByJsonAsync("ada@example.org", "nonsense");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, json.StatusCode);
        Assert.Contains("nonsense", await json.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        Assert.Equal(0, await _app.ReadAsync(db => db.Subscribers.CountAsync()));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("""{"email":5}""")]
    [InlineData("""{"email":"a@example.org","newsletters":"this-week"}""")]
    public async Task What_is_not_the_JSON_is_refused_with_a_sentence(string body)
    {
        var answer = await _app.Http.PostAsync("/api/v1/subscriptions", new StringContent(body, Encoding.UTF8, "application/json"), Cancelled);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task JSON_and_form_end_in_the_same_rows()
    {
        var answer = await _app.SignUpByJsonAsync("json@example.org", "breaking");
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal("""{"status":"check_your_mail"}""", await answer.Content.ReadAsStringAsync(Cancelled));
        await _app.RunDueJobsAsync();
        await _app.PostFormAsync(_app.MailsTo("json@example.org").Single().Link("/confirm/"));
        Assert.Equal("breaking", await _app.ActiveAsync("json@example.org"));
        Assert.Equal("api", (string?)(await _app.SubscriberAsync("json@example.org"))!["consents"]![0]!["method"]);
    }

    [Fact]
    public async Task A_robot_that_fills_the_trap_is_answered_like_everybody_and_forgotten()
    {
        // The newsroom's own key is made at its first use, whoever comes.
        await _app.ProofAsync();
        var before = await _app.DumpAsync();
        var answer = await _app.PostFormAsync("/subscribe", ("email", "robot@example.org"), ("website", "https://spam.example"));
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.Equal("/subscribe/check-your-mail", answer.Headers.Location?.OriginalString);
        var json = await _app.Http.PostAsJsonAsync("/api/v1/subscriptions", new { email = "robot@example.org", website = "x" }, Cancelled);
        Assert.Equal(HttpStatusCode.Accepted, json.StatusCode);
        Assert.Equal(before, await _app.DumpAsync());
    }

    [Fact]
    public async Task A_strangers_words_are_in_no_mail()
    {
        const string Advert = "BUY at https://spam.example";
        await _app.PostFormAsync("/subscribe", ("email", "victim@example.org"), ("name", Advert), ("source", Advert), ("next", "https://spam.example"));
        await _app.RunDueJobsAsync();
        var mail = Assert.Single(_app.MailsTo("victim@example.org"));
        Assert.DoesNotContain("spam.example", mail.Message.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("BUY", mail.Message.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://www.example.org/thanks?a=b#c", "https://www.example.org/thanks?a=b#c")]
    [InlineData("https://WWW.example.org:443/x", "https://www.example.org/x")]
    [InlineData("http://localhost:8080/done", "http://localhost:8080/done")]
    [InlineData("https://news.example.org/archive", "https://news.example.org/archive")]
    [InlineData("http://www.example.org/", null)]
    [InlineData("https://www.example.org:8443/", null)]
    [InlineData("https://www.example.org.evil.example/", null)]
    [InlineData("https://www.example.org@evil.example/", null)]
    [InlineData("https://user:pass@www.example.org/", null)]
    [InlineData("https://evilwww.example.org/", null)]
    [InlineData("https://sub.www.example.org/", null)]
    [InlineData("//www.example.org/", null)]
    [InlineData("//evil.example/", null)]
    [InlineData("/archive", null)]
    [InlineData("https:evil.example", null)]
    [InlineData("https:///evil.example", null)]
    [InlineData("javascript:alert(1)//https://www.example.org", null)]
    [InlineData("data:text/html,x", null)]
    [InlineData("http://localhost/done", null)]
    [InlineData("https://evil.example\\@www.example.org/", null)]
    [InlineData("https://www.example.org\r\nX-Evil: 1", null)]
    [InlineData("", null)]
    public async Task Only_allowed_origins_are_followed(string next, string? expected)
    {
        var answer = await _app.PostFormAsync("/subscribe", ("email", "next@example.org"), ("next", next));
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.Equal(expected ?? "/subscribe/check-your-mail", answer.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task A_form_on_another_site_posts_without_cookies()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/subscribe")
        {
            Content = new FormUrlEncodedContent([KeyValuePair.Create("email", "embed@example.org")]),
            Headers = { { "Origin", "https://blog.example.net" }, { "Sec-Fetch-Site", "cross-site" } },
        };
        var answer = await _app.Http.SendAsync(request, Cancelled);
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        Assert.Equal("pending", await _app.StatusAsync("embed@example.org"));
    }

    [Fact]
    public async Task Many_at_once_of_one_new_address_make_one_subscriber_and_one_mail()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => _app.SignUpAsync("race@example.org", "this-week")));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.SeeOther, a.StatusCode));
        await _app.RunDueJobsAsync();
        await _app.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Equal(1, await _app.ReadAsync(db => db.Subscribers.CountAsync()));
        Assert.Equal(1, await _app.ReadAsync(db => db.Subscriptions.CountAsync()));
        Assert.Single(_app.MailsTo("race@example.org"));
    }

    [Fact]
    public async Task Any_letter_case_is_the_same_reader()
    {
        await _app.SubscribeAsync("Ada@Example.org");
        await _app.AdvanceAsync(CoolDown.BetweenMails);
        await _app.SignUpAsync("ADA@EXAMPLE.ORG");
        Assert.Equal(1, await _app.ReadAsync(db => db.Subscribers.CountAsync()));
    }

    [Fact]
    public async Task Without_mail_nobody_is_told_to_wait_for_one()
    {
        await using var app = await NewsroomApp.StartAsync(new() { ["Mail:Smtp:Host"] = null });
        await app.AddNewsletterAsync();
        var page = await app.SignUpAsync("ada@example.org");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, page.StatusCode);
        Assert.Contains("not set up", await page.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        var json = await app.SignUpByJsonAsync("ada@example.org");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, json.StatusCode);
        Assert.Equal("application/problem+json", json.Content.Headers.ContentType?.MediaType);
        Assert.Equal(0, await app.ReadAsync(db => db.Subscribers.CountAsync()));
    }

    [Fact]
    public async Task A_sign_up_outlives_a_lost_queue()
    {
        await _app.SignUpAsync("durable@example.org");
        _app.LoseEnqueuedJobs();
        await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Single(_app.MailsTo("durable@example.org"));
    }

    [Theory]
    [InlineData(null, "")]
    [InlineData("application/json", """{"email":"ada@example.org"}""")]
    [InlineData("multipart/form-data; boundary=x", "--y\r\nbroken")]
    [InlineData("multipart/form-data", "no boundary")]
    public async Task A_form_that_cannot_be_read_is_an_empty_one(string? type, string body)
    {
        using var content = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(body));
        if (type is not null)
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        var answer = await _app.Http.PostAsync("/subscribe", content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains("href=\"#email\"", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Staff_see_why_a_mail_was_not_sent()
    {
        await _app.SignUpAsync("twice@example.org");
        await _app.SignUpAsync("twice@example.org");
        var states = await _app.ReadAsync(db => db.OutgoingMails.OrderBy(m => m.Id).Select(m => m.State).ToListAsync());
        Assert.Equal([OutgoingMailState.Waiting, OutgoingMailState.Withheld], states);
    }
}
