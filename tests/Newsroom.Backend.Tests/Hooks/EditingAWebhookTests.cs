using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Tests.Staff;
using Newsroom.Backend.Webhooks;

namespace Newsroom.Backend.Tests.Hooks;

/// <summary>Another address, other events or another name for a webhook, by its page and by the API.</summary>
public sealed class EditingAWebhook : IAsyncLifetime
{
    private HookReceiver _old = null!;
    private HookReceiver _new = null!;
    private NewsroomApp _app = null!;
    private StaffBrowser _administrator = null!;
    private string _hook = null!;
    private string _secret = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Path => $"/staff/webhooks/{_hook}/edit";

    public async ValueTask InitializeAsync()
    {
        (_old, _new) = (await HookReceiver.StartAsync(), await HookReceiver.StartAsync());
        _app = await NewsroomApp.StartAsync(NewsroomApp.WithAdministrator(NewsroomApp.NearReceivers));
        await _app.AddNewsletterAsync();
        _administrator = await _app.AdministratorAsync();
        (_hook, _secret) = await _app.RegisterHookAsync(_old.Url, "subscriber.confirmed");
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _old.DisposeAsync();
        await _new.DisposeAsync();
    }

    [Fact]
    public async Task Sends_what_waits_to_the_new_address_at_once_and_signs_as_before()
    {
        _old.Answers(500);
        await _app.SubscribeAsync("ada@example.org");
        await _app.RunEnqueuedJobsAsync();
        await _app.DeliverNextAsync();
        var tried = _old.Requests.Count;
        var page = await _administrator.ReadAsync(Path);
        Assert.Contains("1 waiting: they go to the new address", page, StringComparison.Ordinal);
        Assert.Contains("The secret stays the same", page, StringComparison.Ordinal);
        Assert.Matches("value=\"subscriber.confirmed\" checked", page);
        await SaveAsync(("name", "Moved"), ("url", _new.Url), ("events", "subscriber.confirmed"), ("events", "digest.sent"));
        Assert.Null((await _app.HookAsync(_hook))["failingSince"]);
        await _app.RunEnqueuedJobsAsync();
        var told = Assert.Single(_new.Requests);
        Assert.True(told.IsSignedWith(_secret));
        Assert.Equal(_old.Requests[0].Id, told.Id);
        Assert.Equal(tried, _old.Requests.Count);
        Assert.Equal(WebhookDeliveryState.Delivered, (await _app.OnlyToldAsync()).State);
        Assert.Equal("""["subscriber.confirmed","digest.sent"]""", (await _app.HookAsync(_hook))["events"]!.ToJsonString());
        Assert.Equal([("127.0.0.1, 127.0.0.1: subscriber.confirmed", "Moved, 127.0.0.1: subscriber.confirmed digest.sent, another address there")], await TrailAsync());
    }

