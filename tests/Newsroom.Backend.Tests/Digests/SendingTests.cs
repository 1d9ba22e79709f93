using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Digests;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Tests.Digests;

public sealed class SendingADigest : IAsyncLifetime
{
    private const int Always = 1_000_000;
    private NewsroomApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await NewsroomApp.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Reaches_every_confirmed_reader_once_and_is_sent_only_then()
    {
        // More than one slice claims at a time.
        var digest = await _app.ReadyDigestAsync(350);
        await _app.StepAsync(digest, "send");
        Assert.Equal("sending", (string)(await _app.DigestAsync(digest))["status"]!);
        await _app.RunEnqueuedJobsAsync();

        Assert.Equal(new Ledger(350, 350, 0, 0, 0, 0), await _app.LedgerAsync(digest));
        Assert.Equal("sent", (string)(await _app.DigestAsync(digest))["status"]!);
        Assert.Equal(Enumerable.Range(1, 350).Select(ConfirmedReaders.Address).Order(), _app.Recipients.Order());
    }

    [Fact]
    public async Task Goes_to_nobody_who_is_unconfirmed_left_suppressed_or_of_another_newsletter()
    {
        var digest = await _app.ReadyDigestAsync(4);
        await _app.AddNewsletterAsync("breaking", "Breaking");
        await _app.AddReadersAsync(1, "breaking", from: 5);
        await _app.ArrangeAsync(async db =>
        {
            var readers = await db.Subscribers.Include(s => s.Subscriptions).OrderBy(s => s.Id).ToListAsync();
            readers[0].Status = SubscriberStatus.Pending;
            readers[1].Subscriptions[0].Leave(NewsroomApp.Start);
            readers[2].Status = SubscriberStatus.Bounced;
        });
        await _app.StepAsync(digest, "send");
        await _app.RunDueJobsAsync();
        Assert.Equal([ConfirmedReaders.Address(4)], _app.Recipients);
        Assert.Equal(new Ledger(1, 1, 0, 0, 0, 0), await _app.LedgerAsync(digest));
    }

    [Fact]
    public async Task Withholds_from_who_left_or_was_suppressed_between_planning_and_sending()
    {
        var digest = await _app.ReadyDigestAsync(6);
        await _app.Smtp.GoAwayAsync();
        await _app.StepAsync(digest, "send");
        await _app.RunEnqueuedJobsAsync();
        Assert.Equal(new Ledger(6, 0, 0, 0, 0, 6), await _app.LedgerAsync(digest));

        await _app.ArrangeAsync(async db =>
        {
            var readers = await db.Subscribers.Include(s => s.Subscriptions).OrderBy(s => s.Id).ToListAsync();
            readers[0].Subscriptions[0].Leave(NewsroomApp.Start);
            readers[0].LeaveIfNothingIsLeft(NewsroomApp.Start);
            readers[1].Status = SubscriberStatus.Complained;
        });
        await _app.SuppressAsync(ConfirmedReaders.Address(3), SuppressionReason.Complaint);
        _app.Smtp.ComeBack();
        await _app.AdvanceAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(new Ledger(6, 3, 0, 3, 0, 0), await _app.LedgerAsync(digest));
        Assert.Equal([ConfirmedReaders.Address(4), ConfirmedReaders.Address(5), ConfirmedReaders.Address(6)], _app.Recipients.Order());
    }

    [Fact]
    public async Task Does_not_go_to_who_confirmed_after_it_began()
    {
        var digest = await _app.ReadyDigestAsync(2);
        await _app.StepAsync(digest, "send");
        _app.Clock.Advance(TimeSpan.FromSeconds(1));
        await _app.AddReadersAsync(1, from: 3);
        await _app.RunDueJobsAsync();
        Assert.Equal(2, (await _app.LedgerAsync(digest)).Planned);
        Assert.DoesNotContain(ConfirmedReaders.Address(3), _app.Recipients);
    }

