using System.Globalization;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Relays;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Tests;

/// <summary>From the row in its cause's transaction to the server's answer on it.</summary>
public sealed class ASingleMail
{
    [Fact]
    public async Task Is_sent_once_with_the_answer_kept()
    {
        await using var app = await NewsroomApp.StartAsync();
        var id = await app.WriteLetterAsync("reader@example.org");
        await app.RunDueJobsAsync();
        await app.RunDueJobsAsync();
        var mail = Assert.Single(app.Mails);
        Assert.Equal("reader@example.org", mail.To);
        Assert.Equal("/confirm/test", mail.Link("/confirm/"));
        var row = await app.OutgoingMailAsync(id);
        Assert.Equal((OutgoingMailState.Sent, 1, 250), (row.State, row.Attempts, row.Code));
        Assert.Equal(NewsroomApp.Start, row.SettledAt);
        Assert.Null(row.LeaseId);
    }

    [Fact]
    public async Task Whose_job_was_lost_is_found_by_the_sweep()
    {
        await using var app = await NewsroomApp.StartAsync();
        await app.WriteLetterAsync("reader@example.org");
        app.LoseEnqueuedJobs();
        await app.RunEnqueuedJobsAsync();
        Assert.Empty(app.Mails);
        await app.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Single(app.Mails);
    }

    /// <summary>A relay that is silent then holds up neither the webhooks of payments nor the minutely sweeps.</summary>
    [Fact]
    public async Task Has_workers_of_its_own()
    {
        await using var app = await NewsroomApp.StartAsync();
        await app.WriteLetterAsync("reader@example.org");
        Assert.Equal(["mail"], app.QueuesOf<SendOutgoingMails>().Distinct());
    }

