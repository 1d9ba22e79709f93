using System.Net;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Digests;

namespace Newsroom.Backend.Tests.Digests;

public sealed class DecidingWhatIsUncertain : IAsyncLifetime
{
    private NewsroomApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await NewsroomApp.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Sending_again_mails_just_these_and_closes_the_ledger_anew()
    {
        var digest = await SentWithUncertainAsync(2, 4);
        Assert.Equal(new Ledger(5, 3, 0, 0, 2, 0), await _app.FrozenAsync(digest));
        _app.Smtp.Clear();
        var answer = await DecideAsync(digest, "send");
        Assert.Equal(("send", 2, "sending"), ((string)answer["decision"]!, (int)answer["count"]!, (string)answer["digest"]!["status"]!));
        Assert.Equal(new Ledger(5, 3, 0, 0, 0, 2), await _app.LedgerAsync(digest));
        Assert.Null(await _app.FrozenAsync(digest));
        Assert.Equal(1, (await _app.DeliveryAsync(digest, ConfirmedReaders.Address(2))).Attempts);

        await _app.RunDueJobsAsync();
        Assert.Equal([ConfirmedReaders.Address(2), ConfirmedReaders.Address(4)], _app.Recipients.Order());
        Assert.Equal(new Ledger(5, 5, 0, 0, 0, 0), await _app.FrozenAsync(digest));
        Assert.Equal("sent", (string)(await _app.DigestAsync(digest))["status"]!);
        Assert.Equal(2, (await _app.DeliveryAsync(digest, ConfirmedReaders.Address(2))).Attempts);
        var refused = await DecideAsync(digest, "send", expected: HttpStatusCode.Conflict);
        Assert.Equal("Nothing of this digest is uncertain.", (string)refused["title"]!);
    }

    [Fact]
    public async Task Leaving_them_calls_them_accepted_never_and_asks_no_more()
    {
        var digest = await SentWithUncertainAsync(1, 3);
        await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Contains("2 uncertain", (await _app.OpenAlertsAsync())["digest.uncertain." + digest], StringComparison.Ordinal);

        var one = await SubscriberAsync(1);
        Assert.Equal(1, (int)(await DecideAsync(digest, "leave", one))["count"]!);
        await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Contains("1 uncertain", (await _app.OpenAlertsAsync())["digest.uncertain." + digest], StringComparison.Ordinal);
        Assert.Equal(1, (int)(await DecideAsync(digest, "leave"))["count"]!);
        Assert.Equal(0, (int)(await DecideAsync(digest, "leave"))["count"]!);
        await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Empty(await _app.OpenAlertsAsync());

        Assert.Equal(new Ledger(5, 3, 0, 0, 2, 0), await _app.LedgerAsync(digest));
        var listed = (await _app.GetAsync($"/api/v1/digests/{digest}/deliveries?state=uncertain"))["items"]!.AsArray();
        Assert.Equal(2, listed.Count);
        Assert.All(listed, d => Assert.NotNull(d!["decidedAt"]));
        // A decision may be thought over.
        Assert.Equal(2, (int)(await DecideAsync(digest, "send"))["count"]!);
    }

    [Fact]
    public async Task A_decision_of_no_sense_or_about_nobody_changes_nothing()
    {
        var digest = await SentWithUncertainAsync(1);
        foreach (var decision in new[] { null, "", "resend", "0", "accepted" })
            await DecideAsync(digest, decision, expected: HttpStatusCode.UnprocessableEntity);
        await _app.PostAsync($"/api/v1/digests/{digest}/uncertain", new { decision = "send", subscribers = Array.Empty<string>() }, HttpStatusCode.UnprocessableEntity);
        await DecideAsync(digest, "send", await SubscriberAsync(2), HttpStatusCode.Conflict);
        await DecideAsync("dig_unknown", "send", expected: HttpStatusCode.NotFound);
        Assert.Equal(new Ledger(5, 4, 0, 0, 1, 0), await _app.FrozenAsync(digest));
    }

