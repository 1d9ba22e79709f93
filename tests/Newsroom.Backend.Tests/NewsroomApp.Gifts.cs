using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Newsroom.Backend.Demo.Practice;
using Newsroom.Backend.Donations;
using Newsroom.Backend.Donations.Stripe;

namespace Newsroom.Backend.Tests;

/// <summary>The newsroom and a Stripe account of its own: the practice account over real HTTP under the real client, on the same clock.</summary>
public sealed class GivingApp : IAsyncDisposable
{
    private readonly PracticeAccountHost _host;

    private GivingApp(PracticeAccountHost host, NewsroomApp newsroom) => (_host, Newsroom) = (host, newsroom);

    public NewsroomApp Newsroom { get; }

    public PracticeStripe Stripe => _host.Stripe;

    /// <param name="settings">Configuration over the fixture's own.</param>
    /// <param name="spare">The account answers ids in place of objects and leaves out what can be done without.</param>
    public static async Task<GivingApp> StartAsync(Dictionary<string, string?>? settings = null, bool spare = false)
    {
        var clock = new LateClock();
        var host = await PracticeAccountHost.StartAsync(clock);
        host.Stripe.AnswersSparely = spare;
        var merged = new Dictionary<string, string?>
        {
            ["Stripe:SecretKey"] = PracticeAccountHost.SecretKey,
            ["Stripe:WebhookSecret"] = PracticeAccountHost.WebhookSecret,
            ["Stripe:ApiBase"] = host.Url,
        };
        foreach (var (key, value) in settings ?? [])
            merged[key] = value;
        var newsroom = await NewsroomApp.StartAsync(merged);
        clock.Follow(newsroom.Clock);
        return new GivingApp(host, newsroom);
    }

    /// <summary>Sends the form; gives the id of the session the donor is led to.</summary>
    public async Task<string> OpenCheckoutAsync(string amount = "15", string frequency = "once", string email = "ada@example.org", params (string, string)[] more)
    {
        var answer = await Newsroom.GiveAsync(amount, frequency, email, more);
        Assert.True(answer.StatusCode == HttpStatusCode.SeeOther, await answer.Content.ReadAsStringAsync());
        var url = answer.Headers.Location!.ToString();
        Assert.StartsWith(Stripe.Account.Url + "/checkout/", url, StringComparison.Ordinal);
        return url[(url.LastIndexOf('/') + 1)..];
    }

    /// <summary>The donor pays by card at the checkout; gives the events Stripe has to tell, not delivered yet.</summary>
    public IReadOnlyList<PracticeEvent> Pay(string sessionId)
    {
        Stripe.TakeEvents();
        Stripe.Pay(sessionId);
        return Stripe.TakeEvents();
    }

    /// <summary>Somebody pays on another session that carries a gift's id; gives the events of it.</summary>
    public IReadOnlyList<PracticeEvent> PayOnAnotherSession(string donationId, string currency, long amount)
    {
        var session = Stripe.CreateSession(StripeParameters.Read(new Dictionary<string, string>
        {
            ["mode"] = "payment",
            ["success_url"] = NewsroomApp.PublicUrl,
            ["metadata[donation_id]"] = donationId,
            ["customer_email"] = "ada@example.org",
            ["line_items[0][quantity]"] = "1",
            ["line_items[0][price_data][currency]"] = currency,
            ["line_items[0][price_data][unit_amount]"] = amount.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["line_items[0][price_data][product_data][name]"] = "Gift",
        }));
        return Pay(session["id"]!.GetValue<string>());
    }

    /// <summary>Delivers events as Stripe would, one after the other.</summary>
    public async Task DeliverAsync(IEnumerable<PracticeEvent> events)
    {
        foreach (var raised in events)
        {
            var answer = await Newsroom.PostWebhookAsync(raised.Json, Stripe.Sign(raised.Json, Newsroom.Clock.GetUtcNow()));
            Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Newsroom.DisposeAsync();
        await _host.DisposeAsync();
    }

    /// <summary>The account must exist before the newsroom, whose clock it follows.</summary>
    private sealed class LateClock : TimeProvider
    {
        private TimeProvider? _clock;

        public void Follow(TimeProvider clock) => _clock = clock;

        public override DateTimeOffset GetUtcNow() => _clock?.GetUtcNow() ?? NewsroomApp.Start;
    }
}

public sealed partial class NewsroomApp
{
    private int _networks;

