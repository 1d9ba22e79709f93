using System.IO.Compression;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;

namespace Newsroom.Backend.Tests.Stories;

public sealed class WhenAFeedFails : IAsyncLifetime
{
    private FeedSite _site = null!;
    private NewsroomApp _app = null!;

    public async ValueTask InitializeAsync()
    {
        _site = await FeedSite.StartAsync();
        _app = await NewsroomApp.ReadingAsync(_site.Feed);
        _site.Serves(Rss.Stories(1));
        await _app.FetchOneAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _site.DisposeAsync();
    }

    [Theory]
    [InlineData(404, "The site answered 404 Not Found: there is no feed at this address (any more).")]
    [InlineData(403, "The site answered 403 Forbidden: it does not let this program read the feed; allow the user agent 'Newsroom.Backend' there.")]
    [InlineData(429, "The site answered 429 Too Many Requests: it wants to be asked less often.")]
    [InlineData(503, "The site is in trouble: it answered 503 Service Unavailable.")]
    [InlineData(418, "The site answered 418 I'm a teapot instead of a feed.")]
    public async Task The_status_is_named(int status, string expected)
    {
        _site.Fails(status);
        Assert.Equal(expected, await FailsAsync());
    }

    [Fact]
    public async Task Cloudflares_challenge_is_named_as_such()
    {
        _site.Fails(403, "<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>");
        Assert.StartsWith("Cloudflare, in front of the site, answered 403 Forbidden with a challenge", await FailsAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "The answer is empty: there is nothing at this address.")]
    [InlineData(" \n ", "The answer is empty: there is nothing at this address.")]
    [InlineData("<!doctype html><html><head><link rel='alternate' type='application/rss+xml' href='https://gazette.example.org/feed/?a=1&amp;b'></head></html>",
        "The address gives a web page, not a feed. The page names its feed: https://gazette.example.org/feed/?a=1&b")]
    [InlineData("<html><body>Error establishing a database connection</body></html>", "The address gives a web page, not a feed.")]
    [InlineData("{\"version\":\"https://jsonfeed.org/version/1\"}", "The answer is neither RSS nor Atom.")]
    [InlineData("<?xml version=\"1.0\"?><urlset/>", "The answer is XML, but neither RSS nor Atom: its first element is 'urlset'.")]
    [InlineData("<rss version=\"2.0\"><channel><title>T</title></channel></rss>", "The feed has no items: nothing was taken in.")]
    public async Task What_is_no_feed_is_called_what_it_is(string body, string expected)
    {
        _site.Serves(body);
        Assert.Equal(expected, await FailsAsync());
    }

    [Fact]
    public async Task Half_a_feed_is_not_taken_in()
    {
        var whole = Rss.Stories(3, 2, 1);
        _site.Serves(whole[..(whole.Length * 2 / 3)]);
        Assert.StartsWith("The feed is not well-formed XML (line ", await FailsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_feed_of_comments_pasted_by_mistake_is_refused()
    {
        _site.Serves(Rss.Of(
            Rss.Item(8, title: "By: Bob", link: "https://gazette.example.org/2026/11/story-1/#comment-8"),
            Rss.Item(7, title: "By: Ann", link: "https://gazette.example.org/2026/11/story-1/#comment-7")));
        Assert.StartsWith("This is a feed of comments, not of stories", await FailsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_deep_a_nesting_is_refused_and_the_program_lives()
    {
        _site.Serves("<rss>" + string.Concat(Enumerable.Repeat("<a>", 100_000)));
        Assert.Equal("The feed nests its elements more than 200 deep.", await FailsAsync());
    }

    [Fact]
    public async Task Too_large_a_feed_is_left()
    {
        _site.Answers("/feed/", async http =>
        {
            while (!http.RequestAborted.IsCancellationRequested)
                await http.Response.Body.WriteAsync(new byte[64 * 1024], http.RequestAborted);
        });
        Assert.StartsWith("The feed is larger than 5 MB", await FailsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_small_answer_that_unpacks_to_a_large_one_is_left()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
            gzip.Write(new byte[20 * 1024 * 1024]);
        Assert.True(packed.Length < 100_000);
        _site.Answers("/feed/", async http =>
        {
            http.Response.Headers.ContentEncoding = "gzip";
            await http.Response.Body.WriteAsync(packed.ToArray());
        });
        Assert.StartsWith("The feed is larger than 5 MB", await FailsAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task An_answer_that_is_not_packed_as_it_says_is_said_so(string encoding)
    {
        _site.Answers("/feed/", async http =>
        {
            http.Response.Headers.ContentEncoding = encoding;
            await http.Response.WriteAsync(Rss.Stories(2, 1));
        });
        Assert.Equal("The answer's compression is broken.", await FailsAsync());
    }

    [Fact]
    public async Task A_site_that_drips_is_left_after_twenty_seconds()
    {
        _site.Answers("/feed/", async http =>
        {
            while (!http.RequestAborted.IsCancellationRequested)
            {
                await http.Response.WriteAsync(" ", http.RequestAborted);
                await Task.Delay(500, http.RequestAborted);
            }
        });
        Assert.Equal("The site did not answer completely within 20 seconds.", await FailsAsync());
    }

    [Fact]
    public async Task A_connection_that_breaks_off_is_said_so()
    {
        _site.Answers("/feed/", async http =>
        {
            http.Response.ContentLength = 5000;
            await http.Response.WriteAsync("<rss>");
            await http.Response.Body.FlushAsync();
            http.Abort();
        });
        Assert.Equal("The connection to the site broke off.", await FailsAsync());
    }

    [Fact]
    public async Task Redirects_are_followed_five_times()
    {
        for (var n = 0; n < 6; n++)
        {
            var next = $"/r{n + 1}";
            _site.Answers($"/r{n}", http => Task.Run(() => http.Response.Redirect(next)));
        }
        _site.Answers("/feed/", http => Task.Run(() => http.Response.Redirect("/r1")));
        _site.Serves(Rss.Stories(2, 1), path: "/r5");
        Assert.Equal(1, (await _app.FetchOneAsync()).GetProperty("newStories").GetInt32());
        _site.Answers("/feed/", http => Task.Run(() => http.Response.Redirect("/r0")));
        Assert.Equal("The site redirects more than 5 times.", await FailsAsync(stories: 2));
        _site.Answers("/feed/", http => Task.Run(() => http.Response.Redirect("file:///etc/passwd")));
        Assert.Equal("The site redirects to something that is not an http(s) address.", await FailsAsync(stories: 2));
    }

    [Fact]
    public async Task Unknown_hosts_closed_ports_and_bad_certificates_are_told_apart()
    {
        await using var secure = await FeedSite.StartAsync(ExpiredCertificate());
        var port = FreePort.Next();
        await using var app = await NewsroomApp.ReadingAsync("http://no-such-host.invalid/feed/", $"http://127.0.0.1:{port}/feed/",
            secure.Feed.Replace("http:", "https:", StringComparison.Ordinal));
        Assert.Equal(
            ["The name server knows no address for no-such-host.invalid.", "127.0.0.1 refuses connections.", "The site's TLS certificate has expired (or is not valid yet)."],
            (await app.FetchStoriesAsync()).Select(r => r.GetProperty("error").GetString()!));
    }

    private async Task<string> FailsAsync(int stories = 1)
    {
        var error = await _app.FetchFailingAsync();
        Assert.Equal(stories, (await _app.StoriesAsync()).Count);
        return error;
    }

    private static X509Certificate2 ExpiredCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddYears(-2), TimeProvider.System.GetUtcNow().AddYears(-1));
    }
}
