using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Newsroom.Backend.BrowserTests;

/// <summary>A site that is not ours: another host, so another origin and another site to browsers, whose pages come from a cache.</summary>
internal sealed class ForeignSite : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, (string Html, string? ContentPolicy)> _pages = new(StringComparer.Ordinal);

    private ForeignSite(WebApplication app, Uri url) => (_app, Url) = (app, url);

    public Uri Url { get; }

    public string Origin => Url.GetLeftPart(UriPartial.Authority);

    public static async Task<ForeignSite> StartAsync()
    {
        var port = FreePort.Next();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, port));
        // The program under test is at 127.0.0.1.
        var site = new ForeignSite(builder.Build(), new Uri($"http://localhost:{port}"));
        site._app.Run(site.AnswerAsync);
        await site._app.StartAsync();
        return site;
    }

    /// <summary>An article of a blog with something pasted at its foot.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="pasted">The snippet.</param>
    /// <param name="contentPolicy">The page's content security policy.</param>
    public void Has(string path, string pasted, string? contentPolicy = null) => _pages[path] = ($$"""
        <!doctype html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <meta name="color-scheme" content="light dark">
          <title>A blog</title>
          <link rel="icon" href="data:,">
          <link rel="stylesheet" href="/theme.css">
        </head>
        <body>
          <main>
            <h1>What the tide brought in</h1>
            <p>Two boats and a great deal of rope, mostly green.</p>
            {{pasted}}
          </main>
        </body>
        </html>
        """, contentPolicy);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private Task AnswerAsync(HttpContext http)
    {
        if (http.Request.Path == "/theme.css")
        {
            http.Response.ContentType = "text/css";
            // As careless as themes are: whatever is pasted must stand it.
            return http.Response.WriteAsync("html{background:Canvas;color:CanvasText}body{font:17px/1.6 Georgia,serif;max-width:44rem;margin:2rem auto;padding:0 1rem}input[type=email],button{font:inherit;min-height:44px;max-width:100%;box-sizing:border-box}");
        }
        if (!_pages.TryGetValue(http.Request.Path, out var page))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.Headers.CacheControl = "public, max-age=86400";
        if (page.ContentPolicy is not null)
            http.Response.Headers.ContentSecurityPolicy = page.ContentPolicy;
        return http.Response.WriteAsync(page.Html);
    }
}
