using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Newsroom.Backend.Tests;

/// <summary>What stands at <c>Site:PublicUrl</c>: 200 to every GET and 404 to every POST, as the program does for a link it does not know, until told otherwise.</summary>
internal sealed class WebSite : IAsyncDisposable
{
    private readonly WebApplication _site;

    private WebSite(X509Certificate2? certificate)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(Port, listen =>
        {
            if (certificate is not null)
                listen.UseHttps(certificate);
        }));
        builder.WebHost.UseKestrelHttpsConfiguration();
        _site = builder.Build();
        _site.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            Asked.Enqueue($"{context.Request.Method} {context.Request.Path} {await reader.ReadToEndAsync()}".Trim());
            context.Response.StatusCode = HttpMethods.IsPost(context.Request.Method) ? PostStatus : GetStatus;
        });
        Url = $"{(certificate is null ? "http" : "https")}://localhost:{Port}";
    }

    public int Port { get; } = FreePort.Next();

    public string Url { get; }

    public int GetStatus { get; set; } = 200;

    public int PostStatus { get; set; } = 404;

    public ConcurrentQueue<string> Asked { get; } = [];

    public static async Task<WebSite> StartAsync(X509Certificate2? certificate = null)
    {
        var site = new WebSite(certificate);
        await site._site.StartAsync();
        return site;
    }

    public ValueTask DisposeAsync() => _site.DisposeAsync();
}
