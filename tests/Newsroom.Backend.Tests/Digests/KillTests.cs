using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Digests;

namespace Newsroom.Backend.Tests.Digests;

/// <summary>The built program, its SQLite file and a mail server of some latency; SIGKILL at random points of two sends at once.</summary>
public sealed class AProcessKilledWhileSending : IDisposable
{
    private const int Audience = 300;
    private const int Kills = 10;
    private const int Connections = 4;

    private readonly string _folder = Directory.CreateTempSubdirectory("newsroom-kill-").FullName;
    private readonly SmtpSink _sink = SmtpSink.Start();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ten_times_loses_nobody_and_mails_nobody_twice()
    {
        _sink.OnTaken = _ => Task.Delay(20);
        var key = (await RunningProgram.CommandAsync(_folder, Settings(), Stop, "apikey", "add", "kill-test")).Output.Trim().Split('\n')[^1];
        var seed = Environment.TickCount;
        var random = new Random(seed);
        string[] digests = [];
        var uncertain = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            await using var program = await StartAsync(key);
            if (kill == 0)
                digests = [await BeginAsync(program, "this-week", 1), await BeginAsync(program, "harbour", Audience + 1)];
            uncertain = await MoreUncertainAsync(uncertain, $"Seed {seed}, kill {kill}");
            var until = _sink.Mails.Count + random.Next(1, 45);
            await UntilAsync(() => Task.FromResult(_sink.Mails.Count >= until), program);
            await program.KillAsync();
        }
        var ledgers = new List<Ledger>();
        await using (var last = await StartAsync(key))
        {
            await MoreUncertainAsync(uncertain, $"Seed {seed}, last kill");
            foreach (var digest in digests)
            {
                JsonNode? end = null;
                await UntilAsync(async () => (string)(end = await ReadAsync(last, digest))["status"]! == "sent", last);
                ledgers.Add(JsonSerializer.Deserialize<Ledger>(end!["ledger"], JsonSerializerOptions.Web)!);
            }
            Assert.Equal(0, await last.TerminateAsync(Stop));
        }

        var taken = _sink.Mails.Select(m => m.To).ToList();
        Assert.All(ledgers, l => Assert.True(l.Planned == Audience && l.Accepted + l.Uncertain == Audience, $"Seed {seed}: {l}"));
        Assert.Empty(taken.GroupBy(t => t).Where(g => g.Count() > 1).Select(g => $"Seed {seed}: {g.Key} {g.Count()} times"));
        // Who is said to have got it has; who has not got it is among the uncertain.
        await using var db = Open();
        var accepted = await (from d in db.Deliveries
                              join s in db.Subscribers on d.SubscriberId equals s.Id
                              where d.State == DeliveryState.Accepted
                              select s.Address).ToListAsync(Stop);
        Assert.Empty(accepted.Except(taken));
        TestContext.Current.SendDiagnosticMessage("Seed {0}: {1}; {2} at the server", seed, string.Join(", ", ledgers), taken.Count);
    }

    public void Dispose()
    {
        _sink.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<RunningProgram> StartAsync(string key)
    {
        var program = await RunningProgram.ServeAsync(_folder, Settings(), Stop);
        program.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return program;
    }

    /// <summary>What the last kill left in doubt: no more than one message a connection, of whichever digest.</summary>
    private async Task<int> MoreUncertainAsync(int before, string when)
    {
        await using var db = Open();
        var now = await db.Deliveries.CountAsync(d => d.State == DeliveryState.Uncertain, Stop);
        Assert.True(now - before <= Connections, $"{when}: {now - before} more are uncertain.");
        return now;
    }

    private async Task<string> BeginAsync(RunningProgram program, string newsletter, int firstReader)
    {
        await PostAsync(program, "/api/v1/newsletters", new { slug = newsletter, name = newsletter });
        await PostAsync(program, "/api/v1/stories", new { url = $"https://www.example.org/{newsletter}", title = "The harbour bridge reopens" });
        await using (var db = Open())
        {
            var newsletterId = await db.Newsletters.Where(n => n.Slug == newsletter).Select(n => n.Id).SingleAsync(Stop);
            await ConfirmedReaders.AddAsync(db, null, newsletterId, Audience, firstReader, TimeProvider.System.GetUtcNow());
            await db.SaveChangesAsync(Stop);
        }
        var digest = (string)(await PostAsync(program, "/api/v1/digests", new { newsletter }))["id"]!;
        await PostAsync(program, $"/api/v1/digests/{digest}/send", new { });
        return digest;
    }

    private static async Task<JsonNode> PostAsync(RunningProgram program, string path, object body)
    {
        var response = await program.Http.PostAsJsonAsync(path, body, Stop);
        var text = await response.Content.ReadAsStringAsync(Stop);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {text}");
        return JsonNode.Parse(text)!;
    }

    private static async Task<JsonNode> ReadAsync(RunningProgram program, string digest) =>
        JsonNode.Parse(await program.Http.GetStringAsync($"/api/v1/digests/{digest}", Stop))!;

    private static async Task UntilAsync(Func<Task<bool>> condition, RunningProgram program)
    {
        for (var attempt = 0; !await condition(); attempt++)
        {
            Assert.True(attempt < 6000, "It does not go on: " + program.Output);
            await Task.Delay(10, Stop);
        }
    }

    private SqliteNewsroomDb Open() =>
        new(new DbContextOptionsBuilder<SqliteNewsroomDb>().UseSqlite($"Data Source={Path.Combine(_folder, "newsroom.db")}").Options);

    private Dictionary<string, string> Settings() => new()
    {
        ["ConnectionStrings:Newsroom"] = $"Data Source={Path.Combine(_folder, "newsroom.db")}",
        ["Site:Name"] = "The Test Gazette",
        ["Site:PublicUrl"] = NewsroomApp.PublicUrl,
        ["Site:PostalAddress"] = "1 Test Street, Testville",
        ["Mail:From"] = "The Test Gazette <news@news.example.org>",
        ["Mail:Smtp:Host"] = "127.0.0.1",
        ["Mail:Smtp:Port"] = _sink.Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["Mail:Smtp:Security"] = "None",
        // Slower than the server, so that messages wait for their moment when the process dies.
        ["Mail:Smtp:MaxPerSecond"] = "80",
        ["Mail:Smtp:Connections"] = Connections.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };
}
