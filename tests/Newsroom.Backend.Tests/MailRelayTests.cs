using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Tests;

/// <summary>The lines to the mail server: few, lasting, and given up at the first sign of trouble.</summary>
public sealed class TheRelay
{
    private static long _letters;

    private static async Task<BuiltMessage> MessageAsync(NewsroomApp app, string to) => await app.BuildAsync(new MessageParts
    {
        To = EmailAddress.Parse(to),
        Content = new RenderedMail("Good morning", "<p>Text.</p>\n", "Text.\n"),
        Date = app.Clock.GetUtcNow(),
        Mailed = MailedId.Single(Interlocked.Increment(ref _letters)),
    });

    private static async Task<HandOver> SendAsync(NewsroomApp app, string to = "reader@example.org") => await app.HandOverAsync(await MessageAsync(app, to));

    [Fact]
    public async Task Keeps_a_line_for_the_next_message()
    {
        await using var app = await NewsroomApp.StartAsync();
        for (var i = 0; i < 10; i++)
            Assert.Equal(HandOverResult.Accepted, (await SendAsync(app, $"reader{i}@example.org")).Result);
        Assert.Equal((1, 10), (app.Smtp.Connections, app.Mails.Count));
    }

    [Fact]
    public async Task Opens_no_more_lines_than_configured()
    {
        await using var app = await NewsroomApp.StartAsync(new() { ["Mail:Smtp:Connections"] = "3" });
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => SendAsync(app, $"reader{i}@example.org")));
        Assert.All(answers, a => Assert.Equal(HandOverResult.Accepted, a.Result));
        Assert.InRange(app.Smtp.Connections, 1, 3);
        Assert.Equal(60, app.Mails.Select(m => m.To).Distinct().Count());
    }

    [Fact]
    public async Task Closes_a_line_that_is_too_old_before_it_opens_another()
    {
        await using var app = await NewsroomApp.StartAsync(new() { ["Mail:Smtp:MaxConnectionAge"] = "00:00:05" });
        var (asked, bothAsked) = (0, new TaskCompletionSource());
        app.Smtp.OnAsked = (step, _) =>
        {
            if (step == SmtpStep.Rcpt && Interlocked.Increment(ref asked) % 2 == 0)
                bothAsked.SetResult();
            return step == SmtpStep.Rcpt ? bothAsked.Task : Task.CompletedTask;
        };
        await Task.WhenAll(SendAsync(app, "a@example.org"), SendAsync(app, "b@example.org"));
        app.Clock.Advance(TimeSpan.FromSeconds(6));
        bothAsked = new TaskCompletionSource();
        await Task.WhenAll(SendAsync(app, "c@example.org"), SendAsync(app, "d@example.org"));
        Assert.Equal(4, app.Smtp.Connections);
        await NewsroomApp.UntilAsync(() => app.Smtp.OpenConnections == 2);
    }

    [Fact]
    public async Task Takes_a_new_line_after_so_many_messages()
    {
        await using var app = await NewsroomApp.StartAsync(new() { ["Mail:Smtp:MaxPerConnection"] = "4" });
        for (var i = 0; i < 10; i++)
            await SendAsync(app);
        Assert.Equal((3, 10), (app.Smtp.Connections, app.Mails.Count));
    }

    [Theory]
    [InlineData(SmtpStep.Rcpt, "550 5.1.1 No such user")]
    [InlineData(SmtpStep.Rcpt, "450 4.2.0 Later")]
    [InlineData(SmtpStep.Dot, "554 5.6.0 No")]
    [InlineData(SmtpStep.Mail, "421 4.7.0 Closing")]
    public async Task Begins_anew_after_a_failure(SmtpStep step, string answer)
    {
        await using var app = await NewsroomApp.StartAsync();
        app.Smtp.On(step, answer);
        Assert.NotEqual(HandOverResult.Accepted, (await SendAsync(app, "first@example.org")).Result);
        Assert.Equal(HandOverResult.Accepted, (await SendAsync(app, "second@example.org")).Result);
        Assert.Equal((2, "second@example.org"), (app.Smtp.Connections, Assert.Single(app.Mails).To));
    }

    [Theory]
    [InlineData(SmtpSink.Drop)]
    [InlineData("421 4.4.2 Idle too long")]
    public async Task Tries_a_fresh_line_when_the_server_closed_the_waiting_one(string answer)
    {
        await using var app = await NewsroomApp.StartAsync();
        await SendAsync(app, "first@example.org");
        app.Smtp.On(SmtpStep.Mail, answer);
        Assert.Equal(HandOverResult.Accepted, (await SendAsync(app, "second@example.org")).Result);
        Assert.Equal((2, 2), (app.Smtp.Connections, app.Mails.Count));
    }

    [Fact]
    public async Task Has_nothing_of_a_message_that_is_held_back_before_its_final_dot()
    {
        await using var app = await NewsroomApp.StartAsync();
        var gate = new TaskCompletionSource<bool>();
        var sending = app.HandOverAsync(await MessageAsync(app, "a@example.org"), gate.Task);
        gate.SetResult(false);
        Assert.Equal((HandOverResult.NotSent, FaultOwner.None), ((await sending).Result, (await sending).Owner));
        Assert.Empty(app.Mails);
        // The line was cut; the next message has one of its own.
        Assert.Equal(HandOverResult.Accepted, (await app.HandOverAsync(await MessageAsync(app, "b@example.org"), Task.FromResult(true))).Result);
        Assert.Equal("b@example.org", Assert.Single(app.Mails).To);
        Assert.Equal(2, app.Smtp.Connections);
    }

    [Fact]
    public async Task Waits_with_the_final_dot_and_not_with_the_message()
    {
        await using var app = await NewsroomApp.StartAsync();
        var (gate, asked) = (new TaskCompletionSource<bool>(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        app.Smtp.OnAsked = (step, _) =>
        {
            if (step == SmtpStep.Data)
                asked.TrySetResult();
            return Task.CompletedTask;
        };
        var sending = app.HandOverAsync(await MessageAsync(app, "a@example.org"), gate.Task);
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.False(sending.IsCompleted);
        Assert.Empty(app.Mails);
        gate.SetResult(true);
        Assert.Equal(HandOverResult.Accepted, (await sending).Result);
        Assert.Single(app.Mails);
    }

    [Fact]
    public async Task Gives_the_gates_own_fault_to_who_asked()
    {
        await using var app = await NewsroomApp.StartAsync();
        var message = await MessageAsync(app, "a@example.org");
        await Assert.ThrowsAsync<TimeoutException>(() => app.HandOverAsync(message, Task.FromException<bool>(new TimeoutException())));
        Assert.Empty(app.Mails);
    }

    [Fact]
    public async Task Passes_one_gate_once_though_the_waiting_line_was_dead()
    {
        await using var app = await NewsroomApp.StartAsync();
        await app.HandOverAsync(await MessageAsync(app, "a@example.org"));
        app.Smtp.On(SmtpStep.Mail, SmtpSink.Drop);
        Assert.Equal(HandOverResult.Accepted, (await app.HandOverAsync(await MessageAsync(app, "b@example.org"), Task.FromResult(true))).Result);
        Assert.Equal(["a@example.org", "b@example.org"], app.Mails.Select(m => m.To));
    }

    [Fact]
    public async Task Does_not_try_a_fresh_line_when_the_server_may_have_the_message()
    {
        await using var app = await NewsroomApp.StartAsync();
        await SendAsync(app, "first@example.org");
        app.Smtp.On(SmtpStep.Dot, SmtpSink.TakeAndDrop);
        Assert.Equal(HandOverResult.Unknown, (await SendAsync(app, "second@example.org")).Result);
        Assert.Equal(2, app.Mails.Count);
    }

    [Fact]
    public async Task Says_goodbye_on_lines_that_nobody_needs()
    {
        await using var app = await NewsroomApp.StartAsync();
        await SendAsync(app);
        Assert.Equal(1, app.Smtp.OpenConnections);
        for (var i = 0; i < 6; i++)
            app.Clock.Advance(TimeSpan.FromSeconds(10));
        for (var i = 0; i < 200 && app.Smtp.OpenConnections > 0; i++)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        Assert.Equal(0, app.Smtp.OpenConnections);
    }

    [Fact]
    public async Task Keeps_to_the_rate()
    {
        await using var app = await NewsroomApp.StartAsync(new() { ["Mail:Smtp:MaxPerSecond"] = "2" });
        var sending = Enumerable.Range(0, 6).Select(i => SendAsync(app, $"reader{i}@example.org")).ToList();
        foreach (var expected in new[] { 1, 2, 3, 4, 5, 6 })
        {
            for (var i = 0; i < 300 && app.Mails.Count < expected; i++)
                await Task.Delay(10, TestContext.Current.CancellationToken);
            await Task.Delay(50, TestContext.Current.CancellationToken);
            Assert.Equal(expected, app.Mails.Count);
            app.Clock.Advance(TimeSpan.FromMilliseconds(500));
        }
        await Task.WhenAll(sending);
    }

    [Fact]
    public async Task Is_a_fault_of_the_servers_when_nobody_is_there()
    {
        await using var app = await NewsroomApp.StartAsync();
        await app.Smtp.GoAwayAsync();
        var answer = await SendAsync(app);
        Assert.Equal((HandOverResult.NotSent, FaultOwner.Server), (answer.Result, answer.Owner));
    }

    [Theory]
    [InlineData("550 5.1.1 No such user", SmtpStep.Rcpt, FaultOwner.Reader)]
    [InlineData("550 5.4.1 Recipient address rejected", SmtpStep.Rcpt, FaultOwner.Reader)]
    [InlineData("550 5.7.1 Blocked", SmtpStep.Rcpt, FaultOwner.Policy)]
    [InlineData("550 5.1.8 Bad sender domain", SmtpStep.Rcpt, FaultOwner.Server)]
    [InlineData("554 Go away", SmtpStep.Rcpt, FaultOwner.Reader)]
    [InlineData("556 Takes no mail", SmtpStep.Rcpt, FaultOwner.Reader)]
    [InlineData("530 Sign in first", SmtpStep.Rcpt, FaultOwner.Server)]
    [InlineData("554 5.7.1 Access denied", SmtpStep.Rcpt, FaultOwner.Policy)]
    [InlineData("554 5.5.1 No valid recipients", SmtpStep.Data, FaultOwner.Server)]
    [InlineData("553 5.1.7 Bad sender", SmtpStep.Mail, FaultOwner.Server)]
    [InlineData("550 5.1.1 Unknown", SmtpStep.Mail, FaultOwner.Server)]
    [InlineData("550 5.7.26 Unauthenticated", SmtpStep.Mail, FaultOwner.Policy)]
    [InlineData("552 5.2.3 Too big for this mailbox", SmtpStep.Rcpt, FaultOwner.Content)]
    [InlineData("552 5.3.4 Too big", SmtpStep.Dot, FaultOwner.Content)]
    [InlineData("554 Looks like spam", SmtpStep.Dot, FaultOwner.Content)]
    [InlineData("550 5.7.515 Access denied", SmtpStep.Dot, FaultOwner.Policy)]
    public async Task Tells_the_readers_fault_from_the_contents_and_from_ours(string answer, SmtpStep step, FaultOwner owner)
    {
        await using var app = await NewsroomApp.StartAsync();
        app.Smtp.On(step, answer);
        var handOver = await SendAsync(app);
        Assert.Equal((HandOverResult.Refused, owner), (handOver.Result, handOver.Owner));
    }
}

/// <summary>A relay on the net: TLS, a certificate, a password.</summary>
public sealed class ARelayThatWantsTlsAndAPassword
{
    private static Dictionary<string, string?> Settings(SmtpSink sink, string host = "localhost", string password = "secret words") => new()
    {
        ["Mail:Smtp:Host"] = host,
        ["Mail:Smtp:Port"] = sink.Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["Mail:Smtp:Security"] = "StartTls",
        ["Mail:Smtp:UserName"] = "newsroom",
        ["Mail:Smtp:Password"] = password,
        ["Mail:Smtp:TrustedCertificateFile"] = TestKeys.ServerCertificateFile,
    };

    private static async Task<OutgoingMail> SendAsync(Dictionary<string, string?> settings)
    {
        await using var app = await NewsroomApp.StartAsync(settings);
        var id = await app.WriteLetterAsync("reader@example.org");
        await app.RunDueJobsAsync();
        return await app.OutgoingMailAsync(id);
    }

    [Fact]
    public async Task Gets_mail_over_starttls_from_who_signs_in()
    {
        await using var sink = SmtpSink.Start(TestKeys.ServerCertificate, "newsroom:secret words");
        Assert.Equal(OutgoingMailState.Sent, (await SendAsync(Settings(sink))).State);
        Assert.Equal(1, sink.TakenSecurely);
    }

    [Fact]
    public async Task Gets_nothing_when_its_certificate_is_signed_by_nobody_we_know()
    {
        await using var sink = SmtpSink.Start(TestKeys.ServerCertificate, "newsroom:secret words");
        var settings = Settings(sink);
        settings["Mail:Smtp:TrustedCertificateFile"] = null;
        var row = await SendAsync(settings);
        Assert.Equal((OutgoingMailState.Waiting, 0), (row.State, row.Attempts));
        Assert.Empty(sink.Mails);
    }

    [Fact]
    public async Task Gets_nothing_when_its_certificate_is_for_another_name()
    {
        await using var sink = SmtpSink.Start(TestKeys.ServerCertificate, "newsroom:secret words");
        Assert.Equal(OutgoingMailState.Waiting, (await SendAsync(Settings(sink, host: "127.0.0.1"))).State);
        Assert.Empty(sink.Mails);
    }

    [Fact]
    public async Task Gets_nothing_when_it_offers_no_tls()
    {
        await using var sink = SmtpSink.Start(credentials: "newsroom:secret words");
        var row = await SendAsync(Settings(sink));
        Assert.Equal(OutgoingMailState.Waiting, row.State);
        Assert.Contains("STARTTLS", row.Answer, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(sink.Mails);
    }

    [Fact]
    public async Task Refusing_the_password_uses_up_no_attempt()
    {
        await using var sink = SmtpSink.Start(TestKeys.ServerCertificate, "newsroom:secret words");
        var row = await SendAsync(Settings(sink, password: "wrong"));
        Assert.Equal((OutgoingMailState.Waiting, 0), (row.State, row.Attempts));
        Assert.Contains("5.7.8", row.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task May_be_debians_postfix()
    {
        Tool.Need(PostfixRelay.Present, "Postfix");
        await using var sink = SmtpSink.Start();
        await using var postfix = await PostfixRelay.StartAsync(sink.Port, TestContext.Current.CancellationToken);
        var row = await SendAsync(new()
        {
            ["Mail:Smtp:Host"] = "localhost",
            ["Mail:Smtp:Port"] = postfix.Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["Mail:Smtp:Security"] = "StartTls",
            ["Mail:Smtp:TrustedCertificateFile"] = postfix.CertificateFile,
        });
        Assert.Equal(OutgoingMailState.Sent, row.State);
        for (var i = 0; i < 300 && sink.Mails.Count == 0; i++)
            await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.Equal("reader@example.org", Assert.Single(sink.Mails).To);
        if (Tool.PythonHas("dkim"))
            Assert.True(Assert.Single(await DkimVerifier.VerifyAsync(sink.Mails[0].Bytes)).Valid);
    }
}
