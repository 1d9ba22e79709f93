using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Donations.CardTesting;
using Newsroom.Backend.Donations.Mailed;

namespace Newsroom.Backend.Tests;

/// <summary>Somebody tries stolen cards through the form; donors come all the same.</summary>
public sealed class TestingCardsThroughTheForm
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Five_hundred_times_opens_few_checkouts_makes_no_donor_and_ends_by_itself()
    {
        await using var app = await GivingApp.StartAsync();
        var opened = await AttackAsync(app, 500);
        Assert.InRange(opened, Breaker.Declines, 20);
        Assert.Equal(opened, app.Stripe.List("checkout.session").Count);
        Assert.Equal(BreakerLevel.Watch, await app.Newsroom.BreakerLevelAsync());
        Assert.Equal(0, await app.Newsroom.ReadAsync(db => db.Donors.CountAsync(Token)));
        Assert.Equal(opened, (await app.Newsroom.GiftsAsync()).Count);
        var alert = Assert.Single(await OpenAlertsAsync(app));
        Assert.StartsWith("gifts.card-testing:", alert, StringComparison.Ordinal);
        Assert.Contains("declined", alert, StringComparison.Ordinal);

        await app.Newsroom.AdvanceAsync(Breaker.Quiet - TimeSpan.FromMinutes(1));
        Assert.Equal(BreakerLevel.Watch, await app.Newsroom.BreakerLevelAsync());
        await app.Newsroom.AdvanceAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(BreakerLevel.Calm, await app.Newsroom.BreakerLevelAsync());
        Assert.StartsWith("gifts.card-testing-over:", Assert.Single(await OpenAlertsAsync(app)), StringComparison.Ordinal);
        Assert.DoesNotContain("gift-proof", await app.Newsroom.Http.GetStringAsync("/donate", Token), StringComparison.Ordinal);
        await app.OpenCheckoutAsync("1");
        await app.Newsroom.AdvanceAsync(TimeSpan.FromDays(2));
        Assert.DoesNotContain(await OpenAlertsAsync(app), a => a.StartsWith("gifts.card-testing", StringComparison.Ordinal));
        Assert.Equal(0, await app.Newsroom.ReadAsync(db => db.CheckoutAttempts.CountAsync(Token)));
    }

    [Fact]
    public async Task With_proofs_and_larger_sums_closes_the_form_and_donors_give_by_mail()
    {
        await using var app = await GivingApp.StartAsync();
        var opened = await AttackAsync(app, 40) + await AttackWithProofsAsync(app, 90);
        Assert.Equal(BreakerLevel.Closed, await app.Newsroom.BreakerLevelAsync());
        Assert.InRange(opened, 20, 80);

        var page = await app.Newsroom.Http.GetStringAsync("/donate", Token);
        Assert.Contains("name=\"by_mail\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("name=\"ticket\"", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await app.Newsroom.GiveAsync("15")).StatusCode);
        var sent = await app.Newsroom.GiveAsync("15", "once", "ada@example.org", ("form", "form_1"), ("by_mail", "true"));
        Assert.Equal((HttpStatusCode.SeeOther, "/donate/by-mail"), (sent.StatusCode, sent.Headers.Location!.ToString()));
        Assert.Equal(HttpStatusCode.Forbidden, (await app.Newsroom.GiveAsync("15", "once", "ada@example.org", ("form", "form_1"))).StatusCode);
        await app.Newsroom.RunDueJobsAsync();
        var link = Assert.Single(app.Newsroom.MailsTo("ada@example.org")).Link("/donate/resume/");
        var answer = await app.Newsroom.PostFormAsync(link);
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        await app.DeliverAsync(app.Pay(answer.Headers.Location!.ToString().Split('/')[^1]));
        await app.Newsroom.RunDueJobsAsync();
        Assert.Equal("ada@example.org", Assert.Single(await app.Newsroom.ReadAsync(db => db.Donors.ToListAsync(Token))).Address);

        // One step at a time, and each only after quiet.
        await app.Newsroom.AdvanceAsync(Breaker.Window + Breaker.Quiet);
        Assert.Equal(BreakerLevel.Watch, await app.Newsroom.BreakerLevelAsync());
        await app.Newsroom.AdvanceAsync(Breaker.Quiet);
        Assert.Equal(BreakerLevel.Calm, await app.Newsroom.BreakerLevelAsync());
    }

    [Fact]
    public async Task Lets_a_donor_through_who_proves_a_moments_work_once()
    {
        await using var app = await GivingApp.StartAsync();
        await AttackAsync(app, 30);
        var page = await app.Newsroom.Http.GetStringAsync("/donate", Token);
        Assert.Contains("From $5 to", page, StringComparison.Ordinal);
        var proof = app.Newsroom.ProveFor(page);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await app.Newsroom.GiveAsync("4.99", "once", "ada@example.org", proof)).StatusCode);
        await app.OpenCheckoutAsync("15", "once", "ada@example.org", [.. proof, ("form", "form_1")]);
        // The second press of the same button is the same gift; another gift needs work of its own.
        await app.OpenCheckoutAsync("15", "once", "ada@example.org", [.. proof, ("form", "form_1")]);
        var again = await app.Newsroom.GiveAsync("25", "once", "ada@example.org", proof);
        var asked = await again.Content.ReadAsStringAsync(Token);
        Assert.Equal(HttpStatusCode.Forbidden, again.StatusCode);
        Assert.Contains("value=\"ada@example.org\"", asked, StringComparison.Ordinal);
        await app.OpenCheckoutAsync("25", "once", "ada@example.org", app.Newsroom.ProveFor(asked));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("")]
    public async Task Takes_no_proof_that_is_none_too_early_or_too_late(string nonce)
    {
        await using var app = await GivingApp.StartAsync();
        await AttackAsync(app, 30);
        var proof = app.Newsroom.ProveFor(await app.Newsroom.Http.GetStringAsync("/donate", Token));
        Assert.Equal(HttpStatusCode.Forbidden, (await app.Newsroom.GiveAsync("15", "once", "ada@example.org", proof[0], ("nonce", nonce))).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await app.Newsroom.GiveAsync("15", "once", "ada@example.org", ("ticket", proof[0].Value + "x"), proof[1])).StatusCode);
        app.Newsroom.Clock.Advance(TimeSpan.FromHours(1));
        await AttackAsync(app, 30);
        Assert.Equal(HttpStatusCode.Forbidden, (await app.Newsroom.GiveAsync("15", "once", "ada@example.org", proof)).StatusCode);
    }

    [Fact]
    public async Task Sends_who_has_no_script_the_way_by_mail()
    {
        await using var app = await GivingApp.StartAsync();
        await AttackAsync(app, 30);
        var page = await app.Newsroom.Http.GetStringAsync("/donate", Token);
        Assert.Contains(WebUtility.HtmlEncode(LinkWording.Now.Text), page, StringComparison.Ordinal);
        Assert.Equal("/donate/by-mail", (await app.Newsroom.GiveAsync("15", "once", "ada@example.org", ("by_mail", "true"))).Headers.Location?.ToString());
        await app.Newsroom.RunDueJobsAsync();
        Assert.Contains("/donate/resume/", Assert.Single(app.Newsroom.MailsTo("ada@example.org")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tells_scripts_what_to_do()
    {
        await using var app = await GivingApp.StartAsync();
        await AttackAsync(app, 30);
        var asked = await app.Newsroom.CheckoutByJsonAsync("""{"amount":"15","email":"ada@example.org"}""");
        var problem = JsonDocument.Parse(await asked.Content.ReadAsStringAsync(Token)).RootElement;
        Assert.True(asked.StatusCode == HttpStatusCode.TooManyRequests, problem.ToString());
        Assert.Equal("2", asked.Headers.GetValues("Retry-After").Single());
        var proof = app.Newsroom.Prove(problem.GetProperty("proof").GetProperty("ticket").GetString()!);
        var body = JsonSerializer.Serialize(new { amount = "15", email = "ada@example.org", ticket = proof[0].Value, nonce = proof[1].Value });
        Assert.Equal(HttpStatusCode.Created, (await app.Newsroom.CheckoutByJsonAsync(body)).StatusCode);
        var mailed = await app.Newsroom.CheckoutByJsonAsync("""{"amount":"25","email":"bob@example.org","mailLink":true}""");
        Assert.Equal((HttpStatusCode.Accepted, """{"status":"check_your_mail"}"""), (mailed.StatusCode, await mailed.Content.ReadAsStringAsync(Token)));
    }

    [Fact]
    public async Task Says_nothing_of_the_cards_and_the_program_stays_ready()
    {
        await using var app = await GivingApp.StartAsync();
        await AttackAsync(app, 30);
        var page = await (await app.Newsroom.GiveAsync("15")).Content.ReadAsStringAsync(Token);
        Assert.DoesNotContain("declined", page, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.OK, (await app.Newsroom.Http.GetAsync("/health/ready", Token)).StatusCode);
    }

    [Fact]
    public async Task Is_not_what_a_shop_on_the_same_account_declines()
    {
        await using var app = await GivingApp.StartAsync();
        await app.OpenCheckoutAsync("15", "once", "ada@example.org");
        for (var i = 0; i < 20; i++)
        {
            app.Stripe.DeclineInAShop();
            await app.DeliverAsync(app.Stripe.TakeEvents());
            if (i % 2 == 0)
                await app.Newsroom.RunEnqueuedJobsAsync();
        }
        await app.Newsroom.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(BreakerLevel.Calm, await app.Newsroom.BreakerLevelAsync());
    }

    /// <summary>A regular gift's first payment does not say which gift it is for.</summary>
    [Fact]
    public async Task With_regular_gifts_is_seen_too()
    {
        await using var app = await GivingApp.StartAsync();
        for (var i = 0; i < 12; i++)
            await TryCardAsync(app, await app.Newsroom.GiveAsync("15", "monthly", $"card{i}@example.org"), declined: true);
        await app.Newsroom.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(BreakerLevel.Watch, await app.Newsroom.BreakerLevelAsync());
    }

    /// <summary>A form that opens by mail alone would be closed to everybody.</summary>
    [Fact]
    public async Task Where_no_mail_can_leave_offers_none_and_never_closes_the_form()
    {
        await using var app = await GivingApp.StartAsync(new() { ["Mail:Smtp:Host"] = "" });
        await AttackAsync(app, 40);
        await AttackWithProofsAsync(app, 90);
        await app.Newsroom.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(BreakerLevel.Watch, await app.Newsroom.BreakerLevelAsync());
        var page = await app.Newsroom.Http.GetStringAsync("/donate", Token);
        Assert.DoesNotContain("by_mail", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await app.Newsroom.GiveAsync("15", "once", "ada@example.org", ("by_mail", "true"))).StatusCode);
        var asked = await (await app.Newsroom.CheckoutByJsonAsync("""{"amount":"15","email":"ada@example.org","mailLink":true}""")).Content.ReadAsStringAsync(Token);
        Assert.Contains("\"proof\"", asked, StringComparison.Ordinal);
        Assert.DoesNotContain("mailLink", asked, StringComparison.Ordinal);
        await app.OpenCheckoutAsync("15", "once", "ada@example.org", app.Newsroom.ProveFor(page));
    }

    /// <summary>One form a second, each from a network of its own; nine cards in ten are declined.</summary>
    private static async Task<int> AttackAsync(GivingApp app, int times)
    {
        var opened = 0;
        for (var i = 0; i < times; i++)
        {
            app.Newsroom.Clock.Advance(TimeSpan.FromSeconds(1));
            opened += await TryCardAsync(app, await app.Newsroom.GiveAsync("1", "once", $"card{i}@example.org"), declined: i % 10 != 0) ? 1 : 0;
        }
        return opened;
    }

    private static async Task<int> AttackWithProofsAsync(GivingApp app, int times)
    {
        var opened = 0;
        for (var i = 0; i < times; i++)
        {
            var page = await app.Newsroom.Http.GetStringAsync("/donate", Token);
            if (!page.Contains("name=\"ticket\"", StringComparison.Ordinal))
                break;
            opened += await TryCardAsync(app, await app.Newsroom.GiveAsync("5", "once", $"worker{i}@example.org", app.Newsroom.ProveFor(page)), declined: i % 10 != 0) ? 1 : 0;
        }
        return opened;
    }

    private static async Task<bool> TryCardAsync(GivingApp app, HttpResponseMessage answer, bool declined)
    {
        if (answer.StatusCode != HttpStatusCode.SeeOther)
            return false;
        var session = answer.Headers.Location!.ToString().Split('/')[^1];
        app.Stripe.TakeEvents();
        if (declined)
            app.Stripe.Decline(session);
        await app.DeliverAsync(app.Stripe.TakeEvents());
        return true;
    }

    private static Task<List<string>> OpenAlertsAsync(GivingApp app) =>
        app.Newsroom.ReadAsync(db => db.Alerts.Where(a => a.OpenKind != null).Select(a => a.Kind + ": " + a.Message).ToListAsync(Token));
}
