using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Newsroom.Backend.Digests;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Bounces;

namespace Newsroom.Backend.Tests.Digests;

public sealed class ADigestThatStopsByItself : IAsyncLifetime
{
    private const int Always = 1_000_000;
    private NewsroomApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await NewsroomApp.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData(SmtpStep.Rcpt, "550 5.7.26 unauthenticated mail is not accepted", "5.7.26")]
    [InlineData(SmtpStep.Dot, "554 5.6.0 a link in it is listed", "what is in it")]
    [InlineData(SmtpStep.Rcpt, "550 not here", "first 10 readers with the same words")]
    public async Task Puts_everybody_back_says_why_and_tells_staff_until_it_is_resumed(SmtpStep step, string answer, string why)
    {
        var digest = await _app.ReadyDigestAsync(30);
        _app.Smtp.On(step, answer, times: Always);
        await _app.StepAsync(digest, "send");
        await _app.RunDueJobsAsync();
        var stopped = await _app.DigestAsync(digest);
        Assert.Equal("stopped", (string)stopped["status"]!);
        Assert.Contains(why, (string)stopped["reason"]!, StringComparison.Ordinal);
        Assert.Contains("resume", (string)stopped["reason"]!, StringComparison.Ordinal);
        Assert.Equal(new Ledger(30, 0, 0, 0, 0, 30), await _app.LedgerAsync(digest));
        await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Contains(why, (await _app.OpenAlertsAsync())["digest.stopped." + digest], StringComparison.Ordinal);

        _app.Smtp.On(step, step == SmtpStep.Rcpt ? "250 2.1.5 Recipient ok" : "250 2.0.0 Taken", times: Always);
        await _app.StepAsync(digest, "resume");
        Assert.Empty(await _app.OpenAlertsAsync());
        await _app.RunDueJobsAsync();
        Assert.Equal(new Ledger(30, 30, 0, 0, 0, 0), await _app.LedgerAsync(digest));
        Assert.Equal(30, _app.Recipients.Distinct().Count());
        Assert.Equal(30, _app.Recipients.Count);
    }

    [Fact]
    public async Task For_the_last_few_of_a_strict_host_ends_when_it_is_resumed_and_they_refuse_again()
    {
        var digest = await _app.ReadyDigestAsync(32);
        foreach (var reader in Enumerable.Range(21, 12).Select(ConfirmedReaders.Address))
            _app.Smtp.On(SmtpStep.Rcpt, "550 5.7.1 not from you", to: reader, times: Always);
        await _app.StepAsync(digest, "send");
        await _app.RunDueJobsAsync();
        Assert.Equal("stopped", (string)(await _app.DigestAsync(digest))["status"]!);
        var stopped = await _app.LedgerAsync(digest);
        Assert.Equal((20, 12), (stopped.Accepted, stopped.Refused + stopped.Remaining));
        Assert.InRange(stopped.Remaining, 5, 12);

        // Who had no turn before may stop it once more; nobody does it twice.
        for (var resumes = 0; resumes < 3 && await _app.FrozenAsync(digest) is null; resumes++)
        {
            await _app.StepAsync(digest, "resume");
            await _app.RunDueJobsAsync();
        }
        Assert.Equal(new Ledger(32, 20, 12, 0, 0, 0), await _app.FrozenAsync(digest));
        Assert.Equal(0, await _app.ReadAsync(db => db.Suppressions.CountAsync()));
        // And once more if people want it.
        await _app.PostAsync($"/api/v1/digests/{digest}/missing", new { }, System.Net.HttpStatusCode.OK);
        await _app.RunDueJobsAsync();
        Assert.Equal("stopped", (string)(await _app.DigestAsync(digest))["status"]!);
    }

    [Fact]
    public async Task For_a_bare_no_to_everybody_counts_it_against_nobodys_address()
    {
        var digest = await _app.ReadyDigestAsync(30);
        _app.Smtp.On(SmtpStep.Rcpt, "550 not here", times: Always);
        await _app.StepAsync(digest, "send");
        await _app.RunDueJobsAsync();
        Assert.Equal("stopped", (string)(await _app.DigestAsync(digest))["status"]!);
        Assert.Equal(0, await _app.ReadAsync(db => db.MailReports.CountAsync()));
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(12, 3)]
    public async Task Is_another_matter_than_one_that_some_refuse_so_and_that_counts(int readers, int refused)
    {
        var digest = await _app.ReadyDigestAsync(readers);
        for (var n = 1; n <= refused; n++)
            _app.Smtp.On(SmtpStep.Rcpt, "550 not here", to: ConfirmedReaders.Address(n), times: Always);
        await _app.StepAsync(digest, "send");
        await _app.RunDueJobsAsync();
        Assert.Equal(new Ledger(readers, readers - refused, refused, 0, 0, 0), await _app.FrozenAsync(digest));
        Assert.Equal(refused, await _app.ReadAsync(db => db.MailReports.CountAsync()));
    }

    [Fact]
    public async Task Because_the_server_breaks_off_after_each_message_leaves_few_in_doubt()
    {
        var digest = await _app.ReadyDigestAsync(40);
        _app.Smtp.On(SmtpStep.Dot, SmtpSink.TakeAndDrop, times: Always);
        await _app.StepAsync(digest, "send");
        await _app.RunDueJobsAsync();
        for (var minute = 0; minute < 5; minute++)
            await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
        var stopped = await _app.DigestAsync(digest);
        Assert.Equal("stopped", (string)stopped["status"]!);
        Assert.Contains("broke off 5 times", (string)stopped["reason"]!, StringComparison.Ordinal);
        var ledger = await _app.LedgerAsync(digest);
        Assert.InRange(ledger.Uncertain, 5, 5 + 8);
        Assert.Equal(40 - ledger.Uncertain, ledger.Remaining);
    }

    [Fact]
    public async Task Is_not_talked_about_any_more_when_it_is_cancelled()
    {
        var digest = await _app.ReadyDigestAsync(12);
        _app.Smtp.On(SmtpStep.Rcpt, "550 5.7.26 unauthenticated", times: Always);
        await _app.StepAsync(digest, "send");
        await _app.RunDueJobsAsync();
        await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Single(await _app.OpenAlertsAsync());
        await _app.StepAsync(digest, "cancel");
        Assert.Empty(await _app.OpenAlertsAsync());
        await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Empty(await _app.OpenAlertsAsync());
        Assert.Equal(new Ledger(12, 0, 0, 12, 0, 0), await _app.FrozenAsync(digest));
    }

    [Fact]
    public async Task For_too_large_a_share_of_refusals_stops_once_and_goes_on_to_the_end_when_resumed()
    {
        await using var app = await NewsroomApp.StartAsync(new() { ["Sending:StopAt:AfterMessages"] = "20" });
        var digest = await app.ReadyDigestAsync(60);
        // One in six: never in a row, and more than 5 %.
        for (var n = 6; n <= 60; n += 6)
            app.Smtp.On(SmtpStep.Rcpt, "550 5.1.1 no such user", to: ConfirmedReaders.Address(n), times: Always);
        await app.StepAsync(digest, "send");
        await app.RunDueJobsAsync();
        var stopped = await app.DigestAsync(digest);
        Assert.Equal("stopped", (string)stopped["status"]!);
        Assert.Matches(@"^\d of the first \d\d readers \(\d+(\.\d+)? %\) were refused", (string)stopped["reason"]!);
        var ledger = await app.LedgerAsync(digest);
        Assert.InRange(ledger.Accepted + ledger.Refused, 20, 20 + 8);

        await app.StepAsync(digest, "resume");
        await app.RunDueJobsAsync();
        Assert.Equal(new Ledger(60, 50, 10, 0, 0, 0), await app.FrozenAsync(digest));
    }

    [Theory]
    [InlineData(BounceKind.Complaint, "called this digest spam")]
    [InlineData(BounceKind.Hard, "came back for good")]
    public async Task For_what_comes_back_is_stopped_by_the_next_minute(BounceKind kind, string why)
    {
        var (digest, taken) = (await _app.ReadyDigestAsync(60), 0);
        var pause = new Lazy<Task>(() => _app.StepAsync(digest, "pause"));
        _app.Smtp.OnTaken = _ => Interlocked.Increment(ref taken) >= 20 ? pause.Value : Task.CompletedTask;
        await _app.StepAsync(digest, "send");
        await _app.RunDueJobsAsync();
        var got = _app.Recipients.Take(3).ToList();
        foreach (var reader in got.Take(2))
            await _app.HearAsync(digest, reader, kind, status: "5.1.1");
        _app.Smtp.OnTaken = null;
        await _app.Smtp.GoAwayAsync();
        await _app.StepAsync(digest, "resume");
        await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
        // Two may be chance.
        Assert.Equal("sending", (string)(await _app.DigestAsync(digest))["status"]!);
        await _app.HearAsync(digest, got[2], kind, status: "5.1.1");
        await _app.RunOnlyAsync<WatchSending>();
        var stopped = await _app.DigestAsync(digest);
        Assert.Equal("stopped", (string)stopped["status"]!);
        Assert.Contains(why, (string)stopped["reason"]!, StringComparison.Ordinal);
        Assert.Contains(why, (await _app.OpenAlertsAsync())["digest.stopped." + digest], StringComparison.Ordinal);

        _app.Smtp.ComeBack();
        await _app.StepAsync(digest, "resume");
        await _app.AdvanceAsync(TimeSpan.FromMinutes(5));
        Assert.Equal("sent", (string)(await _app.DigestAsync(digest))["status"]!);
        Assert.Equal(60, _app.Recipients.Distinct().Count());
    }

    [Fact]
    public async Task That_is_over_is_only_told_about_and_for_some_days()
    {
        var digest = await _app.ReadyDigestAsync(20);
        await _app.StepAsync(digest, "send");
        await _app.RunDueJobsAsync();
        foreach (var n in new[] { 1, 2, 3 })
            await _app.HearAsync(digest, ConfirmedReaders.Address(n), BounceKind.Complaint);
        await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
        var (kind, message) = Assert.Single(await _app.OpenAlertsAsync());
        Assert.Equal("digest.returned." + digest, kind);
        Assert.Contains("3 of 20 readers (15 %)", message, StringComparison.Ordinal);
        Assert.DoesNotContain("resume this digest", message, StringComparison.Ordinal);
        Assert.Equal("sent", (string)(await _app.DigestAsync(digest))["status"]!);
        await _app.AdvanceAsync(TimeSpan.FromDays(4));
        Assert.Empty(await _app.OpenAlertsAsync());
    }
}

