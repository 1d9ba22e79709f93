using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Newsroom.Backend.Donations;

namespace Newsroom.Backend.Tests;

public sealed class AGiftForSomebody
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Is_kept_with_the_gift_and_each_one_that_follows_and_shown_to_staff_and_donor()
    {
        await using var app = await GivingApp.StartAsync(new() { ["Stripe:MailingAddress"] = "Optional" });
        await app.Newsroom.AddNewsletterAsync();
        await app.Newsroom.SubscribeAsync("ada@example.org");
        var session = await app.OpenCheckoutAsync("10", "monthly", "ada@example.org", ("in_honour_of", " Grace  Hopper "), ("tribute", "memory"),
            ("mailing_address", "1 Harbour Street\r\nPort Ellery"), ("mailing_country", "Iceland"), ("message", "Once only"));
        await app.DeliverAsync(app.Pay(session));
        await app.Newsroom.RunDueJobsAsync();
        app.Newsroom.Clock.Advance(TimeSpan.FromDays(30));
        app.Stripe.Renew(app.Stripe.Get("checkout.session", session)["subscription"]!.GetValue<string>());
        await app.DeliverAsync(app.Stripe.TakeEvents());
        await app.Newsroom.RunDueJobsAsync();

        var gifts = await app.Newsroom.GiftsAsync();
        Assert.Equal(2, gifts.Count);
        Assert.All(gifts, g => Assert.Equal(("Grace  Hopper", true, "1 Harbour Street\nPort Ellery", "Iceland"), (g.InHonourOf, g.InMemory, g.MailingAddress, g.MailingCountry)));
        var shown = await app.Newsroom.ApiGiftAsync(gifts[1].PublicId);
        Assert.Equal(("Grace  Hopper", "memory", "1 Harbour Street\nPort Ellery", "Iceland"), (shown.GetProperty("inHonourOf").GetString(),
            shown.GetProperty("tribute").GetString(), shown.GetProperty("mailingAddress").GetString(), shown.GetProperty("mailingCountry").GetString()));
        var data = await app.Newsroom.GetAsync(await app.Newsroom.MyDataLinkAsync("ada@example.org"), "*/*");
        var own = JsonDocument.Parse(await data.Content.ReadAsStringAsync(Token)).RootElement.GetProperty("gifts").GetProperty("gifts")[0];
        Assert.Equal(("Grace  Hopper", true, "1 Harbour Street\nPort Ellery"),
            (own.GetProperty("inHonourOf").GetString(), own.GetProperty("inMemory").GetBoolean(), own.GetProperty("mailingAddress").GetString()));
    }

    [Fact]
    public async Task Comes_by_json_under_the_same_names()
    {
        await using var app = await GivingApp.StartAsync(new() { ["Stripe:MailingAddress"] = "Required" });
        const string start = """{"amount":"15","email":"ada@example.org","in_honour_of":"Grace","tribute":""";
        Assert.Equal("tribute,mailing_address", await FaultsAsync(start + """ "cheers"}"""));
        Assert.Equal("", await FaultsAsync(start + """ "honour","mailing_address":"1 Harbour Street","mailing_country":"Malta"}"""));
        var gift = await app.Newsroom.OnlyGiftAsync();
        Assert.Equal(("Grace", false, "1 Harbour Street", "Malta"), (gift.InHonourOf, gift.InMemory, gift.MailingAddress, gift.MailingCountry));

        async Task<string> FaultsAsync(string json)
        {
            var answer = await app.Newsroom.CheckoutByJsonAsync(json);
            var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Token)).RootElement;
            return body.TryGetProperty("errors", out var errors) ? string.Join(',', errors.EnumerateObject().Select(e => e.Name).OrderDescending()) : "";
        }
    }

    [Fact]
    public async Task Asks_for_no_address_unless_the_newsroom_does_and_keeps_none_then()
    {
        await using var app = await GivingApp.StartAsync();
        Assert.DoesNotContain("mailing_address", await app.Newsroom.Http.GetStringAsync("/donate", Token), StringComparison.Ordinal);
        await app.OpenCheckoutAsync(more: [("mailing_address", "1 Harbour Street"), ("mailing_country", "Malta")]);
        var gift = await app.Newsroom.OnlyGiftAsync();
        Assert.Equal((null, null), (gift.MailingAddress, gift.MailingCountry));
    }

    [Theory]
    [InlineData("mailing_address", "", "postal address")]
    [InlineData("mailing_address", "1\n2\n3\n4\n5\n6\n7\n8\n9", "8 lines")]
    [InlineData("mailing_country", "a\tb", "country to one line")]
    [InlineData("in_honour_of", "a\nb", "whom you honour to one line")]
    public async Task With_a_bad_field_keeps_the_form_and_names_the_field(string field, string value, string sentence)
    {
        await using var app = await GivingApp.StartAsync(new() { ["Stripe:MailingAddress"] = "Required" });
        var answer = await app.Newsroom.GiveAsync("15", "once", "ada@example.org", field == "mailing_address" ? (field, value) : ("mailing_address", "1 Harbour Street"), (field, value));
        var page = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Token));
        Assert.True(answer.StatusCode == HttpStatusCode.UnprocessableEntity, page);
        Assert.Contains($"href=\"#{field}\"", page, StringComparison.Ordinal);
        Assert.Contains(sentence, page, StringComparison.Ordinal);
        Assert.Empty(await app.Newsroom.GiftsAsync());
    }
}

