using Microsoft.Extensions.Configuration;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Bounces;

namespace Newsroom.Backend.Tests.Bounces;

public sealed class TheReturnPath
{
    [Fact]
    public async Task Carries_the_mark_of_each_mail_when_there_is_a_bounce_address()
    {
        await using var app = await NewsroomApp.StartAsync(new() { ["Mail:Bounces:Address"] = "bounces@bounces.example.org" });
        foreach (var to in new[] { "ada@example.org", "bob@example.org" })
        {
            var mark = await app.SentLetterAsync(to);
            var mail = Assert.Single(app.MailsTo(to));
            Assert.Equal($"bounces+{mark}@bounces.example.org", mail.From);
            Assert.Equal($"{mark}@news.example.org", mail.Message.MessageId);
            Assert.Equal("news@news.example.org", mail.Message.From.Mailboxes.Single().Address);
            Assert.True(mail.From.IndexOf('@') <= 64);
        }
    }

    [Fact]
    public async Task Is_the_sender_otherwise_and_no_provider_is_told_anything()
    {
        await using var app = await NewsroomApp.StartAsync();
        await app.SentLetterAsync("ada@example.org");
        var mail = Assert.Single(app.Mails);
        Assert.Equal("news@news.example.org", mail.From);
        Assert.Empty(mail.Header("X-SMTPAPI"));
        Assert.Empty(mail.Header("X-PM-Metadata-mark"));
    }

    [Theory]
    [InlineData("Mail:Bounces:Address", "bounces", "is no address in ASCII")]
    [InlineData("Mail:Bounces:Address", "bounces+x@example.org", "leaves no room for the mark")]
    [InlineData("Mail:Bounces:Address", "a-local-part-of-thirty-letters@example.org", "leaves no room for the mark")]
    [InlineData("Mail:Bounces:Imap:Host", "imap.example.org", "Mail:Bounces:Imap:UserName is empty")]
    [InlineData("Mail:Webhooks:Ses:TopicArn", "bounces", "is no SNS topic")]
    [InlineData("Mail:Webhooks:Postmark:UserName", "hook", "Mail:Webhooks:Postmark:Password is empty")]
    [InlineData("Mail:Webhooks:SendGrid:PublicKey", "not a key", "Mail:Webhooks:SendGrid:PublicKey cannot be used")]
    [InlineData("Mail:Bounces:Imap:PollEvery", "00:00:10", null)]
    public void And_all_that_brings_mail_back_is_checked_at_the_start(string key, string value, string? says)
    {
        var faults = Faults(new() { [key] = value });
        Assert.Equal(says is null, faults.Length == 0);
        Assert.Contains(says ?? "", faults, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("None", "imap.example.org", "the password would travel to imap.example.org in clear")]
    [InlineData("None", "127.0.0.1", null)]
    [InlineData("Tls", "imap.example.org", null)]
    public void And_its_mailbox_is_never_read_in_clear_over_the_network(string security, string host, string? says)
    {
        var faults = Faults(new()
        {
            ["Mail:Bounces:Imap:Host"] = host,
            ["Mail:Bounces:Imap:Security"] = security,
            ["Mail:Bounces:Imap:UserName"] = "u",
            ["Mail:Bounces:Imap:Password"] = "p",
        });
        Assert.Equal(says is null, faults.Length == 0);
        Assert.Contains(says ?? "", faults, StringComparison.Ordinal);
    }

    private static string Faults(Dictionary<string, string?> settings)
    {
        var options = new ConfigurationBuilder().AddInMemoryCollection(settings).Build().GetSection(MailOptions.Section).Get<MailOptions>()!;
        return new BouncesOptionsRules().Validate(null, options).FailureMessage ?? "";
    }
}