    [Theory]
    [InlineData("http://receiver.example.com/hook", "", "digest.sent", "#url", "Give an https:// address")]
    [InlineData("https://user@receiver.example.com/hook", "", "digest.sent", "#url", "without a user name")]
    [InlineData("https://receiver.example.com/hook", "", "digest.read", "#events", "Name the events")]
    [InlineData("https://receiver.example.com/hook", "two\nlines", "digest.sent", "#name", "on one line")]
    public async Task Has_the_rules_of_a_new_one_and_keeps_what_was_typed(string url, string name, string type, string field, string whatToDo)
    {
        var answer = await _administrator.SubmitAsync(Path, "", [await SeenAsync(), ("url", url), ("name", name), ("events", type), ("events", "donation.refunded")]);
        var page = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Stop));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains($"<a href=\"{field}\">", page, StringComparison.Ordinal);
        Assert.Contains(whatToDo, page, StringComparison.Ordinal);
        Assert.Contains($"value=\"{url}\"", page, StringComparison.Ordinal);
        Assert.Matches("value=\"donation.refunded\"[^>]* checked", page);
        Assert.Equal(_old.Url, (string)(await _app.HookAsync(_hook))["url"]!);
        Assert.Empty(await TrailAsync());
    }

    [Fact]
    public async Task Goes_to_no_private_network_unless_that_is_allowed()
    {
        await using var app = await NewsroomApp.StartAsync();
        var (hook, _) = await app.RegisterHookAsync("https://receiver.example.com/hook", "digest.sent");
        foreach (var url in new[] { "https://127.0.0.1/hook", "https://10.0.0.7/hook", "https://[::1]/hook", "http://127.0.0.1/hook" })
        {
            var answer = await app.Api.PatchAsJsonAsync($"/api/v1/hooks/{hook}", new { url }, Stop);
            Assert.True(answer.StatusCode == HttpStatusCode.UnprocessableEntity, url);
        }
        Assert.Equal("https://receiver.example.com/hook", (string)(await app.HookAsync(hook))["url"]!);
    }

    [Fact]
    public async Task Tells_the_second_of_two_administrators()
    {
        var seen = await SeenAsync();
        await SaveAsync(("name", "Theirs"), ("url", _old.Url), ("events", "subscriber.confirmed"));
        var answer = await _administrator.SubmitAsync(Path, "", seen, ("name", "Mine"), ("url", _new.Url), ("events", "digest.sent"));
        var page = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Stop));
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Contains("Somebody else has changed this webhook meanwhile", page, StringComparison.Ordinal);
        Assert.Contains("value=\"Mine\"", page, StringComparison.Ordinal);
        Assert.Equal("Theirs", (string)(await _app.HookAsync(_hook))["name"]!);
        var again = await _administrator.SubmitAsync(Path, "", ("seen", NewsroomApp.SeenIn(page)), ("name", "Mine"), ("url", _new.Url), ("events", "digest.sent"));
        Assert.Equal(HttpStatusCode.Redirect, again.StatusCode);
        Assert.Equal("Mine", (string)(await _app.HookAsync(_hook))["name"]!);
    }

    [Fact]
    public async Task Is_not_disabled_by_what_the_address_before_still_answers()
    {
        _old.Answers(async http =>
        {
            await ChangeAsync(new { url = _new.Url });
            http.Response.StatusCode = 410;
        });
        await _app.SubscribeAsync("ada@example.org");
        await _app.RunEnqueuedJobsAsync();
        var hook = await _app.HookAsync(_hook);
        Assert.Equal(("enabled", null), ((string)hook["status"]!, hook["failingSince"]));
        await _app.DeliverNextAsync();
        Assert.Single(_new.Requests);
    }

    [Fact]
    public async Task Changes_by_the_api_what_is_named_and_leaves_the_rest()
    {
        Assert.Equal("Desk", (string)(await ChangeAsync(new { name = "Desk" }))["name"]!);
        var hook = await ChangeAsync(new { events = new[] { "digest.sent" } });
        Assert.Equal(("Desk", _old.Url, """["digest.sent"]"""), ((string)hook["name"]!, (string)hook["url"]!, hook["events"]!.ToJsonString()));
        Assert.Null(hook["secret"]);
        await ChangeAsync(new { });
        Assert.Equal(2, (await TrailAsync()).Count);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await _app.Api.PatchAsJsonAsync($"/api/v1/hooks/{_hook}", new { events = Array.Empty<string>() }, Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _app.Api.PatchAsJsonAsync("/api/v1/hooks/hook_none", new { name = "x" }, Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await _app.Http.PatchAsJsonAsync($"/api/v1/hooks/{_hook}", new { name = "x" }, Stop)).StatusCode);
    }

    private async Task<(string, string)> SeenAsync() => ("seen", NewsroomApp.SeenIn(await _administrator.ReadAsync(Path)));

    private async Task SaveAsync(params (string, string)[] fields)
    {
        var answer = await _administrator.SubmitAsync(Path, "", [await SeenAsync(), .. fields]);
        Assert.True(answer.Headers.Location?.OriginalString == "/staff/webhooks/" + _hook, await answer.Content.ReadAsStringAsync(Stop));
    }

    private async Task<JsonNode> ChangeAsync(object change)
    {
        var answer = await _app.Api.PatchAsJsonAsync($"/api/v1/hooks/{_hook}", change, Stop);
        var text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }

    private async Task<List<(string? Before, string? After)>> TrailAsync()
    {
        var entries = await _app.ReadAsync(db => db.AuditEntries.Where(a => a.Subject == _hook && a.Action == "webhook.edited").OrderBy(a => a.Id).Select(a => new { a.Before, a.After }).ToListAsync(Stop));
        return entries.ConvertAll(a => (a.Before, a.After));
    }
}
