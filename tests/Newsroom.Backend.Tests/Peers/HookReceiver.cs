using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Newsroom.Backend.Tests;

/// <summary>Another system on a loopback port that is told what happens: answers as the test says (200 until then), and keeps every request.</summary>
public sealed class HookReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<HookRequest> _requests = new();
    private RequestDelegate _answer = _ => Task.CompletedTask;

    private HookReceiver(WebApplication app, int port) => (_app, Url) = (app, $"http://127.0.0.1:{port}/hook");

    public string Url { get; }

    public IReadOnlyList<HookRequest> Requests => [.. _requests];

    public static async Task<HookReceiver> StartAsync()
    {
        var port = FreePort.Next();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, port));
        var receiver = new HookReceiver(builder.Build(), port);
        receiver._app.Run(receiver.AnswerAsync);
        await receiver._app.StartAsync();
        return receiver;
    }

    public void Answers(RequestDelegate answer) => _answer = answer;

    public void Answers(int status, string body = "", params (string Name, string Value)[] headers) => _answer = http =>
    {
        http.Response.StatusCode = status;
        foreach (var (name, value) in headers)
            http.Response.Headers[name] = value;
        return http.Response.WriteAsync(body, http.RequestAborted);
    };

    /// <summary>Says nothing until the caller gives up.</summary>
    public void Stalls() => _answer = http => Task.Delay(Timeout.Infinite, http.RequestAborted);

    /// <summary>Waits until so many requests have come.</summary>
    public async Task HasAsync(int requests)
    {
        for (var attempt = 0; _requests.Count < requests; attempt++)
        {
            Assert.True(attempt < 600, $"Only {_requests.Count} of {requests} requests came.");
            await Task.Delay(50);
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        _requests.Enqueue(new HookRequest(http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), body.ToArray()));
        // Whatever the test waits for, a caller that has gone away or the end of the test ends it.
        await _answer(http).WaitAsync(http.RequestAborted);
    }
}

/// <summary>One request, and what a receiver does with it.</summary>
public sealed record HookRequest(Dictionary<string, string> Headers, byte[] Body)
{
    public string Id => Headers["webhook-id"];

    public long Timestamp => long.Parse(Headers["webhook-timestamp"], System.Globalization.CultureInfo.InvariantCulture);

    public string[] Signatures => Headers["webhook-signature"].Split(' ');

    public JsonNode Json => JsonNode.Parse(Body)!;

    public string Type => (string)Json["type"]!;

    public JsonNode Data => Json["data"]!;

    /// <summary>As the field's libraries check it: any of the signatures will do.</summary>
    public bool IsSignedWith(string secret)
    {
        var key = Convert.FromBase64String(secret["whsec_".Length..]);
        byte[] content = [.. Encoding.UTF8.GetBytes($"{Id}.{Headers["webhook-timestamp"]}."), .. Body];
        var signed = HMACSHA256.HashData(key, content);
        return Signatures.Contains("v1," + Convert.ToBase64String(signed), StringComparer.Ordinal);
    }
}
