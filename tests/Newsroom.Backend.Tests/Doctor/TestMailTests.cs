using System.Text;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Doctor;

namespace Newsroom.Backend.Tests.Doctor;

/// <summary>One mail over the relay, with every word of the conversation.</summary>
public sealed class ATestMail
{
    private static async Task<RelayTest> SendAsync(NewsroomApp app, string to = "desk@example.net") =>
        Assert.Single(Assert.IsType<TestMailOutcome.Tried>(await app.SendTestMailAsync(to)).Relays);

    [Fact]
    public async Task Arrives_signed_and_shows_the_conversation_without_the_message()
    {
        await using var app = await NewsroomApp.StartAsync();
        var test = await SendAsync(app);
        Assert.True(test.Accepted, test.Meaning);
        var mail = Assert.Single(app.Mails);
        Assert.Equal(("desk@example.net", test.MessageId), (mail.To, mail.Message.MessageId));
        Assert.Single(mail.Header("DKIM-Signature"));
        Assert.Empty(mail.Header("List-Unsubscribe"));
        Assert.Contains("S: 220 sink.example.org ESMTP", test.Transcript);
        Assert.Contains("C: RCPT TO:<desk@example.net>", test.Transcript);
        Assert.Contains("S: 354 Go ahead", test.Transcript);
        Assert.Contains("S: 250 2.0.0 Taken", test.Transcript);
        Assert.Contains(test.Transcript, l => l.StartsWith("#  the message, ", StringComparison.Ordinal));
        Assert.DoesNotContain(test.Transcript, l => l.Contains("This is a test", StringComparison.Ordinal) || l.Contains("DKIM", StringComparison.Ordinal));
        Assert.DoesNotContain(await app.ReadAsync(db => Task.FromResult(db.OutgoingMails.ToList())), _ => true);
    }

    [Fact]
    public async Task Can_be_checked_by_receivers_where_it_arrives()
    {
        DkimVerifier.Need();
        await using var app = await NewsroomApp.StartAsync();
        await SendAsync(app);
        Assert.True(Assert.Single(await DkimVerifier.VerifyAsync(Assert.Single(app.Mails).Bytes)).Valid);
    }

    [Fact]
    public async Task Is_sent_in_the_words_that_readers_mail_is_sent_in_whatever_the_server_offers()
    {
        await using var app = await NewsroomApp.StartAsync();
        foreach (var extension in (string[])["CHUNKING", "BINARYMIME"])
            app.Smtp.Extensions.Add(extension);
        var test = await SendAsync(app);
        Assert.True(test.Accepted, test.Meaning);
        Assert.Contains("C: DATA", test.Transcript);
        Assert.DoesNotContain(test.Transcript, l => l.Contains("This is a test", StringComparison.Ordinal) || l.Contains("DKIM", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Tells_a_server_that_takes_no_password_from_one_that_does_not_encrypt()
    {
        Dictionary<string, string?> signIn = new() { ["Mail:Smtp:UserName"] = "newsroom", ["Mail:Smtp:Password"] = "hush-hush" };
        await using var clear = await NewsroomApp.StartAsync(signIn);
        var test = await SendAsync(clear);
        Assert.True(!test.Accepted && test.Meaning.Contains("takes no user name and password", StringComparison.Ordinal), test.Meaning);
        Assert.DoesNotContain("STARTTLS", test.Meaning, StringComparison.Ordinal);

        // OAuth alone, as some providers have it.
        clear.Smtp.Extensions.Add("AUTH XOAUTH2");
        test = await SendAsync(clear);
        Assert.True(!test.Accepted && test.Meaning.Contains("takes no user name and password", StringComparison.Ordinal), test.Meaning);

        signIn["Mail:Smtp:Security"] = "StartTls";
        await using var encrypted = await NewsroomApp.StartAsync(signIn);
        test = await SendAsync(encrypted);
        Assert.True(!test.Accepted && test.Meaning.Contains("offers no STARTTLS", StringComparison.Ordinal), test.Meaning);
    }

    [Fact]
    public async Task Never_shows_the_password()
    {
        await using var sink = SmtpSink.Start(TestKeys.ServerCertificate, "newsroom:hush-hush");
        await using var app = await NewsroomApp.StartAsync(new()
        {
            ["Mail:Smtp:Host"] = "localhost",
            ["Mail:Smtp:Port"] = sink.Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["Mail:Smtp:Security"] = "StartTls",
            ["Mail:Smtp:UserName"] = "newsroom",
            ["Mail:Smtp:Password"] = "hush-hush",
            ["Mail:Smtp:TrustedCertificateFile"] = TestKeys.ServerCertificateFile,
        });
        var test = await SendAsync(app);
        Assert.True(test.Accepted, test.Meaning);
        Assert.Equal(1, sink.TakenSecurely);
        var words = string.Join('\n', test.Transcript);
        Assert.Contains("#  Tls13, certificate for localhost", words, StringComparison.Ordinal);
        Assert.Contains("C: AUTH PLAIN ****", words, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", words, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes("\0newsroom\0hush-hush")), words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SmtpStep.Mail, "550 5.7.1 Sender not allowed", "answers 550", "enter the address of Mail:From")]
    [InlineData(SmtpStep.Rcpt, "554 5.7.1 Relay access denied", "answers 554", "sign in (Mail:Smtp:UserName")]
    [InlineData(SmtpStep.Rcpt, "450 4.2.0 Greylisted", "answers 450", "a quarter of an hour")]
    [InlineData(SmtpStep.Dot, "550 5.7.26 Not authenticated", "answers 550", "run doctor")]
    [InlineData(SmtpStep.Mail, "530 5.7.0 Sign in first", "wants a sign-in", "Mail:Smtp:UserName")]
    [InlineData(SmtpStep.Data, SmtpSink.Drop, "ended the conversation", "transcript")]
    [InlineData(SmtpStep.Connect, "554 5.7.1 Your address is blocked", "554", "relay")]
    public async Task Says_what_a_refusal_means(SmtpStep step, string answer, string meaning, string advice)
    {
        await using var app = await NewsroomApp.StartAsync();
        app.Smtp.On(step, answer);
        var test = await SendAsync(app);
        Assert.False(test.Accepted);
        Assert.True(test.Meaning.Contains(meaning, StringComparison.Ordinal) && test.Advice!.Contains(advice, StringComparison.Ordinal), $"{test.Meaning} {test.Advice}");
        Assert.Empty(app.Mails);
    }

    [Fact]
    public async Task Is_not_sent_to_whom_we_must_not_mail_nor_to_what_is_no_address()
    {
        await using var app = await NewsroomApp.StartAsync();
        await app.SuppressAsync("desk@example.net", SuppressionReason.Complaint);
        Assert.IsType<TestMailOutcome.NotNow>(await app.SendTestMailAsync("desk@example.net"));
        Assert.IsType<TestMailOutcome.BadAddress>(await app.SendTestMailAsync("nobody"));
        Assert.Empty(app.Mails);
    }
}
