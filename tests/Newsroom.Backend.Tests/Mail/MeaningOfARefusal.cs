using FsCheck.Xunit;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Bounces;

namespace Newsroom.Backend.Tests;

/// <summary>What status, reply code and words together mean. A false "hard" loses a reader, so most of these are about what is not.</summary>
public sealed class MeaningOfARefusal
{
    [Theory]
    [InlineData("5.1.1", 550, "User unknown", "userunknown")]
    [InlineData("5.1.1", null, null, "userunknown")]
    [InlineData("5.1.3", 501, "Bad address syntax", "userunknown")]
    [InlineData("5.1.2", 550, "Host unknown", "hostunknown")]
    [InlineData("5.1.6", 551, "User has moved to somebody@example.com", "moved")]
    [InlineData("5.1.10", 556, "Recipient address has null MX", "notaccepting")]
    [InlineData(null, 550, "No such user here", "userunknown")]
    [InlineData(null, 550, "Requested action not taken: mailbox unavailable", "userunknown")]
    [InlineData(null, 550, "Unrouteable address", "userunknown")]
    [InlineData("5.7.1", 550, "User unknown", "userunknown")]
    [InlineData("5.4.1", 550, "Recipient address rejected: Access denied. AS(201806281)", "userunknown")]
    [InlineData("5.1.10", 550, "RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", "userunknown")]
    [InlineData("5.0.0", 550, "5.1.1 unknown recipient", "userunknown")]
    public void Ends_the_address(string? status, int? code, string? words, string reason)
    {
        var meaning = BounceMeaning.Of(status, code, words);
        Assert.Equal((BounceKind.Hard, reason, FaultOwner.Reader), (meaning.Kind, meaning.Reason, BounceReasons.OwnerOf(meaning.Reason)));
    }

    [Theory]
    [InlineData("5.1.1", 550, "blocked using bl.example.org", "policy")]
    [InlineData("5.1.1", 550, "Message rejected as spam", "spam")]
    [InlineData("5.1.1", 550, "rejected for policy reasons", "policy")]
    [InlineData("5.1.1", 450, "user unknown, try again later", "userunknown")]
    [InlineData("4.1.1", 550, "User unknown", "userunknown")]
    [InlineData("4.2.2", 452, "The email account that you tried to reach is over quota", "mailboxfull")]
    [InlineData("5.2.2", 552, "Mailbox full", "mailboxfull")]
    [InlineData("5.1.1", 552, "mailbox is full", "mailboxfull")]
    [InlineData("5.2.1", 550, "The email account that you tried to reach is disabled", "disabled")]
    [InlineData("5.1.1", 550, "This account has been suspended", "disabled")]
    [InlineData("5.7.1", 550, "Unable to relay", "policy")]
    [InlineData("5.7.26", 550, "This mail is unauthenticated", "policy")]
    [InlineData("5.7.515", 550, "Access denied, sending domain does not meet the required authentication level", "policy")]
    [InlineData("5.7.1", 550, "Access denied", "policy")]
    [InlineData("5.3.4", 552, "Message too big", "toolarge")]
    [InlineData("4.7.1", 451, "Greylisted, come back later", "ratelimited")]
    [InlineData("4.7.0", 421, "Try again later", "systemerror")]
    [InlineData("5.1.0", 550, "Address rejected", "rejected")]
    [InlineData("5.4.4", null, "Host or domain name not found. Name service error: Host not found", "hostunknown")]
    [InlineData("5.4.4", null, "Host or domain name not found. Name service error: Host not found, try again", "networkerror")]
    [InlineData("4.4.7", null, "message expired", "expired")]
    [InlineData("5.0.0", 550, null, "rejected")]
    [InlineData(null, 554, null, "rejected")]
    [InlineData(null, 554, "mailbox unavailable", "userunknown")]
    [InlineData(null, 550, "mailbox unavailable (in reply to end of DATA command)", "userunknown")]
    [InlineData(null, null, "mailbox unavailable", "userunknown")]
    [InlineData(null, 550, "mailbox unavailable or access denied", "rejected")]
    [InlineData("5.2.1", 550, "mailbox unavailable", "disabled")]
    [InlineData("5.7.1", 550, "Invalid recipient", "policy")]
    [InlineData("5.1.0", 550, "Invalid recipient", "rejected")]
    [InlineData("5.1.1", 550, "mailbox unavailable (in reply to end of DATA command)", "userunknown")]
    [InlineData(null, 550, "Sender verify failed: user unknown", "rejected")]
    [InlineData(null, null, "Unrouteable address", "hostunknown")]
    [InlineData(null, 551, "User not local; please try <somebody@example.com>", "rejected")]
    [InlineData(null, null, null, "unknown")]
    public void Does_not_end_the_address(string? status, int? code, string? words, string reason)
    {
        var meaning = BounceMeaning.Of(status, code, words);
        Assert.Equal((BounceKind.Soft, reason), (meaning.Kind, meaning.Reason));
    }

    [Theory]
    [InlineData("5.0.0", 550, "5.2.2 mailbox full", "5.2.2")]
    [InlineData(null, 550, "No such user", "5.1.1")]
    [InlineData(null, 452, "quota exceeded", "4.2.2")]
    [InlineData("5.7.1", 550, "user unknown", "5.7.1")]
    [InlineData(null, 550, "refused by 10.5.1.1, version 4.1.2.7", null)]
    public void Tells_the_status_from_the_words_where_none_is_given(string? status, int? code, string words, string? told) =>
        Assert.Equal(told, BounceMeaning.Of(status, code, words).Status);

    [Fact]
    public void An_address_or_a_host_says_nothing_about_the_reason() =>
        Assert.Equal("userunknown", BounceMeaning.Of("5.1.1", 550, "<antispam@policy.example.org>... User unknown at blocked.example.org").Reason);

    [Property(MaxTest = 2000)]
    public void Is_hard_only_for_a_lasting_reason_that_ends_an_address(byte a, byte b, byte c, int code, string? words, byte pick)
    {
        string[] known = ["user unknown", "mailbox unavailable", "blocked", "host not found", "quota", "no such user", "spam", ""];
        var meaning = BounceMeaning.Of($"{a % 3 + 3}.{b % 9}.{c % 12}", 400 + Math.Abs(code % 200), $"{known[pick % known.Length]} {words}");
        if (meaning.Kind == BounceKind.Hard)
            Assert.True(BounceReasons.EndsAnAddress(meaning.Reason) && a % 3 != 1 && Math.Abs(code % 200) >= 100);
        else
            Assert.Equal(BounceKind.Soft, meaning.Kind);
    }
}