    [Fact]
    public async Task Wanted_by_four_workers_at_once_goes_out_once()
    {
        await using var app = await NewsroomApp.StartAsync();
        for (var i = 0; i < 20; i++)
            await app.WriteLetterAsync($"reader{i}@example.org");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(app.RunDueJobsAsync)));
        await app.RunDueJobsAsync();
        Assert.Equal(20, app.Mails.Count);
        Assert.Equal(20, app.Mails.Select(m => m.To).Distinct().Count());
    }

    [Theory]
    // What the server does, where; what the row says then, the code kept, and whether another try follows.
    [InlineData(SmtpStep.Connect, "554 5.3.2 Not now", OutgoingMailState.Waiting, 0, true)]
    [InlineData(SmtpStep.Connect, SmtpSink.Drop, OutgoingMailState.Waiting, 0, true)]
    [InlineData(SmtpStep.Ehlo, "421 4.3.2 Going down", OutgoingMailState.Waiting, 0, true)]
    [InlineData(SmtpStep.Ehlo, SmtpSink.Drop, OutgoingMailState.Waiting, 0, true)]
    [InlineData(SmtpStep.Mail, "451 4.3.0 Try later", OutgoingMailState.Waiting, 1, true)]
    [InlineData(SmtpStep.Mail, "421 4.7.0 Too many", OutgoingMailState.Waiting, 1, true)]
    [InlineData(SmtpStep.Mail, "550 5.7.1 Sender not allowed", OutgoingMailState.Waiting, 1, true)]
    [InlineData(SmtpStep.Mail, SmtpSink.Drop, OutgoingMailState.Waiting, 1, true)]
    [InlineData(SmtpStep.Rcpt, "450 4.2.1 Greylisted", OutgoingMailState.Waiting, 1, true)]
    [InlineData(SmtpStep.Rcpt, "452 4.5.3 Too many recipients", OutgoingMailState.Waiting, 1, true)]
    [InlineData(SmtpStep.Rcpt, "552 Too many recipients", OutgoingMailState.Waiting, 1, true)]
    [InlineData(SmtpStep.Rcpt, "550 5.1.1 No such user", OutgoingMailState.Failed, 1, false)]
    [InlineData(SmtpStep.Rcpt, "550 No such user", OutgoingMailState.Failed, 1, false)]
    [InlineData(SmtpStep.Rcpt, "554 5.7.1 Relay access denied", OutgoingMailState.Waiting, 1, true)]
    [InlineData(SmtpStep.Rcpt, SmtpSink.Drop, OutgoingMailState.Waiting, 1, true)]
    [InlineData(SmtpStep.Data, "451 4.3.0 No room", OutgoingMailState.Waiting, 1, true)]
    [InlineData(SmtpStep.Data, "554 5.5.1 No valid recipients", OutgoingMailState.Waiting, 1, true)]
    [InlineData(SmtpStep.Data, SmtpSink.Drop, OutgoingMailState.Waiting, 1, true)]
    [InlineData(SmtpStep.Dot, "451 4.3.0 Queue full", OutgoingMailState.Waiting, 1, true)]
    [InlineData(SmtpStep.Dot, "421 4.3.0 Going down", OutgoingMailState.Waiting, 1, true)]
    [InlineData(SmtpStep.Dot, "552 5.3.4 Too big", OutgoingMailState.Failed, 1, false)]
    [InlineData(SmtpStep.Dot, "554 5.6.0 Malformed", OutgoingMailState.Failed, 1, false)]
    [InlineData(SmtpStep.Dot, "550 5.7.26 Unauthenticated", OutgoingMailState.Waiting, 1, true)]
    [InlineData(SmtpStep.Dot, SmtpSink.Drop, OutgoingMailState.Uncertain, 1, false)]
    [InlineData(SmtpStep.Dot, SmtpSink.TakeAndDrop, OutgoingMailState.Uncertain, 1, false)]
    [InlineData(SmtpStep.Dot, "What a nice message", OutgoingMailState.Uncertain, 1, false)]
    [InlineData(SmtpStep.Dot, "251 2.6.0 Taken, and passed on", OutgoingMailState.Sent, 1, false)]
    [InlineData(SmtpStep.Dot, "354 Go on", OutgoingMailState.Uncertain, 1, false)]
    public async Task Keeps_the_servers_answer_and_is_tried_again_only_when_the_server_cannot_have_it(
        SmtpStep step, string answer, OutgoingMailState state, int attempts, bool triedAgain)
    {
        await using var app = await NewsroomApp.StartAsync();
        app.Smtp.On(step, answer);
        var id = await app.WriteLetterAsync("reader@example.org");
        await app.RunDueJobsAsync();
        var row = await app.OutgoingMailAsync(id);
        Assert.Equal((state, attempts), (row.State, row.Attempts));
        Assert.False(string.IsNullOrEmpty(row.Answer));
        // After a refused EHLO MailKit tries HELO, and what it meets then is what counts.
        if (char.IsAsciiDigit(answer[0]) && step != SmtpStep.Ehlo)
        {
            Assert.Equal(answer[..3], row.Code?.ToString(CultureInfo.InvariantCulture));
            Assert.EndsWith(answer[3..].Trim(), row.Answer, StringComparison.Ordinal);
        }
        Assert.Equal(triedAgain, row.NextAttemptAt > app.Clock.GetUtcNow());
        var taken = app.Mails.Count;

        await app.AdvanceAsync(TimeSpan.FromDays(3));
        Assert.Equal(taken + (triedAgain ? 1 : 0), app.Mails.Count);
        Assert.Equal(triedAgain ? OutgoingMailState.Sent : state, (await app.OutgoingMailAsync(id)).State);
    }

    [Theory]
    [InlineData("450 4.2.0 Not now", 450, "Not now")]
    [InlineData(SmtpSink.Drop, null, "disconnected")]
    public async Task Is_given_up_after_two_days_of_temporary_refusals_or_lost_lines(string answer, int? code, string words)
    {
        await using var app = await NewsroomApp.StartAsync();
        app.Smtp.On(SmtpStep.Rcpt, answer, times: 1000);
        var id = await app.WriteLetterAsync("reader@example.org");
        var tries = new List<DateTimeOffset>();
        var hours = 0;
        for (var attempts = 0; (await app.OutgoingMailAsync(id)).State == OutgoingMailState.Waiting; hours++)
        {
            await app.AdvanceAsync(TimeSpan.FromHours(1));
            var now = (await app.OutgoingMailAsync(id)).Attempts;
            if (now > attempts)
                tries.Add(app.Clock.GetUtcNow());
            attempts = now;
        }
        Assert.InRange(hours, 40, 60);
        Assert.InRange(tries.Count, 6, 12);
        var row = await app.OutgoingMailAsync(id);
        Assert.Equal((OutgoingMailState.Failed, code), (row.State, row.Code));
        Assert.Contains(words, row.Answer, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Comes_again_when_the_server_said_and_not_before()
    {
        await using var app = await NewsroomApp.StartAsync();
        app.Smtp.On(SmtpStep.Rcpt, "450 4.7.1 Greylisted, come back in 20 minutes");
        var id = await app.WriteLetterAsync("reader@example.org");
        await app.RunDueJobsAsync();
        Assert.Equal(NewsroomApp.Start.AddMinutes(20), (await app.OutgoingMailAsync(id)).NextAttemptAt);
    }

    [Fact]
    public async Task Waits_out_a_week_without_a_server_and_then_goes_out_once()
    {
        await using var app = await NewsroomApp.StartAsync();
        await app.Smtp.GoAwayAsync();
        var id = await app.WriteLetterAsync("reader@example.org");
        for (var day = 0; day < 7; day++)
            await app.AdvanceAsync(TimeSpan.FromDays(1));
        var row = await app.OutgoingMailAsync(id);
        Assert.Equal((OutgoingMailState.Waiting, 0), (row.State, row.Attempts));
        Assert.False(string.IsNullOrEmpty(row.Answer));
        app.Smtp.ComeBack();
        await app.AdvanceAsync(TimeSpan.FromMinutes(1));
        await app.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Single(app.Mails);
    }

    [Fact]
    public async Task That_cannot_be_composed_keeps_no_other_from_going_out()
    {
        await using var app = await NewsroomApp.StartAsync();
        var broken = true;
        var poison = await app.WriteLetterAsync(() => broken
            ? throw new InvalidOperationException("secret@example.org is broken")
            : new ComposedMail(EmailAddress.Parse("late@example.org"), null, "confirmation", NewsroomApp.LetterModel));
        var template = await app.WriteLetterAsync(() => new ComposedMail(EmailAddress.Parse("a@example.org"), null, "no-such-template", NewsroomApp.LetterModel));
        await app.WriteLetterAsync("reader@example.org");
        await app.RunDueJobsAsync();
        Assert.Equal("reader@example.org", Assert.Single(app.Mails).To);
        var row = await app.OutgoingMailAsync(poison);
        Assert.Equal((OutgoingMailState.Waiting, 1), (row.State, row.Attempts));
        Assert.Contains("InvalidOperationException", row.Answer, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", row.Answer, StringComparison.Ordinal);
        Assert.Contains("MailTemplateException", (await app.OutgoingMailAsync(template)).Answer, StringComparison.Ordinal);
        broken = false;
        await app.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Single(app.MailsTo("late@example.org"));
    }

    [Fact]
    public async Task Nobody_wants_any_more_is_withheld()
    {
        await using var app = await NewsroomApp.StartAsync();
        var id = await app.WriteLetterAsync(() => null);
        await app.RunDueJobsAsync();
        Assert.Empty(app.Mails);
        Assert.Equal(OutgoingMailState.Withheld, (await app.OutgoingMailAsync(id)).State);
    }

    [Fact]
    public async Task Does_not_keep_the_readers_address_in_the_servers_words()
    {
        await using var app = await NewsroomApp.StartAsync();
        app.Smtp.On(SmtpStep.Rcpt, "550 5.2.2 <Reader@example.org> is over quota");
        var id = await app.WriteLetterAsync("reader@example.org");
        await app.RunDueJobsAsync();
        Assert.DoesNotContain("example.org", (await app.OutgoingMailAsync(id)).Answer, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Waits_with_a_sentence_that_names_the_keys_while_mail_is_not_configured()
    {
        await using var app = await NewsroomApp.StartAsync(new() { ["Mail:Smtp:Host"] = null, ["Mail:From"] = null });
        var id = await app.WriteLetterAsync("reader@example.org");
        await app.RunDueJobsAsync();
        await app.AdvanceAsync(TimeSpan.FromDays(1));
        var row = await app.OutgoingMailAsync(id);
        Assert.Equal((OutgoingMailState.Waiting, 0), (row.State, row.Attempts));
        Assert.Equal("Mail is not configured: set Mail:From, Mail:Smtp:Host.", row.Answer);
    }
}

/// <summary>The process ended between the final dot and our commit: what SMTP makes unknowable.</summary>
public sealed class AMailInHandWhenTheProgramDied
{
    private static async Task<long> LeaveBehindAsync(NewsroomApp app)
    {
        app.Smtp.On(SmtpStep.Dot, SmtpSink.Stall);
        var id = await app.WriteLetterAsync("reader@example.org");
        // The job never comes back: its program is gone.
        _ = app.RunEnqueuedJobsAsync();
        await NewsroomApp.UntilAsync(() => app.Smtp.Stalled > 0);
        return id;
    }

    [Fact]
    public async Task Is_left_alone_while_its_lease_may_still_be_held()
    {
        await using var app = await NewsroomApp.StartAsync();
        var id = await LeaveBehindAsync(app);
        await app.RunDueJobsAsync();
        Assert.Equal(OutgoingMailState.HandingOver, (await app.OutgoingMailAsync(id)).State);
        Assert.Empty(app.Mails);
    }

    [Fact]
    public async Task Becomes_uncertain_and_is_never_sent_again_by_itself()
    {
        await using var app = await NewsroomApp.StartAsync();
        var id = 0L;
        await app.ArrangeAsync(db =>
        {
            db.Add(new OutgoingMail
            {
                Kind = "receipt",
                SubjectId = 1,
                State = OutgoingMailState.HandingOver,
                CreatedAt = NewsroomApp.Start,
                NextAttemptAt = NewsroomApp.Start,
                LeaseId = new Guid("11111111-1111-1111-1111-111111111111"),
                LeaseUntil = NewsroomApp.Start.AddMinutes(7),
            });
            return Task.CompletedTask;
        });
        id = await app.ReadAsync(db => Task.FromResult(db.OutgoingMails.Single().Id));
        await app.RunDueJobsAsync();
        Assert.Equal(OutgoingMailState.HandingOver, (await app.OutgoingMailAsync(id)).State);
        await app.AdvanceAsync(TimeSpan.FromMinutes(8));
        Assert.Equal(OutgoingMailState.Uncertain, (await app.OutgoingMailAsync(id)).State);
        await app.AdvanceAsync(TimeSpan.FromDays(7));
        Assert.Equal(OutgoingMailState.Uncertain, (await app.OutgoingMailAsync(id)).State);
        Assert.Empty(app.Mails);
    }

    [Fact]
    public async Task That_was_only_claimed_is_sent_by_the_next_one()
    {
        await using var app = await NewsroomApp.StartAsync();
        var id = await app.WriteLetterAsync("reader@example.org");
        await app.ArrangeAsync(async db =>
        {
            var row = await db.OutgoingMails.FindAsync(id);
            row!.LeaseId = new Guid("11111111-1111-1111-1111-111111111111");
            row.LeaseUntil = NewsroomApp.Start.AddMinutes(2);
        });
        await app.RunDueJobsAsync();
        Assert.Empty(app.Mails);
        await app.AdvanceAsync(TimeSpan.FromMinutes(3));
        Assert.Single(app.Mails);
    }

    [Fact]
    public async Task Takes_the_answer_after_all_when_the_server_was_only_very_slow()
    {
        await using var app = await NewsroomApp.StartAsync();
        var id = await LeaveBehindAsync(app);
        // The hand-over's own deadline comes before the lease's end.
        app.Clock.Advance(SmtpRelay.Deadline + TimeSpan.FromSeconds(1));
        await NewsroomApp.UntilAsync(async () => (await app.OutgoingMailAsync(id)).State != OutgoingMailState.HandingOver);
        var row = await app.OutgoingMailAsync(id);
        Assert.Equal((OutgoingMailState.Uncertain, "No answer within 300 seconds."), (row.State, row.Answer));
    }
}

public sealed class ASuppressedAddress
{
    [Fact]
    public async Task Gets_receipts_and_nothing_else()
    {
        await using var app = await NewsroomApp.StartAsync();
        await app.SuppressAsync("Reader@Example.org", SuppressionReason.Complaint);
        var withheld = await app.WriteLetterAsync("reader@example.org");
        var receipt = await app.WriteLetterAsync("reader@example.org", reachesSuppressed: true);
        await app.RunDueJobsAsync();
        Assert.Single(app.Mails);
        Assert.Equal(OutgoingMailState.Withheld, (await app.OutgoingMailAsync(withheld)).State);
        Assert.Equal(OutgoingMailState.Sent, (await app.OutgoingMailAsync(receipt)).State);
    }

    [Theory]
    [InlineData("550 5.1.1 No such user", true)]
    [InlineData("550 5.1.2 No such host", true)]
    [InlineData("553 5.1.3 Bad address", true)]
    [InlineData("551 5.1.6 Moved", true)]
    [InlineData("556 5.1.10 Null MX", true)]
    [InlineData("550 5.2.1 Disabled", false)]
    [InlineData("552 5.2.2 Full", false)]
    [InlineData("550 5.7.1 Spam", false)]
    [InlineData("550 5.1.8 Bad sender", false)]
    [InlineData("550 No such user", false)]
    [InlineData("450 4.1.1 Not known yet", false)]
    public async Task Is_one_whose_server_said_that_the_mailbox_is_no_more(string answer, bool suppressed)
    {
        await using var app = await NewsroomApp.StartAsync();
        app.Smtp.On(SmtpStep.Rcpt, answer);
        await app.WriteLetterAsync("reader@example.org");
        await app.RunDueJobsAsync();
        var list = await app.ApiListAsync("/api/v1/suppressions");
        if (!suppressed)
        {
            Assert.Empty(list);
            return;
        }
        var item = Assert.Single(list);
        Assert.Equal(("reader@example.org", "hardBounce"), (item.GetProperty("address").GetString(), item.GetProperty("reason").GetString()));
        Assert.EndsWith(answer[4..], item.GetProperty("evidence").GetString(), StringComparison.Ordinal);
        Assert.Equal("2026-11-24T12:00:00+00:00", item.GetProperty("createdAt").GetString());
    }

    [Fact]
    public async Task Is_none_because_the_relay_takes_no_addresses_outside_ascii()
    {
        await using var app = await NewsroomApp.StartAsync();
        for (var i = 0; i < 8; i++)
        {
            var id = await app.WriteLetterAsync("jörg@example.org");
            await app.AdvanceAsync(TimeSpan.FromDays(4));
            Assert.Equal(OutgoingMailState.Failed, (await app.OutgoingMailAsync(id)).State);
        }
        Assert.Empty(await app.ApiListAsync("/api/v1/suppressions"));
    }

    [Fact]
    public async Task Makes_its_reader_one_that_bounced_when_a_confirmation_is_refused_for_good()
    {
        await using var app = await NewsroomApp.StartAsync();
        await app.AddNewsletterAsync();
        app.Smtp.On(SmtpStep.Rcpt, "550 5.1.1 No such user");
        await app.SignUpAsync("reader@example.org");
        Assert.Equal("pending", await app.StatusAsync("reader@example.org"));
        await app.RunDueJobsAsync();
        Assert.Equal("bounced", await app.StatusAsync("reader@example.org"));
        // By a new confirmation the address comes back, as after any bounce.
        await app.AdvanceAsync(TimeSpan.FromDays(8));
        await app.SubscribeAsync("reader@example.org");
        Assert.Equal("confirmed", await app.StatusAsync("reader@example.org"));
    }

    [Fact]
    public async Task Is_listed_page_by_page_to_holders_of_a_key_only()
    {
        await using var app = await NewsroomApp.StartAsync();
        for (var i = 0; i < 5; i++)
            await app.SuppressAsync($"reader{i}@example.org", SuppressionReason.Request);
        await app.SuppressAsync("reader0@example.org", SuppressionReason.Request);
        Assert.Equal(5, (await app.ApiListAsync("/api/v1/suppressions", limit: 2)).Count);
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, (await app.Http.GetAsync("/api/v1/suppressions", TestContext.Current.CancellationToken)).StatusCode);
    }
}