    [Fact]
    public async Task Records_each_answer_and_suppresses_only_a_mailbox_that_is_no_more()
    {
        var digest = await _app.ReadyDigestAsync(5);
        _app.Smtp.On(SmtpStep.Rcpt, "550 5.1.1 no such user", to: ConfirmedReaders.Address(1), times: Always);
        _app.Smtp.On(SmtpStep.Rcpt, "552 5.2.2 mailbox full", to: ConfirmedReaders.Address(2), times: Always);
        _app.Smtp.On(SmtpStep.Rcpt, "450 4.2.0 greylisted", to: ConfirmedReaders.Address(3), times: 1);
        _app.Smtp.On(SmtpStep.Dot, SmtpSink.TakeAndDrop, to: ConfirmedReaders.Address(4));
        await _app.StepAsync(digest, "send");
        await _app.RunEnqueuedJobsAsync();
        Assert.Equal(new Ledger(5, 1, 2, 0, 1, 1), await _app.LedgerAsync(digest));
        Assert.Equal("sending", (string)(await _app.DigestAsync(digest))["status"]!);

        await _app.AdvanceAsync(TimeSpan.FromMinutes(6));
        Assert.Equal(new Ledger(5, 2, 2, 0, 1, 0), await _app.LedgerAsync(digest));
        Assert.Equal("sent", (string)(await _app.DigestAsync(digest))["status"]!);
        var statuses = await _app.ReadAsync(db => db.Subscribers.OrderBy(s => s.Id).Select(s => s.Status).ToListAsync());
        Assert.Equal(SubscriberStatus.Bounced, statuses[0]);
        Assert.All(statuses.Skip(1), s => Assert.Equal(SubscriberStatus.Confirmed, s));
        Assert.Single(await _app.ReadAsync(db => db.Suppressions.ToListAsync()));
        var refused = await _app.ReadAsync(db => db.Deliveries.OrderBy(d => d.SubscriberId).Select(d => new { d.Code, d.Answer }).FirstAsync());
        Assert.Equal((550, "5.1.1 no such user"), (refused.Code, refused.Answer));
    }

    [Fact]
    public async Task Waits_for_a_server_that_is_down_and_loses_nothing()
    {
        var digest = await _app.ReadyDigestAsync(12);
        await _app.Smtp.GoAwayAsync();
        await _app.StepAsync(digest, "send");
        for (var minute = 0; minute < 5; minute++)
            await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(new Ledger(12, 0, 0, 0, 0, 12), await _app.LedgerAsync(digest));
        Assert.Contains("does not take mail now", (string)(await _app.DigestAsync(digest))["reason"]!, StringComparison.Ordinal);
        Assert.All(await _app.ReadAsync(db => db.Deliveries.Select(d => d.Attempts).ToListAsync()), attempts => Assert.Equal(0, attempts));

        _app.Smtp.ComeBack();
        await _app.AdvanceAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(new Ledger(12, 12, 0, 0, 0, 0), await _app.LedgerAsync(digest));
        Assert.Null((await _app.DigestAsync(digest))["reason"]);
        Assert.Equal(12, _app.Recipients.Count);
    }

    [Fact]
    public async Task Stops_for_people_when_the_server_refuses_the_newsroom_and_goes_on_when_they_resume()
    {
        var digest = await _app.ReadyDigestAsync(30);
        _app.Smtp.On(SmtpStep.Rcpt, "550 5.7.26 unauthenticated mail is not accepted", times: Always);
        await _app.StepAsync(digest, "send");
        await _app.RunDueJobsAsync();
        var stopped = await _app.DigestAsync(digest);
        Assert.Equal("stopped", (string)stopped["status"]!);
        Assert.Contains("5.7.26", (string)stopped["reason"]!, StringComparison.Ordinal);
        Assert.Equal(new Ledger(30, 0, 0, 0, 0, 30), await _app.LedgerAsync(digest));
        Assert.Empty(await _app.ReadAsync(db => db.Suppressions.ToListAsync()));

        _app.Smtp.On(SmtpStep.Rcpt, "250 2.1.5 Recipient ok", times: Always);
        await _app.StepAsync(digest, "resume");
        await _app.RunDueJobsAsync();
        Assert.Equal(new Ledger(30, 30, 0, 0, 0, 0), await _app.LedgerAsync(digest));
    }

