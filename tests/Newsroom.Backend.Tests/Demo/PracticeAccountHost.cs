using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Newsroom.Backend.Demo.Practice;
using Stripe;

namespace Newsroom.Backend.Tests;

/// <summary>The practice account on a loopback port of its own, for the real Stripe.net client.</summary>
internal sealed class PracticeAccountHost : IAsyncDisposable
{
    public const string SecretKey = "sk_test_practice";
    public const string WebhookSecret = "whsec_practice";
    private readonly WebApplication _web;

    private PracticeAccountHost(WebApplication web, PracticeStripe stripe) => (_web, Stripe) = (web, stripe);

    public PracticeStripe Stripe { get; }

    /// <summary>For <c>Stripe:ApiBase</c>.</summary>
    public string Url => Stripe.Account.Url;

    /// <param name="time">The account's clock.</param>
    /// <param name="file">Where it remembers itself; null: nowhere.</param>
    public static async Task<PracticeAccountHost> StartAsync(TimeProvider time, string? file = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var url = $"http://127.0.0.1:{FreePort.Next()}";
        builder.WebHost.UseUrls(url);
        var web = builder.Build();
        var stripe = new PracticeStripe(time, new PracticeAccount(url + "/dev/stripe", SecretKey, WebhookSecret, file));
        web.MapPracticeStripe("/dev/stripe", stripe);
        await web.StartAsync();
        return new PracticeAccountHost(web, stripe);
    }

    /// <summary>The real client of this account.</summary>
    public StripeClient Client() => new(new StripeClientOptions { ApiKey = SecretKey, ApiBase = Url });

    /// <summary>A gift whose money is there, by card or by bank debit; gives its charge.</summary>
    /// <param name="clock">The account's clock: a bank debit takes its time.</param>
    /// <param name="amount">In Stripe's units.</param>
    /// <param name="currency">Lower case.</param>
    /// <param name="byCard">False: by bank debit.</param>
    public string Give(FakeTimeProvider clock, long amount = 1500, string currency = "usd", bool byCard = true)
    {
        var session = Stripe.CreateSession(StripeParameters.Read(new Dictionary<string, string>
        {
            ["mode"] = "payment",
            ["success_url"] = "https://news.example.org/donate/thanks",
            ["customer_email"] = "ada@example.org",
            ["line_items[0][quantity]"] = "1",
            ["line_items[0][price_data][currency]"] = currency,
            ["line_items[0][price_data][unit_amount]"] = amount.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["line_items[0][price_data][product_data][name]"] = "Gift",
        }))["id"]!.GetValue<string>();
        if (byCard)
        {
            Stripe.Pay(session);
        }
        else
        {
            Stripe.PayByBankDebit(session, succeeds: true);
            clock.Advance(PracticeStripe.BankDebitTakes);
        }
        return Stripe.Get("checkout.session", session, "payment_intent")["payment_intent"]!["latest_charge"]!.GetValue<string>();
    }

    /// <summary>A monthly gift of 10.00 whose first month is paid; gives its subscription.</summary>
    public string BeginPlan()
    {
        var session = (string)Stripe.CreateSession(StripeParameters.Read(new Dictionary<string, string>
        {
            ["mode"] = "subscription",
            ["success_url"] = "https://news.example.org/donate/thanks",
            ["customer_email"] = "ada@example.org",
            ["line_items[0][quantity]"] = "1",
            ["line_items[0][price_data][currency]"] = "usd",
            ["line_items[0][price_data][unit_amount]"] = "1000",
            ["line_items[0][price_data][product_data][name]"] = "Monthly gift",
            ["line_items[0][price_data][recurring][interval]"] = "month",
        }))["id"]!;
        return (string)Stripe.Pay(session)["subscription"]!;
    }

    public async ValueTask DisposeAsync()
    {
        await _web.StopAsync(CancellationToken.None);
        await _web.DisposeAsync();
    }
}
