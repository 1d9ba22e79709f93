using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Newsroom.Backend.Tests;

/// <summary>A newsroom's site on a loopback port: each path answers as the test says, and every request is kept.</summary>
internal sealed class FeedSite : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, RequestDelegate> _answers = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<FeedRequest> _requests = new();

    private FeedSite(WebApplication app, int port)
    {
        _app = app;
        Url = $"http://127.0.0.1:{port}";
    }

    public string Url { get; }

    /// <summary>The one feed most tests have.</summary>
    public string Feed => Url + "/feed/";

    public IReadOnlyList<FeedRequest> Requests => [.. _requests];

    public static async Task<FeedSite> StartAsync(System.Security.Cryptography.X509Certificates.X509Certificate2? certificate = null)
    {
        var port = FreePort.Next();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, port, listen =>
        {
            if (certificate is not null)
                listen.UseHttps(certificate);
        }));
        builder.WebHost.UseKestrelHttpsConfiguration();
        var site = new FeedSite(builder.Build(), port);
        site._app.Run(site.AnswerAsync);
        await site._app.StartAsync();
        return site;
    }

    public void Answers(string path, RequestDelegate answer) => _answers[path] = answer;

    public void Serves(byte[] body, string contentType = "application/rss+xml; charset=UTF-8", string path = "/feed/") => Answers(path, async http =>
    {
        http.Response.ContentType = contentType;
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
    });

    public void Serves(string body, string contentType = "application/rss+xml; charset=UTF-8", string path = "/feed/") =>
        Serves(System.Text.Encoding.UTF8.GetBytes(body), contentType, path);

    /// <summary>As WordPress does it: both validators must match for a 304 (class-wp.php, send_headers).</summary>
    public void ServesConditionally(string body, string etag, string lastModified) => Answers("/feed/", async http =>
    {
        http.Response.Headers.ETag = etag;
        http.Response.Headers.LastModified = lastModified;
        if (http.Request.Headers.IfNoneMatch == etag && http.Request.Headers.IfModifiedSince == lastModified)
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        http.Response.ContentType = "application/rss+xml; charset=UTF-8";
        await http.Response.WriteAsync(body, http.RequestAborted);
    });

    public void Fails(int status, string body = "", string contentType = "text/html") => Answers("/feed/", async http =>
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = contentType;
        await http.Response.WriteAsync(body, http.RequestAborted);
    });

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private Task AnswerAsync(HttpContext http)
    {
        _requests.Enqueue(new FeedRequest(http.Request.Path, http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
        if (_answers.TryGetValue(http.Request.Path, out var answer))
            return answer(http);
        http.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}

internal sealed record FeedRequest(string Path, Dictionary<string, string> Headers)
{
    public string? Header(string name) => Headers.GetValueOrDefault(name);
}
