using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Tests.Subscribers;

/// <summary>What other sites paste, load and frame.</summary>
public sealed class EmbeddedForms : IAsyncLifetime
{
    private const string Blog = "https://www.example.org";
    private NewsroomApp _app = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync(new() { ["Site:AllowedOrigins:0"] = Blog });
        await _app.AddNewsletterAsync();
        await _app.AddNewsletterAsync("breaking", "Breaking \"&\" <More>");
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task The_script_is_small_cached_and_for_any_page()
    {
        var answer = await _app.Http.GetAsync("/embed/v1.js", Cancelled);
        var bytes = await answer.Content.ReadAsByteArrayAsync(Cancelled);
        Assert.Empty(answer.Content.Headers.ContentEncoding);
        Assert.InRange(bytes.Length, 1000, 5999);
        Assert.Equal("text/javascript", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("*", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Equal("cross-origin", Assert.Single(answer.Headers.GetValues("Cross-Origin-Resource-Policy")));
        Assert.True(answer.Headers.CacheControl!.Public);
        Assert.True(answer.Headers.CacheControl.MaxAge >= TimeSpan.FromDays(1));
        Assert.False(answer.Headers.Contains("Set-Cookie"));

        using var again = new HttpRequestMessage(HttpMethod.Get, "/embed/v1.js");
        again.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
        Assert.Equal(HttpStatusCode.NotModified, (await _app.Http.SendAsync(again, Cancelled)).StatusCode);
    }

    /// <summary>After a release a script that must change gets a new version and address; until then these lines follow it.</summary>
    [Theory]
    [InlineData("/embed/v1.js", "sha384-FduozQvpyRbsG+p1OM0HiRJIl6dRSqb063f2E+gugqfEempB6ZLouXadWs6QseL+")]
    [InlineData("/embed/v1-help.js", "sha384-nViCfKAOt46qtA1Zzpn9KUWqMfDPP68sddeBZGP3QD0NSIpKKWwtPI7uMO9zvn/K")]
    [InlineData("/embed/frame-v1.js", "sha384-GjffqJNZ0Y9mtduiGMuIZqqE05yIn2kW+NC1drALZfv85Vil13JeMlO2RqJsSDEk")]
    public async Task A_script_never_changes_for_pages_pin_it(string path, string hash) =>
        Assert.Equal(hash, HashOf(await _app.Http.GetByteArrayAsync(path, Cancelled)));

    [Fact]
    public async Task The_script_shows_the_sentence_it_names_and_keeps_nothing_in_the_browser()
    {
        var script = await _app.Http.GetStringAsync("/embed/v1.js", Cancelled);
        var version = ConsentWording.SignUpOf("sign-up-1");
        Assert.Contains($"\"{version.Text}\"", script, StringComparison.Ordinal);
        Assert.Contains($"consent: \"{version.Version}\"", script, StringComparison.Ordinal);
        var help = await _app.Http.GetStringAsync("/embed/v1-help.js", Cancelled);
        foreach (var storage in (string[])["document.cookie", "localStorage", "sessionStorage", "indexedDB", "https://", "innerHTML", "eval("])
            Assert.DoesNotContain(storage, script + help, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_script_pins_its_helper_and_has_the_same_rule_for_slips_as_the_server()
    {
        var help = await _app.Http.GetByteArrayAsync("/embed/v1-help.js", Cancelled);
        Assert.Contains($"integrity: \"{HashOf(help)}\"", await _app.Http.GetStringAsync("/embed/v1.js", Cancelled), StringComparison.Ordinal);
        var text = System.Text.Encoding.UTF8.GetString(help);
        Assert.Contains($"\"{string.Join(' ', DomainTypo.Common)}\"", text, StringComparison.Ordinal);
        Assert.Contains($"\"{string.Join(' ', DomainTypo.Others)}\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Snippets_are_encoded_the_same_for_everybody_and_pin_the_script()
    {
        var shape = await SnippetsAsync("?newsletter=this-week&newsletter=breaking&source=" + Uri.EscapeDataString("a\"><script>") + "&next=" + Uri.EscapeDataString(Blog + "/thanks?a=1&b=2"));
        var form = Parse(shape, "form");
        Assert.Equal(NewsroomApp.PublicUrl + "/subscribe", form.QuerySelector("form")!.GetAttribute("action"));
        Assert.Equal("post", form.QuerySelector("form")!.GetAttribute("method"));
        Assert.Equal(["this-week", "breaking"], form.QuerySelectorAll("[name=newsletter]").Select(i => i.GetAttribute("value")!));
        Assert.Equal("a\"><script>", Value(form, "source"));
        Assert.Equal(Blog + "/thanks?a=1&b=2", Value(form, "next"));
        Assert.Equal("sign-up-1", Value(form, "consent"));
        Assert.Contains(ConsentWording.SignUp.Text, form.Body!.TextContent, StringComparison.Ordinal);
        Assert.All(form.QuerySelectorAll("input:not([type=hidden])"), input => Assert.NotNull(input.Closest("label")));
        Assert.Equal("email", form.QuerySelector("[name=email]")!.GetAttribute("autocomplete"));
        Assert.Empty(form.QuerySelectorAll("script, [style], [id]"));

        var script = Parse(shape, "script").QuerySelector("script")!;
        var bytes = await _app.Http.GetByteArrayAsync("/embed/v1.js", Cancelled);
        Assert.Equal(HashOf(bytes), script.GetAttribute("integrity"));
        Assert.Equal("a\"><script>", script.GetAttribute("data-source"));
        Assert.Equal("this-week=This Week|breaking=Breaking \"&\" <More>", script.GetAttribute("data-newsletters"));
        Assert.Equal(HashOf(await _app.Http.GetByteArrayAsync("/embed/frame-v1.js", Cancelled)), Parse(shape, "frame").QuerySelector("script")!.GetAttribute("integrity"));
        Assert.Single(Parse(shape, "link").QuerySelectorAll("a"));
        Assert.Equal(shape.ToJsonString(), (await SnippetsAsync("?newsletter=this-week&newsletter=breaking&source=" + Uri.EscapeDataString("a\"><script>") + "&next=" + Uri.EscapeDataString(Blog + "/thanks?a=1&b=2"))).ToJsonString());
    }

    [Theory]
    [InlineData("?newsletter=nonsense", "nonsense")]
    [InlineData("?next=https://evil.example/", "Site:AllowedOrigins")]
    [InlineData("?next=/thanks", "Site:AllowedOrigins")]
    public async Task A_snippet_that_would_not_work_is_refused_with_what_to_do(string query, string says)
    {
        var answer = await _app.Api.GetAsync("/api/v1/embed" + query, Cancelled);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains(says, await answer.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("newsletters", HttpStatusCode.OK)]
    [InlineData("read", HttpStatusCode.OK)]
    [InlineData("stories", HttpStatusCode.Forbidden)]
    public async Task Snippets_are_for_keys_that_may_see_newsletters(string scope, HttpStatusCode expected) =>
        Assert.Equal(expected, (await (await _app.ApiWithAsync(scope)).GetAsync("/api/v1/embed", Cancelled)).StatusCode);

    [Fact]
    public async Task The_plain_form_as_pasted_signs_up_and_records_its_sentence_and_page()
    {
        var form = Parse(await SnippetsAsync("?newsletter=breaking&source=footer"), "form");
        var fields = form.QuerySelectorAll("input").ToDictionary(i => i.GetAttribute("name")!, i => i.GetAttribute("value") ?? "");
        fields["email"] = "ada@example.org";
        using var request = new HttpRequestMessage(HttpMethod.Post, "/subscribe") { Content = new FormUrlEncodedContent(fields) };
        request.Headers.Referrer = new Uri(Blog + "/story?visitor=17#part");
        Assert.Equal(HttpStatusCode.SeeOther, (await _app.Http.SendAsync(request, Cancelled)).StatusCode);
        var consent = await ConsentAsync("ada@example.org");
        Assert.Equal(("sign-up-1", ConsentWording.SignUp.Text), (consent.WordingVersion, consent.Wording));
        Assert.Equal(("footer", Blog + "/story", "breaking"), (consent.Source, consent.Page, consent.Newsletters));
    }

    [Theory]
    [InlineData(null, "other-form")]
    [InlineData("", "other-form")]
    [InlineData("sign-up-999", "other-form")]
    [InlineData("confirm-1", "other-form")]
    [InlineData("sign-up-1", "sign-up-1")]
    public async Task The_record_claims_no_sentence_that_a_form_did_not_name(string? named, string recorded)
    {
        await _app.PostFormAsync("/subscribe", [("email", "form@example.org"), .. named is null ? Array.Empty<(string, string)>() : [("consent", named)]]);
        Assert.Equal(recorded, (await ConsentAsync("form@example.org")).WordingVersion);
        await _app.Http.PostAsJsonAsync("/api/v1/subscriptions", new { email = "json@example.org", consent = named }, Cancelled);
        Assert.Equal(recorded, (await ConsentAsync("json@example.org")).WordingVersion);
    }

    [Theory]
    [InlineData("https://www.example.org/a/b?c=d#e", "https://www.example.org/a/b")]
    [InlineData("https://user:secret@www.example.org/", "https://www.example.org/")]
    [InlineData("null", null)]
    [InlineData("javascript:alert(1)", null)]
    [InlineData("nonsense", null)]
    [InlineData("", null)]
    public void A_page_is_recorded_without_what_its_visitor_did(string referer, string? recorded) => Assert.Equal(recorded, FormPage.Clean(referer));

    [Fact]
    public void A_page_is_cut_to_what_the_record_holds() =>
        Assert.Equal(Consent.PageLength, FormPage.Clean("https://www.example.org/" + new string('a', 5000))!.Length);

    [Theory]
    [InlineData("ada@gmial.com", "gmail.com")]
    [InlineData("ada@gmail.com", null)]
    [InlineData("ada@example.org", null)]
    public async Task A_slip_in_a_common_domain_is_asked_about_and_taken_all_the_same(string email, string? meant)
    {
        var answer = await _app.SignUpAsync(email);
        Assert.Equal("/subscribe/check-your-mail" + (meant is null ? "" : "?meant=" + meant), answer.Headers.Location?.OriginalString);
        var page = await _app.Http.GetStringAsync(answer.Headers.Location, Cancelled);
        Assert.Equal(meant is not null, page.Contains("sign up again below", StringComparison.Ordinal));
        Assert.DoesNotContain(email, page, StringComparison.Ordinal);
        Assert.Equal("pending", await _app.StatusAsync(email));
        var json = await _app.SignUpByJsonAsync(email);
        Assert.Equal(meant is null ? """{"status":"check_your_mail"}""" : $$"""{"status":"check_your_mail","hint":"{{meant}}"}""", await json.Content.ReadAsStringAsync(Cancelled));
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("gmail.com evil")]
    [InlineData("<b>")]
    public async Task Nobodys_words_stand_on_the_page_that_says_check_your_mail(string meant)
    {
        var plain = await _app.Http.GetStringAsync("/subscribe/check-your-mail", Cancelled);
        Assert.Equal(plain, await _app.Http.GetStringAsync("/subscribe/check-your-mail?meant=" + Uri.EscapeDataString(meant), Cancelled));
    }

    [Theory]
    [InlineData(Blog, true)]
    [InlineData("https://evil.example", false)]
    public async Task Scripts_of_allowed_origins_only_may_post(string origin, bool allowed)
    {
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/api/v1/subscriptions");
        preflight.Headers.Add("Origin", origin);
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        preflight.Headers.Add("Access-Control-Request-Headers", "content-type");
        var may = await _app.Http.SendAsync(preflight, Cancelled);
        Assert.Equal(allowed ? origin : null, Header(may, "Access-Control-Allow-Origin"));
        Assert.Equal(allowed ? "Content-Type" : null, Header(may, "Access-Control-Allow-Headers"), ignoreCase: true);
        Assert.Null(Header(may, "Access-Control-Allow-Credentials"));

        using var post = new HttpRequestMessage(HttpMethod.Post, "/api/v1/subscriptions") { Content = JsonContent.Create(new { email = "cors@example.org" }) };
        post.Headers.Add("Origin", origin);
        var answer = await _app.Http.SendAsync(post, Cancelled);
        Assert.Equal(allowed ? origin : null, Header(answer, "Access-Control-Allow-Origin"));
        Assert.Null(Header(answer, "Access-Control-Allow-Credentials"));
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task An_answer_that_refuses_can_be_read_by_the_script_too()
    {
        using var post = new HttpRequestMessage(HttpMethod.Post, "/api/v1/subscriptions") { Content = JsonContent.Create(new { email = "nonsense" }) };
        post.Headers.Add("Origin", Blog);
        var answer = await _app.Http.SendAsync(post, Cancelled);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal(Blog, Header(answer, "Access-Control-Allow-Origin"));
    }

    private async Task<JsonNode> SnippetsAsync(string query) => (await _app.Api.GetFromJsonAsync<JsonNode>("/api/v1/embed" + query, Cancelled))!;

    private async Task<Consent> ConsentAsync(string email) =>
        (await _app.ReadAsync(db => Task.FromResult(db.Consents.Where(c => c.Subscriber.Address == email).OrderBy(c => c.Id).ToList())))[^1];

    private static IDocument Parse(JsonNode shape, string kind) => new HtmlParser().ParseDocument((string)shape[kind]!["html"]!);

    private static string? Value(IDocument form, string name) => form.QuerySelector($"[name={name}]")?.GetAttribute("value");

    private static string? Header(HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    private static string HashOf(byte[] bytes) => "sha384-" + Convert.ToBase64String(SHA384.HashData(bytes));
}
