using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Tests.Digests;

/// <summary>The built program, its SQLite file and a mail server.</summary>
public abstract class TheProgramSending : IDisposable
{
    protected const int Connections = 4;

    private readonly string _folder = Directory.CreateTempSubdirectory("newsroom-kill-").FullName;

    internal SmtpSink Sink { get; } = SmtpSink.Start();

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected async Task<string> AddKeyAsync() =>
        (await RunningProgram.CommandAsync(_folder, Settings(), Stop, "apikey", "add", "kill-test")).Output.Trim().Split('\n')[^1];

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        Sink.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    internal async Task<RunningProgram> StartAsync(string key, Dictionary<string, string>? settings = null)
    {
        var program = await RunningProgram.ServeAsync(_folder, settings ?? Settings(), Stop);
        program.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return program;
    }

    internal async Task<string> BeginAsync(RunningProgram program, string newsletter, int firstReader, int audience)
    {
        await PostAsync(program, "/api/v1/newsletters", new { slug = newsletter, name = newsletter });
        await PostAsync(program, "/api/v1/stories", new { url = $"https://www.example.org/{newsletter}", title = "The harbour bridge reopens" });
        await using (var db = Open())
        {
            var newsletterId = await db.Newsletters.Where(n => n.Slug == newsletter).Select(n => n.Id).SingleAsync(Stop);
            await ConfirmedReaders.AddAsync(db, null, newsletterId, audience, firstReader, TimeProvider.System.GetUtcNow());
            await db.SaveChangesAsync(Stop);
        }
        var digest = (string)(await PostAsync(program, "/api/v1/digests", new { newsletter }))["id"]!;
        await PostAsync(program, $"/api/v1/digests/{digest}/send", new { });
        return digest;
    }

    internal static async Task<JsonNode> PostAsync(RunningProgram program, string path, object body)
    {
        var response = await program.Http.PostAsJsonAsync(path, body, Stop);
        var text = await response.Content.ReadAsStringAsync(Stop);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {text}");
        return JsonNode.Parse(text)!;
    }

    internal static async Task<JsonNode> ReadAsync(RunningProgram program, string digest) =>
        JsonNode.Parse(await program.Http.GetStringAsync($"/api/v1/digests/{digest}", Stop))!;

    internal static async Task UntilAsync(Func<Task<bool>> condition, RunningProgram program)
    {
        for (var attempt = 0; !await condition(); attempt++)
        {
            Assert.True(attempt < 6000, "It does not go on: " + program.Output);
            await Task.Delay(10, Stop);
        }
    }

    internal SqliteNewsroomDb Open() =>
        new(new DbContextOptionsBuilder<SqliteNewsroomDb>().UseSqlite($"Data Source={Path.Combine(_folder, "newsroom.db")}").Options);

    protected Dictionary<string, string> Settings() => new()
    {
        ["ConnectionStrings:Newsroom"] = $"Data Source={Path.Combine(_folder, "newsroom.db")}",
        ["Site:Name"] = "The Test Gazette",
        ["Site:PublicUrl"] = NewsroomApp.PublicUrl,
        ["Site:PostalAddress"] = "1 Test Street, Testville",
        ["Stories:CheckLinks"] = "false",
        ["Mail:From"] = "The Test Gazette <news@news.example.org>",
        ["Mail:Smtp:Host"] = "127.0.0.1",
        ["Mail:Smtp:Port"] = Sink.Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["Mail:Smtp:Security"] = "None",
        ["Mail:Smtp:Connections"] = Connections.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };
}
