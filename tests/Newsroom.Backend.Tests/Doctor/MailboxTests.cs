using System.Text;
using MimeKit;
using Newsroom.Backend.Mail.Doctor;

namespace Newsroom.Backend.Tests.Doctor;

/// <summary>A test to the newsroom's own mailbox, read where it arrives.</summary>
public sealed class ATestInTheMailbox : IAsyncLifetime
{
    private const string Passed = "Authentication-Results: mx.box.test; spf=pass smtp.mailfrom=news.example.org; dkim=pass header.d=news.example.org; dmarc=pass (p=reject) header.from=news.example.org\r\n"
        + "Received: from relay.test (relay.test [192.0.2.25]) by mx.box.test with ESMTPS id 1; Tue, 24 Nov 2026 12:00:03 +0000\r\n";

    private readonly ImapBox _box = ImapBox.Start();

    private async Task<NewsroomApp> StartAsync(string password = ImapBox.Password)
    {
        return await NewsroomApp.StartAsync(new()
        {
            ["Mail:Doctor:Mailbox:Address"] = "newsroom@box.test",
            ["Mail:Doctor:Mailbox:Imap:Host"] = "127.0.0.1",
            ["Mail:Doctor:Mailbox:Imap:Port"] = _box.Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["Mail:Doctor:Mailbox:Imap:Security"] = "None",
            ["Mail:Doctor:Mailbox:Imap:UserName"] = "newsroom",
            ["Mail:Doctor:Mailbox:Imap:Password"] = password,
        });
    }

    private void Deliver(NewsroomApp app, string folder, string headers) => app.Smtp.OnTaken = mail =>
    {
        _box.Put(folder, headers + Encoding.ASCII.GetString(mail.Bytes), NewsroomApp.Start.AddSeconds(4));
        return Task.CompletedTask;
    };

    [Fact]
    public async Task Is_read_and_then_deleted_alone()
    {
        await using var app = await StartAsync();
        _box.Put("INBOX", "Subject: A letter of somebody's\r\n\r\nHello\r\n", NewsroomApp.Start);
        Deliver(app, "INBOX", Passed);
        var findings = await app.TestMailboxAsync();
        Assert.All(findings, f => Assert.True(f.Result == CheckResult.Ok, f.ToString()));
        foreach (var words in new[] { "in the inbox", "mx.box.test says spf=pass (smtp.mailfrom=news.example.org)", "says dkim=pass (header.d=news.example.org)", "says dmarc=pass", "for 4 seconds", "over 1 servers, always encrypted" })
            Assert.Contains(findings, f => f.Words.Contains(words, StringComparison.Ordinal));
        Assert.Equal("Subject: A letter of somebody's\r\n\r\nHello\r\n", Assert.Single(_box.Mails));
    }

    [Fact]
    public async Task Is_found_among_the_spam()
    {
        await using var app = await StartAsync();
        Deliver(app, "Spam", Passed);
        Assert.Contains(await app.TestMailboxAsync(), f => f.Result == CheckResult.Warn && f.Words.Contains("among the spam", StringComparison.Ordinal));
        Assert.Empty(_box.Mails);
    }

    [Fact]
    public async Task Is_found_though_the_relay_gave_it_an_id_of_its_own()
    {
        await using var app = await StartAsync();
        app.Smtp.OnTaken = mail =>
        {
            var text = Encoding.ASCII.GetString(mail.Bytes).Replace($"Message-ID: <{mail.Message.MessageId}>", "Message-ID: <0100019ab@email.relay.test>", StringComparison.Ordinal);
            _box.Put("INBOX", Passed + text, NewsroomApp.Start.AddSeconds(4));
            return Task.CompletedTask;
        };
        Assert.Contains(await app.TestMailboxAsync(), f => f.Words.Contains("in the inbox", StringComparison.Ordinal));
        Assert.Empty(_box.Mails);
    }

