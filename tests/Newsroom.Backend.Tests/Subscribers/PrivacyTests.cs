using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Tests.Subscribers;

/// <summary>Promise 5: known and unknown addresses get the same answer.</summary>
public sealed class NobodyLearnsWhoSubscribes : IAsyncLifetime
{
    private NewsroomApp _app = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync(new() { ["Site:AllowedOrigins:0"] = "https://www.example.org" });
        await _app.AddNewsletterAsync();
        await _app.SubscribeAsync("confirmed@example.org");
        await _app.SubscribeAsync("left@example.org");
        await _app.PostFormAsync(await _app.LeaveLinkAsync("left@example.org", "this-week"));
        await _app.SignUpAsync("pending@example.org");
        await _app.SubscribeAsync("complained@example.org");
        await _app.ArrangeAsync(db => db.Subscribers.Where(s => s.Address == "complained@example.org")
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.Status, SubscriberStatus.Complained)));
        await _app.SuppressAsync("suppressed@example.org", SuppressionReason.HardBounce);
        await _app.AdvanceAsync(TimeSpan.FromHours(1));
        await _app.SignUpAsync("cooling@example.org");
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task The_page_answers_everybody_with_the_same_bytes()
    {
        string? expected = null;
        foreach (var email in Addresses)
        {
            var answer = await _app.SignUpAsync(email);
            Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
            expected ??= await BytesAsync(answer);
            Assert.Equal(expected, await BytesAsync(answer));
        }
    }

    [Fact]
    public async Task The_API_answers_everybody_with_the_same_bytes()
    {
        string? expected = null;
        foreach (var email in Addresses)
        {
            var answer = await _app.SignUpByJsonAsync(email);
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            expected ??= await BytesAsync(answer);
            Assert.Equal(expected, await BytesAsync(answer));
        }
    }

    /// <summary>Time itself is too noisy to test; what takes time is not: the same reads, a transaction with the same rows.</summary>
    [Fact]
    public async Task Every_sign_up_writes_a_request_a_consent_and_a_mail_in_its_outbox()
    {
        foreach (var email in Addresses)
        {
            var before = await CountsAsync();
            await _app.SignUpAsync(email);
            Assert.Equal(before.Select(c => c + 1), await CountsAsync());
        }
    }

    [Fact]
    public async Task A_strangers_form_changes_nothing_that_a_reader_has()
    {
        async Task<string> HeldAsync() => await _app.ReadAsync(async db => string.Join('\n', await db.Subscriptions
            .Select(s => $"{s.PublicId} {s.State} {s.RequestedAt} {s.ConfirmedAt} {s.LeftAt} {s.Subscriber.Status} {s.Subscriber.Name} {s.Subscriber.Address}").ToListAsync()));

        var before = await HeldAsync();
        foreach (var email in new[] { "confirmed@example.org", "left@example.org", "pending@example.org", "complained@example.org" })
            await _app.PostFormAsync("/subscribe", ("email", email.ToUpperInvariant()), ("name", "Mallory"));
        Assert.Equal(before, await HeldAsync());
    }

    private static string[] Addresses =>
    [
        "unknown@example.org", "confirmed@example.org", "left@example.org", "pending@example.org", "complained@example.org",
        "suppressed@example.org", "cooling@example.org",
    ];

    private Task<int[]> CountsAsync() => _app.ReadAsync(async db => new[]
    {
        await db.SignUpRequests.CountAsync(), await db.Consents.CountAsync(), await db.OutgoingMails.CountAsync(),
    });

    private static async Task<string> BytesAsync(HttpResponseMessage answer) =>
        $"{(int)answer.StatusCode}\n{answer.Headers}{answer.Content.Headers}\n{await answer.Content.ReadAsStringAsync(Cancelled)}";
}

