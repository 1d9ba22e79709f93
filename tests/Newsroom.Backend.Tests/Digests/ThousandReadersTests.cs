using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Digests;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Tests.Digests;

/// <summary>
/// One digest of a WordPress site's new stories through Debian's Postfix over STARTTLS, judged by programs that know nothing of ours.
/// </summary>
public sealed partial class AThousandReaders
{
    private const int Audience = 1000;

    // Prints the names of the files whose signature does not verify.
    private const string Verify = """
        import sys, os, json, dkim
        record = sys.argv[2].encode()
        folder = sys.argv[1]
        bad = [f for f in sorted(os.listdir(folder)) if not dkim.verify(open(os.path.join(folder, f), 'rb').read(), dnsfunc=lambda name, timeout=5: record)]
        print(json.dumps(bad))
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Get_a_digest_whole_signed_and_with_a_way_out()
    {
        Tool.Need(PostfixRelay.Present, "Postfix (as root)");
        await using var sink = SmtpSink.Start();
        await using var relay = await PostfixRelay.StartAsync(sink.Port, Stop);
        await using var site = await FeedSite.StartAsync();
        await using var app = await NewsroomApp.StartAsync(new()
        {
            ["Mail:Smtp:Host"] = "localhost",
            ["Mail:Smtp:Port"] = relay.Port.ToString(CultureInfo.InvariantCulture),
            ["Mail:Smtp:Security"] = "StartTls",
            ["Mail:Smtp:TrustedCertificateFile"] = relay.CertificateFile,
            ["Stories:AllowPrivateNetworks"] = "true",
            ["Stories:Feeds:0:Url"] = site.Feed,
        });
        // A spam filter compares the Date with its own clock.
        app.Clock.SetUtcNow(TimeProvider.System.GetUtcNow());
        await app.AddNewsletterAsync();
        await app.AddReadersAsync(Audience);
        site.Serves(Rss.Stories(2, 1));
        await app.FetchOneAsync();
        site.Serves(Rss.Of(Enumerable.Range(1, 10).Reverse().Select(n => Rss.Item(n, $"Story {n}: the harbour&#8217;s &#8220;new&#8221; bridge"))));
        await app.FetchOneAsync();
        var digest = await app.ComposeAsync();
        await app.StepAsync(digest, "send");
        await app.RunDueJobsAsync();
        Assert.True(await app.LedgerAsync(digest) == new Ledger(Audience, Audience, 0, 0, 0, 0), await app.RestAsync());
        for (var attempt = 0; sink.Mails.Count < Audience && attempt < 1200; attempt++)
            await Task.Delay(50, Stop);

        var mails = sink.Mails;
        Assert.Equal(Enumerable.Range(1, Audience).Select(ConfirmedReaders.Address).Order(), mails.Select(m => m.To).Order());
        AssertHeaders(mails);
        Assert.Contains("Story 10: the harbour’s “new” bridge", mails[0].Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Story 2:", mails[0].Text, StringComparison.Ordinal);
        await AssertOneClickAsync(app, mails[0]);
        await AssertSignaturesAsync(mails);
        await AssertNotSpamAsync([mails[0], mails[Audience / 2], mails[^1]]);
    }

    private static void AssertHeaders(IReadOnlyList<ReceivedMail> mails)
    {
        foreach (var mail in mails)
        {
            Assert.StartsWith($"<{NewsroomApp.PublicUrl}/unsubscribe/", Assert.Single(mail.Header("List-Unsubscribe")), StringComparison.Ordinal);
            Assert.Equal("List-Unsubscribe=One-Click", Assert.Single(mail.Header("List-Unsubscribe-Post")));
            Assert.EndsWith("<this-week.news.example.org>", Assert.Single(mail.Header("List-Id")), StringComparison.Ordinal);
        }
        Assert.Equal(Audience, mails.Select(m => Assert.Single(m.Header("List-Unsubscribe"))).Distinct().Count());
        Assert.Equal(Audience, mails.Select(m => m.Message.MessageId).Distinct().Count());
        Assert.All(mails, m => Assert.True(m.Html.Length < 100_000));
    }

    /// <summary>RFC 8058: no cookie, no session; leaves that newsletter.</summary>
    private static async Task AssertOneClickAsync(NewsroomApp app, ReceivedMail mail)
    {
        var link = new Uri(Assert.Single(mail.Header("List-Unsubscribe")).Trim('<', '>')).PathAndQuery;
        Assert.Equal(link, mail.Link("/unsubscribe/"));
        using var body = new FormUrlEncodedContent([new("List-Unsubscribe", "One-Click")]);
        var answer = await app.Http.PostAsync(link, body, Stop);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(SubscriptionState.Left, await app.ReadAsync(db => db.Subscriptions.Where(s => s.Subscriber.Address == mail.To).Select(s => s.State).SingleAsync()));
    }

    private static async Task AssertSignaturesAsync(IReadOnlyList<ReceivedMail> mails)
    {
        DkimVerifier.Need();
        var folder = Directory.CreateTempSubdirectory("newsroom-dkim-").FullName;
        try
        {
            foreach (var (mail, i) in mails.Select((m, i) => (m, i)))
                await File.WriteAllBytesAsync(Path.Combine(folder, i.ToString("D4", CultureInfo.InvariantCulture)), mail.Bytes, Stop);
            var (exitCode, output) = await Tool.RunAsync("/usr/bin/python3", ["-c", Verify, folder, TestKeys.DkimRecord], default, Stop);
            Assert.True(exitCode == 0, output);
            Assert.Empty(JsonSerializer.Deserialize<string[]>(output)!);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Without the network's lists; its own verdict line.</summary>
    private static async Task AssertNotSpamAsync(IReadOnlyList<ReceivedMail> sample)
    {
        Tool.Need(Tool.Exists("/usr/bin/spamassassin"), "SpamAssassin");
        foreach (var mail in sample)
        {
            var (_, output) = await Tool.RunAsync("/usr/bin/spamassassin", ["-L", "-t"], mail.Bytes, Stop);
            var score = Score().Match(output);
            Assert.True(score.Success, output);
            Assert.True(double.Parse(score.Groups["points"].Value, CultureInfo.InvariantCulture) < 1.0, output);
        }
    }

    [GeneratedRegex(@"X-Spam-Status: .*?score=(?<points>-?\d+\.\d+)", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Score();
}
