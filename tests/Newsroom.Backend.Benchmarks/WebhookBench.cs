using System.Globalization;
using System.Net;
using System.Text;
using Newsroom.Backend.Data;
using Stripe;

namespace Newsroom.Backend.Benchmarks;

/// <summary>
/// Stripe's events per second, checked and stored, as a share of what <see cref="BareEndpoint"/> does with them on the same machine in the same run; and
/// how long one takes at 200 a second. The jobs are another process's in this run: Stripe waits for the answer and not for what an event brings.
/// </summary>
internal static class WebhookBench
{
    public const string Secret = "whsec_bench";
    private const int Connections = 64;
    private const int Rounds = 3;
    private const double LeastShare = 0.4;
    private const double LongestP99Ms = 50;
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
            ["Stripe__SecretKey"] = "sk_test_bench",
            ["Stripe__WebhookSecret"] = Secret,
            ["Organisation__LegalName"] = "Bench News",
        };
        await using var server = await Child.ServeAsync(program, url, environment, "--urls", url);
        await using var bareServer = await Child.ServeAsync(typeof(WebhookBench).Assembly.Location, bareUrl, new Dictionary<string, string>(), BareEndpoint.Verb, bareUrl, $"{folder}/bare.db");
        using var webhook = new Load(n => Event(n, url + "/webhooks/stripe"), HttpStatusCode.OK);
        using var bare = new Load(n => Event(n, bareUrl + "/webhook"), HttpStatusCode.OK);
        await webhook.AsFastAsItGoesAsync(Connections, TimeSpan.FromSeconds(3));
        await bare.AsFastAsItGoesAsync(Connections, TimeSpan.FromSeconds(3));

        var (bareRates, rates) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            bareRates.Add(await bare.AsFastAsItGoesAsync(Connections, Length));
            rates.Add(await webhook.AsFastAsItGoesAsync(Connections, Length));
            Report.Note($"round {round + 1}: bare {bareRates[^1]:F0}/s, webhook {rates[^1]:F0}/s");
        }
        var times = await webhook.AtAsync(200, TimeSpan.FromSeconds(15));
        var (rate, bareRate, p99) = (Median(rates), Median(bareRates), times[times.Length * 99 / 100]);
        var isKept = rate >= LeastShare * bareRate && p99 < LongestP99Ms;
        Report.Print(new WebhookResult("webhook", Math.Round(rate, 1), Math.Round(bareRate, 1), Math.Round(rate / bareRate, 3), Math.Round(times[times.Length / 2], 1), Math.Round(p99, 1), isKept));
        return isKept ? 0 : 1;
    }

    /// <summary>About as long as Stripe's are.</summary>
    private static HttpRequestMessage Event(int number, string url)
    {
        var body = string.Create(CultureInfo.InvariantCulture, $$"""
            {"id":"evt_{{number:D24}}","object":"event","api_version":"2026-10-28.endive","created":1764000000,"livemode":false,"pending_webhooks":1,
             "type":"checkout.session.completed","data":{"object":{"id":"cs_test_{{number:D58}}","object":"checkout.session","status":"complete",
             "payment_status":"paid","amount_total":1500,"currency":"usd","padding":"{{new string('x', 2_400)}}" } } }
            """);
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = Load.Json(Encoding.UTF8.GetBytes(body)) };
        request.Headers.Add("Stripe-Signature", EventUtility.GenerateSignatureHeader(body, Secret));
        return request;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}

/// <summary>How fast events are stored.</summary>
internal sealed record WebhookResult(string Benchmark, double EventsPerSecond, double BarePerSecond, double Share, double MedianMsAt200, double P99MsAt200, bool IsKept);