    [Fact]
    public async Task Who_has_left_meanwhile_gets_no_second_one()
    {
        var digest = await SentWithUncertainAsync(2);
        await _app.LeaveAsync(ConfirmedReaders.Address(2));
        _app.Smtp.Clear();
        await DecideAsync(digest, "send");
        await _app.RunDueJobsAsync();
        Assert.Empty(_app.Recipients);
        Assert.Equal(new Ledger(5, 4, 0, 1, 0, 0), await _app.FrozenAsync(digest));
    }

    [Fact]
    public async Task An_answer_that_comes_after_the_end_is_in_the_kept_ledger_within_a_minute()
    {
        var digest = await SentWithUncertainAsync(2);
        await _app.ArrangeAsync(async db =>
        {
            var row = await db.Deliveries.AsNoTracking().SingleAsync(d => d.State == DeliveryState.Uncertain);
            var accepted = new Settlement(DeliveryState.Accepted, 1, null, 250, null, null);
            Assert.True(await DeliveryRows.SettleAsync(db, row.Id, row.LeaseId!.Value, accepted, _app.Clock.GetUtcNow()));
        });
        await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(new Ledger(5, 5, 0, 0, 0, 0), await _app.FrozenAsync(digest));
    }

    private async Task<string> SentWithUncertainAsync(params int[] readers)
    {
        var digest = await _app.ReadyDigestAsync(5);
        foreach (var reader in readers)
            _app.Smtp.On(SmtpStep.Dot, SmtpSink.TakeAndDrop, to: ConfirmedReaders.Address(reader));
        await _app.StepAsync(digest, "send");
        await _app.RunEnqueuedJobsAsync();
        return digest;
    }

    private Task<System.Text.Json.Nodes.JsonNode> DecideAsync(string digest, string? decision, string? subscriber = null, HttpStatusCode expected = HttpStatusCode.OK) =>
        _app.PostAsync($"/api/v1/digests/{digest}/uncertain", new { decision, subscribers = subscriber is null ? null : new[] { subscriber } }, expected);

    private Task<string> SubscriberAsync(int reader) =>
        _app.ReadAsync(db => db.Subscribers.Where(s => s.Address == ConfirmedReaders.Address(reader)).Select(s => s.PublicId).SingleAsync());
}

