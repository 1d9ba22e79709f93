using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Bounces;

namespace Newsroom.Backend.Tests.Bounces;

public sealed class WhatComesBack : IAsyncLifetime
{
    private const string Ada = "ada@example.org";
    private NewsroomApp _app = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync();
        await _app.AddNewsletterAsync();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Suppresses_the_address_of_a_hard_bounce_with_the_servers_words_and_the_readers_status()
    {
        var mark = await SubscribedAsync();
        var taken = await _app.HearAsync(Reports.Hard(Ada, mark));
        Assert.Equal(ReportOutcome.Applied, taken.Outcome);
        Assert.Equal(SuppressionReason.HardBounce, await _app.SuppressedForAsync(Ada));
        Assert.Equal("5.1.1 <(the address)> no such user", await _app.ReadAsync(db => db.Suppressions.Select(s => s.Evidence).SingleAsync(Cancelled)));
        Assert.Equal("bounced", await _app.StatusAsync(Ada));
        var row = Assert.Single(await _app.ReportsAsync());
        Assert.DoesNotContain(Ada, row.Diagnostic, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Suppresses_everywhere_for_a_complaint_even_when_the_address_is_redacted()
    {
        var mark = await SubscribedAsync();
        await _app.HearAsync(Reports.Spam(mark));
        Assert.Equal(SuppressionReason.Complaint, await _app.SuppressedForAsync(Ada));
        Assert.Equal("complained", await _app.StatusAsync(Ada));
    }

    [Fact]
    public async Task Keeps_a_hash_alone_when_nobody_here_knows_the_address_in_clear()
    {
        var mark = await _app.SentLetterAsync(Ada);
        await _app.HearAsync(Reports.Spam(mark));
        Assert.Null(await _app.ReadAsync(db => db.Suppressions.Select(s => s.Address).SingleAsync(Cancelled)));
        var second = await _app.WriteLetterAsync(Ada);
        await _app.RunEnqueuedJobsAsync();
        Assert.Equal(OutgoingMailState.Withheld, (await _app.OutgoingMailAsync(second)).State);
    }

    [Fact]
    public async Task Changes_nothing_when_it_comes_twice_or_twice_at_once()
    {
        var mark = await SubscribedAsync();
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => _app.HearAsync(Reports.Hard(Ada, mark), "the same"))));
        var before = await _app.DumpAsync();
        Assert.Equal(ReportOutcome.Applied, (await _app.HearAsync(Reports.Hard(Ada, mark), "the same")).Outcome);
        Assert.Equal(before, await _app.DumpAsync());
        Assert.Single(await _app.ReportsAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Suppresses_nobody_when_it_is_forged(bool looksLikeAMark)
    {
        await SubscribedAsync();
        var taken = await _app.HearAsync(Reports.Hard(Ada, looksLikeAMark ? new string('a', MailMarks.Length) : "nothing"));
        Assert.Equal(ReportOutcome.Forged, taken.Outcome);
        Assert.Null(await _app.SuppressedForAsync(Ada));
        Assert.Equal("confirmed", await _app.StatusAsync(Ada));
        var row = Assert.Single(await _app.ReportsAsync());
        Assert.Equal((null, null, null), (row.Diagnostic, row.Raw, row.AddressHash));
    }

    [Fact]
    public async Task Suppresses_nobody_for_a_mail_that_never_left()
    {
        var id = await _app.WriteLetterAsync(Ada);
        Assert.Equal(ReportOutcome.Forged, (await _app.HearAsync(Reports.Hard(Ada, await _app.MarkAsync(MailedId.Single(id))))).Outcome);
        Assert.Equal(ReportOutcome.Forged, (await _app.HearAsync(Reports.Hard(Ada, await _app.MarkAsync(MailedId.Single(999))))).Outcome);
        Assert.Null(await _app.SuppressedForAsync(Ada));
    }

    [Fact]
    public async Task Of_forged_ones_keeps_no_more_than_a_thousand_a_day()
    {
        await FloodAsync(BounceKind.Hard, ReportOutcome.Forged);
        var taken = await _app.HearAsync(Reports.Hard(Ada, "nothing"));
        Assert.Equal((ReportOutcome.Forged, null), (taken.Outcome, taken.ReportId));
        await _app.AdvanceAsync(TimeSpan.FromDays(1));
        Assert.NotNull((await _app.HearAsync(Reports.Hard(Ada, "nothing"))).ReportId);
    }

    [Fact]
    public async Task Of_what_names_nobody_keeps_no_more_than_a_thousand_a_day()
    {
        await FloodAsync(BounceKind.Ignored, ReportOutcome.Ignored);
        var answer = new BounceVerdict(BounceKind.Ignored, [], null, BounceReasons.AutoReply, "Out of office");
        Assert.Null((await _app.HearAsync(answer)).ReportId);
        _app.Clock.Advance(TimeSpan.FromDays(1));
        Assert.NotNull((await _app.HearAsync(answer)).ReportId);
    }

    [Fact]
    public async Task Of_one_mail_keeps_no_more_than_twenty_and_hears_what_comes_then()
    {
        var mark = await _app.SentLetterAsync(Ada);
        for (var times = 0; times < 25; times++)
            await _app.HearAsync(Reports.Soft(Ada, mark));
        Assert.Equal(20, (await _app.ReportsAsync()).Count);
        await _app.HearAsync(Reports.Hard(Ada, mark));
        Assert.Equal(SuppressionReason.HardBounce, await _app.SuppressedForAsync(Ada));
    }

    [Fact]
    public async Task Never_brings_an_erased_address_in_again()
    {
        var mark = await SubscribedAsync();
        await _app.EraseAsync(Ada);
        await _app.HearAsync(Reports.Spam(mark) with { Recipients = [Ada] });
        var entry = await _app.ReadAsync(db => db.Suppressions.AsNoTracking().SingleAsync(Cancelled));
        Assert.Equal((SuppressionReason.Complaint, null), (entry.Reason, entry.Address));
    }

    [Fact]
    public async Task Is_too_late_for_a_bounce_after_two_weeks_and_for_a_complaint_after_sixty_days()
    {
        var mark = await _app.SentLetterAsync(Ada);
        _app.Clock.Advance(TimeSpan.FromDays(15));
        Assert.Equal(ReportOutcome.Ignored, (await _app.HearAsync(Reports.Hard(Ada, mark))).Outcome);
        Assert.Equal(0, await _app.ReadAsync(db => db.Suppressions.CountAsync(Cancelled)));
        _app.Clock.Advance(TimeSpan.FromDays(44));
        Assert.Equal(ReportOutcome.Applied, (await _app.HearAsync(Reports.Spam(mark))).Outcome);
        _app.Clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal(ReportOutcome.Ignored, (await _app.HearAsync(Reports.Spam(mark))).Outcome);
    }

    [Fact]
    public async Task Names_another_address_behind_a_forward_and_then_only_counts()
    {
        var mark = await SubscribedAsync();
        var taken = await _app.HearAsync(Reports.Hard("former.colleague@elsewhere.example", mark));
        Assert.Equal((BounceKind.Soft, ReportOutcome.Applied), (taken.Verdict.Kind, taken.Outcome));
        Assert.Null(await _app.SuppressedForAsync(Ada));
        Assert.Equal("confirmed", await _app.StatusAsync(Ada));
    }

    [Fact]
    public async Task Leaves_alone_who_has_moved_to_another_address_since()
    {
        var mark = await SubscribedAsync();
        await _app.ReadAsync(db => db.Subscribers.ExecuteUpdateAsync(s => s.SetProperty(x => x.Address, "new@example.org").SetProperty(x => x.AddressKey, "new@example.org"), Cancelled));
        await _app.HearAsync(Reports.Hard(Ada, mark));
        Assert.Equal(SuppressionReason.HardBounce, await _app.SuppressedForAsync(Ada));
        Assert.Null(await _app.SuppressedForAsync("new@example.org"));
        Assert.Equal("confirmed", await _app.StatusAsync("new@example.org"));
    }

    [Theory]
    [InlineData("5.2.2", BounceReasons.MailboxFull, 5, 4)]
    [InlineData("4.4.7", BounceReasons.Expired, 5, 4)]
    [InlineData("5.2.1", BounceReasons.Disabled, 3, 4)]
    [InlineData("5.4.4", BounceReasons.HostUnknown, 2, 2)]
    [InlineData("5.0.0", BounceReasons.Unknown, 5, 4)]
    public async Task Suppresses_for_soft_ones_after_so_many_mails_over_so_many_days(string status, string reason, int mails, int daysBetween)
    {
        for (var mail = 1; mail <= mails; mail++)
        {
            Assert.Equal(0, await _app.ReadAsync(db => db.Suppressions.CountAsync(Cancelled)));
            var mark = await _app.SentLetterAsync(Ada);
            await _app.HearAsync(Reports.Soft(Ada, mark, status, reason));
            // The same mail's second report is no second mail.
            await _app.HearAsync(Reports.Soft(Ada, mark, status, reason));
            _app.Clock.Advance(TimeSpan.FromDays(daysBetween));
        }
        Assert.Equal(SuppressionReason.HardBounce, await _app.SuppressedForAsync(Ada));
    }

    [Theory]
    [InlineData("5.4.4", BounceReasons.HostUnknown)]
    [InlineData("5.2.1", BounceReasons.Disabled)]
    public async Task Holds_what_is_strictly_counted_not_against_bounces_of_another_kind(string status, string reason)
    {
        for (var mail = 0; mail < 2; mail++)
        {
            await _app.HearAsync(Reports.Soft(Ada, await _app.SentLetterAsync(Ada), "5.2.2", BounceReasons.MailboxFull));
            _app.Clock.Advance(TimeSpan.FromDays(5));
        }
        await _app.HearAsync(Reports.Soft(Ada, await _app.SentLetterAsync(Ada), status, reason));
        Assert.Equal(0, await _app.ReadAsync(db => db.Suppressions.CountAsync(Cancelled)));
    }

    [Fact]
    public async Task Does_not_suppress_for_many_soft_ones_within_a_holiday()
    {
        for (var day = 0; day < 13; day++)
        {
            await _app.HearAsync(Reports.Soft(Ada, await _app.SentLetterAsync(Ada)));
            _app.Clock.Advance(TimeSpan.FromDays(1));
        }
        Assert.Equal(0, await _app.ReadAsync(db => db.Suppressions.CountAsync(Cancelled)));
    }

    [Theory]
    [InlineData("5.7.1", BounceReasons.Policy)]
    [InlineData("4.7.0", BounceReasons.RateLimited)]
    [InlineData("5.6.0", BounceReasons.Content)]
    [InlineData("5.3.4", BounceReasons.TooLarge)]
    [InlineData("5.5.1", null)]
    [InlineData("5.7.26", null)]
    public async Task Never_counts_what_is_not_the_readers_doing(string status, string? reason)
    {
        for (var mail = 0; mail < 10; mail++)
        {
            await _app.HearAsync(Reports.Soft(Ada, await _app.SentLetterAsync(Ada), status, reason!));
            _app.Clock.Advance(TimeSpan.FromDays(3));
        }
        Assert.Equal(0, await _app.ReadAsync(db => db.Suppressions.CountAsync(Cancelled)));
    }

    [Fact]
    public async Task Counts_anew_after_a_mail_that_is_known_to_have_arrived()
    {
        for (var mail = 1; mail <= 8; mail++)
        {
            var mark = await _app.SentLetterAsync(Ada);
            await _app.HearAsync(mail == 4 ? Reports.Delivered(Ada, mark) : Reports.Soft(Ada, mark));
            _app.Clock.Advance(TimeSpan.FromDays(5));
        }
        Assert.Equal(0, await _app.ReadAsync(db => db.Suppressions.CountAsync(Cancelled)));
        await _app.HearAsync(Reports.Soft(Ada, await _app.SentLetterAsync(Ada)));
        Assert.Equal(SuppressionReason.HardBounce, await _app.SuppressedForAsync(Ada));
    }

    [Fact]
    public async Task Keeps_no_row_for_each_mail_that_arrived()
    {
        await _app.HearAsync(Reports.Delivered(Ada, await _app.SentLetterAsync(Ada)));
        Assert.Empty(await _app.ReportsAsync());
    }

    [Fact]
    public async Task Tells_what_became_of_a_mail_that_nobody_could_know_of()
    {
        _app.Smtp.On(SmtpStep.Dot, SmtpSink.TakeAndDrop, times: 3);
        var ids = new List<long>();
        foreach (var to in new[] { "one@example.org", "two@example.org", "three@example.org" })
        {
            ids.Add(await _app.WriteLetterAsync(to));
            await _app.RunEnqueuedJobsAsync();
            Assert.Equal(OutgoingMailState.Uncertain, (await _app.OutgoingMailAsync(ids[^1])).State);
        }
        await _app.HearAsync(Reports.Delivered("one@example.org", await _app.MarkAsync(MailedId.Single(ids[0]))));
        await _app.HearAsync(Reports.Hard("two@example.org", await _app.MarkAsync(MailedId.Single(ids[1]))));
        Assert.Equal(OutgoingMailState.Sent, (await _app.OutgoingMailAsync(ids[0])).State);
        Assert.Equal(OutgoingMailState.Sent, (await _app.OutgoingMailAsync(ids[1])).State);
        Assert.Equal(OutgoingMailState.Uncertain, (await _app.OutgoingMailAsync(ids[2])).State);
    }

    [Fact]
    public async Task Tells_that_the_server_had_a_mail_when_it_is_only_late()
    {
        var mark = await _app.SentLetterAsync(Ada);
        await _app.LeaveLettersAsync(OutgoingMailState.Uncertain);
        var late = new BounceVerdict(BounceKind.Ignored, [Ada], "4.4.1", BounceReasons.Delayed, null) { MarkedTexts = [mark] };
        Assert.Equal(ReportOutcome.Applied, (await _app.HearAsync(late)).Outcome);
        Assert.Equal(OutgoingMailState.Sent, await _app.ReadAsync(db => db.OutgoingMails.Select(m => m.State).SingleAsync(Cancelled)));
        Assert.Null(await _app.SuppressedForAsync(Ada));
    }

    [Fact]
    public async Task Is_forgotten_after_ninety_days()
    {
        await _app.HearAsync(Reports.Soft(Ada, await _app.SentLetterAsync(Ada)));
        _app.Clock.Advance(TimeSpan.FromDays(89));
        await _app.RunOnlyAsync<ForgetReports>();
        Assert.Single(await _app.ReportsAsync());
        _app.Clock.Advance(TimeSpan.FromDays(2));
        await _app.RunOnlyAsync<ForgetReports>();
        Assert.Empty(await _app.ReportsAsync());
    }

    /// <summary>A thousand of nobody's.</summary>
    private Task FloodAsync(BounceKind kind, ReportOutcome outcome) => _app.ArrangeAsync(db =>
    {
        for (var i = 0; i < 1000; i++)
        {
            var hash = IncomingReport.HashOf($"{outcome} {i}");
            db.Add(new MailReport { Source = ReportSource.Imap, ExternalHash = hash, Part = 0, ReceivedAt = _app.Clock.GetUtcNow(), Kind = kind, Outcome = outcome });
        }
        return Task.CompletedTask;
    });

    /// <summary>A confirmed reader; gives the mark of the confirmation mail.</summary>
    private async Task<string> SubscribedAsync()
    {
        await _app.SubscribeAsync(Ada);
        return _app.MailsTo(Ada)[0].Message.MessageId!.Split('@')[0];
    }
}

public sealed class RefusalsWhileHandingOver : IAsyncLifetime
{
    private const string Ada = "ada@example.org";
    private NewsroomApp _app = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _app = await NewsroomApp.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Suppress_at_once_when_there_is_no_such_mailbox()
    {
        await RefusedAsync("550 5.1.1 <ada@example.org> unknown");
        Assert.Equal(SuppressionReason.HardBounce, await _app.SuppressedForAsync(Ada));
        Assert.Equal((ReportSource.Smtp, BounceKind.Hard), (Assert.Single(await _app.ReportsAsync()).Source, (await _app.ReportsAsync())[0].Kind));
        Assert.DoesNotContain(Ada, await _app.ReadAsync(db => db.Suppressions.Select(s => s.Evidence).SingleAsync(Cancelled)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("552 5.2.2 Mailbox full", 5, 4)]
    [InlineData("550 Not here", 5, 4)]
    [InlineData("550 5.2.1 Disabled", 3, 4)]
    public async Task Count_like_bounces_that_come_later(string answer, int mails, int daysBetween)
    {
        for (var mail = 0; mail < mails; mail++)
        {
            Assert.Null(await _app.SuppressedForAsync(Ada));
            await RefusedAsync(answer);
            _app.Clock.Advance(TimeSpan.FromDays(daysBetween));
        }
        Assert.Equal(SuppressionReason.HardBounce, await _app.SuppressedForAsync(Ada));
    }

    [Theory]
    [InlineData("550 5.7.1 Listed")]
    [InlineData("451 4.7.1 Greylisted")]
    [InlineData("450 4.2.1 Try later")]
    [InlineData("552 5.3.4 Too big")]
    public async Task Do_not_count_when_they_are_ours_or_only_a_delay(string answer)
    {
        for (var mail = 0; mail < 6; mail++)
        {
            await RefusedAsync(answer);
            _app.Clock.Advance(TimeSpan.FromDays(4));
        }
        Assert.Empty(await _app.ReportsAsync());
        Assert.Null(await _app.SuppressedForAsync(Ada));
    }

    private async Task RefusedAsync(string answer)
    {
        _app.Smtp.On(SmtpStep.Rcpt, answer);
        await _app.WriteLetterAsync(Ada);
        await _app.RunEnqueuedJobsAsync();
    }
}