/// <summary>A relay whose password was changed, or whose accounts are in trouble.</summary>
public sealed class ASignInThatIsRefused : IAsyncLifetime
{
    private const int Always = 1_000_000;
    private readonly SmtpSink _sink = SmtpSink.Start(credentials: "newsroom:hush");
    private NewsroomApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await NewsroomApp.StartAsync(new()
    {
        ["Mail:Smtp:Port"] = _sink.Port.ToString(CultureInfo.InvariantCulture),
        ["Mail:Smtp:UserName"] = "newsroom",
        ["Mail:Smtp:Password"] = "hush",
    });

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _sink.DisposeAsync();
    }

    [Fact]
    public async Task Stops_a_digest_that_then_waits_for_people()
    {
        var digest = await _app.ReadyDigestAsync(12);
        _sink.On(SmtpStep.Auth, "535 5.7.8 Wrong user name or password", times: Always);
        await _app.StepAsync(digest, "send");
        await _app.RunDueJobsAsync();
        var stopped = await _app.DigestAsync(digest);
        Assert.Equal("stopped", (string)stopped["status"]!);
        Assert.StartsWith("The mail server refuses the sign-in. Put the relay's UserName and Password right", (string)stopped["reason"]!, StringComparison.Ordinal);
        Assert.EndsWith("535 5.7.8 Wrong user name or password", (string)stopped["reason"]!, StringComparison.Ordinal);
        await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Contains("digest.stopped." + digest, (await _app.OpenAlertsAsync()).Keys);

        await ResumedAsync(digest, 12);
    }

    [Fact]
    public async Task By_only_some_readers_digest_is_told_of_in_ten_minutes()
    {
        var digest = await _app.ReadyDigestAsync(2);
        _sink.On(SmtpStep.Auth, "535 5.7.8 Wrong user name or password", times: Always);
        await _app.StepAsync(digest, "send");
        for (var minute = 0; minute < 12; minute++)
            await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.EndsWith("535 5.7.8 Wrong user name or password", (await _app.OpenAlertsAsync())["smtp.unreachable"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task For_the_moment_only_holds_it_up()
    {
        var digest = await _app.ReadyDigestAsync(12);
        _sink.On(SmtpStep.Auth, "454 4.7.0 Temporary authentication failure", times: Always);
        await _app.StepAsync(digest, "send");
        // The later slices find nobody due, and leave the reason as it is.
        for (var slice = 0; slice < 3; slice++)
            await _app.RunDueJobsAsync();
        var held = await _app.DigestAsync(digest);
        Assert.Equal("sending", (string)held["status"]!);
        Assert.EndsWith("tried again every minute: 454 4.7.0 Temporary authentication failure", (string)held["reason"]!, StringComparison.Ordinal);
        await _app.AdvanceAsync(TimeSpan.FromMinutes(1));

        _sink.On(SmtpStep.Auth, "235 2.7.0 Welcome", times: Always);
        await _app.AdvanceAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(new Ledger(12, 12, 0, 0, 0, 0), await _app.FrozenAsync(digest));
        Assert.Null((await _app.DigestAsync(digest))["reason"]);
    }

    private async Task ResumedAsync(string digest, int readers)
    {
        _sink.On(SmtpStep.Auth, "235 2.7.0 Welcome", times: Always);
        await _app.StepAsync(digest, "resume");
        await _app.RunDueJobsAsync();
        Assert.Equal(new Ledger(readers, readers, 0, 0, 0, 0), await _app.FrozenAsync(digest));
        Assert.Equal(readers, _sink.Mails.Select(m => m.To).Distinct().Count());
        Assert.Equal(readers, _sink.Mails.Count);
    }
}

public sealed class TheLimitsADigestStopsAt
{
    [Theory]
    [InlineData("InARow", "0")]
    [InlineData("RefusedShare", "5")]
    [InlineData("BounceShare", "0")]
    [InlineData("ComplaintShare", "-1")]
    [InlineData("ComplaintShare", "NaN")]
    [InlineData("AfterMessages", "0")]
    public void Make_sense_or_the_fault_names_the_key(string key, string value)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Sending:StopAt:" + key, value)]).Build();
        var options = configuration.GetSection(SendingOptions.Section).Get<SendingOptions>()!;
        var fault = Assert.Single(new SendingOptionsRules().Validate(null, options).Failures!);
        Assert.StartsWith("Sending:StopAt:" + key, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Are_right_when_nobody_sets_them() => Assert.True(new SendingOptionsRules().Validate(null, new SendingOptions()).Succeeded);
}

public sealed class TheBrakeOfASlice
{
    private static readonly HandOver Accepted = new(HandOverResult.Accepted, 250, null, null, FaultOwner.None);
    private static readonly HandOver Full = new(HandOverResult.Refused, 552, "5.2.2", "full", FaultOwner.Reader);
    private static readonly HandOver Bare = new(HandOverResult.Refused, 550, null, "no", FaultOwner.Reader);
    private static readonly HandOver Gone = new(HandOverResult.Refused, 550, "5.1.1", "gone", FaultOwner.Reader);
    private static readonly HandOver Listed = new(HandOverResult.Refused, 554, "5.6.0", "listed", FaultOwner.Content);
    private static readonly HandOver TooLarge = new(HandOverResult.Refused, 552, "5.3.4", "too large", FaultOwner.Content);
    private static readonly HandOver Ours = new(HandOverResult.Refused, 550, "5.7.1", "policy", FaultOwner.Server);

    [Fact]
    public void Counts_our_refusals_past_a_full_mailbox_and_forgets_them_with_a_mail_that_was_taken()
    {
        Assert.Null(Hear(Ours, Ours, Ours, Ours, Accepted, Ours, Ours, Ours, Ours).Reason);
        var (reason, back) = Hear(Ours, Ours, Full, Ours, Ours, Ours, Ours, Full);
        Assert.NotNull(reason);
        Assert.Equal([1, 2, 4, 5, 6, 7], back);
    }

    [Fact]
    public void Takes_the_same_objection_to_the_content_in_a_row_for_the_contents_fault()
    {
        Assert.Null(Hear(Listed, Listed, TooLarge, Listed, Listed, TooLarge, Listed, Listed).Reason);
        Assert.Equal([2, 3, 4, 5, 6, 7], Hear(TooLarge, Listed, Listed, Listed, Listed, Listed, Listed).Back);
    }

    [Fact]
    public void Takes_a_bare_no_to_all_from_the_first_for_ours_and_to_some_for_theirs()
    {
        Assert.Equal(11, Hear([.. Enumerable.Repeat(Bare, 11)]).Back.Count);
        Assert.Null(Hear([.. Enumerable.Repeat(Bare, 9), Accepted, .. Enumerable.Repeat(Bare, 9)]).Reason);
        Assert.Null(Hear([Full, .. Enumerable.Repeat(Bare, 30)]).Reason);
        // "No such mailbox" is said of mailboxes, however many.
        Assert.Null(Hear([.. Enumerable.Repeat(Gone, 30)]).Reason);
        // Nor from the first of a slice, when earlier ones have sent.
        Assert.Null(Hear(new SliceBrake.Begun(SharesStop: true, TookSome: true), [.. Enumerable.Repeat(Bare, 30)]).Reason);
    }

    [Fact]
    public void Says_that_time_was_up_also_when_the_lines_have_ended_and_not_when_something_else_ended_it()
    {
        var clock = new TestClock(NewsroomApp.Start);
        var (late, early) = (Brake(clock), Brake(clock));
        early.End();
        clock.Advance(TimeSpan.FromSeconds(45));
        late.End();
        Assert.Equal((true, false), (late.TimeIsUp, early.TimeIsUp));

        static SliceBrake Brake(TimeProvider clock) => new(new StopAtOptions(), default, clock, clock.GetUtcNow().AddSeconds(45), CancellationToken.None);
    }

    [Fact]
    public void Says_when_too_many_are_refused_but_only_if_it_may()
    {
        HandOver[] answers = [.. Enumerable.Range(0, 200).Select(n => n % 19 == 0 ? Gone : Accepted)];
        Assert.StartsWith("11 of the first 200 readers (5.5 %)", Hear([.. answers, Gone]).Reason, StringComparison.Ordinal);
        Assert.Null(Hear(new SliceBrake.Begun(SharesStop: false, TookSome: false), [.. answers, Gone]).Reason);
        Assert.Null(Hear([.. answers.Take(199)]).Reason);
        Assert.Null(Hear([.. Enumerable.Range(0, 300).Select(n => n % 20 == 19 ? Gone : Accepted)]).Reason);
    }

    private static (string? Reason, List<long> Back) Hear(params HandOver[] answers) => Hear(new SliceBrake.Begun(SharesStop: true, TookSome: false), answers);

    private static (string? Reason, List<long> Back) Hear(SliceBrake.Begun begun, params HandOver[] answers)
    {
        var brake = new SliceBrake(new StopAtOptions(), begun, TimeProvider.System, DateTimeOffset.MaxValue, CancellationToken.None);
        var back = new List<long>();
        for (var i = 0; i < answers.Length; i++)
            back.AddRange(brake.Note(new ClaimedDelivery(i + 1, 0, null!, MayGo: true, WasPutBack: false), answers[i]));
        Assert.Equal(brake.StopReason is not null, brake.Ends);
        return (brake.StopReason, back);
    }
}
