using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Webhooks;

namespace Newsroom.Backend.Tests;

public sealed partial class NewsroomApp
{
    /// <summary>For receivers on the tests' own network.</summary>
    public static readonly Dictionary<string, string?> NearReceivers = new() { ["Webhooks:AllowPrivateNetworks"] = "true" };

    /// <summary>Registers a webhook by the API; without events, for all of them.</summary>
    public async Task<(string Id, string Secret)> RegisterHookAsync(string url, params string[] events)
    {
        var hook = await PostAsync("/api/v1/hooks", new { url, events = events.Length == 0 ? EventTypes.Known : events }, HttpStatusCode.Created);
        return ((string)hook["id"]!, (string)hook["secret"]!);
    }

    public Task<JsonNode> HookAsync(string id) => GetAsync($"/api/v1/hooks/{id}");

    /// <summary>What is written down for webhooks, in order.</summary>
    public Task<List<WebhookDelivery>> ToldAsync() => ReadAsync(db => db.WebhookDeliveries.AsNoTracking().OrderBy(d => d.Id).ToListAsync());

    public async Task<WebhookDelivery> OnlyToldAsync() => Assert.Single(await ToldAsync());

    /// <summary>The types, in the order in which they were written down.</summary>
    public async Task<IReadOnlyList<string>> ToldTypesAsync() => (await ToldAsync()).ConvertAll(d => d.Type);

    /// <summary>The job alone, as the minutely sweep starts it.</summary>
    public Task DeliverHooksAsync() => RunOnlyAsync<DeliverWebhooks>();

    /// <summary>Moves the clock to where a delivery is due next, and delivers; gives how long that was.</summary>
    public async Task<TimeSpan> DeliverNextAsync()
    {
        var pause = (await OnlyToldAsync()).NextAttemptAt!.Value - Clock.GetUtcNow();
        Clock.Advance(pause);
        await DeliverHooksAsync();
        return pause;
    }
}