    [Fact]
    public async Task Is_waited_for_two_minutes()
    {
        await using var app = await StartAsync();
        var testing = app.TestMailboxAsync();
        while (!testing.IsCompleted)
        {
            app.Clock.Advance(TimeSpan.FromSeconds(3));
            await Task.WhenAny(testing, Task.Delay(20, TestContext.Current.CancellationToken));
        }
        var finding = Assert.Single(await testing);
        Assert.True(finding.Result == CheckResult.Fail && finding.Words.Contains("not arrived within 2 minutes", StringComparison.Ordinal), finding.ToString());
    }

    [Fact]
    public async Task Tells_a_relay_that_refuses_and_a_mailbox_that_cannot_be_opened()
    {
        await using var app = await StartAsync();
        app.Smtp.On(SmtpStep.Mail, "550 5.7.1 Sender not allowed");
        Assert.Contains("answers 550", Assert.Single(await app.TestMailboxAsync()).Words, StringComparison.Ordinal);
        await using var locked = await StartAsync("wrong");
        Assert.Contains("cannot be opened", Assert.Single(await locked.TestMailboxAsync()).Words, StringComparison.Ordinal);
        Assert.Empty(locked.Mails);
        await using var without = await NewsroomApp.StartAsync();
        Assert.Equal(CheckResult.Skipped, Assert.Single(await without.TestMailboxAsync()).Result);
    }

    [Theory]
    [InlineData("Authentication-Results: mx.box.test; spf=fail reason=\"not listed\" smtp.mailfrom=news.example.org; dkim=pass header.d=news.example.org; dmarc=pass", CheckResult.Fail, "spf=fail (smtp.mailfrom=news.example.org): not listed")]
    [InlineData("Authentication-Results: mx.box.test; dkim=fail header.d=relay.test; dkim=pass header.d=news.example.org", CheckResult.Ok, "dkim=pass (header.d=news.example.org)")]
    [InlineData("Authentication-Results: mx.box.test; dmarc=fail header.from=news.example.org", CheckResult.Fail, "dmarc=fail")]
    [InlineData("Authentication-Results: mx.box.test; none\r\nAuthentication-Results: forged.test; spf=pass; dkim=pass; dmarc=pass", CheckResult.Skipped, "mx.box.test says nothing of dkim")]
    [InlineData("X-Other: 1", CheckResult.Skipped, "does not say what it thinks")]
    [InlineData("Received: from relay.test (relay.test [192.0.2.25]) by mx.box.test with ESMTP id 1", CheckResult.Warn, "Of 1 hops 1 were not encrypted")]
    [InlineData("Received: from localhost (localhost [127.0.0.1]) by relay.test with ESMTP id 1\r\nReceived: by relay.test id 2", CheckResult.Ok, "always encrypted")]
    [InlineData("ARC-Seal: i=1; a=rsa-sha256; d=list.test; s=x; cv=none; b=AA==", CheckResult.Ok, "vouches for it (ARC, 1×)")]
    public void Is_judged_by_what_the_receiver_wrote_on_it(string headers, CheckResult result, string words)
    {
        var message = MimeMessage.Load(new MemoryStream(Encoding.ASCII.GetBytes(headers + "\r\nSubject: A test\r\n\r\nHello\r\n")), TestContext.Current.CancellationToken);
        var findings = ArrivedMail.Read(message, isJunk: false, NewsroomApp.Start, null).ToList();
        Assert.True(findings.Exists(f => f.Result == result && f.Words.Contains(words, StringComparison.Ordinal)), string.Join('\n', findings));
    }

    [Theory]
    [InlineData(30, CheckResult.Ok, "30 seconds")]
    [InlineData(900, CheckResult.Warn, "900 seconds")]
    [InlineData(-300, CheckResult.Warn, "300 seconds before it was sent")]
    public void Shows_a_wrong_clock_and_a_long_way(int seconds, CheckResult result, string words)
    {
        var message = MimeMessage.Load(new MemoryStream("Subject: A test\r\n\r\nHello\r\n"u8.ToArray()), TestContext.Current.CancellationToken);
        Assert.Contains(ArrivedMail.Read(message, isJunk: false, NewsroomApp.Start, NewsroomApp.Start.AddSeconds(seconds)), f => f.Result == result && f.Words.Contains(words, StringComparison.Ordinal));
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _box.DisposeAsync();
}
