using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Benchmarks;

/// <summary>
/// Sign-ups per second by the JSON API with 200,000 subscribers present, as a share of what <see cref="BareEndpoint"/> does on the same machine
/// in the same run; and how long one takes at 200 a second. The jobs are another process's in this run: what is measured is the way to the
/// committed request, not the mail.
/// </summary>
internal static class SignUpBench
{
    private const int Present = 200_000;
    private const int Connections = 128;
    private const int Rounds = 3;
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(8);

    public static async Task<int> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("newsroom-bench-").FullName;
        try
        {
            return await RunAsync(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<int> RunAsync(string folder)
    {
        var (program, url, bareUrl) = (typeof(NewsroomDb).Assembly.Location, Child.FreeUrl(), Child.FreeUrl());
        var environment = new Dictionary<string, string>
        {
            ["DOTNET_ENVIRONMENT"] = "Production",
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ConnectionStrings__Newsroom"] = $"Data Source={folder}/newsroom.db",
            ["Logging__LogLevel__Default"] = "Warning",
            ["Jobs__RunServer"] = "false",
            ["Site__PublicUrl"] = "https://news.example.org",
            ["Site__PostalAddress"] = "1 Bench Street, Testville",
            ["Mail__From"] = "news@example.org",
            ["Mail__Smtp__Host"] = "127.0.0.1",
        };
        await Child.RunAsync(program, environment, "newsletters", "add", "this-week", "This Week");
        var key = await Child.RunAsync(program, environment, "apikey", "add", "bench");
        await FillAsync($"{folder}/newsroom.db");

        await using var server = await Child.ServeAsync(program, url, environment, "--urls", url);
        await using var bareServer = await Child.ServeAsync(typeof(SignUpBench).Assembly.Location, bareUrl, new Dictionary<string, string>(), BareEndpoint.Verb, bareUrl, $"{folder}/bare.db");
        using var signUps = new Load(n => SignUp(n, url + "/api/v1/subscriptions", key), HttpStatusCode.Accepted);
        using var bare = new Load(n => SignUp(n, bareUrl, apiKey: null), HttpStatusCode.Accepted);
        await signUps.AsFastAsItGoesAsync(Connections, TimeSpan.FromSeconds(3));
        await bare.AsFastAsItGoesAsync(Connections, TimeSpan.FromSeconds(3));

        var (bareRates, rates) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            bareRates.Add(await bare.AsFastAsItGoesAsync(Connections, Length));
            rates.Add(await signUps.AsFastAsItGoesAsync(Connections, Length));
            Say($"round {round + 1}: bare insert {bareRates[^1]:F0}/s, sign-up {rates[^1]:F0}/s");
        }
        var times = await signUps.AtAsync(200, TimeSpan.FromSeconds(15));
        Say($"sign-up, median of {Rounds}: {Median(rates):F0}/s = {Median(rates) / Median(bareRates):P0} of a bare insert ({Median(bareRates):F0}/s)");
        Say($"at 200/s: median {times[times.Length / 2]:F1} ms, p99 {times[times.Length * 99 / 100]:F1} ms, slowest {times[^1]:F1} ms");
        return Median(rates) >= 0.25 * Median(bareRates) && times[times.Length * 99 / 100] < 50 ? 0 : 1;
    }

    /// <summary>Of an address that nobody has used.</summary>
    private static HttpRequestMessage SignUp(int number, string url, string? apiKey)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = Load.Json(Encoding.ASCII.GetBytes($$"""{"email":"reader-{{number}}@readers.example.org"}""")) };
        request.Headers.Authorization = apiKey is null ? null : new AuthenticationHeaderValue("Bearer", apiKey);
        return request;
    }

    /// <summary>Confirmed readers of the one newsletter.</summary>
    private static async Task FillAsync(string file)
    {
        var options = new DbContextOptionsBuilder<SqliteNewsroomDb>().UseSqlite($"Data Source={file}").Options;
        await using var db = new SqliteNewsroomDb(options);
        db.ChangeTracker.AutoDetectChangesEnabled = false;
        var newsletter = await db.Newsletters.SingleAsync();
        var now = TimeProvider.System.GetUtcNow();
        foreach (var batch in Enumerable.Range(0, Present).Chunk(5_000))
        {
            foreach (var i in batch)
            {
                var address = $"present-{i}@readers.example.org";
                var subscriber = new Subscriber { Address = address, AddressKey = address, CreatedAt = now, Status = SubscriberStatus.Confirmed, ConfirmedAt = now };
                subscriber.Subscriptions.Add(new Subscription
                {
                    NewsletterId = newsletter.Id,
                    LeaveTokenHash = SecretToken.New().Hash,
                    RequestedAt = now,
                    ConfirmedAt = now,
                    State = SubscriptionState.Active,
                });
                db.Add(subscriber);
            }
            await db.SaveChangesAsync();
            db.ChangeTracker.Clear();
        }
        Say($"{Present} subscribers are there");
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
