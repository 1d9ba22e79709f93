using System.Text;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Tests;

/// <summary>What leaves, octet by octet. Looked at where it arrives.</summary>
public sealed class AMessage(RunningNewsroom newsroom) : IClassFixture<RunningNewsroom>
{
    private static readonly ListHeaders List = new("Élise's Week, News <this-week.news.example.org>", NewsroomApp.PublicUrl + "/unsubscribe/abc-DEF_123", NewsroomApp.PublicUrl + "/archive/this-week/7");
    private readonly NewsroomApp _app = newsroom.App;

    private static MessageParts Parts(string subject = "Good morning", string? toName = null, string? fromName = null, ListHeaders? list = null, string text = "Text.\n", string html = "<p>Text.</p>\n") => new()
    {
        To = EmailAddress.Parse("reader@example.org"),
        ToName = toName,
        FromName = fromName,
        Content = new RenderedMail(subject, html, text),
        Date = NewsroomApp.Start,
        Mailed = MailedId.Digest(7, 1),
        List = list,
    };

    private async Task<ReceivedMail> SendAsync(MessageParts parts)
    {
        var message = await _app.BuildAsync(parts);
        var answer = await _app.HandOverAsync(message);
        Assert.True(answer.Result == HandOverResult.Accepted, answer.ToString());
        var received = _app.Mails[^1];
        Assert.Equal(Encoding.UTF8.GetString(message.ToBytes()), Encoding.UTF8.GetString(received.Bytes));
        return received;
    }

    [Fact]
    public async Task Arrives_with_the_very_bytes_that_were_signed()
    {
        var mail = await SendAsync(Parts(text: ".leading dot\n..two\n" + new string('é', 3000) + "\n \ntrailing   \n", html: "<p>" + new string('x', 5000) + "</p>"));
        Assert.Equal(("news@news.example.org", "reader@example.org"), (mail.From, mail.To));
    }

    [Fact]
    public async Task Says_the_same_thing_twice_with_the_same_bytes()
    {
        var first = await _app.BuildAsync(Parts(list: List));
        var again = await _app.BuildAsync(Parts(list: List));
        Assert.Equal(first.ToBytes(), again.ToBytes());
        var other = await _app.BuildAsync(Parts(list: List) with { Mailed = MailedId.Digest(7, 2) });
        Assert.NotEqual(first.MessageId, other.MessageId);
    }

    [Fact]
    public async Task Has_short_seven_bit_lines()
    {
        var mail = await SendAsync(Parts("Ünïcode " + string.Join(' ', Enumerable.Repeat("Überschrift", 30)), "Élise Müller, News", "Der Bote, täglich", List, new string('ä', 4000), new string('ß', 4000)));
        Assert.All(mail.Bytes, b => Assert.InRange(b, (byte)9, (byte)126));
        foreach (var line in Encoding.ASCII.GetString(mail.Bytes).Split("\r\n"))
            Assert.True(line.Length <= (line.Contains("=?utf-8?", StringComparison.Ordinal) ? 76 : 78) || line.StartsWith(" <https", StringComparison.Ordinal), line);
    }

    [Theory]
    [InlineData("A subject in plain words that is so long that it has to be folded somewhere, which happens between two of them")]
    [InlineData("Averyveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryverylongword and more")]
    [InlineData("Not =?utf-8?B?QQ==?= an encoded word")]
    [InlineData("🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢")]
    public async Task Keeps_long_and_odd_texts_whole(string text)
    {
        var mail = await SendAsync(Parts(text, text, text, List with { ListId = $"{text} <this-week.news.example.org>" }));
        Assert.Equal((text, text, text), (mail.Subject, mail.Message.To.Mailboxes.Single().Name, mail.Message.From.Mailboxes.Single().Name));
        Assert.Equal($"{text} <this-week.news.example.org>", mail.Message.Headers["List-Id"]!.Replace("\"", "", StringComparison.Ordinal));
        Assert.All(Encoding.ASCII.GetString(mail.Bytes).Split("\r\n"), line => Assert.InRange(line.Length, 0, 81));
    }

