using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Newsroom.Backend.Benchmarks.Sink;

/// <summary>
/// The sink as a process of its own, so that its work is not the sender's and its counts survive the sender's death. Asked over HTTP:
/// <c>GET /</c> (<see cref="SinkCounts"/>), <c>GET /readers?first=1&amp;count=1000</c> (an octet each), <c>GET /arrival?to=…</c>,
/// <c>POST /reset</c>, <c>POST /script</c> (lines).
/// </summary>
internal static class SinkVerb
{
    public const string Name = "sink";

    public static Command Create()
    {
        var port = new Option<int>("--port") { Description = "Where it takes mail, on 127.0.0.1.", DefaultValueFactory = _ => 2525 };
        var control = new Option<int>("--control") { Description = "Where it is asked for its counts, over HTTP.", DefaultValueFactory = _ => 2526 };
        var latency = new Option<double>("--latency") { Description = "Milliseconds from what it hears to its answer." };
        var most = new Option<int>("--max-connections") { Description = "Open at once; the others are answered 421. 0 sets no limit." };
        var script = SinkScript.Option();
        var seed = new Option<int>("--seed") { Description = "Of the chances.", DefaultValueFactory = _ => 1 };
        var command = new Command(Name, "A mail server that counts and forgets, and misbehaves when told to.") { port, control, latency, most, script, seed };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var server = new SinkServer(
                parsed.GetValue(port), TimeSpan.FromMilliseconds(parsed.GetValue(latency)), parsed.GetValue(most), new SinkScript(parsed.GetValue(script) ?? [], parsed.GetValue(seed)));
            await using var app = Control(server, parsed.GetValue(control), parsed.GetValue(seed));
            await app.StartAsync(cancellationToken);
            try
            {
                await server.RunAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                // Stopped by whoever started it.
            }
        });
        return command;
    }

    private static WebApplication Control(SinkServer server, int port, int seed)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add($"http://127.0.0.1:{port}");
        app.MapGet("/", () => server.Tally.Count(server.Script));
        app.MapGet("/readers", (int first, int count) => Results.Bytes(server.Tally.Readers(first, count)));
        app.MapGet("/arrival", (string to) => server.Tally.Arrival(to) is { } at ? Results.Ok(at) : Results.NotFound());
        app.MapPost("/reset", server.Tally.Reset);
        app.MapPost("/script", async (HttpRequest request) =>
        {
            using var reader = new StreamReader(request.Body);
            var lines = await reader.ReadToEndAsync();
            server.Script = new SinkScript(lines.Split('\n', StringSplitOptions.RemoveEmptyEntries), seed);
        });
        return app;
    }
}
