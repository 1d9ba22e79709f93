using System.Net;
using System.Text.Json;
using Newsroom.Backend.Demo.Practice;
using Newsroom.Backend.Donations;

namespace Newsroom.Backend.Tests;

public sealed class StartingAGift
{
    /// <summary>Before Stripe has said anything of it: the list shows it as what it is.</summary>
    [Theory]
    [InlineData("sk_live_1", true)]
    [InlineData("sk_test_1", false)]
    public async Task Is_of_the_keys_own_mode_from_its_first_moment(string key, bool isLive)
    {
        // The practice account does not know that key, so no checkout opens.
        await using var app = await GivingApp.StartAsync(new() { ["Stripe:SecretKey"] = key });
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await app.Newsroom.GiveAsync("15")).StatusCode);
        Assert.Equal((DonationStatus.Deferred, isLive), ((await app.Newsroom.OnlyGiftAsync()).Status, (await app.Newsroom.OnlyGiftAsync()).LiveMode));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("1e3", "plain digits")]
    [InlineData("-1", "smallest gift")]
    [InlineData("0", "smallest gift")]
    [InlineData("0.00", "smallest gift")]
    [InlineData("0.99", "smallest gift")]
    [InlineData("1.234", "two decimals")]
    [InlineData("1.000", "“1.000” can be read as $1.00 or as $1,000.00: type 1 or 1000.")]
    [InlineData("1.000,00", "plain digits")]
    [InlineData("€12", "plain digits")]
    [InlineData("NaN", "plain digits")]
    [InlineData("0x10", "plain digits")]
    [InlineData("10000.01", "largest gift")]
    [InlineData("99999999999999999999", "plain digits", "largest gift")]
    [InlineData("", "Choose an amount")]
    public async Task With_a_bad_amount_keeps_the_form_and_says_what_to_type(string amount, params string[] oneOf)
    {
        await using var app = await GivingApp.StartAsync();
        var answer = await app.Newsroom.GiveAsync(amount, "yearly", "ada@example.org", ("message", "Keep going!"));
        var page = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Token));
        Assert.True(answer.StatusCode == HttpStatusCode.UnprocessableEntity, page);
        Assert.Contains(oneOf, sentence => page.Contains(sentence, StringComparison.Ordinal));
        Assert.Contains("<title>Error: ", page, StringComparison.Ordinal);
        Assert.Contains("Keep going!", page, StringComparison.Ordinal);
        Assert.Contains("value=\"ada@example.org\"", page, StringComparison.Ordinal);
        Assert.Matches("id=\"frequency-yearly\"[^>]*checked", page);
        Assert.Empty(await app.Newsroom.GiftsAsync());

        var json = await app.Newsroom.CheckoutByJsonAsync(JsonSerializer.Serialize(new { amount, frequency = "once", email = "ada@example.org" }));
        // A machine's full stop parts decimals, so there "1.000" is one dollar.
        if (amount == "1.000")
            return;
        Assert.Equal(HttpStatusCode.UnprocessableEntity, json.StatusCode);
        Assert.True(JsonDocument.Parse(await json.Content.ReadAsStringAsync(Token)).RootElement.GetProperty("errors").TryGetProperty("amount", out _));
    }

    [Theory]
    [InlineData("1,000.00", 100_000)]
    [InlineData("١٢", 1200)]
    [InlineData("１２", 1200)]
    [InlineData("12,50", 1250)]
    [InlineData("$20", 2000)]
    public async Task Takes_what_is_typed_in_a_way_that_means_one_sum_and_from_machines_decimal_text_only(string amount, long minor)
    {
        await using var app = await GivingApp.StartAsync();
        await app.OpenCheckoutAsync(amount);
        Assert.Equal(minor, (await app.Newsroom.OnlyGiftAsync()).AmountMinor);
        var json = await app.Newsroom.CheckoutByJsonAsync(JsonSerializer.Serialize(new { amount, email = "ada@example.org" }));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, json.StatusCode);
    }

    [Theory]
    [InlineData("once", "ada", "USD", "email")]
    [InlineData("once", "", "USD", "email")]
    [InlineData("weekly", "ada@example.org", "USD", "frequency")]
    [InlineData("once", "ada@example.org", "XYZ", "currency")]
    [InlineData("once", "ada@example.org", "EUR", "currency")]
    public async Task With_another_bad_field_names_it(string frequency, string email, string currency, string field)
    {
        await using var app = await GivingApp.StartAsync();
        var answer = await app.Newsroom.GiveAsync("15", frequency, email, ("currency", currency));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains($"href=\"#{field}\"", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task By_json_leads_to_the_same_checkout()
    {
        await using var app = await GivingApp.StartAsync();
        var answer = await app.Newsroom.CheckoutByJsonAsync("""{"amount":19.99,"currency":"usd","frequency":"once","email":"ada@example.org"}""");
        var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Token)).RootElement;
        Assert.True(answer.StatusCode == HttpStatusCode.Created, body.ToString());
        var gift = await app.Newsroom.OnlyGiftAsync();
        Assert.Equal((gift.PublicId, gift.SessionUrl), (body.GetProperty("id").GetString(), body.GetProperty("url").GetString()));
        Assert.Equal(1999, gift.AmountMinor);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await app.Newsroom.CheckoutByJsonAsync("""{"amount":1e3,"email":"ada@example.org"}""")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await app.Newsroom.CheckoutByJsonAsync("""{"amount":[1],"email":"ada@example.org"}""")).StatusCode);
    }

    [Fact]
    public async Task By_json_is_open_to_the_newsrooms_own_origins_only()
    {
        await using var app = await GivingApp.StartAsync(new() { ["Site:AllowedOrigins:0"] = "https://www.example.org" });
        Assert.Equal("https://www.example.org", await AllowedAsync("https://www.example.org"));
        Assert.Null(await AllowedAsync("https://evil.example"));

        async Task<string?> AllowedAsync(string origin)
        {
            using var preflight = new HttpRequestMessage(HttpMethod.Options, "/api/v1/checkouts");
            preflight.Headers.Add("Origin", origin);
            preflight.Headers.Add("Access-Control-Request-Method", "POST");
            preflight.Headers.Add("Access-Control-Request-Headers", "content-type");
            var answer = await app.Newsroom.Http.SendAsync(preflight, Token);
            return answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var allowed) ? allowed.Single() : null;
        }
    }

    [Fact]
    public async Task Asks_stripe_for_exactly_what_the_form_said()
    {
        await using var app = await GivingApp.StartAsync();
        var once = app.Stripe.Get("checkout.session", await app.OpenCheckoutAsync("8.20", "once"));
        var gift = await app.Newsroom.OnlyGiftAsync();
        Assert.Equal(("payment", 820, "usd", "donate", gift.PublicId, "ada@example.org"), ((string?)once["mode"], (long)once["amount_total"]!, (string?)once["currency"],
            (string?)once["submit_type"], (string?)once["client_reference_id"], (string?)once["customer_email"]));
        Assert.Equal(gift.PublicId, (string?)once["metadata"]!["donation_id"]);
        Assert.False((bool)once["adaptive_pricing"]!["enabled"]!);
        Assert.Equal(NewsroomApp.PublicUrl + "/donate/thanks?session_id={CHECKOUT_SESSION_ID}", (string?)once["success_url"]);
        Assert.Equal($"{NewsroomApp.PublicUrl}/donate/cancelled?gift={gift.PublicId}", (string?)once["cancel_url"]);
        Assert.Equal("subscription", (string?)app.Stripe.Get("checkout.session", await app.OpenCheckoutAsync("10", "monthly"))["mode"]);
    }

    [Fact]
    public async Task Twice_from_one_form_is_one_session_and_a_changed_form_another()
    {
        await using var app = await GivingApp.StartAsync();
        (string, string) form = ("form", "form_1");
        var first = await app.OpenCheckoutAsync("15", "once", "ada@example.org", form);
        app.Newsroom.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(first, await app.OpenCheckoutAsync("15", "once", "ada@example.org", form));
        Assert.NotEqual(first, await app.OpenCheckoutAsync("25", "once", "ada@example.org", form));
        Assert.NotEqual(first, await app.OpenCheckoutAsync("15", "monthly", "ada@example.org", form));
        Assert.Equal(3, app.Stripe.List("checkout.session").Count);
    }

    [Fact]
    public async Task Twice_at_once_is_one_session()
    {
        await using var app = await GivingApp.StartAsync();
        var sessions = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => app.OpenCheckoutAsync("15", "once", "ada@example.org", ("form", "form_1"))));
        Assert.Single(sessions.Distinct());
        Assert.Single(app.Stripe.List("checkout.session"));
        Assert.Single(await app.Newsroom.GiftsAsync());
    }

    [Fact]
    public async Task Twice_within_a_minute_without_a_form_id_is_one_session_and_later_a_new_gift()
    {
        await using var app = await GivingApp.StartAsync();
        var first = await app.OpenCheckoutAsync();
        app.Newsroom.Clock.Advance(TimeSpan.FromSeconds(55));
        Assert.Equal(first, await app.OpenCheckoutAsync());
        app.Newsroom.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.NotEqual(first, await app.OpenCheckoutAsync());
    }

    [Fact]
    public async Task Twice_without_a_form_id_is_two_gifts_once_the_first_is_paid()
    {
        await using var app = await GivingApp.StartAsync();
        var first = await app.OpenCheckoutAsync();
        await app.DeliverAsync(app.Pay(first));
        await app.Newsroom.RunDueJobsAsync();
        Assert.NotEqual(first, await app.OpenCheckoutAsync());
        Assert.Equal([DonationStatus.Succeeded, DonationStatus.CheckoutOpen], (await app.Newsroom.GiftsAsync()).Select(g => g.Status));
    }

    [Fact]
    public async Task Again_after_a_refused_bank_debit_is_a_new_gift()
    {
        await using var app = await GivingApp.StartAsync();
        const string json = """{"amount":"15","email":"ada@example.org"}""";
        Assert.Equal(HttpStatusCode.Created, (await app.Newsroom.CheckoutByJsonAsync(json)).StatusCode);
        var gift = await app.Newsroom.OnlyGiftAsync();
        await app.Newsroom.ArrangeAsync(async db => db.Attach(gift).Entity.Apply(new GiftSnapshot
        {
            State = GiftState.Failed,
            Amount = gift.Amount,
            LiveMode = false,
            SessionId = gift.SessionId,
        }, NewsroomApp.Start));
        Assert.Equal(HttpStatusCode.Created, (await app.Newsroom.CheckoutByJsonAsync(json)).StatusCode);
        Assert.Equal([DonationStatus.Failed, DonationStatus.CheckoutOpen], (await app.Newsroom.GiftsAsync()).Select(g => g.Status));
    }

    [Fact]
    public async Task Without_a_frequency_is_a_single_gift()
    {
        await using var app = await GivingApp.StartAsync();
        var answer = await app.Newsroom.GiveAsync("15", frequency: null);
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.Equal(Frequency.Once, (await app.Newsroom.OnlyGiftAsync()).Frequency);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("\"this-week\"", true)]
    [InlineData("false", false)]
    [InlineData("\"false\"", false)]
    public async Task By_json_takes_a_box_as_forms_send_it(string newsletter, bool ticked)
    {
        await using var app = await GivingApp.StartAsync();
        await app.Newsroom.AddNewsletterAsync();
        var answer = await app.Newsroom.CheckoutByJsonAsync($$"""{"amount":"15","email":"ada@example.org","newsletter":{{newsletter}}}""");
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal(ticked ? "this-week" : null, (await app.Newsroom.OnlyGiftAsync()).NewsletterOptIn);
    }

    [Fact]
    public async Task Again_from_a_form_that_was_paid_charges_nothing_and_shows_the_thanks()
    {
        await using var app = await GivingApp.StartAsync();
        (string, string) form = ("form", "form_1");
        var session = await app.OpenCheckoutAsync("15", "once", "ada@example.org", form);
        await app.DeliverAsync(app.Pay(session));
        await app.Newsroom.RunDueJobsAsync();
        var again = await app.Newsroom.GiveAsync("15", "once", "ada@example.org", form);
        Assert.Equal((HttpStatusCode.SeeOther, $"/donate/thanks?session_id={session}"), (again.StatusCode, again.Headers.Location!.ToString()));
        Assert.Single(app.Stripe.List("checkout.session"));
    }

    [Fact]
    public async Task Again_after_the_session_expired_opens_a_new_one_for_the_same_gift_and_a_late_payment_still_counts_once()
    {
        await using var app = await GivingApp.StartAsync();
        (string, string) form = ("form", "form_1");
        var first = await app.OpenCheckoutAsync("15", "once", "ada@example.org", form);
        app.Stripe.Expire(first);
        await app.DeliverAsync(app.Stripe.TakeEvents());
        await app.Newsroom.RunDueJobsAsync();
        Assert.Equal(DonationStatus.Expired, (await app.Newsroom.OnlyGiftAsync()).Status);
        var second = await app.OpenCheckoutAsync("15", "once", "ada@example.org", form);
        Assert.NotEqual(first, second);
        await app.DeliverAsync(app.Pay(second));
        await app.Newsroom.RunDueJobsAsync();
        Assert.Equal((DonationStatus.Succeeded, 2), ((await app.Newsroom.OnlyGiftAsync()).Status, (await app.Newsroom.OnlyGiftAsync()).Attempt));
        Assert.Single(app.Newsroom.Mails);
    }

    [Theory]
    [InlineData(PracticeFault.ServerError, 3)]
    [InlineData(PracticeFault.RateLimited, 1)]
    [InlineData(PracticeFault.Html, 3)]
    [InlineData(PracticeFault.Drop, 3)]
    [InlineData(PracticeFault.Hang, 3)]
    public async Task While_stripe_fails_tells_the_donor_that_nothing_was_charged_and_keeps_the_form(PracticeFault fault, int calls)
    {
        await using var app = await GivingApp.StartAsync(new() { ["Stripe:TimeoutSeconds"] = "1" });
        app.Stripe.Faults.Next(fault, calls, afterEffect: false);
        var answer = await app.Newsroom.GiveAsync("15", "once", "ada@example.org", ("form", "form_1"));
        var page = await answer.Content.ReadAsStringAsync(Token);
        Assert.True(answer.StatusCode == HttpStatusCode.ServiceUnavailable, page);
        Assert.Contains("Nothing was charged", page, StringComparison.Ordinal);
        Assert.Contains("value=\"ada@example.org\"", page, StringComparison.Ordinal);
        Assert.Contains("value=\"form_1\"", page, StringComparison.Ordinal);
        var gift = await app.Newsroom.OnlyGiftAsync();
        Assert.Equal(DonationStatus.Deferred, gift.Status);
        Assert.NotNull(gift.LastError);
        Assert.DoesNotContain("ada@example.org", gift.LastError, StringComparison.Ordinal);

        app.Stripe.Faults.Clear();
        await app.OpenCheckoutAsync("15", "once", "ada@example.org", ("form", "form_1"));
        Assert.Equal(DonationStatus.CheckoutOpen, (await app.Newsroom.OnlyGiftAsync()).Status);
    }

    [Theory]
    [InlineData(PracticeFault.ServerError, 3)]
    [InlineData(PracticeFault.Html, 3)]
    [InlineData(PracticeFault.Drop, 3)]
    [InlineData(PracticeFault.Hang, 3)]
    public async Task When_stripes_answer_is_lost_the_retry_finds_the_session_that_was_made(PracticeFault fault, int calls)
    {
        await using var app = await GivingApp.StartAsync(new() { ["Stripe:TimeoutSeconds"] = "1" });
        app.Stripe.Faults.Next(fault, calls, afterEffect: true);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await app.Newsroom.GiveAsync("15", "once", "ada@example.org", ("form", "form_1"))).StatusCode);
        app.Stripe.Faults.Clear();
        var session = await app.OpenCheckoutAsync("15", "once", "ada@example.org", ("form", "form_1"));
        Assert.Equal(session, Assert.Single(app.Stripe.List("checkout.session"))["id"]!.GetValue<string>());
        Assert.Equal(1, (await app.Newsroom.OnlyGiftAsync()).Attempt);
    }

    [Fact]
    public async Task After_a_crash_before_the_sessions_id_was_stored_a_payment_is_booked_and_a_retry_finds_the_same_session()
    {
        await using var app = await GivingApp.StartAsync(new() { ["Stripe:TimeoutSeconds"] = "1" });
        app.Stripe.Faults.Next(PracticeFault.Drop, 3, afterEffect: true);
        await app.Newsroom.GiveAsync("15", "once", "ada@example.org", ("form", "form_1"));
        app.Stripe.Faults.Clear();
        Assert.Null((await app.Newsroom.OnlyGiftAsync()).SessionId);
        var session = Assert.Single(app.Stripe.List("checkout.session"))["id"]!.GetValue<string>();
        await app.DeliverAsync(app.Pay(session));
        await app.Newsroom.RunDueJobsAsync();
        var gift = await app.Newsroom.OnlyGiftAsync();
        Assert.Equal((DonationStatus.Succeeded, session), (gift.Status, gift.SessionId));
    }

    [Fact]
    public async Task Offers_the_fee_only_unticked_with_the_sum_and_adds_it_when_ticked()
    {
        await using var app = await GivingApp.StartAsync(new() { ["Stripe:FeeCover:Percent"] = "2.2", ["Stripe:FeeCover:Fixed"] = "0.30" });
        var page = WebUtility.HtmlDecode(await app.Newsroom.Http.GetStringAsync("/donate", Token));
        Assert.DoesNotMatch("id=\"cover_fees\"[^>]*checked", page);
        Assert.Contains("Adds $0.64: $15.64 in all, every month.", page, StringComparison.Ordinal);
        await app.OpenCheckoutAsync("15", "once", "ada@example.org", ("cover_fees", "true"));
        var gift = await app.Newsroom.OnlyGiftAsync();
        Assert.Equal((1564, 64), (gift.AmountMinor, gift.FeeCoverMinor));
    }

    [Fact]
    public async Task Adds_the_fee_of_the_newsrooms_day_whatever_the_page_said_before()
    {
        await using var app = await GivingApp.StartAsync(new()
        {
            ["Stripe:FeeCover:Percent"] = "2.2",
            ["Stripe:FeeCover:Fixed"] = "0.30",
            ["Site:TimeZone"] = "America/New_York",
            ["Stripe:FeeCover:Eras:0:From"] = "2027-01-01",
            ["Stripe:FeeCover:Eras:0:Percent"] = "2.9",
            ["Stripe:FeeCover:Eras:0:Fixed"] = "0.30",
        });
        // 2026 in New York for another minute, 2027 in UTC for hours.
        app.Newsroom.Clock.Advance(new DateTimeOffset(2027, 1, 1, 4, 59, 0, TimeSpan.Zero) - app.Newsroom.Clock.GetUtcNow());
        await app.OpenCheckoutAsync("15", "once", "ada@example.org", ("cover_fees", "true"), ("form", "form_1"));
        app.Newsroom.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Contains("Adds $0.76: $15.76 in all", await app.Newsroom.Http.GetStringAsync("/donate", Token), StringComparison.Ordinal);
        await app.OpenCheckoutAsync("15", "once", "bob@example.org", ("cover_fees", "true"), ("form", "form_2"));
        Assert.Equal([64, 76], (await app.Newsroom.GiftsAsync()).Select(g => g.FeeCoverMinor));
    }

    [Fact]
    public async Task Is_prefilled_by_the_address_and_monthly_unless_told_otherwise()
    {
        await using var app = await GivingApp.StartAsync();
        Assert.Matches("id=\"frequency-monthly\"[^>]*checked", await app.Newsroom.Http.GetStringAsync("/donate", Token));
        var page = await app.Newsroom.Http.GetStringAsync("/donate?amount=25&frequency=monthly&email=ada%40example.org&campaign=autumn&src=digest-7", Token);
        Assert.Matches("value=\"25.00\"[^>]*checked", page);
        Assert.Contains("value=\"ada@example.org\"", page, StringComparison.Ordinal);
        Assert.Contains("name=\"campaign\" value=\"autumn\"", page, StringComparison.Ordinal);
        Assert.Matches("id=\"amount\"[^>]*value=\"17\"", await app.Newsroom.Http.GetStringAsync("/donate?amount=17&frequency=once", Token));
        Assert.Empty(await app.Newsroom.GiftsAsync());
    }

    [Fact]
    public async Task Takes_the_preset_of_the_frequency_that_was_chosen_and_no_other()
    {
        await using var app = await GivingApp.StartAsync();
        await app.Newsroom.GiveAsync(null, "yearly", "ada@example.org", ("amount_once", "60.00"), ("amount_monthly", "15.00"), ("amount_yearly", "120.00"));
        Assert.Equal((12_000, Frequency.Yearly), ((await app.Newsroom.OnlyGiftAsync()).AmountMinor, (await app.Newsroom.OnlyGiftAsync()).Frequency));
    }

    [Fact]
    public async Task A_robot_that_fills_the_hidden_field_gets_no_session()
    {
        await using var app = await GivingApp.StartAsync();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await app.Newsroom.GiveAsync("15", "once", "ada@example.org", ("website", "https://spam.example"))).StatusCode);
        Assert.Empty(app.Stripe.List("checkout.session"));
        Assert.Empty(await app.Newsroom.GiftsAsync());
    }
}

public sealed class ANewsroomWithoutStripe
{
    [Fact]
    public async Task Says_so_and_fakes_nothing()
    {
        await using var app = await NewsroomApp.StartAsync();
        var page = await app.Http.GetAsync("/donate", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, page.StatusCode);
        Assert.Contains("not configured yet", await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await app.GiveAsync("15")).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await app.CheckoutByJsonAsync("""{"amount":"15","email":"ada@example.org"}""")).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await app.PostWebhookAsync("{}", null)).StatusCode);
        await app.AdvanceAsync(TimeSpan.FromMinutes(10));
        Assert.Empty(await app.GiftsAsync());
        Assert.Equal(HttpStatusCode.NotFound, (await app.Http.GetAsync("/donate/thanks?session_id=cs_test_1", TestContext.Current.CancellationToken)).StatusCode);
    }
}