    /// <summary>The donation form, from a network of its own: limits per network are not what most tests are about.</summary>
    public Task<HttpResponseMessage> GiveAsync(string? amount, string? frequency = "once", string? email = "ada@example.org", params (string Name, string Value)[] more)
    {
        var fields = new List<(string, string?)> { ("amount", amount), ("frequency", frequency), ("email", email) };
        fields.AddRange(more.Select(m => (m.Name, (string?)m.Value)));
        return PostFromANetworkAsync("/donate", new FormUrlEncodedContent(fields.Where(f => f.Item2 is not null).Select(f => KeyValuePair.Create(f.Item1, f.Item2))));
    }

    public Task<HttpResponseMessage> CheckoutByJsonAsync(string json) =>
        PostFromANetworkAsync("/api/v1/checkouts", new StringContent(json, Encoding.UTF8, "application/json"));

    public Task<HttpResponseMessage> PostWebhookAsync(string json, string? signature) => PostWebhookAsync(Encoding.UTF8.GetBytes(json), signature);

    public async Task<HttpResponseMessage> PostWebhookAsync(byte[] body, string? signature)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/stripe") { Content = new ByteArrayContent(body) };
        if (signature is not null)
            request.Headers.TryAddWithoutValidation("Stripe-Signature", signature);
        return await Http.SendAsync(request, Cancelled);
    }

    public Task<List<Donation>> GiftsAsync() => ReadAsync(db => db.Donations.AsNoTracking().OrderBy(d => d.Id).ToListAsync());

    public async Task<Donation> OnlyGiftAsync() => Assert.Single(await GiftsAsync());

    public Task<List<Receipt>> ReceiptsAsync() => ReadAsync(db => db.Receipts.AsNoTracking().OrderBy(r => r.Id).ToListAsync());

    public Task<List<StripeEvent>> InboxAsync() => ReadAsync(db => db.StripeEvents.AsNoTracking().OrderBy(e => e.Id).ToListAsync());

    public Task<List<RecurringPlan>> PlansAsync() => ReadAsync(db => db.RecurringPlans.AsNoTracking().OrderBy(p => p.Id).ToListAsync());

    /// <summary>The donor's browser comes back from the checkout; gives the page.</summary>
    public Task<string> ThanksAsync(string sessionId) => Http.GetStringAsync($"/donate/thanks?session_id={sessionId}", Cancelled);

    public async Task<JsonElement> ApiGiftAsync(string id) => JsonDocument.Parse(await Api.GetStringAsync($"/api/v1/donations/{id}", Cancelled)).RootElement;

    /// <summary>
    /// What webhooks, a thank-you page, a reconciler and two more nodes do, all at once. Other nodes share the rows and not the locks of
    /// this process.
    /// </summary>
    public Task SyncAtOnceAsync(Donation gift, IEnumerable<StripeEvent> inbox)
    {
        var session = new GiftObject.Checkout(gift.SessionId!);
        return Task.WhenAll(inbox.Where(e => e.State == StripeEventState.Received).Select(e => InScopeAsync<ApplyStripeEvents>(j => j.RunTheseAsync(new[] { e.Id }, Cancelled)))
            .Append(InScopeAsync<CheckUnsettledGifts>(j => j.RunOneAsync(gift.Id, Cancelled)))
            .Append(InScopeAsync<SyncGift>(s => s.RunAsync(session, Cancelled), new KeyedLock()))
            .Append(InScopeAsync<SyncGift>(s => s.RunAsync(session, Cancelled), new KeyedLock())));
    }

    private async Task InScopeAsync<T>(Func<T, Task> run, params object[] own)
        where T : notnull
    {
        await Task.Yield();
        await using var scope = _program.Services.CreateAsyncScope();
        await run(ActivatorUtilities.CreateInstance<T>(scope.ServiceProvider, own));
    }

    private async Task<HttpResponseMessage> PostFromANetworkAsync(string path, HttpContent content)
    {
        var network = Interlocked.Increment(ref _networks);
        using var server = new HttpMessageInvoker(_program.Server.CreateHandler(context =>
            context.Connection.RemoteIpAddress = new IPAddress([10, (byte)(network >> 8), (byte)network, 1])));
        return await server.SendAsync(new HttpRequestMessage(HttpMethod.Post, PublicUrl + path) { Content = content }, Cancelled);
    }
}
