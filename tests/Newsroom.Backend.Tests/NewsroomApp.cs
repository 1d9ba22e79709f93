using System.Net.Http.Headers;
using Hangfire;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Staff;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Tests;

/// <summary>
/// The real program in Production with real configuration, on a fresh SQLite file with real migrations, under a clock that only the
/// test moves. Jobs are queued as always and run when the test says so; in goes HTTP, out come rows, mails at an SMTP socket and calls
/// at Stripe's HTTP interface. Services are never handed out.
/// </summary>
public sealed partial class NewsroomApp : IAsyncDisposable
{
    public const string PublicUrl = "https://news.example.org";
    public static readonly DateTimeOffset Start = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("newsroom-test-").FullName;
    private readonly WebApplicationFactory<Program> _program;
    private readonly JobBench _jobs = new();
    private readonly Meanwhile _meanwhile = new();
    private string? _connectionString;

    private NewsroomApp(Dictionary<string, string?> settings, AnswerPace pace)
    {
        MigratedFile.CopyTo(Path.Combine(_folder, "newsroom.db"));
        _program = new WebApplicationFactory<Program>().WithWebHostBuilder(web =>
        {
            web.UseEnvironment("Production");
            // A failed test stands at the end of what is printed; a thousand programs' logs would bury it.
            web.UseSetting("Logging:Console:LogLevel:Default", "None");
            web.UseSetting("ConnectionStrings:Newsroom", $"Data Source={Path.Combine(_folder, "newsroom.db")}");
            foreach (var (key, value) in settings)
                web.UseSetting(key, value);
            web.ConfigureTestServices(services =>
            {
                services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Clock));
                services.Replace(ServiceDescriptor.Singleton<IBackgroundJobClient>(_jobs));
                services.AddSingleton<Mail.IMailComposer>(_letters);
                // Hashing a password is slow on purpose; over a thousand tests sign in.
                services.Configure<PasswordHasherOptions>(hashing => hashing.IterationCount = 1_000);
                services.Replace(ServiceDescriptor.Singleton(pace));
                services.AddHttpClient(Mail.Bounces.Webhooks.SnsMessages.ClientName).ConfigurePrimaryHttpMessageHandler(() => Amazon).SetHandlerLifetime(Timeout.InfiniteTimeSpan);
                services.ConfigureDbContext<SqliteNewsroomDb>(db => db.AddInterceptors(Ground.TSqlTwin.Instance, _meanwhile));
            });
        });
    }

    public TestClock Clock { get; } = new(Start);

    /// <summary>Anonymous; keeps no cookies and follows no redirects.</summary>
    public HttpClient Http { get; private set; } = null!;

    /// <summary>Holds an API key that may do everything.</summary>
    public HttpClient Api { get; private set; } = null!;

    /// <param name="settings">Configuration over the fixture's own; a null value takes a key away.</param>
    /// <param name="pace">The least time of a sign-up's answer; none unless that is what the test is about.</param>
    public static async Task<NewsroomApp> StartAsync(Dictionary<string, string?>? settings = null, AnswerPace? pace = null)
    {
        var merged = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Site:Name"] = "The Test Gazette",
            ["Site:PublicUrl"] = PublicUrl,
            ["Site:PostalAddress"] = "1 Test Street, Testville, TS 00000",
            ["Site:TimeZone"] = "America/New_York",
            ["Jobs:RunServer"] = "false",
            ["Organisation:LegalName"] = "Test Gazette Foundation",
            ["Organisation:TaxStatus"] = "501(c)(3)",
            ["Organisation:TaxId"] = "00-0000000",
            // The stories of tests stand at example.org, which is there and answers 404 to each.
            ["Stories:CheckLinks"] = "false",
        };
        var peers = await Peers.StartAsync(merged);
        foreach (var (key, value) in settings ?? [])
            merged[key] = value;
        var app = new NewsroomApp(merged.Where(s => s.Value is not null).ToDictionary(), pace ?? new AnswerPace(TimeSpan.Zero));
        app._program.ClientOptions.BaseAddress = new Uri(PublicUrl);
        return await app.ReadyAsync(peers);
    }

    private async Task<NewsroomApp> ReadyAsync(Peers peers)
    {
        _peers = peers;
        _connectionString = await ReadAsync(db => Task.FromResult(db.Database.GetConnectionString()));
        Http = Client();
        Api = Client();
        Api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await AddApiKeyAsync());
        return this;
    }

    /// <summary>A browser of its own: cookies kept, redirects not followed.</summary>
    public HttpClient Browser() => _program.CreateClient(new WebApplicationFactoryClientOptions
    {
        BaseAddress = new Uri(PublicUrl),
        AllowAutoRedirect = false,
        HandleCookies = true,
    });

    /// <summary>Reads rows. Writing through it would test nothing.</summary>
    public async Task<T> ReadAsync<T>(Func<NewsroomDb, Task<T>> read)
    {
        await using var scope = _program.Services.CreateAsyncScope();
        return await read(scope.ServiceProvider.GetRequiredService<NewsroomDb>());
    }

    /// <summary>Puts rows there that no quick road leads to (a thousand confirmed readers).</summary>
    public async Task ArrangeAsync(Func<NewsroomDb, Task> write)
    {
        await using var scope = _program.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<NewsroomDb>();
        await write(db);
        await db.SaveChangesAsync();
    }

    /// <summary>Runs what is enqueued and what the timetable has each minute, until nothing is left to do now.</summary>
    public Task RunDueJobsAsync() => _jobs.RunAsync(_program.Services);

    /// <summary>Runs only what is enqueued, no sweep.</summary>
    public Task RunEnqueuedJobsAsync() => _jobs.RunEnqueuedAsync(_program.Services);

    /// <summary>Forgets what is enqueued, as an in-memory queue does when its process dies.</summary>
    public void LoseEnqueuedJobs() => _jobs.Lose();

    /// <summary>No job can be enqueued from now on, or again.</summary>
    public void TakeJobStorage(bool away) => _jobs.IsAway = away;

    /// <summary>Moves the clock, then runs what has become due.</summary>
    public Task AdvanceAsync(TimeSpan time)
    {
        Clock.Advance(time);
        return _jobs.RunAsync(_program.Services, Clock.GetUtcNow() - time, Clock.GetUtcNow());
    }

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        if (_peers is not null)
            await _peers.DisposeAsync();
        // Not the pools of others beside it: a database's last connection, closed, folds its -wal file away.
        if (_connectionString is not null)
        {
            await using var connection = new SqliteConnection(_connectionString);
            SqliteConnection.ClearPool(connection);
        }
        await DeleteAsync(_folder);
    }

    /// <summary>SQLite may still be folding its -wal file away.</summary>
    private static async Task DeleteAsync(string folder)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                Directory.Delete(folder, recursive: true);
                return;
            }
            catch (IOException) when (attempt < 20)
            {
                await Task.Delay(50);
            }
        }
    }

    private async Task<string> AddApiKeyAsync()
    {
        var token = SecretToken.New();
        await ArrangeAsync(db =>
        {
            db.Add(new ApiKey { Name = "tests", TokenHash = token.Hash, Scopes = "", CreatedAt = Start });
            return Task.CompletedTask;
        });
        return token.Text;
    }

    private HttpClient Client() => _program.CreateClient(new WebApplicationFactoryClientOptions
    {
        BaseAddress = new Uri(PublicUrl),
        AllowAutoRedirect = false,
        HandleCookies = false,
    });
}
