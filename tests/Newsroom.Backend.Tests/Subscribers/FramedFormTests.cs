using System.Globalization;
using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Tests.Subscribers;

public sealed class TheFramedForm : IAsyncLifetime
{
    private const string Blog = "https://www.example.org";
    private NewsroomApp _app = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync(new() { ["Site:AllowedOrigins:0"] = Blog });
        await _app.AddNewsletterAsync();
        await _app.AddNewsletterAsync("breaking", "Breaking");
        await _app.AddNewsletterAsync("sport", "Sport");
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task May_stand_on_the_newsrooms_sites_only_and_asks_for_no_cookie()
    {
        var answer = await _app.Http.GetAsync("/embed/subscribe?newsletter=this-week", Cancelled);
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains($"frame-ancestors 'self' {Blog};", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        Assert.False(answer.Headers.Contains("X-Frame-Options"));
        Assert.Contains("frame-ancestors 'none'", Assert.Single((await _app.Http.GetAsync("/subscribe", Cancelled)).Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shows_its_answer_inside_and_records_the_page_around()
    {
        using var get = new HttpRequestMessage(HttpMethod.Get, "/embed/subscribe?newsletter=this-week&source=footer");
        get.Headers.Referrer = new Uri(Blog + "/story?visitor=17");
        var page = await ParseAsync(await _app.Http.SendAsync(get, Cancelled));
        var fields = page.QuerySelectorAll("input").ToDictionary(i => i.GetAttribute("name")!, i => i.GetAttribute("value") ?? "");
        Assert.All(page.QuerySelectorAll("input"), i => Assert.Equal("sign-up", i.GetAttribute("form") ?? i.Closest("form")?.Id));
        fields["email"] = "ada@gmial.com";
        var action = page.QuerySelector("form")!.GetAttribute("action")!;
        var answer = await _app.PostFormAsync(action, fields.Select(f => (f.Key, f.Value)));
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.Equal("/embed/subscribe?newsletter=this-week&source=footer&sent=yes&meant=gmail.com", answer.Headers.Location?.OriginalString);
        var sent = await ParseAsync(await _app.Http.GetAsync(answer.Headers.Location, Cancelled));
        Assert.Equal("Now check your mail", sent.QuerySelector("h1")!.TextContent);
        Assert.Contains("gmail.com", sent.Body!.TextContent, StringComparison.Ordinal);
        Assert.Equal("/embed/subscribe?newsletter=this-week&source=footer", sent.QuerySelector("a.button")!.GetAttribute("href"));

        var consent = await _app.ReadAsync(db => Task.FromResult(db.Consents.Single()));
        Assert.Equal((Blog + "/story", "footer", "this-week", "sign-up-1", ConsentMethod.Form),
            (consent.Page, consent.Source, consent.Newsletters, consent.WordingVersion, consent.Method));
    }

    [Fact]
    public async Task Without_a_choice_signs_up_for_what_it_offers_and_says_so()
    {
        const string Frame = "/embed/subscribe?newsletter=breaking&newsletter=sport";
        var page = await ParseAsync(await _app.Http.GetAsync(Frame, Cancelled));
        Assert.Equal(["breaking", "sport"], page.QuerySelectorAll("[type=checkbox]").Select(i => i.GetAttribute("value")!));
        Assert.Empty(page.QuerySelectorAll("[checked]"));
        Assert.Contains("Without a choice you get all of them", page.Body!.TextContent, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.SeeOther, (await _app.PostFormAsync(Frame, ("email", "ada@example.org"))).StatusCode);
        Assert.Equal("breaking,sport", (await _app.ReadAsync(db => Task.FromResult(db.Consents.Single()))).Newsletters);
    }

    [Fact]
    public async Task Says_what_is_wrong_inside_and_keeps_what_was_typed()
    {
        var answer = await _app.PostFormAsync("/embed/subscribe?newsletter=breaking", ("email", "\"><script>alert(1)</script>"), ("newsletter", "breaking"), ("page", Blog + "/story"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var page = await ParseAsync(answer);
        Assert.StartsWith("Error: ", page.Title, StringComparison.Ordinal);
        Assert.Equal("\"><script>alert(1)</script>", page.QuerySelector("[name=email]")!.GetAttribute("value"));
        Assert.Equal("true", page.QuerySelector("[name=email]")!.GetAttribute("aria-invalid"));
        Assert.Equal(Blog + "/story", page.QuerySelector("[name=page]")!.GetAttribute("value"));
    }

    [Fact]
    public async Task Says_even_that_there_are_too_many_where_a_browser_shows_it()
    {
        await HoldAsManyAsThereMayBeAsync();
        for (var i = 0; i < SignUpPolicy.PerNetwork.AtOnce; i++)
            await _app.PostFormAsync("/embed/subscribe", ("email", $"r{i}@d{i}.example.org"));
        var tickets = new List<string>();
        for (var i = 0; i <= SignUpPolicy.WithWeakProof.AtOnce; i++)
            tickets.Add((await _app.ProofAsync()).Ticket);
        _app.Clock.Advance(SignUpProof.Soonest);
        foreach (var (i, ticket) in tickets.SkipLast(1).Index())
            Assert.Equal(HttpStatusCode.SeeOther, (await _app.PostFormAsync("/embed/subscribe", ("email", $"weak{i}@w{i}.example.org"), ("ticket", ticket))).StatusCode);
        var answer = await _app.PostFormAsync("/embed/subscribe?newsletter=sport", ("email", "ada@example.org"), ("ticket", tickets[^1]));
        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.Contains($"frame-ancestors 'self' {Blog};", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.Equal("/embed/subscribe?newsletter=sport", (await ParseAsync(answer)).QuerySelector("main a.button")!.GetAttribute("href"));
        Assert.Null(await _app.SubscriberAsync("ada@example.org"));
    }

    [Fact]
    public async Task In_a_flood_asks_for_one_press_more_inside_and_forgets_nothing_of_the_form()
    {
        const string Frame = "/embed/subscribe?newsletter=breaking&newsletter=sport&source=footer";
        var network = IPAddress.Parse("203.0.113.9");
        for (var i = 0; i < SignUpPolicy.PerNetwork.AtOnce; i++)
            await _app.SignUpByJsonFromAsync(network, new { email = $"r{i}@d{i}.example.org" });
        var asked = await PostAsync(Frame,
            ("email", "ada@example.org"), ("name", "Ada"), ("source", "footer"), ("page", Blog + "/story"), ("website", ""), ("consent", "no-such-sentence"));
        Assert.Equal(200, asked.Status);
        Assert.Null(await _app.SubscriberAsync("ada@example.org"));
        var page = new HtmlParser().ParseDocument(asked.Body);
        Assert.Equal("One more press of the button", page.QuerySelector("h1")!.TextContent);
        Assert.Contains(ConsentWording.SignUp.Text, page.Body!.TextContent, StringComparison.Ordinal);
        // A frame keeps nothing in the browser.
        Assert.Null(page.QuerySelector("script[src='/js/sign-up.js']"));
        Assert.Equal(Frame, page.QuerySelector("form")!.GetAttribute("action"));
        _app.Clock.Advance(SignUpProof.Soonest);
        var sent = await PostAsync(Frame, [.. NewsroomApp.HiddenFields(asked.Body).Select(f => (f.Key, f.Value))]);
        Assert.Equal(303, sent.Status);

        var consent = Assert.Single((await _app.SubscriberAsync("ada@example.org"))!["consents"]!.AsArray())!;
        Assert.Equal((Blog + "/story", "footer", "sign-up-1", "form"),
            ((string?)consent["page"], (string?)consent["source"], (string?)consent["wordingVersion"], (string?)consent["method"]));
        await _app.RunDueJobsAsync();
        var text = Assert.Single(_app.MailsTo("ada@example.org")).Text;
        Assert.Contains("Breaking", text, StringComparison.Ordinal);
        Assert.Contains("Sport", text, StringComparison.Ordinal);

        Task<PostedAnswer> PostAsync(string address, params (string, string)[] fields) => _app.PostFormFromAsync(network, address, fields);
    }

    [Fact]
    public async Task Without_mail_says_that_it_is_not_possible_yet()
    {
        await using var app = await NewsroomApp.StartAsync(new() { ["Mail:Smtp:Host"] = null });
        await app.AddNewsletterAsync();
        var answer = await app.PostFormAsync("/embed/subscribe", ("email", "ada@example.org"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        var page = await ParseAsync(answer);
        Assert.Contains("not set up", page.Body!.TextContent, StringComparison.Ordinal);
        Assert.Equal("/embed/subscribe", page.QuerySelector("main a.button")!.GetAttribute("href"));
    }

    private async Task HoldAsManyAsThereMayBeAsync()
    {
        await _app.SignUpAsync("held@example.org");
        await _app.ArrangeAsync(db =>
        {
            var reader = db.Subscribers.Single();
            db.AddRange(Enumerable.Range(0, HeldSignUps.Most).Select(i => new SignUpRequest
            {
                Subscriber = reader,
                NewsletterIds = "1",
                TokenHash = i.ToString("x64", CultureInfo.InvariantCulture),
                RequestedAt = NewsroomApp.Start,
                ExpiresAt = NewsroomApp.Start + SignUpRequest.Lifetime,
                HeldAt = NewsroomApp.Start,
            }));
            return db.SaveChangesAsync(Cancelled);
        });
    }

    private static async Task<IDocument> ParseAsync(HttpResponseMessage answer) => new HtmlParser().ParseDocument(await answer.Content.ReadAsStringAsync(Cancelled));
}
