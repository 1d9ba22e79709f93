using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;

namespace Newsroom.Backend.Tests.Digests;

public sealed class ADigestsProgress : IAsyncLifetime
{
    private const int Always = 1_000_000;
    private NewsroomApp _app = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _app = await NewsroomApp.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Of_a_draft_is_nothing_yet()
    {
        var progress = await _app.ProgressAsync(await _app.ReadyDigestAsync(2));
        Assert.Equal("draft", (string)progress["status"]!);
        Assert.Equal((0, 0.0), ((int)progress["ledger"]!["planned"]!, (double)progress["ratePerMinute"]!));
        Assert.Null(progress["etaSeconds"]);
        Assert.Null(progress["startedAt"]);
        Assert.Empty(progress["failures"]!.AsArray());
        await Assert.ThrowsAsync<HttpRequestException>(() => _app.ProgressAsync("dig_unknown"));
    }

    [Fact]
    public async Task Groups_failures_by_owner_and_code_with_the_most_frequent_words_first()
    {
        var digest = await _app.ReadyDigestAsync(12);
        _app.Smtp.On(SmtpStep.Rcpt, "550 5.1.1 no such user", to: ConfirmedReaders.Address(2), times: Always);
        _app.Smtp.On(SmtpStep.Rcpt, "550 5.1.1 unknown here", to: ConfirmedReaders.Address(4), times: Always);
        _app.Smtp.On(SmtpStep.Rcpt, "550 5.1.1 unknown here", to: ConfirmedReaders.Address(6), times: Always);
        _app.Smtp.On(SmtpStep.Dot, "554 5.6.0 not like this", to: ConfirmedReaders.Address(8), times: Always);
        _app.Smtp.On(SmtpStep.Rcpt, "450 4.2.0 greylisted", to: ConfirmedReaders.Address(10), times: Always);
        await _app.StepAsync(digest, "send");
        await _app.RunEnqueuedJobsAsync();

        var progress = await _app.ProgressAsync(digest);
        var failures = progress["failures"]!.AsArray();
        Assert.Equal(("reader", 3, 550), ((string)failures[0]!["owner"]!, (int)failures[0]!["count"]!, (int)failures[0]!["code"]!));
        Assert.Equal(["5.1.1 unknown here", "5.1.1 no such user"], failures[0]!["words"]!.AsArray().Select(w => (string)w!));
        Assert.Contains(failures, f => (string)f!["owner"]! == "content" && (int)f["code"]! == 554);
        Assert.Contains(failures, f => (string)f!["owner"]! == "reader" && (int)f["code"]! == 450);
        Assert.Equal((1, "2026-11-24T12:05:00+00:00"), ((int)progress["deferred"]!["count"]!, (string)progress["deferred"]!["nextAttemptAt"]!));
        Assert.Equal(5 * 60, (int)progress["etaSeconds"]!);

        var ofContent = await _app.GetAsync($"/api/v1/digests/{digest}/deliveries?owner=content");
        Assert.Equal("content", (string)Assert.Single(ofContent["items"]!.AsArray())!["owner"]!);
        foreach (var wrong in new[] { "owner=nobody", "state=lost", "state=4", "owner=" })
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await _app.Api.GetAsync($"/api/v1/digests/{digest}/deliveries?{wrong}", Stop)).StatusCode);
    }

    [Fact]
    public async Task Tells_rate_and_time_left_from_what_was_settled_lately()
    {
        var (digest, taken) = (await _app.ReadyDigestAsync(60), 0);
        // A message a second, until it is paused after half a minute.
        var pause = new Lazy<Task>(() => _app.StepAsync(digest, "pause"));
        _app.Smtp.OnTaken = _ =>
        {
            _app.Clock.Advance(TimeSpan.FromSeconds(1));
            return Interlocked.Increment(ref taken) == 30 ? pause.Value : Task.CompletedTask;
        };
        await _app.StepAsync(digest, "send");
        await _app.RunEnqueuedJobsAsync();
        var paused = await _app.ProgressAsync(digest);
        Assert.Equal(("paused", 0.0), ((string)paused["status"]!, (double)paused["ratePerMinute"]!));
        Assert.Null(paused["etaSeconds"]);

        await _app.ArrangeAsync(db => db.Database.ExecuteSqlAsync($"UPDATE Digests SET Status = 'Sending'"));
        var sending = await _app.ProgressAsync(digest);
        var (rate, left) = ((double)sending["ratePerMinute"]!, (int)sending["ledger"]!["remaining"]!);
        Assert.InRange(rate, 45, 75);
        Assert.InRange((int)sending["etaSeconds"]!, (int)(left / rate * 60) - 2, (int)(left / rate * 60) + 2);

        // Nothing moves any more.
        _app.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(0, (double)(await _app.ProgressAsync(digest))["ratePerMinute"]!);
    }

    [Fact]
    public async Task Streams_each_change_and_ends_with_the_last()
    {
        var digest = await _app.ReadyDigestAsync(3);
        await using var events = _app.WatchAsync(digest, Stop).GetAsyncEnumerator(Stop);
        Assert.True(await events.MoveNextAsync());
        Assert.Equal(("progress", "draft"), (events.Current.Event, StatusOf(events.Current.Data)));

        await _app.StepAsync(digest, "send");
        _app.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await events.MoveNextAsync());
        Assert.Equal("sending", StatusOf(events.Current.Data));

        // Silence is broken so that no proxy takes the line for dead.
        var next = events.MoveNextAsync().AsTask();
        await _app.SecondsUntilAsync(next);
        Assert.True(await next);
        Assert.Equal(("alive", ""), events.Current);

        await _app.RunEnqueuedJobsAsync();
        _app.Clock.Advance(TimeSpan.FromSeconds(1));
        do
        {
            Assert.True(await events.MoveNextAsync());
        }
        while (events.Current.Event == "alive");
        var last = JsonNode.Parse(events.Current.Data)!;
        Assert.Equal(("sent", 3), ((string)last["status"]!, (int)last["ledger"]!["accepted"]!));
        Assert.False(await events.MoveNextAsync());
    }

    [Fact]
    public async Task Of_one_that_is_over_is_one_event()
    {
        var digest = await _app.ReadyDigestAsync(2);
        await _app.StepAsync(digest, "send");
        await _app.RunDueJobsAsync();
        var events = new List<string>();
        await foreach (var (_, data) in _app.WatchAsync(digest, Stop))
            events.Add(StatusOf(data));
        Assert.Equal(["sent"], events);
    }

    [Fact]
    public async Task Ends_when_its_key_is_revoked()
    {
        var (digest, reader) = (await _app.ReadyDigestAsync(1), await _app.ApiWithAsync("read"));
        await using var events = NewsroomApp.EventsAsync(reader, $"/api/v1/digests/{digest}/progress", Stop).GetAsyncEnumerator(Stop);
        Assert.True(await events.MoveNextAsync());
        await _app.ReadAsync(db => db.ApiKeys.Where(k => k.Name == "tests" && k.Scopes == "read").ExecuteUpdateAsync(k => k.SetProperty(x => x.RevokedAt, NewsroomApp.Start), Stop));
        _app.Clock.Advance(TimeSpan.FromSeconds(15));
        Assert.False(await events.MoveNextAsync());
    }

    [Fact]
    public async Task Is_watched_by_so_many_and_a_place_is_free_again_when_one_goes()
    {
        var digest = await _app.ReadyDigestAsync(1);
        var (gone, watching) = (new CancellationTokenSource(), new List<IAsyncEnumerator<(string, string)>>());
        for (var n = 0; n < Backend.Web.EventStreams.Most; n++)
        {
            watching.Add(_app.WatchAsync(digest, gone.Token).GetAsyncEnumerator(Stop));
            Assert.True(await watching[^1].MoveNextAsync());
        }
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await TryWatchAsync(digest));
        Assert.Equal("draft", (string)(await _app.ProgressAsync(digest))["status"]!);

        await gone.CancelAsync();
        foreach (var one in watching)
            await one.DisposeAsync();
        var answer = HttpStatusCode.ServiceUnavailable;
        for (var attempt = 0; answer != HttpStatusCode.OK && attempt < 500; attempt++)
        {
            _app.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(10, Stop);
            answer = await TryWatchAsync(digest);
        }
        Assert.Equal(HttpStatusCode.OK, answer);
    }

    private async Task<HttpStatusCode> TryWatchAsync(string digest)
    {
        using var response = await NewsroomApp.AskForEventsAsync(_app.Api, $"/api/v1/digests/{digest}/progress", Stop);
        return response.StatusCode;
    }

    private static string StatusOf(string data) => (string)JsonNode.Parse(data)!["status"]!;
}