/// <summary>Promise 4: mail scanners open every link, often and from many places; nothing may come of it.</summary>
public sealed partial class MailScanners : IAsyncLifetime
{
    private NewsroomApp _app = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync();
        await _app.AddNewsletterAsync();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Opening_every_link_of_every_mail_changes_nothing()
    {
        await _app.SignUpAsync("pending@example.org");
        await _app.SubscribeAsync("confirmed@example.org");
        await _app.AdvanceAsync(CoolDown.BetweenMails);
        await _app.SignUpAsync("confirmed@example.org");
        await _app.RunDueJobsAsync();
        var mails = new[] { "pending@example.org", "confirmed@example.org" }.SelectMany(_app.MailsTo).ToList();
        Assert.Equal(4, mails.Count);
        var links = mails.SelectMany(m => m.HtmlLinks.Concat(m.TextLinks)).Where(l => l.StartsWith(NewsroomApp.PublicUrl, StringComparison.Ordinal)).Distinct().ToList();
        Assert.Contains(links, l => l.Contains("/confirm/", StringComparison.Ordinal));
        Assert.Contains(links, l => l.Contains("/unsubscribe/", StringComparison.Ordinal));
        Assert.Contains(links, l => l.Contains("/preferences/", StringComparison.Ordinal));

        var before = await _app.DumpAsync();
        foreach (var link in links)
        {
            for (var time = 0; time < 20; time++)
            {
                await OpenAsync(HttpMethod.Get, link);
                await OpenAsync(HttpMethod.Head, link);
            }
            foreach (var query in new[] { "?from=page", "?undo=yes", "?all=yes", "?again=yes", "?instead=weekly", "?act=leave-all", "?act=go-on", "?List-Unsubscribe=One-Click" })
                await OpenAsync(HttpMethod.Get, link + query);
        }
        Assert.Equal(before, await _app.DumpAsync());

        await _app.PostFormAsync(links.Single(l => l.Contains("/confirm/", StringComparison.Ordinal) && mails[0].Text.Contains(l, StringComparison.Ordinal)));
        Assert.Equal("confirmed", await _app.StatusAsync("pending@example.org"));
    }

    [Fact]
    public async Task Our_pages_have_one_headline_and_no_inline_script_and_those_with_a_key_in_the_address_none()
    {
        await _app.SubscribeAsync("ada@example.org");
        foreach (var path in new[] { "/", "/subscribe", "/subscribe/check-your-mail", "/help/mail", await _app.PreferencesLinkAsync("ada@example.org"), (await _app.ConfirmLinksAsync("ada@example.org"))[0], await _app.LeaveLinkAsync("ada@example.org", "this-week") })
        {
            var answer = await _app.Http.GetAsync(path, Cancelled);
            var page = await answer.Content.ReadAsStringAsync(Cancelled);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, page);
            Assert.Single(Heading().Matches(page));
            Assert.DoesNotMatch(path.StartsWith("https:", StringComparison.Ordinal) ? AnyScript() : InlineScript(), page);
            Assert.DoesNotContain(" style=", page, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("__RequestVerificationToken", page, StringComparison.Ordinal);
            Assert.False(answer.Headers.Contains("Set-Cookie"));
        }
    }

    private async Task OpenAsync(HttpMethod method, string link)
    {
        using var request = new HttpRequestMessage(method, link);
        var answer = await _app.Http.SendAsync(request, Cancelled);
        Assert.True((int)answer.StatusCode < 500, $"{method} {link}: {answer.StatusCode}");
    }

    [GeneratedRegex("<script", RegexOptions.IgnoreCase)]
    private static partial Regex AnyScript();

    [GeneratedRegex("<script(?![^>]* src=\"/js/)", RegexOptions.IgnoreCase)]
    private static partial Regex InlineScript();

    [GeneratedRegex("<h1[ >]")]
    private static partial Regex Heading();
}

public sealed class OtherSites : IAsyncLifetime
{
    private NewsroomApp _app = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync(new() { ["Site:AllowedOrigins:0"] = "https://www.example.org" });
        await _app.AddNewsletterAsync();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData("https://www.example.org", true)]
    [InlineData("https://www.example.org.evil.example", false)]
    [InlineData("http://www.example.org", false)]
    [InlineData("null", false)]
    public async Task May_sign_up_by_script_when_they_are_ours(string origin, bool allowed)
    {
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/api/v1/subscriptions")
        {
            Headers = { { "Origin", origin }, { "Access-Control-Request-Method", "POST" }, { "Access-Control-Request-Headers", "content-type" } },
        };
        var asked = await _app.Http.SendAsync(preflight, TestContext.Current.CancellationToken);
        Check(asked, origin, allowed);
        if (allowed)
        {
            Assert.Equal(HttpStatusCode.NoContent, asked.StatusCode);
            Assert.Contains("POST", asked.Headers.GetValues("Access-Control-Allow-Methods").Single(), StringComparison.Ordinal);
            Assert.Contains("content-type", asked.Headers.GetValues("Access-Control-Allow-Headers").Single(), StringComparison.OrdinalIgnoreCase);
        }

        foreach (var (body, status) in new[] { ("""{"email":"ada@example.org"}""", HttpStatusCode.Accepted), ("""{"email":"nobody"}""", HttpStatusCode.UnprocessableEntity), ("{", HttpStatusCode.BadRequest) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/subscriptions")
            {
                Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json"),
                Headers = { { "Origin", origin } },
            };
            var answer = await _app.Http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(status, answer.StatusCode);
            Check(answer, origin, allowed);
        }
    }

    private static void Check(HttpResponseMessage answer, string origin, bool allowed)
    {
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Credentials"));
        if (allowed)
            Assert.Equal(origin, Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
        else
            Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }
}
