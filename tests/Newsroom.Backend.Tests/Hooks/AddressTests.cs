using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Web;
using Newsroom.Backend.Webhooks;

namespace Newsroom.Backend.Tests.Hooks;

/// <summary>Where a webhook's address, its redirects or its name server must not lead this program; and what a webhook may be.</summary>
public sealed class AWebhooksAddress : IAsyncLifetime
{
    private HookReceiver _receiver = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _receiver = await HookReceiver.StartAsync();

    public ValueTask DisposeAsync() => _receiver.DisposeAsync();

    [Theory]
    [InlineData("https://127.0.0.1/hook")]
    [InlineData("https://2130706433/hook")]
    [InlineData("https://0x7f.1/hook")]
    [InlineData("https://[::1]/hook")]
    [InlineData("https://[::ffff:10.0.0.1]/hook")]
    [InlineData("https://169.254.169.254/latest/meta-data/")]
    [InlineData("http://receiver.example.com/hook")]
    [InlineData("http://localhost/hook")]
    [InlineData("https://user:secret@receiver.example.com/hook")]
    [InlineData("https://receiver.example.com/hook#part")]
    [InlineData("ftp://receiver.example.com/hook")]
    [InlineData("receiver.example.com")]
    [InlineData("/hook")]
    [InlineData("")]
    [InlineData(null)]
    public async Task Is_refused_with_what_to_do(string? url)
    {
        await using var app = await NewsroomApp.StartAsync();
        var fault = await app.PostAsync("/api/v1/hooks", new { url, events = EventTypes.Known }, HttpStatusCode.UnprocessableEntity);
        Assert.NotEmpty((string)fault["errors"]!["url"]![0]!);
        Assert.Empty((await app.GetAsync("/api/v1/hooks"))["items"]!.AsArray());
    }

    [Theory]
    [InlineData("http://127.0.0.1/hook", true)]
    [InlineData("http://localhost/hook", true)]
    [InlineData("https://10.0.0.1/hook", true)]
    [InlineData("http://10.0.0.1/hook", false)]
    [InlineData("http://receiver.example.com/hook", false)]
    public void May_be_near_where_private_networks_are_allowed_and_plain_only_on_this_machine(string url, bool allowed) =>
        Assert.Equal(allowed, WebhookAddress.FaultOf(url, allowPrivateNetworks: true, out _) is null);

