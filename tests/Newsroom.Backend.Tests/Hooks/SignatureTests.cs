using System.Text;
using Newsroom.Backend.Webhooks;

namespace Newsroom.Backend.Tests.Hooks;

/// <summary>What a receiver checks.</summary>
public sealed class AWebhooksSignature : IAsyncLifetime
{
    private HookReceiver _receiver = null!;
    private NewsroomApp _app = null!;

    public async ValueTask InitializeAsync()
    {
        _receiver = await HookReceiver.StartAsync();
        _app = await NewsroomApp.StartAsync(NewsroomApp.NearReceivers);
        await _app.AddNewsletterAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    /// <summary>The test vector of the specification's own libraries.</summary>
    [Fact]
    public void Is_the_one_that_standard_webhooks_publishes() => Assert.Equal(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        WebhookSecrets.Sign(Convert.FromBase64String("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", Encoding.UTF8.GetBytes("""{"test": 2432232314}""")));

    [Fact]
    public async Task Covers_id_time_and_body_of_what_is_sent()
    {
        var (_, secret) = await _app.RegisterHookAsync(_receiver.Url);
        await _app.SubscribeAsync("ada@example.org");
        await _app.RunDueJobsAsync();
        var request = Assert.Single(_receiver.Requests);
        Assert.Equal(32, Convert.FromBase64String(secret["whsec_".Length..]).Length);
        Assert.True(request.IsSignedWith(secret));
        Assert.Single(request.Signatures);
        Assert.DoesNotContain('.', request.Id);
        Assert.Equal(_app.Clock.GetUtcNow().ToUnixTimeSeconds(), request.Timestamp);
        Assert.Equal("application/json", request.Headers["Content-Type"]);
        Assert.StartsWith("Newsroom.Backend/", request.Headers["User-Agent"], StringComparison.Ordinal);
        Assert.False((request with { Body = [.. request.Body, (byte)' '] }).IsSignedWith(secret));
    }

    [Fact]
    public async Task Is_made_with_both_secrets_for_a_day_after_a_rotation()
    {
        var (id, old) = await _app.RegisterHookAsync(_receiver.Url);
        var rotated = await _app.PostAsync($"/api/v1/hooks/{id}/rotate", null, System.Net.HttpStatusCode.OK);
        var secret = (string)rotated["secret"]!;
        Assert.NotEqual(old, secret);
        Assert.Equal(NewsroomApp.Start.AddDays(1), (DateTimeOffset)rotated["oldSecretUntil"]!);
        await TestAsync(id);
        Assert.True(_receiver.Requests[^1].IsSignedWith(old) && _receiver.Requests[^1].IsSignedWith(secret));

        _app.Clock.Advance(Webhook.BothSecretsFor);
        await TestAsync(id);
        Assert.True(_receiver.Requests[^1].IsSignedWith(secret));
        Assert.False(_receiver.Requests[^1].IsSignedWith(old));
        Assert.Null((string?)(await _app.HookAsync(id))["oldSecretUntil"]);
    }

    [Fact]
    public async Task Of_two_rotations_at_once_is_made_with_each_ones_secret()
    {
        var (id, _) = await _app.RegisterHookAsync(_receiver.Url);
        var secrets = await Task.WhenAll(Enumerable.Range(0, 2).Select(async _ =>
            (string)(await _app.PostAsync($"/api/v1/hooks/{id}/rotate", null, System.Net.HttpStatusCode.OK))["secret"]!));
        await TestAsync(id);
        Assert.All(secrets, secret => Assert.True(_receiver.Requests[^1].IsSignedWith(secret)));
    }

    [Fact]
    public async Task Is_another_for_each_webhook_and_its_secret_is_written_nowhere()
    {
        var (id, secret) = await _app.RegisterHookAsync(_receiver.Url);
        var (_, another) = await _app.RegisterHookAsync(_receiver.Url);
        Assert.NotEqual(secret, another);
        Assert.Null((await _app.HookAsync(id))["secret"]);
        Assert.DoesNotContain("secret\"", (await _app.GetAsync("/api/v1/hooks")).ToJsonString(), StringComparison.Ordinal);
        var file = await _app.FileAsync();
        Assert.DoesNotContain(secret["whsec_".Length..], file, StringComparison.Ordinal);
        Assert.DoesNotContain(Encoding.Latin1.GetString(Convert.FromBase64String(secret["whsec_".Length..])), file, StringComparison.Ordinal);
    }

    private Task<System.Text.Json.Nodes.JsonNode> TestAsync(string id) => _app.PostAsync($"/api/v1/hooks/{id}/test", null, System.Net.HttpStatusCode.OK);
}