public sealed class SendingToThoseWhoMissIt : IAsyncLifetime
{
    private const int Always = 1_000_000;
    private NewsroomApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await NewsroomApp.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Reaches_who_was_refused_for_our_fault_or_the_messages_and_nobody_else()
    {
        var digest = await _app.ReadyDigestAsync(12);
        _app.Smtp.On(SmtpStep.Rcpt, "550 5.1.1 no such user", to: ConfirmedReaders.Address(1), times: Always);
        _app.Smtp.On(SmtpStep.Rcpt, "554 5.7.1 policy", to: ConfirmedReaders.Address(3), times: 1);
        _app.Smtp.On(SmtpStep.Dot, "554 5.6.0 content", to: ConfirmedReaders.Address(5), times: 1);
        _app.Smtp.On(SmtpStep.Rcpt, "554 5.7.1 policy", to: ConfirmedReaders.Address(7), times: 1);
        _app.Smtp.On(SmtpStep.Dot, SmtpSink.TakeAndDrop, to: ConfirmedReaders.Address(9));
        await _app.StepAsync(digest, "send");
        await _app.RunEnqueuedJobsAsync();
        Assert.Equal(new Ledger(12, 7, 4, 0, 1, 0), await _app.FrozenAsync(digest));
        await _app.LeaveAsync(ConfirmedReaders.Address(7));
        _app.Smtp.Clear();

        var answer = await _app.StepAsync(digest, "missing");
        Assert.Equal((2, 0, 1), Kinds(answer));
        Assert.Equal("sending", (string)answer["digest"]!["status"]!);
        Assert.Equal(new Ledger(12, 7, 2, 0, 1, 2), await _app.LedgerAsync(digest));
        await _app.RunDueJobsAsync();
        Assert.Equal([ConfirmedReaders.Address(3), ConfirmedReaders.Address(5)], _app.Recipients.Order());
        Assert.Equal(new Ledger(12, 9, 2, 0, 1, 0), await _app.FrozenAsync(digest));

        // Only who has left misses it now.
        await _app.StepAsync(digest, "missing", expected: HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Reaches_who_was_cut_off_by_cancelling_once_each()
    {
        var (digest, taken) = (await _app.ReadyDigestAsync(60), 0);
        var cancel = new Lazy<Task>(() => _app.StepAsync(digest, "cancel"));
        _app.Smtp.OnTaken = _ => Interlocked.Increment(ref taken) >= 10 ? cancel.Value : Task.CompletedTask;
        await _app.StepAsync(digest, "send");
        await _app.RunDueJobsAsync();
        await _app.AdvanceAsync(TimeSpan.FromMinutes(2));
        var before = await _app.FrozenAsync(digest);
        Assert.Equal((60, 0), (before!.Accepted + before.Withheld, before.Remaining));
        var last = (await _app.ReadAsync(db => db.Deliveries.Where(d => d.CancelledBeforeTurn).OrderBy(d => d.Id).Select(d => d.SubscriberId).LastAsync()));
        var gone = await _app.ReadAsync(db => db.Subscribers.Where(s => s.Id == last).Select(s => s.Address).SingleAsync());
        await _app.LeaveAsync(gone);

        Assert.Equal((0, before.Withheld - 1, 1), Kinds(await _app.StepAsync(digest, "missing")));
        await _app.RunDueJobsAsync();
        Assert.Equal(new Ledger(60, 59, 0, 1, 0, 0), await _app.FrozenAsync(digest));
        Assert.Equal(59, _app.Recipients.Count);
        Assert.Equal(59, _app.Recipients.Distinct().Count());
        Assert.DoesNotContain(gone, _app.Recipients);
        Assert.Equal("sent", (string)(await _app.DigestAsync(digest))["status"]!);
    }

    [Fact]
    public async Task Does_not_reach_who_came_back_later_or_was_withheld_for_leaving()
    {
        var digest = await _app.ReadyDigestAsync(3);
        await _app.StepAsync(digest, "send");
        await _app.Smtp.GoAwayAsync();
        await _app.RunEnqueuedJobsAsync();
        await _app.LeaveAsync(ConfirmedReaders.Address(1));
        _app.Smtp.ComeBack();
        await _app.AdvanceAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(new Ledger(3, 2, 0, 1, 0, 0), await _app.FrozenAsync(digest));
        await _app.ArrangeAsync(async db =>
        {
            var reader = await db.Subscribers.Include(s => s.Subscriptions).SingleAsync(s => s.Address == ConfirmedReaders.Address(1));
            reader.Subscriptions[0].BeginAnew(_app.Clock.GetUtcNow());
            reader.Confirm(_app.Clock.GetUtcNow());
        });
        var refused = await _app.StepAsync(digest, "missing", expected: HttpStatusCode.Conflict);
        Assert.Equal("Nobody misses this digest for a reason of ours.", (string)refused["title"]!);
        Assert.Equal(new Ledger(3, 2, 0, 1, 0, 0), await _app.FrozenAsync(digest));
    }

    [Fact]
    public async Task Says_why_not_while_it_is_not_over_or_never_began()
    {
        var digest = await _app.ReadyDigestAsync(2);
        Assert.Contains("a draft", (string)(await _app.StepAsync(digest, "missing", expected: HttpStatusCode.Conflict))["title"]!, StringComparison.Ordinal);
        await _app.StepAsync(digest, "cancel");
        Assert.Contains("never begun", (string)(await _app.StepAsync(digest, "missing", expected: HttpStatusCode.Conflict))["title"]!, StringComparison.Ordinal);
        await _app.StepAsync("dig_unknown", "missing", expected: HttpStatusCode.NotFound);
    }

    private static (int, int, int) Kinds(System.Text.Json.Nodes.JsonNode answer) => ((int)answer["refused"]!, (int)answer["cancelled"]!, (int)answer["noLongerReaders"]!);
}