    [Fact]
    public async Task Keeps_names_and_subjects_of_every_script()
    {
        var mail = await SendAsync(Parts("Café: “Überschwemmung” 🚢 新聞", "Élise Müller, News", "日報 \"Zeitung\" <x>"));
        Assert.Equal("Café: “Überschwemmung” 🚢 新聞", mail.Subject);
        Assert.Equal("Élise Müller, News", mail.Message.To.Mailboxes.Single().Name);
        Assert.Equal("reader@example.org", mail.Message.To.Mailboxes.Single().Address);
        Assert.Equal("日報 \"Zeitung\" <x>", mail.Message.From.Mailboxes.Single().Name);
        Assert.Equal("news@news.example.org", mail.Message.From.Mailboxes.Single().Address);
    }

    [Theory]
    [InlineData("Hello\r\nBcc: victim@example.org")]
    [InlineData("Hello\nBcc: victim@example.org")]
    [InlineData("Hello\rBcc: victim@example.org")]
    [InlineData("Hello\0\r\n\r\n<script>")]
    [InlineData("Hello\u2028Bcc: victim@example.org")]
    [InlineData("Hello\u0085Bcc: victim@example.org\u0007")]
    public async Task Has_no_header_that_a_name_or_a_subject_brought(string poison)
    {
        var mail = await SendAsync(Parts(poison, poison, poison, new ListHeaders($"{poison} <this-week.news.example.org>", List.UnsubscribeUrl, null)));
        Assert.Empty(mail.Header("Bcc"));
        Assert.Single(mail.Header("Subject"));
        Assert.StartsWith("Hello ", mail.Subject, StringComparison.Ordinal);
        Assert.DoesNotContain("script", mail.Html, StringComparison.Ordinal);
        Assert.Equal(2, mail.Message.BodyParts.Count());
        Assert.DoesNotContain('\0', Encoding.ASCII.GetString(mail.Bytes));
    }

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("https://news.example.org/a>\r\nBcc: x@example.org")]
    [InlineData("/unsubscribe/abc")]
    public async Task Is_not_made_with_a_link_that_is_none(string url) =>
        await Assert.ThrowsAsync<ArgumentException>(() => _app.BuildAsync(Parts(list: List with { UnsubscribeUrl = url })));

    [Fact]
    public async Task Of_a_list_has_each_list_header_once_and_as_the_standards_say()
    {
        var mail = await SendAsync(Parts(list: List));
        Assert.Equal($"<{List.UnsubscribeUrl}>", Assert.Single(mail.Header("List-Unsubscribe")));
        Assert.Equal("List-Unsubscribe=One-Click", Assert.Single(mail.Header("List-Unsubscribe-Post")));
        Assert.Equal($"<{List.ArchiveUrl}>", Assert.Single(mail.Header("List-Archive")));
        Assert.Equal("NO", Assert.Single(mail.Header("List-Post")));
        Assert.Equal("bulk", Assert.Single(mail.Header("Precedence")));
        Assert.Equal("Élise's Week, News <this-week.news.example.org>", Assert.Single(mail.Message.Headers, h => h.Field == "List-Id").Value);
        Assert.EndsWith(" <this-week.news.example.org>", Assert.Single(mail.Header("List-Id")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gives_gmail_a_feedback_id_that_says_nothing_of_the_reader()
    {
        var one = Assert.Single((await SendAsync(Parts(list: List))).Header("Feedback-ID"));
        var other = Assert.Single((await SendAsync(Parts(list: List) with { To = EmailAddress.Parse("other@example.net"), Mailed = MailedId.Digest(7, 3) })).Header("Feedback-ID"));
        Assert.Equal(one, other);
        Assert.Matches("^this-week:list:digest:[0-9a-f]{12}$", one);
    }

    [Theory]
    [InlineData("digest", "^digest:list::[0-9a-f]{12}$")]
    [InlineData("list", "^list::digest:[0-9a-f]{12}$")]
    public async Task Repeats_nothing_in_the_feedback_id_whatever_the_newsletter_is_called(string slug, string shape)
    {
        var mail = await SendAsync(Parts(list: List with { ListId = $"News <{slug}.news.example.org>" }));
        Assert.Matches(shape, Assert.Single(mail.Header("Feedback-ID")));
    }

    [Fact]
    public async Task Of_no_list_has_no_list_header()
    {
        var mail = await SendAsync(Parts());
        Assert.DoesNotContain(mail.Message.Headers, h => h.Field.StartsWith("List-", StringComparison.OrdinalIgnoreCase) || h.Field is "Precedence" or "Feedback-ID");
    }

    [Fact]
    public async Task Asks_machines_not_to_answer_and_carries_one_of_each_header()
    {
        var mail = await SendAsync(Parts(list: List, toName: "A Reader"));
        Assert.Equal("auto-generated", Assert.Single(mail.Header("Auto-Submitted")));
        Assert.Equal("All", Assert.Single(mail.Header("X-Auto-Response-Suppress")));
        Assert.All(mail.Message.Headers.GroupBy(h => h.Field.ToUpperInvariant()), g => Assert.Single(g));
        Assert.Equal(NewsroomApp.Start, mail.Message.Date);
        Assert.EndsWith("@news.example.org", mail.Message.MessageId, StringComparison.Ordinal);
        Assert.DoesNotContain("reader", mail.Message.MessageId, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Puts_the_text_first_and_the_html_last()
    {
        var mail = await SendAsync(Parts(text: "Grüße\n", html: "<p>Grüße</p>\n"));
        Assert.Equal("multipart/alternative", mail.Message.Body!.ContentType.MimeType);
        Assert.Equal(["text/plain", "text/html"], mail.Message.BodyParts.Select(p => p.ContentType.MimeType));
        Assert.Equal(("Grüße", "<p>Grüße</p>"), (mail.Text.Trim(), mail.Html.Trim()));
    }

    [Theory]
    [InlineData(".\n", "<p>.</p>\n")]
    [InlineData("...\n.\n\n..\nQUIT\n.\n", "<p>\n.\n..\n</p>\n.\n")]
    [InlineData("Text.\n.", ".")]
    public async Task Keeps_its_dots_where_a_line_begins_with_them(string text, string html)
    {
        var mail = await SendAsync(Parts(text: text, html: html));
        Assert.Equal((text.Trim(), html.Trim()), (mail.Text.ReplaceLineEndings("\n").Trim(), mail.Html.ReplaceLineEndings("\n").Trim()));
    }

    [Fact]
    public async Task To_an_address_outside_ascii_goes_only_where_the_server_takes_it()
    {
        var parts = Parts(toName: "Jörg") with { To = EmailAddress.Parse("jörg@example.org") };
        var refused = await _app.HandOverAsync(await _app.BuildAsync(parts));
        Assert.Equal((HandOverResult.Refused, FaultOwner.Reader), (refused.Result, refused.Owner));
        await using var app = await NewsroomApp.StartAsync();
        app.Smtp.Extensions.Add("SMTPUTF8");
        var message = await app.BuildAsync(parts);
        Assert.Equal(HandOverResult.Accepted, (await app.HandOverAsync(message)).Result);
        Assert.Equal("jörg@example.org", app.Mails[0].To);
        Assert.Equal(message.ToBytes(), app.Mails[0].Bytes);
    }
}

public sealed class ASignature
{
    private static readonly string[] MustBeSigned =
    [
        "from", "to", "subject", "date", "message-id", "mime-version", "content-type", "auto-submitted", "x-auto-response-suppress", "list-id", "list-unsubscribe",
        "list-unsubscribe-post", "list-archive", "feedback-id", "precedence",
    ];

    private static readonly MessageParts Digest = new()
    {
        To = EmailAddress.Parse("reader@example.org"),
        ToName = "Élise Müller, News",
        Content = new RenderedMail("Überschwemmung im Hafen: was wir wissen, und was noch nicht, am Morgen danach", "<p>Grüße   und\t\n\n\n mehr </p>\n\n\n", "Grüße  \n\n\n"),
        Date = NewsroomApp.Start,
        Mailed = MailedId.Single(1),
        List = new ListHeaders("This Week <this-week.news.example.org>", NewsroomApp.PublicUrl + "/unsubscribe/7Qm3xVn2Kc9Rt5Wd8Yb4Lf6Gh1Jp0Zs7Av3Ek2Mo5Ux", NewsroomApp.PublicUrl + "/archive/this-week/7"),
    };

    [Fact]
    public async Task Is_valid_for_an_independent_verifier_and_covers_what_must_be_covered()
    {
        DkimVerifier.Need();
        await using var app = await NewsroomApp.StartAsync();
        await app.HandOverAsync(await app.BuildAsync(Digest));
        var verdict = Assert.Single(await DkimVerifier.VerifyAsync(app.Mails[0].Bytes));
        Assert.True(verdict.Valid);
        Assert.Equal(("rsa-sha256", "news.example.org", "relaxed/relaxed", false), (verdict.Algorithm, verdict.Domain, verdict.Canonicalization, verdict.Length));
        Assert.Empty(MustBeSigned.Except(verdict.Signed));
        foreach (var oversigned in new[] { "from", "to", "subject", "date" })
            Assert.Equal(2, verdict.Signed.Count(h => h == oversigned));
    }

    [Theory]
    [InlineData("Subject: =?utf-8?B?", "Subject: x =?utf-8?B?")]
    [InlineData("One-Click", "Two-Click")]
    [InlineData("/unsubscribe/7Qm", "/unsubscribe/8Qm")]
    [InlineData("Gr=C3=BC=C3=9Fe", "Gr=C3=BC=C3=9Ff")]
    [InlineData("\r\nMIME-Version", "\r\nFrom: Another <a@example.net>\r\nMIME-Version")]
    [InlineData("\r\nMIME-Version", "\r\nSubject: Another\r\nMIME-Version")]
    public async Task Breaks_when_anything_is_changed_or_added(string was, string becomes)
    {
        DkimVerifier.Need();
        await using var app = await NewsroomApp.StartAsync();
        var message = System.Text.Encoding.ASCII.GetString((await app.BuildAsync(Digest)).ToBytes());
        var at = message.IndexOf(was, StringComparison.Ordinal);
        Assert.True(at > 0, message);
        var changed = message[..at] + becomes + message[(at + was.Length)..];
        Assert.False(Assert.Single(await DkimVerifier.VerifyAsync(System.Text.Encoding.ASCII.GetBytes(changed))).Valid);
    }

    [Fact]
    public async Task Can_be_a_second_one_with_ed25519()
    {
        DkimVerifier.Need();
        Tool.Need(Tool.Exists("/usr/bin/openssl"), "openssl");
        var file = TestKeys.Write("ed25519.pem", "");
        await Tool.RunAsync("/usr/bin/openssl", ["genpkey", "-algorithm", "ed25519", "-out", file], default, TestContext.Current.CancellationToken);
        // The last 32 octets of the SubjectPublicKeyInfo are the key that RFC 8463 §4 wants in DNS.
        var (_, publicKey) = await Tool.RunAsync("/bin/sh", ["-c", $"openssl pkey -in {file} -pubout -outform DER | tail -c 32 | base64"], default, TestContext.Current.CancellationToken);
        await using var app = await NewsroomApp.StartAsync(new() { ["Mail:Dkim:Ed25519Selector"] = "ed", ["Mail:Dkim:Ed25519PrivateKeyFile"] = file });
        var verdicts = await DkimVerifier.VerifyAsync((await app.BuildAsync(Digest)).ToBytes(), new()
        {
            [$"{TestKeys.DkimSelector}._domainkey.news.example.org"] = TestKeys.DkimRecord,
            ["ed._domainkey.news.example.org"] = "v=DKIM1; k=ed25519; p=" + publicKey.Trim(),
        });
        Assert.Equal(["rsa-sha256", "ed25519-sha256"], verdicts.Select(v => v.Algorithm));
        Assert.All(verdicts, v => Assert.True(v.Valid));
    }

    [Fact]
    public async Task Is_left_to_the_relay_when_no_key_is_configured()
    {
        await using var app = await NewsroomApp.StartAsync(new() { ["Mail:Dkim:Selector"] = null, ["Mail:Dkim:PrivateKeyFile"] = null });
        Assert.DoesNotContain("DKIM-Signature", System.Text.Encoding.ASCII.GetString((await app.BuildAsync(Digest)).ToBytes()), StringComparison.Ordinal);
    }
}