    [Theory]
    [InlineData("554 5.7.1 Access denied")]
    [InlineData("550 No")]
    [InlineData("554 No")]
    public async Task Is_not_held_up_by_a_few_who_are_refused_and_suppresses_nobody_without_a_reason_of_theirs(string answer)
    {
        var digest = await _app.ReadyDigestAsync(10);
        foreach (var n in new[] { 2, 5, 9 })
            _app.Smtp.On(SmtpStep.Rcpt, answer, to: ConfirmedReaders.Address(n), times: Always);
        await _app.StepAsync(digest, "send");
        await _app.RunEnqueuedJobsAsync();
        Assert.Equal(new Ledger(10, 7, 3, 0, 0, 0), await _app.LedgerAsync(digest));
        Assert.Equal("sent", (string)(await _app.DigestAsync(digest))["status"]!);
        Assert.Empty(await _app.ReadAsync(db => db.Suppressions.ToListAsync()));
    }

    [Fact]
    public async Task Puts_back_only_those_whose_refusal_was_meant_for_the_newsroom()
    {
        var digest = await _app.ReadyDigestAsync(12);
        _app.Smtp.On(SmtpStep.Rcpt, "550 5.7.26 unauthenticated mail is not accepted", times: Always);
        _app.Smtp.On(SmtpStep.Rcpt, "552 5.2.2 mailbox full", to: ConfirmedReaders.Address(1), times: Always);
        await _app.StepAsync(digest, "send");
        await _app.RunDueJobsAsync();
        Assert.Equal("stopped", (string)(await _app.DigestAsync(digest))["status"]!);
        Assert.Equal(new Ledger(12, 0, 1, 0, 0, 11), await _app.LedgerAsync(digest));
    }

    [Fact]
    public async Task Begins_again_after_the_queue_was_lost()
    {
        var digest = await _app.ReadyDigestAsync(3);
        await _app.StepAsync(digest, "send");
        _app.LoseEnqueuedJobs();
        await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(new Ledger(3, 3, 0, 0, 0, 0), await _app.LedgerAsync(digest));
    }

    [Fact]
    public async Task Completes_a_planning_that_died_before_any_mail_leaves()
    {
        var digest = await _app.ReadyDigestAsync(10);
        await _app.StepAsync(digest, "send");
        // What a process killed between two planning batches leaves: some rows, no count, a lease nobody renews.
        await _app.ArrangeAsync(async db =>
        {
            var (digestId, now) = (await db.Digests.Select(d => d.Id).SingleAsync(), _app.Clock.GetUtcNow());
            Assert.True(await SliceLease.TakeAsync(db, digestId, Guid.CreateVersion7(), now, CancellationToken.None));
            var some = await db.Subscriptions.OrderBy(s => s.SubscriberId).Where(s => s.SubscriberId % 3 == 0).ToListAsync();
            db.AddRange(some.Select(s => new Delivery { DigestId = digestId, SubscriberId = s.SubscriberId, SubscriptionId = s.Id }));
        });
        await _app.RunDueJobsAsync();
        Assert.Empty(_app.Recipients);
        await _app.AdvanceAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(new Ledger(10, 10, 0, 0, 0, 0), await _app.LedgerAsync(digest));
        Assert.Equal(10, _app.Recipients.Distinct().Count());
    }

    [Fact]
    public async Task Is_sent_by_one_of_two_slices_that_race()
    {
        var digest = await _app.ReadyDigestAsync(40);
        await _app.StepAsync(digest, "send");
        await _app.RaceJobsAsync(4);
        await _app.RunDueJobsAsync();
        Assert.Equal(new Ledger(40, 40, 0, 0, 0, 0), await _app.LedgerAsync(digest));
        Assert.Equal(40, _app.Recipients.Count);
    }

    [Fact]
    public async Task Ends_though_a_subscription_was_taken_back_with_its_import_while_it_was_planned()
    {
        var digest = await _app.ReadyDigestAsync(3);
        await _app.StepAsync(digest, "send");
        await _app.Smtp.GoAwayAsync();
        await _app.RunEnqueuedJobsAsync();
        await _app.ArrangeAsync(db => db.Subscriptions.Where(s => s.Subscriber.Address == ConfirmedReaders.Address(1)).ExecuteDeleteAsync());
        _app.Smtp.ComeBack();
        await _app.AdvanceAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(new Ledger(3, 2, 0, 1, 0, 0), await _app.FrozenAsync(digest));
        Assert.Equal("sent", (string)(await _app.DigestAsync(digest))["status"]!);
    }

