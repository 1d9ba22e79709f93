using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Newsroom.Backend.Demo.Practice;
using Newsroom.Backend.Donations;
using Stripe;

namespace Newsroom.Backend.Tests;

/// <summary>Who may tell us that money came. The signatures are made by Stripe's own library.</summary>
public sealed class AStripeWebhook : IAsyncLifetime
{
    private GivingApp _app = null!;
    private PracticeEvent _event = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await GivingApp.StartAsync();
        _event = _app.Pay(await _app.OpenCheckoutAsync()).Single(e => e.Type == "checkout.session.completed");
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData(0)]
    [InlineData(-300)]
    [InlineData(300)]
    public async Task Signed_within_five_minutes_is_stored_and_its_duplicate_too_is_answered_200(int seconds)
    {
        var signature = Sign(_event.Json, seconds);
        Assert.Equal(HttpStatusCode.OK, (await _app.Newsroom.PostWebhookAsync(_event.Json, signature)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _app.Newsroom.PostWebhookAsync(_event.Json, signature)).StatusCode);
        Assert.Equal(_event.Id, Assert.Single(await _app.Newsroom.InboxAsync()).EventId);
    }

    [Fact]
    public async Task In_two_copies_at_once_is_stored_once_and_both_are_answered_200()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => _app.Newsroom.PostWebhookAsync(_event.Json, Sign(_event.Json))));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a.StatusCode));
        Assert.Single(await _app.Newsroom.InboxAsync());
    }

    [Fact]
    public async Task Signed_with_the_old_and_the_new_secret_is_taken()
    {
        var good = Sign(_event.Json);
        var other = Sign(_event.Json, secret: "whsec_other").Split("v1=")[1];
        Assert.Equal(HttpStatusCode.OK, (await _app.Newsroom.PostWebhookAsync(_event.Json, good.Replace("v1=", $"v1={other},v1=", StringComparison.Ordinal))).StatusCode);
    }

    [Fact]
    public async Task Not_authentic_is_400_without_effect()
    {
        var good = Sign(_event.Json);
        foreach (var signature in new[]
        {
            null, "", "t=", "v1=abc", "t=x,v1=abc", good.Split(",v1=")[0], "v1=" + good.Split("v1=")[1], good[..^1] + (good[^1] == '0' ? '1' : '0'),
            Sign(_event.Json, -301), Sign(_event.Json, 301), Sign(_event.Json, secret: "whsec_other"), "t=99999999999999999999999,v1=00",
            Sign(_event.Json + "\n"), good.ToUpperInvariant(),
        })
        {
            await RefusedAsync(Encoding.UTF8.GetBytes(_event.Json), signature);
        }
        await RefusedAsync(Encoding.UTF8.GetBytes(_event.Json + "\n"), good);
        await RefusedAsync(Encoding.UTF8.GetBytes(JsonNode.Parse(_event.Json)!.ToJsonString(new() { WriteIndented = true })), good);
        await RefusedAsync([], good);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("not json")]
    [InlineData("""{"id":"evt_1","object":"v2.core.event","type":"v1.billing.meter.no_meter_found","livemode":false,"created":"2026-11-24T12:00:00Z"}""")]
    [InlineData("""{"id":"evt_1","object":"event","type":"x"}""")]
    [InlineData("""{"object":"event","type":"x","data":{"object":{"id":"ch_1","object":"charge"}}}""")]
    [InlineData("""{"id":"evt_1","object":"event","api_version":"2026-10-28.endive","created":1795521600,"livemode":false,"type":"x","data":null}""")]
    public async Task Signed_but_no_event_of_the_v1_api_is_400(string body) => await RefusedAsync(Encoding.UTF8.GetBytes(body), Sign(body));

    [Theory]
    [InlineData("api_version", "null")]
    [InlineData("api_version", null)]
    [InlineData("created", null)]
    [InlineData("created", "99999999999999999")]
    [InlineData("created", "\"today\"")]
    [InlineData("livemode", null)]
    [InlineData("object", null)]
    public async Task Signed_is_applied_whatever_it_leaves_out_beside_its_id_type_and_object(string name, string? value)
    {
        var bare = JsonNode.Parse(_event.Json)!.AsObject();
        bare.Remove(name);
        if (value is not null)
            bare[name] = JsonNode.Parse(value);
        var body = bare.ToJsonString();
        Assert.Equal(HttpStatusCode.OK, (await _app.Newsroom.PostWebhookAsync(body, Sign(body))).StatusCode);
        await _app.Newsroom.RunDueJobsAsync();
        Assert.Equal(StripeEventState.Applied, Assert.Single(await _app.Newsroom.InboxAsync()).State);
        Assert.Equal(DonationStatus.Succeeded, (await _app.Newsroom.OnlyGiftAsync()).Status);
    }

    [Fact]
    public async Task Of_the_live_mode_is_refused_by_a_test_key()
    {
        var live = _event.Json.Replace("\"livemode\":false", "\"livemode\":true", StringComparison.Ordinal);
        await RefusedAsync(Encoding.UTF8.GetBytes(live), Sign(live));
    }

    [Fact]
    public async Task Larger_than_a_megabyte_is_413()
    {
        var body = Encoding.UTF8.GetBytes(new string(' ', 1024 * 1024 + 1));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await _app.Newsroom.PostWebhookAsync(body, Sign("x"))).StatusCode);
        Assert.Empty(await _app.Newsroom.InboxAsync());
    }

    [Theory]
    [InlineData("2020-08-27")]
    [InlineData("2027-03-31.fuchsia")]
    public async Task Of_another_api_version_is_applied_all_the_same(string version)
    {
        var other = _event.Json.Replace("2026-10-28.endive", version, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await _app.Newsroom.PostWebhookAsync(other, Sign(other))).StatusCode);
        await _app.Newsroom.RunDueJobsAsync();
        Assert.Equal(DonationStatus.Succeeded, (await _app.Newsroom.OnlyGiftAsync()).Status);
    }

    [Fact]
    public async Task That_lies_about_the_payment_changes_nothing_for_the_object_is_fetched()
    {
        var session = await _app.OpenCheckoutAsync("500", "once", "eve@example.org");
        var lie = _event.Json.Replace(_event.Id, "evt_lie", StringComparison.Ordinal)
            .Replace(JsonNode.Parse(_event.Json)!["data"]!["object"]!["id"]!.GetValue<string>(), session, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await _app.Newsroom.PostWebhookAsync(lie, Sign(lie))).StatusCode);
        await _app.Newsroom.RunDueJobsAsync();
        Assert.Equal(DonationStatus.CheckoutOpen, (await _app.Newsroom.GiftsAsync()).Single(g => g.SessionId == session).Status);
    }

    [Theory]
    [InlineData("product.created", """{"id":"prod_1","object":"product"}""")]
    [InlineData("something.new", """{"id":"thing_1","object":"thing"}""")]
    [InlineData("balance.available", """{"object":"balance"}""")]
    [InlineData("charge.succeeded", """{"id":"ch_foreign","object":"charge"}""")]
    public async Task About_anything_else_is_stored_and_ignored(string type, string about)
    {
        var other = $$$"""{"id":"evt_other","object":"event","api_version":"2026-10-28.endive","created":1795521600,"livemode":false,"type":"{{{type}}}","data":{"object":{{{about}}}}}""";
        Assert.Equal(HttpStatusCode.OK, (await _app.Newsroom.PostWebhookAsync(other, Sign(other))).StatusCode);
        await _app.Newsroom.RunDueJobsAsync();
        Assert.Equal(StripeEventState.Ignored, Assert.Single(await _app.Newsroom.InboxAsync()).State);
    }

    [Fact]
    public async Task About_a_paid_gift_this_database_does_not_know_is_kept_for_a_person_to_look_at()
    {
        // The account of one newsroom, the database of another: as after restoring an old backup.
        var elsewhere = new Dictionary<string, string?> { ["Stripe:ApiBase"] = _app.Stripe.Account.Url };
        await using var newsroom = await GivingApp.StartAsync(elsewhere);
        Assert.Equal(HttpStatusCode.OK, (await newsroom.Newsroom.PostWebhookAsync(_event.Json, Sign(_event.Json))).StatusCode);
        await newsroom.Newsroom.RunDueJobsAsync();
        var kept = Assert.Single(await newsroom.Newsroom.InboxAsync());
        Assert.Equal(StripeEventState.Unmatched, kept.State);
        Assert.Contains("not in this database", kept.LastError, StringComparison.Ordinal);
        Assert.Empty(await newsroom.Newsroom.GiftsAsync());
    }

    private static string Sign(string body, int seconds = 0, string secret = PracticeAccountHost.WebhookSecret) =>
        EventUtility.GenerateSignatureHeader(body, secret, NewsroomApp.Start.ToUnixTimeSeconds() + seconds);

    private async Task RefusedAsync(byte[] body, string? signature)
    {
        var answer = await _app.Newsroom.PostWebhookAsync(body, signature);
        Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, $"{signature}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}");
        Assert.Empty(await _app.Newsroom.InboxAsync());
        await _app.Newsroom.RunDueJobsAsync();
        Assert.Equal(DonationStatus.CheckoutOpen, (await _app.Newsroom.OnlyGiftAsync()).Status);
    }
}
