using System.Net;
using Microsoft.AspNetCore.Http;
using Newsroom.Backend.Webhooks;

namespace Newsroom.Backend.Tests.Hooks;

/// <summary>The way of an event to its receiver: at least once, under one id, through whatever the receiver does.</summary>
public sealed class TellingOtherSystems : IAsyncLifetime
{
    private static readonly TimeSpan[] Schedule =
        [TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5), TimeSpan.FromHours(10), TimeSpan.FromHours(14)];

    private HookReceiver _receiver = null!;
    private NewsroomApp _app = null!;
    private string _hook = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _receiver = await HookReceiver.StartAsync();
        _app = await NewsroomApp.StartAsync(new(NewsroomApp.NearReceivers) { ["Site:AlertAddress"] = "desk@example.org" });
        await _app.AddNewsletterAsync();
        (_hook, _) = await _app.RegisterHookAsync(_receiver.Url, "subscriber.confirmed");
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task Happens_as_soon_as_it_is_true_and_once()
    {
        await _app.SubscribeAsync("ada@example.org");
        await _app.RunEnqueuedJobsAsync();
        Assert.Equal("subscriber.confirmed", Assert.Single(_receiver.Requests).Type);
        await _app.RunDueJobsAsync();
        Assert.Single(_receiver.Requests);
        var told = Assert.Single((await _app.GetAsync($"/api/v1/hooks/{_hook}/deliveries"))["items"]!.AsArray())!;
        Assert.Equal(("delivered", 1, 200), ((string)told["state"]!, (int)told["attempts"]!, (int)told["status"]!));
        Assert.Equal(_receiver.Requests[0].Id, (string)told["event"]!);
        Assert.Equal(_receiver.Requests[0].Json.ToJsonString(), told["payload"]!.ToJsonString());
        Assert.Equal(NewsroomApp.Start, (DateTimeOffset)(await _app.HookAsync(_hook))["lastDeliveredAt"]!);
    }

    [Fact]
    public async Task Happens_by_the_sweep_when_every_bell_was_lost()
    {
        await _app.SignUpAsync("ada@example.org");
        await _app.RunDueJobsAsync();
        _app.TakeJobStorage(away: true);
        await _app.PostFormAsync(_app.MailsTo("ada@example.org")[^1].Link("/confirm/"));
        _app.TakeJobStorage(away: false);
        Assert.Empty(_receiver.Requests);
        await _app.RunDueJobsAsync();
        Assert.Single(_receiver.Requests);
    }

    [Fact]
    public async Task Is_tried_again_by_the_schedule_under_the_same_id_and_then_given_up_with_an_alert()
    {
        _receiver.Answers(500, "not today");
        await _app.SubscribeAsync("ada@example.org");
        await _app.RunEnqueuedJobsAsync();
        foreach (var (expected, n) in Schedule.Select((s, n) => (s, n)))
        {
            Assert.Equal(n + 1, _receiver.Requests.Count);
            var before = (await _app.OnlyToldAsync()).NextAttemptAt!.Value - TimeSpan.FromMilliseconds(1);
            var pause = await _app.DeliverNextAsync();
            Assert.InRange(pause, expected * (1 - RetrySchedule.Jitter), expected * (1 + RetrySchedule.Jitter));
            Assert.Equal(before.ToUnixTimeSeconds(), _receiver.Requests[^1].Timestamp, tolerance: 1);
        }
        Assert.Equal(8, _receiver.Requests.Count);
        Assert.Single(_receiver.Requests.Select(r => r.Id).Distinct());
        Assert.Equal(8, _receiver.Requests.Select(r => r.Timestamp).Distinct().Count());
        var told = await _app.OnlyToldAsync();
        Assert.Equal(
            (WebhookDeliveryState.Failed, 8, 500, WebhookFaultOwner.Receiver, "not today", "The receiver answered 500 Internal Server Error instead of 2xx."),
            (told.State, told.Attempts, told.Status, told.Owner!.Value, told.Answer, told.Error));
        await _app.RunOnlyAsync<WatchWebhooks>();
        Assert.Contains("misses 1 event(s)", Assert.Single(await _app.OpenAlertsAsync()).Value, StringComparison.Ordinal);

        // Mended: sent again, it is the same event, and the alert is over.
        _receiver.Answers(204);
        await _app.PostAsync($"/api/v1/hooks/{_hook}/deliveries/{told.PublicId}/resend", null, HttpStatusCode.Accepted);
        await _app.RunEnqueuedJobsAsync();
        Assert.Equal(told.EventId, _receiver.Requests[^1].Id);
        Assert.Equal((WebhookDeliveryState.Delivered, 204, null), ((await _app.OnlyToldAsync()).State, (await _app.OnlyToldAsync()).Status!.Value, (await _app.OnlyToldAsync()).Error));
        await _app.RunOnlyAsync<WatchWebhooks>();
        Assert.Empty(await _app.OpenAlertsAsync());
    }

    [Fact]
    public async Task Waits_for_as_long_as_the_receiver_asks_and_no_other_event_disturbs_it_meanwhile()
    {
        _receiver.Answers(429, "", ("Retry-After", "600"));
        await _app.SubscribeAsync("ada@example.org");
        await _app.RunEnqueuedJobsAsync();
        Assert.Equal(_app.Clock.GetUtcNow().AddMinutes(10), (await _app.OnlyToldAsync()).NextAttemptAt);
        await _app.SubscribeAsync("bob@example.org");
        await _app.RunDueJobsAsync();
        Assert.Single(_receiver.Requests);
        _receiver.Answers(200);
        await _app.AdvanceAsync(TimeSpan.FromMinutes(10));
        Assert.Equal(3, _receiver.Requests.Count);
        Assert.All(await _app.ToldAsync(), d => Assert.Equal(WebhookDeliveryState.Delivered, d.State));
    }

    [Fact]
    public async Task Ends_when_the_receiver_says_that_it_is_gone()
    {
        _receiver.Answers(410);
        await _app.SubscribeAsync("ada@example.org");
        await _app.RunEnqueuedJobsAsync();
        var hook = await _app.HookAsync(_hook);
        Assert.Equal(("disabled", "gone"), ((string)hook["status"]!, (string)hook["disabledBecause"]!));
        await _app.AdvanceAsync(TimeSpan.FromDays(2));
        await _app.RunDueJobsAsync();
        Assert.Single(_receiver.Requests);
        Assert.Contains("410", Assert.Single(await _app.OpenAlertsAsync()).Value, StringComparison.Ordinal);
        Assert.Contains("is disabled", Assert.Single(_app.MailsTo("desk@example.org")).Text, StringComparison.Ordinal);
        await _app.SubscribeAsync("bob@example.org");
        await _app.OnlyToldAsync();

        // A mistake: what waited goes out after all.
        _receiver.Answers(200);
        await _app.PostAsync($"/api/v1/hooks/{_hook}/enable", null, HttpStatusCode.OK);
        await _app.RunDueJobsAsync();
        Assert.Equal(2, _receiver.Requests.Count);
        Assert.Empty(await _app.OpenAlertsAsync());
        Assert.Null((string?)(await _app.HookAsync(_hook))["disabledBecause"]);
    }

    [Fact]
    public async Task Ends_after_five_days_in_which_nothing_was_taken_and_not_a_minute_earlier()
    {
        _receiver.Answers(503);
        await _app.SubscribeAsync("ada@example.org");
        await _app.RunEnqueuedJobsAsync();
        for (var day = 1; day < 5; day++)
        {
            await _app.AdvanceAsync(TimeSpan.FromDays(1));
            await _app.SubscribeAsync($"reader{day}@example.org");
        }
        _app.Clock.Advance(TimeSpan.FromDays(1) - TimeSpan.FromMinutes(1));
        await _app.RunOnlyAsync<WatchWebhooks>();
        Assert.Equal("enabled", (string)(await _app.HookAsync(_hook))["status"]!);
        await _app.AdvanceAsync(TimeSpan.FromMinutes(10));
        await _app.RunDueJobsAsync();
        Assert.Equal("failing", (string)(await _app.HookAsync(_hook))["disabledBecause"]!);
        Assert.StartsWith("webhook.disabled.", Assert.Single(await _app.OpenAlertsAsync()).Key, StringComparison.Ordinal);
        Assert.Contains(_app.MailsTo("desk@example.org"), m => m.Text.Contains("took nothing for 5 days", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Begins_the_five_days_anew_with_everything_that_is_taken()
    {
        _receiver.Answers(503);
        await _app.SubscribeAsync("ada@example.org");
        await _app.RunEnqueuedJobsAsync();
        _app.Clock.Advance(TimeSpan.FromDays(4));
        _receiver.Answers(200);
        await _app.SubscribeAsync("bob@example.org");
        await _app.RunDueJobsAsync();
        Assert.Null((string?)(await _app.HookAsync(_hook))["failingSince"]);
        _receiver.Answers(503);
        await _app.SubscribeAsync("cy@example.org");
        await _app.RunDueJobsAsync();
        _app.Clock.Advance(TimeSpan.FromDays(2));
        await _app.RunOnlyAsync<WatchWebhooks>();
        Assert.Equal("enabled", (string)(await _app.HookAsync(_hook))["status"]!);
    }

    [Fact]
    public async Task Holds_up_nobody_for_a_receiver_that_is_slow()
    {
        await using var slow = await HookReceiver.StartAsync();
        slow.Stalls();
        string[] readers = ["ada@example.org", "bob@example.org", "cy@example.org"];
        foreach (var reader in readers)
        {
            await _app.RegisterHookAsync(slow.Url, "subscriber.confirmed");
            await _app.SignUpAsync(reader);
        }
        await _app.RunDueJobsAsync();
        foreach (var reader in readers[..2])
            await _app.PostFormAsync(_app.MailsTo(reader)[^1].Link("/confirm/"));
        var delivering = Task.Run(_app.DeliverHooksAsync, Cancelled);
        await slow.HasAsync(6);
        await _receiver.HasAsync(2);
        // What happens meanwhile is told meanwhile.
        await _app.PostFormAsync(_app.MailsTo(readers[2])[^1].Link("/confirm/"));
        await _receiver.HasAsync(3);
        Assert.False(delivering.IsCompleted);
        Assert.Equal(6, slow.Requests.Count);

        // Those to the slow ones end by their time.
        await EndsAsync(delivering, WebhookClient.MaxTime);
        var failed = (await _app.ToldAsync()).FindAll(d => d.Error is not null);
        Assert.NotEmpty(failed);
        Assert.All(failed, d => Assert.Equal("The receiver did not answer within 15 seconds.", d.Error));
    }

    [Fact]
    public async Task Reads_no_more_of_an_answer_than_its_beginning()
    {
        var cut = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        _receiver.Answers(async http =>
        {
            var chunk = new byte[16 * 1024];
            Array.Fill(chunk, (byte)'x');
            var sent = 0L;
            try
            {
                for (; sent < 1_000_000_000; sent += chunk.Length)
                {
                    await http.Response.Body.WriteAsync(chunk, http.RequestAborted);
                    // After a break Kestrel swallows what is written until it has heard of it.
                    await Task.Delay(1, http.RequestAborted);
                }
            }
            finally
            {
                cut.TrySetResult(sent);
            }
        });
        await _app.SubscribeAsync("ada@example.org");
        await _app.RunEnqueuedJobsAsync();
        var told = await _app.OnlyToldAsync();
        Assert.Equal((WebhookDeliveryState.Delivered, new string('x', WebhookDelivery.AnswerLength)), (told.State, told.Answer));
        // The connection is cut; what was sent until then stands in the sockets' buffers.
        Assert.InRange(await cut.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancelled), 0, 50_000_000);
    }

    [Fact]
    public async Task Believes_the_status_of_an_answer_whose_body_never_ends()
    {
        _receiver.Answers(async http =>
        {
            await http.Response.WriteAsync("so far", http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        });
        await _app.SubscribeAsync("ada@example.org");
        var delivering = Task.Run(_app.DeliverHooksAsync, Cancelled);
        await _receiver.HasAsync(1);
        await EndsAsync(delivering, TimeSpan.FromSeconds(1));
        Assert.Equal((WebhookDeliveryState.Delivered, "so far"), ((await _app.OnlyToldAsync()).State, (await _app.OnlyToldAsync()).Answer));
    }

    [Fact]
    public async Task Follows_no_redirect()
    {
        await using var elsewhere = await HookReceiver.StartAsync();
        _receiver.Answers(308, "", ("Location", elsewhere.Url));
        await _app.SubscribeAsync("ada@example.org");
        await _app.RunEnqueuedJobsAsync();
        Assert.Empty(elsewhere.Requests);
        Assert.Contains("redirects are not followed", (await _app.OnlyToldAsync()).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Happens_once_however_many_jobs_run_at_once()
    {
        for (var n = 0; n < 8; n++)
            await _app.SubscribeAsync($"reader{n}@example.org");
        await _app.RaceJobsAsync(4);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(_app.DeliverHooksAsync, Cancelled)));
        Assert.Equal(8, _receiver.Requests.Count);
        Assert.Equal(8, _receiver.Requests.Select(r => r.Id).Distinct().Count());
    }

    [Fact]
    public async Task Happens_again_under_the_same_id_when_the_program_died_before_it_heard_the_answer()
    {
        var folder = Directory.CreateTempSubdirectory("newsroom-hooks-").FullName;
        Dictionary<string, string?> settings = new(NewsroomApp.NearReceivers) { ["ConnectionStrings:Newsroom"] = $"Data Source={Path.Combine(folder, "newsroom.db")}", ["Database:AllowSeveralProcesses"] = "true" };
        await using (var dying = await NewsroomApp.StartAsync(settings))
        {
            await dying.AddNewsletterAsync();
            await dying.RegisterHookAsync(_receiver.Url, "subscriber.confirmed");
            await dying.SubscribeAsync("ada@example.org");
            var answers = new TaskCompletionSource();
            _receiver.Answers(_ => answers.Task);
            var delivering = Task.Run(dying.DeliverHooksAsync, Cancelled);
            await _receiver.HasAsync(1);

            await using var next = await NewsroomApp.StartAsync(settings);
            await next.DeliverHooksAsync();
            Assert.Single(_receiver.Requests);
            next.Clock.Advance(TimeSpan.FromMinutes(2));
            _receiver.Answers(200);
            await next.DeliverHooksAsync();
            Assert.Equal(2, _receiver.Requests.Count);
            Assert.Equal(_receiver.Requests[0].Id, _receiver.Requests[1].Id);

            // Had it only been slow: its late answer changes nothing.
            answers.SetResult();
            await delivering;
            Assert.Equal((WebhookDeliveryState.Delivered, 1), ((await next.OnlyToldAsync()).State, (await next.OnlyToldAsync()).Attempts));
        }
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Is_tried_with_a_test_that_leaves_no_mark_on_the_webhook()
    {
        _receiver.Answers(500, "broken");
        var tested = await _app.PostAsync($"/api/v1/hooks/{_hook}/test", null, HttpStatusCode.OK);
        Assert.Equal(("webhook.test", "failed", 500, "broken"), ((string)tested["type"]!, (string)tested["state"]!, (int)tested["status"]!, (string)tested["answer"]!));
        Assert.Null((string?)(await _app.HookAsync(_hook))["failingSince"]);
        await _app.PostAsync($"/api/v1/hooks/{_hook}/disable", null, HttpStatusCode.OK);
        _receiver.Answers(200);
        tested = await _app.PostAsync($"/api/v1/hooks/{_hook}/test", null, HttpStatusCode.OK);
        Assert.Equal(("delivered", "disabled"), ((string)tested["state"]!, (string)(await _app.HookAsync(_hook))["status"]!));
        await _app.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Equal(2, _receiver.Requests.Count);
    }

    [Fact]
    public async Task Stops_with_the_webhook_and_its_log_goes_with_it()
    {
        _receiver.Answers(500);
        await _app.SubscribeAsync("ada@example.org");
        await _app.RunEnqueuedJobsAsync();
        Assert.Equal(HttpStatusCode.NoContent, (await _app.Api.DeleteAsync($"/api/v1/hooks/{_hook}", Cancelled)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _app.Api.DeleteAsync($"/api/v1/hooks/{_hook}", Cancelled)).StatusCode);
        await _app.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Single(_receiver.Requests);
        Assert.Empty(await _app.ToldAsync());
    }

    [Fact]
    public async Task Is_remembered_for_thirty_days()
    {
        await _app.SubscribeAsync("ada@example.org");
        await _app.RunDueJobsAsync();
        _app.Clock.Advance(ForgetWebhookDeliveries.KeptFor - TimeSpan.FromMinutes(1));
        await _app.RunOnlyAsync<ForgetWebhookDeliveries>();
        await _app.OnlyToldAsync();
        _app.Clock.Advance(TimeSpan.FromMinutes(2));
        await _app.RunOnlyAsync<ForgetWebhookDeliveries>();
        Assert.Empty(await _app.ToldAsync());
        Assert.Contains("other programs of ours", await _app.Http.GetStringAsync("/privacy", Cancelled), StringComparison.Ordinal);
    }

    /// <summary>Moves the clock on until the job has ended: an attempt's time begins when this machine gets to it, however late that is.</summary>
    private async Task EndsAsync(Task delivering, TimeSpan step)
    {
        for (var attempt = 0; attempt < 600 && !delivering.IsCompleted; attempt++)
        {
            await Task.Delay(100, Cancelled);
            _app.Clock.Advance(step);
        }
        Assert.True(delivering.IsCompleted, "The job has not ended within a minute.");
        await delivering;
    }
}
