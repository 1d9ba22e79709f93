using System.CommandLine;
using System.Diagnostics;
using System.Net;
using System.Reflection;
using System.Text.RegularExpressions;
using Newsroom.Backend.Tests.Staff;

namespace Newsroom.Backend.Benchmarks;

/// <summary>
/// How long the server takes for each staff page with 200,000 readers, 500 digests and 50,000 gifts (<c>demo seed --large</c>): every page of the rail, and from each
/// list its first thing and its next page. Promised: less than 100 ms in the median.
/// </summary>
internal static partial class StaffPagesBench
{
    private const double Promised = 100;
    // What is called thirty times is compiled better; a program that has run for an hour is.
    private const int WarmUps = 35;
    private const string Address = "anna@gazette.example";
    private const string Password = "four quiet words here";

    /// <summary>Other people's pages: Hangfire's, and the API reference.</summary>
    private static readonly string[] NotOurs = ["/staff/jobs", "/staff/api"];

    public static Command Create()
    {
        var folder = new Option<string?>("--folder") { Description = "Where 'demo seed --large' was run; without it, it is run first, in a folder that is deleted at the end." };
        var rounds = new Option<int>("--rounds") { Description = "How often each page is asked for.", DefaultValueFactory = _ => 21 };
        var command = new Command("staff-pages", "Each staff page with 200,000 readers, 500 digests and 50,000 gifts.") { folder, rounds };
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(folder), parsed.GetValue(rounds)));
        return command;
    }

    private static async Task<int> RunAsync(string? seeded, int rounds)
    {
        var folder = seeded ?? Directory.CreateTempSubdirectory("newsroom-staff-").FullName;
        var environment = new Dictionary<string, string>
        {
            ["DOTNET_ENVIRONMENT"] = "Development",
            ["ConnectionStrings__Newsroom"] = $"Data Source={Path.Combine(folder, "data", "newsroom.db")}",
            ["Demo__Folder"] = Path.Combine(folder, "data"),
            ["Setup__AdminEmail"] = Address,
            ["Setup__AdminPassword"] = Password,
            ["Logging__LogLevel__Default"] = "Warning",
        };
        var dll = Path.Combine(Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)!, "Newsroom.Backend.dll");
        try
        {
            if (seeded is null)
                await Child.RunAsync(dll, environment, "demo", "seed", "--large");
            var url = Child.FreeUrl();
            await using var program = await Child.ServeAsync(dll, url, environment, "--urls", url);
#pragma warning disable RS0030 // A benchmark is the other side: it has no container to take a client from.
            using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = true, CookieContainer = new CookieContainer() }) { BaseAddress = new Uri(url), Timeout = TimeSpan.FromMinutes(1) };
#pragma warning restore RS0030
            client.DefaultRequestHeaders.Accept.ParseAdd("text/html");
            await SignInAsync(client);
            return await MeasureAsync(client, rounds);
        }
        finally
        {
            if (seeded is null)
                Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<int> MeasureAsync(HttpClient client, int rounds)
    {
        var slow = 0;
        foreach (var path in await PathsAsync(client))
        {
            var times = new List<double>();
            for (var round = -WarmUps; round < rounds; round++)
            {
                var began = Stopwatch.GetTimestamp();
                using var answer = await client.GetAsync(path);
                await answer.Content.ReadAsByteArrayAsync();
                if (!answer.IsSuccessStatusCode)
                    throw new InvalidOperationException($"{path}: {answer.StatusCode}");
                if (round >= 0)
                    times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }
            times.Sort();
            var median = times[times.Count / 2];
            slow += median >= Promised ? 1 : 0;
            Report.Print(new { Page = path, MedianMs = Math.Round(median, 1), MostMs = Math.Round(times[^1], 1) });
        }
        return slow == 0 ? 0 : 1;
    }

    /// <summary>The rail's pages; and of each one that is a list the first thing in it and its next page.</summary>
    private static async Task<IReadOnlyList<string>> PathsAsync(HttpClient client)
    {
        var rail = Links(await client.GetStringAsync("/staff")).Where(l => l.StartsWith("/staff", StringComparison.Ordinal) && !Array.Exists(NotOurs, l.StartsWith))
            .Select(l => l.Split('#')[0]).Distinct(StringComparer.Ordinal).Where(l => l.Count(c => c == '/') <= 2).ToList();
        var paths = new List<string>(rail);
        foreach (var list in rail.Where(l => l != "/staff"))
        {
            var links = Links(await client.GetStringAsync(list));
            paths.AddRange(links.Where(l => l.StartsWith(list + "/", StringComparison.Ordinal) && l.Contains('_', StringComparison.Ordinal)).Take(1));
            paths.AddRange(links.Where(l => l.StartsWith(list + "?", StringComparison.Ordinal) && l.Contains("after=", StringComparison.Ordinal)).Take(1));
        }
        paths.AddRange(["/staff/subscribers?q=ada", "/staff/subscribers?q=nobody", "/staff/subscribers?status=Left", "/staff/subscribers?newsletter=breaking", "/staff/donations?status=Succeeded", "/staff/donations?find=ada", "/staff/donations?campaign=year-end"]);
        return [.. paths.Distinct(StringComparer.Ordinal)];
    }

    private static List<string> Links(string page) => [.. Href().Matches(page).Select(m => WebUtility.HtmlDecode(m.Groups["link"].Value))];

    private static async Task SignInAsync(HttpClient client)
    {
        await PostAsync(client, "/staff/sign-in", ("address", Address), ("password", Password));
        const string method = "/staff/account/sign-in-method";
        var key = Key().Match(await client.GetStringAsync(method)).Groups["key"].Value;
        if (key.Length == 0)
            throw new InvalidOperationException("The folder's administrator has an authenticator already: take a freshly seeded folder.");
        await PostAsync(client, method, ("password", Password), ("code", Totp.Now(key)));
    }

    private static async Task PostAsync(HttpClient client, string path, params (string Name, string Value)[] fields)
    {
        var token = Token().Match(await client.GetStringAsync(path)).Groups["token"].Value;
        using var form = new FormUrlEncodedContent([.. fields.Select(f => KeyValuePair.Create(f.Name, f.Value)), KeyValuePair.Create("__RequestVerificationToken", token)]);
        using var answer = await client.PostAsync(path, form);
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"POST {path}: {answer.StatusCode}");
    }

    [GeneratedRegex("href=\"(?<link>/staff[^\"]*)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Href();

    [GeneratedRegex("<code class=\"key\">(?<key>[A-Z2-7 ]+)</code>", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Key();

    [GeneratedRegex("name=\"__RequestVerificationToken\" type=\"hidden\" value=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Token();
}
