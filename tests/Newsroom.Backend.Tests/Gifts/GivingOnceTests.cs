using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Donations;

namespace Newsroom.Backend.Tests;

public sealed class GivingOnce
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Leads_from_the_form_through_the_checkout_to_a_booked_gift_and_its_receipt()
    {
        await using var app = await GivingApp.StartAsync();
        var session = await app.OpenCheckoutAsync("15", "once", "ada@example.org", ("name", "Ada Reader"), ("campaign", "autumn"), ("src", "digest-7"));
        Assert.Empty(await app.Newsroom.ReadAsync(db => db.Donors.ToListAsync()));
        Assert.Contains("being confirmed", await app.Newsroom.ThanksAsync(session), StringComparison.Ordinal);

        await app.DeliverAsync(app.Pay(session));
        await app.Newsroom.RunDueJobsAsync();

        var gift = await app.Newsroom.OnlyGiftAsync();
        Assert.Equal((DonationStatus.Succeeded, 1500, "USD", "autumn", "digest-7"), (gift.Status, gift.AmountMinor, gift.CurrencyCode, gift.Campaign, gift.Attribution));
        Assert.Equal(NewsroomApp.Start, gift.PaidAt);
        Assert.Equal("ada@example.org", Assert.Single(await app.Newsroom.ReadAsync(db => db.Donors.ToListAsync())).Address);
        var mail = Assert.Single(app.Newsroom.MailsTo("ada@example.org"));
        foreach (var text in new[] { mail.Text, mail.Html })
        {
            Assert.Contains("2026-000001", text, StringComparison.Ordinal);
            Assert.Contains("$15.00", text, StringComparison.Ordinal);
            Assert.Contains("Test Gazette Foundation", text, StringComparison.Ordinal);
            Assert.Contains("501(c)(3), tax id 00-0000000", text, StringComparison.Ordinal);
            Assert.Contains("Tuesday, November 24, 2026", text, StringComparison.Ordinal);
            Assert.DoesNotContain("goods or services", text, StringComparison.OrdinalIgnoreCase);
        }
        var thanks = await app.Newsroom.ThanksAsync(session);
        Assert.Contains("has arrived", thanks, StringComparison.Ordinal);
        Assert.Contains("2026-000001", thanks, StringComparison.Ordinal);
        Assert.DoesNotContain("ada@example.org", thanks, StringComparison.Ordinal);
        Assert.DoesNotContain("Ada Reader", thanks, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_of_goods_and_services_only_what_the_organisation_says()
    {
        await using var app = await GivingApp.StartAsync(new()
        {
            ["Organisation:ReceiptStatement"] = "No goods or services were provided in exchange for this gift.",
            ["Organisation:FiscalSponsor"] = "Big Sponsor, Inc.",
        });
        await app.DeliverAsync(app.Pay(await app.OpenCheckoutAsync()));
        await app.Newsroom.RunDueJobsAsync();
        var mail = Assert.Single(app.Newsroom.MailsTo("ada@example.org"));
        Assert.Contains("No goods or services were provided", mail.Text, StringComparison.Ordinal);
        Assert.Contains("Big Sponsor, Inc.", mail.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sends_the_receipt_also_to_an_address_that_wants_no_newsletters()
    {
        await using var app = await GivingApp.StartAsync();
        await app.Newsroom.SuppressAsync("ada@example.org", Mail.SuppressionReason.Complaint);
        await app.DeliverAsync(app.Pay(await app.OpenCheckoutAsync()));
        await app.Newsroom.RunDueJobsAsync();
        Assert.Single(app.Newsroom.MailsTo("ada@example.org"));
    }

    [Fact]
    public async Task At_a_quarter_to_midnight_on_new_years_eve_belongs_to_the_old_year()
    {
        await using var app = await GivingApp.StartAsync();
        // 23:45 in New York.
        app.Newsroom.Clock.SetUtcNow(new DateTimeOffset(2027, 1, 1, 4, 45, 0, TimeSpan.Zero));
        await app.DeliverAsync(app.Pay(await app.OpenCheckoutAsync("20")));
        await app.Newsroom.RunDueJobsAsync();
        app.Newsroom.Clock.Advance(TimeSpan.FromMinutes(20));
        await app.DeliverAsync(app.Pay(await app.OpenCheckoutAsync("20")));
        await app.Newsroom.RunDueJobsAsync();
        var receipts = await app.Newsroom.ReceiptsAsync();
        Assert.Equal(["2026-000001", "2027-000001"], receipts.Select(r => r.Number));
        Assert.Equal(new DateOnly(2026, 12, 31), receipts[0].GivenOn);
    }

    [Fact]
    public async Task In_yen_is_taken_and_receipted_in_whole_yen()
    {
        await using var app = await GivingApp.StartAsync(new() { ["Stripe:Currencies:0"] = "JPY" });
        var session = await app.OpenCheckoutAsync("1500");
        Assert.Equal(1500, app.Stripe.Get("checkout.session", session)["amount_total"]!.GetValue<long>());
        await app.DeliverAsync(app.Pay(session));
        await app.Newsroom.RunDueJobsAsync();
        Assert.Equal(1500, (await app.Newsroom.OnlyGiftAsync()).AmountMinor);
        Assert.Contains("¥1,500", Assert.Single(app.Newsroom.MailsTo("ada@example.org")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task By_bank_debit_is_processing_for_days_and_booked_once_the_bank_has_paid()
    {
        await using var app = await GivingApp.StartAsync();
        var session = await app.OpenCheckoutAsync();
        app.Stripe.PayByBankDebit(session, succeeds: true);
        await app.DeliverAsync(app.Stripe.TakeEvents());
        await app.Newsroom.RunDueJobsAsync();
        Assert.Equal(DonationStatus.Processing, (await app.Newsroom.OnlyGiftAsync()).Status);
        Assert.Contains("bank", await app.Newsroom.ThanksAsync(session), StringComparison.Ordinal);
        Assert.Empty(app.Newsroom.Mails);

        app.Newsroom.Clock.Advance(Demo.Practice.PracticeStripe.BankDebitTakes);
        app.Stripe.RunDue();
        await app.DeliverAsync(app.Stripe.TakeEvents());
        await app.Newsroom.RunDueJobsAsync();
        Assert.Equal(DonationStatus.Succeeded, (await app.Newsroom.OnlyGiftAsync()).Status);
        Assert.Single(app.Newsroom.Mails);
    }

    [Theory]
    [InlineData("once")]
    [InlineData("monthly")]
    public async Task By_a_bank_debit_that_is_refused_is_a_failed_gift_and_no_receipt(string frequency)
    {
        await using var app = await GivingApp.StartAsync();
        var session = await app.OpenCheckoutAsync("15", frequency);
        app.Stripe.PayByBankDebit(session, succeeds: false);
        await app.DeliverAsync(app.Stripe.TakeEvents());
        await app.Newsroom.RunDueJobsAsync();
        Assert.Equal(DonationStatus.Processing, (await app.Newsroom.OnlyGiftAsync()).Status);
        app.Newsroom.Clock.Advance(Demo.Practice.PracticeStripe.BankDebitTakes);
        app.Stripe.RunDue();
        await app.DeliverAsync(app.Stripe.TakeEvents());
        await app.Newsroom.RunDueJobsAsync();
        Assert.Equal(DonationStatus.Failed, (await app.Newsroom.OnlyGiftAsync()).Status);
        Assert.Empty(app.Newsroom.Mails);
        Assert.Empty(await app.Newsroom.ReadAsync(db => db.Donors.ToListAsync()));
        Assert.Contains("Nothing was charged", await app.Newsroom.ThanksAsync(session), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Left_at_the_checkout_expires_and_costs_nothing()
    {
        await using var app = await GivingApp.StartAsync();
        var session = await app.OpenCheckoutAsync("25", "yearly");
        app.Newsroom.Clock.Advance(TimeSpan.FromHours(25));
        app.Stripe.RunDue();
        await app.DeliverAsync(app.Stripe.TakeEvents());
        await app.Newsroom.RunDueJobsAsync();
        Assert.Equal(DonationStatus.Expired, (await app.Newsroom.OnlyGiftAsync()).Status);
        Assert.Contains("Nothing was charged", await app.Newsroom.ThanksAsync(session), StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_refused_card_the_page_stays_open_and_the_second_card_is_one_gift()
    {
        await using var app = await GivingApp.StartAsync();
        var session = await app.OpenCheckoutAsync();
        app.Stripe.Decline(session);
        await app.DeliverAsync(app.Stripe.TakeEvents());
        await app.Newsroom.RunDueJobsAsync();
        Assert.Equal(DonationStatus.CheckoutOpen, (await app.Newsroom.OnlyGiftAsync()).Status);
        await app.DeliverAsync(app.Pay(session));
        await app.Newsroom.RunDueJobsAsync();
        Assert.Equal(DonationStatus.Succeeded, (await app.Newsroom.OnlyGiftAsync()).Status);
        Assert.Single(await app.Newsroom.ReceiptsAsync());
    }

    [Fact]
    public async Task Ticking_the_newsletter_box_asks_for_confirmation_only_once_the_gift_is_paid()
    {
        await using var app = await GivingApp.StartAsync();
        await app.Newsroom.AddNewsletterAsync();
        Assert.Contains("Also send me This Week", await app.Newsroom.Http.GetStringAsync("/donate", Token), StringComparison.Ordinal);
        var session = await app.OpenCheckoutAsync("15", "once", "ada@example.org", ("newsletter", "true"));
        await app.Newsroom.RunDueJobsAsync();
        Assert.Null(await app.Newsroom.SubscriberAsync("ada@example.org"));

        await app.DeliverAsync(app.Pay(session));
        await app.Newsroom.RunDueJobsAsync();
        await app.Newsroom.RunDueJobsAsync();
        Assert.Equal("pending", await app.Newsroom.StatusAsync("ada@example.org"));
        Assert.Equal(2, app.Newsroom.MailsTo("ada@example.org").Count);
        Assert.Single(await app.Newsroom.ConfirmLinksAsync("ada@example.org"));
    }

    [Fact]
    public async Task Tells_integrations_with_a_key_the_whole_story_and_strangers_nothing()
    {
        await using var app = await GivingApp.StartAsync();
        var session = await app.OpenCheckoutAsync();
        await app.DeliverAsync(app.Pay(session));
        await app.Newsroom.RunDueJobsAsync();

        var list = JsonDocument.Parse(await app.Newsroom.Api.GetStringAsync("/api/v1/donations?status=succeeded&email=ADA@example.org", Token)).RootElement;
        var id = Assert.Single(list.GetProperty("items").EnumerateArray()).GetProperty("id").GetString()!;
        var gift = await app.Newsroom.ApiGiftAsync(id);
        Assert.Equal(("succeeded", 1500, "USD", "2026-000001"), (gift.GetProperty("status").GetString(), gift.GetProperty("amount").GetProperty("amount").GetInt64(),
            gift.GetProperty("amount").GetProperty("currency").GetString(), gift.GetProperty("receipt").GetString()));
        var timeline = gift.GetProperty("timeline").EnumerateArray().Select(t => t.GetProperty("what").GetString() + " " + t.GetProperty("state").GetString()).ToList();
        Assert.Contains("form ", timeline);
        Assert.Contains("event applied", timeline);
        Assert.Contains("mail sent", timeline);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await app.Newsroom.Api.GetAsync("/api/v1/donations?status=7", Token)).StatusCode);

        foreach (var (method, path) in new[] { (HttpMethod.Get, ""), (HttpMethod.Get, "/" + id), (HttpMethod.Post, $"/{id}/sync") })
        {
            using var request = new HttpRequestMessage(method, "/api/v1/donations" + path);
            Assert.Equal(HttpStatusCode.Unauthorized, (await app.Newsroom.Http.SendAsync(request, Token)).StatusCode);
        }
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.Newsroom.Http.GetAsync("/api/v1/plans", Token)).StatusCode);
    }
}