    [Fact]
    public async Task Is_not_over_while_a_reader_waits_whatever_crossed_when_it_ended()
    {
        var digest = await _app.ReadyDigestAsync(3);
        _app.Smtp.On(SmtpStep.Dot, SmtpSink.Drop, to: ConfirmedReaders.Address(2));
        await _app.StepAsync(digest, "send");
        await _app.RunEnqueuedJobsAsync();
        Assert.Equal(new Ledger(3, 2, 0, 0, 1, 0), await _app.FrozenAsync(digest));
        // A late "try again" that read the digest as not over yet, in the moment when it ended.
        await _app.ArrangeAsync(db => db.Deliveries.Where(d => d.State == DeliveryState.Uncertain)
            .ExecuteUpdateAsync(s => s.SetProperty(d => d.State, DeliveryState.Deferred).SetProperty(d => d.NextAttemptAt, NewsroomApp.Start)));
        await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(new Ledger(3, 3, 0, 0, 0, 0), await _app.FrozenAsync(digest));
        Assert.Equal("sent", (string)(await _app.DigestAsync(digest))["status"]!);
        Assert.Equal(3, _app.Recipients.Count);
    }

    [Fact]
    public async Task Is_taken_no_second_time_by_a_slice_whose_lease_ran_out()
    {
        var digest = await _app.ReadyDigestAsync(3);
        await _app.StepAsync(digest, "send");
        await _app.ArrangeAsync(async db =>
        {
            var (digestId, now, lease) = (await db.Digests.Select(d => d.Id).SingleAsync(), _app.Clock.GetUtcNow(), Guid.CreateVersion7());
            await SliceLease.TakeAsync(db, digestId, lease, now, CancellationToken.None);
            await new PlanAudience(db, _app.Clock).RunAsync(digestId, lease, CancellationToken.None);
            Assert.Equal(3, (await DeliveryRows.ClaimAsync(db, digestId, lease, now, now + SliceLease.Length, 3)).Count);
            // The database was busy for so long that no heartbeat came through; then the sweep did.
            var later = now + SliceLease.Length + TimeSpan.FromSeconds(1);
            await DeliveryRows.ReclaimAsync(db, later, later, CancellationToken.None);
            Assert.Empty(await DeliveryRows.ClaimAsync(db, digestId, lease, later, later + SliceLease.Length, 3));
            Assert.False(await SliceLease.RenewAsync(db, digestId, lease, later, CancellationToken.None));
        });
        await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(3, _app.Recipients.Count);
    }

    [Fact]
    public async Task Calls_uncertain_what_a_dead_process_was_handing_over_and_never_sends_it_again()
    {
        var digest = await _app.ReadyDigestAsync(3);
        await _app.StepAsync(digest, "send");
        await _app.ArrangeAsync(async db =>
        {
            // The rows of a process that died: one taken, one being handed over.
            var (digestId, now, lease) = (await db.Digests.Select(d => d.Id).SingleAsync(), _app.Clock.GetUtcNow(), Guid.CreateVersion7());
            await SliceLease.TakeAsync(db, digestId, lease, now, CancellationToken.None);
            await new PlanAudience(db, _app.Clock).RunAsync(digestId, lease, CancellationToken.None);
            var claimed = await DeliveryRows.ClaimAsync(db, digestId, lease, now, now + SliceLease.Length, 2);
            Assert.Equal(Gate.Open, await DeliveryRows.BeginAsync(db, claimed[0].Id, lease, "", now));
        });
        await _app.RunDueJobsAsync();
        Assert.Equal(new Ledger(3, 0, 0, 0, 0, 3), await _app.LedgerAsync(digest));
        await _app.AdvanceAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(new Ledger(3, 2, 0, 0, 1, 0), await _app.LedgerAsync(digest));
        Assert.Equal([ConfirmedReaders.Address(2), ConfirmedReaders.Address(3)], _app.Recipients.Order());
        Assert.Equal("sent", (string)(await _app.DigestAsync(digest))["status"]!);
    }
}