public sealed partial class AGiftByLink
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fills_the_form_in_and_escapes_what_it_says()
    {
        await using var app = await GivingApp.StartAsync();
        var page = await app.Newsroom.Http.GetStringAsync("/donate?amount=17.50&frequency=once&name=Ada%20%3Cb%3E&message=%3Cscript%3Ehello&in_honour_of=Grace%22&tribute=memory&src=story%2Fbridge", Token);
        Assert.Matches("id=\"amount\"[^>]*value=\"17.50\"", page);
        Assert.Contains("value=\"Ada &lt;b&gt;\"", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;hello</textarea>", page, StringComparison.Ordinal);
        Assert.Contains("value=\"Grace&quot;\"", page, StringComparison.Ordinal);
        Assert.Matches("id=\"tribute-memory\"[^>]*checked", page);
        Assert.Matches("<details[^>]*open", page);
        Assert.Contains("name=\"src\" value=\"story/bridge\"", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("amount=1e3&currency=XXX&frequency=weekly&email=no&newsletter=none&cover_fees=maybe")]
    [InlineData("amount=&currency=&frequency=&email=&name=&campaign=&message=&src=&in_honour_of=&mailing_address=")]
    [InlineData("amount=%00&name=%0A%0D&campaign=%07&src=%00&amount=5&amount=6")]
    [InlineData("amount=99999999999999999999999999&frequency=once")]
    public async Task With_values_that_make_no_sense_is_the_form_all_the_same(string query)
    {
        await using var app = await GivingApp.StartAsync();
        var page = await app.Newsroom.Http.GetStringAsync("/donate?" + query + "&message=" + new string('x', 2000) + "&campaign=" + new string('y', 500), Token);
        Assert.Contains("<button", page, StringComparison.Ordinal);
        Assert.DoesNotContain("yyyyy", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_german_site_is_shown_and_read_in_german_and_means_the_same_sum()
    {
        await using var app = await GivingApp.StartAsync(new()
        {
            ["Site:Language"] = "de-DE",
            ["Stripe:Currencies:0"] = "EUR",
            ["Stripe:Currencies:1"] = "KWD",
        });
        Assert.Matches("id=\"amount\"[^>]*value=\"17,50\"", await app.Newsroom.Http.GetStringAsync("/donate?amount=17.50&frequency=once", Token));
        Assert.Matches("id=\"amount\"[^>]*value=\"1,230\"", await app.Newsroom.Http.GetStringAsync("/donate?amount=1.230&currency=KWD&frequency=once", Token));
        await app.OpenCheckoutAsync("1.000,00");
        await app.OpenCheckoutAsync("17,50");
        await app.OpenCheckoutAsync("1,230", "once", "ada@example.org", ("currency", "KWD"));
        await app.Newsroom.GiveAsync(null, "once", "ada@example.org", ("currency", "KWD"), ("amount_once", "30.000"));
        Assert.Equal([100_000, 1750, 1230, 30_000], (await app.Newsroom.GiftsAsync()).Select(g => g.AmountMinor));
    }

    [Fact]
    public async Task In_another_currency_has_its_own_presets_limits_and_fee_without_script()
    {
        await using var app = await GivingApp.StartAsync(new()
        {
            ["Stripe:Currencies:0"] = "USD",
            ["Stripe:Currencies:1"] = "JPY",
            ["Stripe:Currencies:2"] = "KWD",
            ["Stripe:Currencies:3"] = "ISK",
            ["Stripe:Currencies:4"] = "HUF",
            ["Stripe:FeeCover:JPY:Percent"] = "3.6",
            ["Stripe:FeeCover:JPY:Fixed"] = "40",
        });
        var page = WebUtility.HtmlDecode(await app.Newsroom.Http.GetStringAsync("/donate?campaign=autumn&src=story", Token));
        Assert.DoesNotContain("id=\"cover_fees\"", page, StringComparison.Ordinal);
        var yen = Links().Matches(page).Select(m => m.Groups["link"].Value).Single(l => l.Contains("JPY", StringComparison.Ordinal));
        Assert.Contains("campaign=autumn&src=story", yen, StringComparison.Ordinal);
        page = WebUtility.HtmlDecode(await app.Newsroom.Http.GetStringAsync(yen, Token));
        Assert.Contains("Adds ¥97: ¥1,597 in all, every month.", page, StringComparison.Ordinal);
        Assert.Contains("From ¥100 to ¥1,000,000.", page, StringComparison.Ordinal);
        Assert.Contains("10\u00A0KWD", WebUtility.HtmlDecode(await app.Newsroom.Http.GetStringAsync("/donate?currency=KWD", Token)), StringComparison.Ordinal);
        await app.OpenCheckoutAsync("1500", "once", "ada@example.org", ("currency", "JPY"), ("cover_fees", "true"));
        await app.OpenCheckoutAsync("500", "once", "ada@example.org", ("currency", "ISK"));
        await app.OpenCheckoutAsync("1234.50", "once", "ada@example.org", ("currency", "HUF"));
        Assert.Equal([1597, 500, 123_450], (await app.Newsroom.GiftsAsync()).Select(g => g.AmountMinor));
        Assert.Equal([1597, 50_000, 123_450], app.Stripe.List("checkout.session").Select(s => (long)s["amount_total"]!).Order());
    }

    [GeneratedRegex("href=\"(?<link>/donate\\?[^\"]*)\"", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Links();
}

public sealed class GivingFromAnotherSite
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Works_by_the_pasted_form_without_cookie_and_script_and_leads_to_the_checkout()
    {
        await using var app = await GivingApp.StartAsync();
        var snippet = JsonDocument.Parse(await app.Newsroom.Api.GetStringAsync("/api/v1/embed/donate?frequency=monthly&campaign=autumn&src=%22front%22", Token)).RootElement;
        var form = snippet.GetProperty("form").GetProperty("html").GetString()!;
        Assert.DoesNotContain("<script", form, StringComparison.OrdinalIgnoreCase);
        Assert.Contains($"action=\"{NewsroomApp.PublicUrl}/donate\"", form, StringComparison.Ordinal);
        Assert.Contains("value=\"&quot;front&quot;\"", form, StringComparison.Ordinal);
        Assert.Matches("value=\"monthly\" checked", form);
        Assert.Matches("name=\"amount\" value=\"15\" checked> \\$15", form);
        Assert.Contains("/donate?currency=USD&amp;frequency=monthly", snippet.GetProperty("link").GetProperty("html").GetString(), StringComparison.Ordinal);

        using var request = new HttpRequestMessage(HttpMethod.Post, "/donate");
        request.Headers.Add("Origin", "https://www.example.org");
        request.Headers.Add("Sec-Fetch-Site", "cross-site");
        request.Content = new FormUrlEncodedContent([new("frequency", "monthly"), new("amount", "15"), new("amount", ""), new("email", "ada@example.org"),
            new("currency", "USD"), new("src", "front"), new("website", ""), new("campaign", "autumn")]);
        var answer = await app.Newsroom.Http.SendAsync(request, Token);
        Assert.True(answer.StatusCode == HttpStatusCode.SeeOther, await answer.Content.ReadAsStringAsync(Token));
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        var gift = await app.Newsroom.OnlyGiftAsync();
        Assert.Equal((1500, Frequency.Monthly, "front", "autumn"), (gift.AmountMinor, gift.Frequency, gift.Attribution, gift.Campaign));
    }

    [Fact]
    public async Task Takes_what_is_typed_before_what_is_chosen()
    {
        await using var app = await GivingApp.StartAsync();
        await app.OpenCheckoutAsync("15", "once", "ada@example.org", ("amount", "22"));
        Assert.Equal(2200, (await app.Newsroom.OnlyGiftAsync()).AmountMinor);
    }

    [Theory]
    [InlineData("currency=XXX", "currency")]
    [InlineData("frequency=weekly", "frequency")]
    [InlineData("campaign=a%0Ab", "campaign")]
    public async Task Is_not_made_for_what_is_not_offered(string query, string field)
    {
        await using var app = await GivingApp.StartAsync();
        var answer = await app.Newsroom.Api.GetAsync("/api/v1/embed/donate?" + query, Token);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.True(JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Token)).RootElement.GetProperty("errors").TryGetProperty(field, out _));
    }

    [Fact]
    public async Task Stands_in_no_frame()
    {
        await using var app = await GivingApp.StartAsync(new() { ["Site:AllowedOrigins:0"] = "https://www.example.org" });
        var page = await app.Newsroom.Http.GetAsync("/donate", Token);
        Assert.Contains("frame-ancestors 'none'", string.Join(' ', page.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
    }
}

public sealed class AskingInADigest
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Names_the_edition_and_asks_only_where_gifts_can_be_taken(bool canTake)
    {
        await using var giving = await GivingApp.StartAsync(canTake ? null : new() { ["Stripe:SecretKey"] = "" });
        var app = giving.Newsroom;
        await app.AddNewsletterAsync();
        await app.SubscribeAsync("ada@example.org");
        await app.PushStoriesAsync();
        await app.StepAsync(await app.ComposeAsync(), "send");
        await app.RunDueJobsAsync();
        var digest = app.MailsTo("ada@example.org")[^1].Text;
        Assert.Contains("/archive/this-week/1", digest, StringComparison.Ordinal);
        Assert.Equal(canTake, digest.Contains(NewsroomApp.PublicUrl + "/donate?src=this-week-1\n", StringComparison.Ordinal));
        Assert.Equal(canTake, digest.Contains("/donate", StringComparison.Ordinal));
    }
}