    /// <summary>Registered while it led elsewhere: what counts is where it leads at each attempt.</summary>
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("93.184.216.34 127.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("10.1.2.3")]
    public async Task Is_not_connected_to_when_its_name_leads_into_a_private_network(string addresses)
    {
        var answer = await PostAsync(WebhookClient.Handler(false, (_, _) => Task.FromResult(addresses.Split(' ').Select(IPAddress.Parse).ToArray())), "rebind.example.com");
        Assert.Equal(WebhookFaultOwner.Address, answer.Owner);
        Assert.Contains("private or reserved network address", answer.Error, StringComparison.Ordinal);
        Assert.Contains("Webhooks:AllowPrivateNetworks", answer.Error, StringComparison.Ordinal);
        Assert.Empty(_receiver.Requests);
    }

    [Fact]
    public async Task Is_looked_up_once_and_connected_to_as_it_was_checked()
    {
        var asked = 0;
        var answer = await PostAsync(WebhookClient.Handler(true, (_, _) =>
        {
            asked++;
            return Task.FromResult<IPAddress[]>([IPAddress.Loopback]);
        }), "only-our-resolver.invalid");
        Assert.True(answer.IsTaken, answer.Error);
        Assert.Equal(1, asked);
        Assert.StartsWith("only-our-resolver.invalid", Assert.Single(_receiver.Requests).Headers["Host"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task That_leads_nowhere_is_its_owners_to_mend()
    {
        await using var app = await NewsroomApp.StartAsync();
        var hook = await app.PostAsync("/api/v1/hooks", new { url = "https://no-such-host.invalid/hook", events = new[] { "digest.sent" } }, HttpStatusCode.Created);
        var tested = await app.PostAsync($"/api/v1/hooks/{hook["id"]}/test", null, HttpStatusCode.OK);
        Assert.Equal(("failed", "address"), ((string)tested["state"]!, (string)tested["owner"]!));
        Assert.Contains("no-such-host.invalid", (string)tested["error"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Can_be_registered_twenty_times_and_no_more_whoever_asks_at_once()
    {
        await using var app = await NewsroomApp.StartAsync();
        var url = "https://receiver.example.com/hook";
        for (var n = 1; n < Webhook.MostOfThem; n++)
            await app.RegisterHookAsync(url, "digest.sent");
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => app.Api.PostAsJsonAsync("/api/v1/hooks", new { url, events = new[] { "digest.sent" } }, Cancelled)));
        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.Conflict, HttpStatusCode.Conflict, HttpStatusCode.Conflict], answers.Select(a => a.StatusCode).Order());
        Assert.Equal(Webhook.MostOfThem, (await app.ApiListAsync("/api/v1/hooks", limit: 7)).Count);
    }

    [Fact]
    public async Task Goes_with_a_name_and_with_events_that_there_are()
    {
        await using var app = await NewsroomApp.StartAsync();
        var url = "https://receiver.example.com/hook";
        foreach (var events in new[] { null, [], new[] { "digest.sent", "digest.read" }, ["webhook.test"] })
            Assert.Contains("digest.sent", (string)(await app.PostAsync("/api/v1/hooks", new { url, events }, HttpStatusCode.UnprocessableEntity))["errors"]!["events"]![0]!, StringComparison.Ordinal);
        await app.PostAsync("/api/v1/hooks", new { url, events = EventTypes.Known, name = "two\nlines" }, HttpStatusCode.UnprocessableEntity);
        var hook = await app.PostAsync("/api/v1/hooks", new { url, events = new[] { "digest.sent", "donation.succeeded", "digest.sent" } }, HttpStatusCode.Created);
        Assert.Equal(("receiver.example.com", "enabled", "donation.succeeded digest.sent"),
            ((string)hook["name"]!, (string)hook["status"]!, string.Join(' ', hook["events"]!.AsArray().Select(e => (string)e!))));
        var id = (string)hook["id"]!;
        var noted = Assert.Single(await app.ReadAsync(db => db.AuditEntries.AsNoTracking().Where(e => e.Subject == id).ToListAsync(Cancelled)));
        Assert.Equal(("webhook.registered", "receiver.example.com: donation.succeeded digest.sent"), (noted.Action, noted.After));
        foreach (var step in new[] { "rotate", "enable", "disable", "test", "deliveries/dlv_0/resend" })
            await app.PostAsync($"/api/v1/hooks/hook_0/{step}", null, HttpStatusCode.NotFound);
        await app.PostAsync($"/api/v1/hooks/{hook["id"]}/deliveries/dlv_0/resend", null, HttpStatusCode.NotFound);
        Assert.Equal(HttpStatusCode.NotFound, (await app.Api.GetAsync("/api/v1/hooks/hook_0/deliveries", Cancelled)).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await app.Api.GetAsync($"/api/v1/hooks/{hook["id"]}/deliveries?state=lost", Cancelled)).StatusCode);
    }

    [Fact]
    public async Task Is_kept_by_a_key_of_its_own_scope_and_its_operations_are_in_the_document()
    {
        await using var app = await NewsroomApp.StartAsync();
        var answers = new List<HttpStatusCode>();
        foreach (var scope in new[] { "webhooks", "read", "donations" })
        {
            using var client = await app.ApiWithAsync(scope);
            answers.Add((await client.GetAsync("/api/v1/hooks", Cancelled)).StatusCode);
            answers.Add((await client.PostAsJsonAsync("/api/v1/hooks", new { url = "https://receiver.example.com/hook", events = EventTypes.Known }, Cancelled)).StatusCode);
        }
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Created, HttpStatusCode.OK, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden], answers);
        var document = JsonNode.Parse(await app.Http.GetStringAsync("/openapi/v1.json", Cancelled))!["paths"]!.AsObject();
        var operations = document.Where(p => p.Key.StartsWith("/api/v1/hooks", StringComparison.Ordinal)).SelectMany(p => p.Value!.AsObject()).ToList();
        Assert.Equal(11, operations.Count);
        Assert.All(operations, o => Assert.NotEmpty((string)o.Value!["summary"]!));
    }

    private async Task<WebhookAttempt> PostAsync(HttpMessageHandler handler, string host)
    {
        var services = new ServiceCollection();
        services.AddHttpClient(WebhookClient.ClientName).ConfigurePrimaryHttpMessageHandler(() => handler);
        await using var provider = services.BuildServiceProvider();
        var client = new WebhookClient(provider.GetRequiredService<IHttpClientFactory>(), Options.Create(new SiteOptions()), TimeProvider.System);
        return await client.PostAsync(new Uri($"http://{host}:{new Uri(_receiver.Url).Port}/hook"), new SignedMessage("msg_1", "0", "v1,", "{}"u8.ToArray()), Cancelled);
    }
}
