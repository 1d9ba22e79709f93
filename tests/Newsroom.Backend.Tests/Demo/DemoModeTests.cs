using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Tests;

/// <summary>The built program as a newcomer starts it: nothing configured, an empty folder.</summary>
public sealed class TheFirstMinute : IAsyncLifetime
{
    private static readonly Dictionary<string, string> Development = new() { ["DOTNET_ENVIRONMENT"] = "Development" };
    private readonly string _folder = Directory.CreateTempSubdirectory("newsroom-demo-").FullName;
    private RunningProgram _program = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _program = await RunningProgram.ServeAsync(_folder, Development, Token);

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Subscribe_confirm_read_a_digest_leave_give_once_and_monthly()
    {
        var front = await _program.Http.GetStringAsync("/", Token);
        Assert.Contains("Demo: nothing here is real", front);
        Assert.Contains($"action=\"{Url}/subscribe\"", front);
        Assert.Contains($"Open       {Url}/", _program.Output);
        // Once beside the form, once in the snippet to copy: the consent record says that the reader saw it.
        Assert.Equal(2, Count(WebUtility.HtmlDecode(front), ConsentWording.SignUp.Text));

        await PostAsync("/subscribe", HttpStatusCode.SeeOther, ("email", "reader@example.org"), ("source", "front-page"), ("website", ""));
        var confirmation = await MailAsync("reader@example.org", 1);
        await PostAsync(PathOf(confirmation, "/confirm/"), HttpStatusCode.OK);
        Assert.Contains("/preferences/", (await MailAsync("reader@example.org", 2)).GetProperty("text").GetString());

        _program.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await ApiKeyAsync());
        var fetched = await ApiAsync("/api/v1/stories/fetch", null);
        Assert.Equal(6, fetched.GetProperty("feeds")[0].GetProperty("newStories").GetInt32());
        var digest = await ApiAsync("/api/v1/digests", new { newsletter = "this-week" });
        await ApiAsync($"/api/v1/digests/{digest.GetProperty("id").GetString()}/send", null);
        var edition = await MailAsync("reader@example.org", 3);
        Assert.Contains("For nine years the bridge sign has said the wrong number", edition.GetProperty("text").GetString());

        var left = await PostAsync($"/dev/inbox/{edition.GetProperty("id").GetString()}/unsubscribe", HttpStatusCode.SeeOther);
        Assert.EndsWith("?answer=200", left.Headers.Location!.ToString());

        await GiveAsync("15", "once");
        Assert.Contains("15.00", (await MailAsync("donor@example.org", 1)).GetProperty("text").GetString());
        await GiveAsync("10", "monthly");
        Assert.Contains("10.00", (await MailAsync("donor@example.org", 2)).GetProperty("text").GetString());
        Assert.False(_program.Output.Contains("fail:", StringComparison.Ordinal), _program.Output);
    }

    [Fact]
    public async Task The_inbox_brings_back_a_bounce_and_a_complaint_as_servers_do()
    {
        foreach (var (email, button, outcome, status) in new[]
        {
            ("gone@example.org", "bounce", "?report=Hard 5.1.1: Applied.", "bounced"), ("angry@example.org", "complain", "?report=Complaint: Applied.", "complained"),
        })
        {
            await PostAsync("/subscribe", HttpStatusCode.SeeOther, ("email", email), ("source", "front-page"), ("website", ""));
            var back = await ReturnAsync(await MailAsync(email, 1), button);
            Assert.EndsWith(outcome, Uri.UnescapeDataString(back));
            Assert.Contains(outcome.Split('=')[1], WebUtility.HtmlDecode(await _program.Http.GetStringAsync(back, Token)));
            _program.Http.DefaultRequestHeaders.Authorization ??= new AuthenticationHeaderValue("Bearer", await ApiKeyAsync());
            var reader = JsonDocument.Parse(await _program.Http.GetStringAsync($"/api/v1/subscribers?email={email}", Token)).RootElement.GetProperty("items")[0];
            Assert.Equal(status, reader.GetProperty("status").GetString());
        }
        await PostAsync("/dev/inbox/no-such-mail/bounce", HttpStatusCode.NotFound);
        await PostAsync("/dev/inbox/no-such-mail/complain", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_restart_finds_everything_again_and_seeds_nothing_twice()
    {
        Assert.Equal(24, Count(await _program.Http.GetStringAsync("/dev/feed.xml", Token), "<item>"));
        await PostAsync("/dev/publish", HttpStatusCode.SeeOther);
        Assert.Equal(0, await _program.TerminateAsync(Token));
        await _program.DisposeAsync();
        _program = await RunningProgram.ServeAsync(_folder, Development, Token);
        Assert.Equal(25, Count(await _program.Http.GetStringAsync("/dev/feed.xml", Token), "<item>"));
    }

    [Fact]
    public async Task Every_page_of_the_demo_opens()
    {
        var front = await _program.Http.GetStringAsync("/", Token);
        foreach (var path in (string[])["/dev/inbox", "/dev/inbox.json", "/dev/stripe", "/dev/assets/paper.css", "/dev/assets/tools.css", "/dev/assets/inbox.js"])
            Assert.Equal(HttpStatusCode.OK, (await _program.Http.GetAsync(path, Token)).StatusCode);
        foreach (var path in front.Split('"').Where(p => p.StartsWith("/dev/", StringComparison.Ordinal)).Distinct())
            Assert.True((await _program.Http.GetAsync(path, Token)).StatusCode is HttpStatusCode.OK or HttpStatusCode.MethodNotAllowed, path);
        Assert.Equal(HttpStatusCode.NotFound, (await _program.Http.GetAsync("/dev/stories/no-such-story", Token)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _program.Http.GetAsync("/dev/inbox/no-such-mail", Token)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _program.Http.GetAsync("/dev/stripe/checkout/no-such-session", Token)).StatusCode);
    }

    [Fact]
    public async Task The_practice_desk_sends_money_back_and_on_to_the_bank()
    {
        await GiveAsync("15", "once");
        Assert.Contains(">refunded<", await PressAsync("/refund"));
        Assert.Contains(">paid<", await PressAsync("/dev/stripe/refunds/"));
        Assert.Contains(">needs response<", await PressAsync("/dispute"));
        Assert.Contains(">under review<", await PressAsync("/dev/stripe/disputes/", ("do", "answer")));
        Assert.Contains(">won<", await PressAsync("/dev/stripe/disputes/", ("do", "win")));
        Assert.Contains("Bank sends it back", await PressAsync("/dev/stripe/payouts"));
        Assert.Contains(">failed<", await PressAsync("/dev/stripe/payouts/"));
    }

    [Fact]
    public async Task The_practice_desk_refuses_a_card_until_the_donor_pays_the_invoice()
    {
        await GiveAsync("10", "monthly");
        Assert.Contains(">past due<", await PressAsync("/dev/stripe/plans/", ("do", "refuse")));
        var desk = await PressAsync("/retry");
        Assert.Contains(">tried twice<", desk);
        var invoice = desk.Split("href=\"").Skip(1).Select(a => a.Split('"')[0]).First(a => a.StartsWith("/dev/stripe/invoices/", StringComparison.Ordinal));
        Assert.Contains("PRACTICE INVOICE", await _program.Http.GetStringAsync(invoice, Token));
        await PostAsync(invoice, HttpStatusCode.SeeOther, ("do", "refuse"));
        Assert.Contains("tried 3 times", await _program.Http.GetStringAsync(invoice, Token));
        await PostAsync(invoice, HttpStatusCode.SeeOther, ("do", "pay"));
        Assert.Contains("This invoice is paid", await _program.Http.GetStringAsync(invoice, Token));
        desk = await _program.Http.GetStringAsync("/dev/stripe", Token);
        Assert.DoesNotContain(">past due<", desk);
        Assert.Equal(HttpStatusCode.NotFound, (await _program.Http.GetAsync("/dev/stripe/invoices/no-such-invoice", Token)).StatusCode);
        Assert.Contains(">paused<", await PressAsync("/dev/stripe/plans/", ("do", "pause")));
        Assert.DoesNotContain(">paused<", await PressAsync("/dev/stripe/plans/", ("do", "resume")));
        Assert.Contains("Bank asks the donor", await PressAsync("/dev/stripe/plans/", ("do", "card")));
        Assert.DoesNotContain("Next month now", await PressAsync("/dev/stripe/plans/", ("do", "forget")));
    }

    [Fact]
    public async Task The_practice_desk_loses_webhooks_and_answers_when_told_to()
    {
        Assert.Contains("value=\"Lost\" selected", await PressAsync("/dev/stripe/webhooks", ("travel", "Lost")));
        Assert.Contains("Take back the", await PressAsync("/dev/stripe/faults", ("fault", "limit"), ("calls", "20")));
        Assert.DoesNotContain("Take back", await PressAsync("/dev/stripe/faults", ("fault", "limit"), ("fault", "none")));
        await PressAsync("/dev/stripe/webhooks", ("travel", "AtOnce"));
    }

    [Fact]
    public async Task An_unchanged_feed_says_so()
    {
        var feed = await _program.Http.GetAsync("/dev/feed.xml", Token);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/dev/feed.xml");
        request.Headers.IfNoneMatch.Add(feed.Headers.ETag!);
        request.Headers.IfModifiedSince = feed.Content.Headers.LastModified;
        Assert.Equal(HttpStatusCode.NotModified, (await _program.Http.SendAsync(request, Token)).StatusCode);
    }

    private string Url => _program.Http.BaseAddress!.ToString().TrimEnd('/');

    private async Task GiveAsync(string amount, string frequency)
    {
        var checkout = await PostAsync("/donate", HttpStatusCode.SeeOther, ("amount", amount), ("currency", "USD"), ("frequency", frequency), ("email", "donor@example.org"), ("name", "Dora Donor"));
        Assert.StartsWith(Url + "/dev/stripe/checkout/", checkout.Headers.Location!.ToString());
        Assert.Contains("no card, no money", await _program.Http.GetStringAsync(checkout.Headers.Location, Token));
        var thanks = await PostAsync(checkout.Headers.Location.ToString(), HttpStatusCode.SeeOther, ("do", "pay"));
        Assert.Equal(HttpStatusCode.OK, (await _program.Http.GetAsync(thanks.Headers.Location, Token)).StatusCode);
    }

    /// <summary>Sends the first form of the practice desk whose address holds a text; gives the desk afterwards.</summary>
    private async Task<string> PressAsync(string part, params (string, string)[] fields)
    {
        var desk = await _program.Http.GetStringAsync("/dev/stripe", Token);
        await PostAsync(desk.Split("action=\"").Skip(1).Select(a => a.Split('"')[0]).First(a => a.Contains(part, StringComparison.Ordinal)), HttpStatusCode.SeeOther, fields);
        return await _program.Http.GetStringAsync("/dev/stripe", Token);
    }

    private async Task<HttpResponseMessage> PostAsync(string path, HttpStatusCode expected, params (string, string)[] fields)
    {
        using var form = new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Item1, f.Item2)));
        var answer = await _program.Http.PostAsync(path, form, Token);
        Assert.True(answer.StatusCode == expected, $"{path}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync(Token)}\n{_program.Output}");
        return answer;
    }

    /// <summary>Presses the button until the program knows that the mail has left: the inbox has it a moment before.</summary>
    private async Task<string> ReturnAsync(JsonElement mail, string button)
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            var back = (await PostAsync($"/dev/inbox/{mail.GetProperty("id").GetString()}/{button}", HttpStatusCode.SeeOther)).Headers.Location!.ToString();
            if (!back.Contains("Early", StringComparison.Ordinal))
                return back;
            await Task.Delay(100, Token);
        }
        throw new TimeoutException($"Its mail never left.\n{_program.Output}");
    }

    private async Task<JsonElement> ApiAsync(string path, object? body)
    {
        var answer = await _program.Http.PostAsync(path, JsonContent(body), Token);
        var text = await answer.Content.ReadAsStringAsync(Token);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {answer.StatusCode} {text}\n{_program.Output}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    private static StringContent JsonContent(object? body) => new(JsonSerializer.Serialize(body ?? new { }), null, "application/json");

    private async Task<string> ApiKeyAsync()
    {
        var (exitCode, output, errors) = await RunningProgram.CommandAsync(_folder, Development, Token, "apikey", "add", "walk");
        Assert.True(exitCode == 0, errors);
        return output.TrimEnd().Split('\n')[^1].Trim();
    }

    /// <summary>The newest of so many mails, once they are there.</summary>
    private async Task<JsonElement> MailAsync(string to, int count)
    {
        for (var attempt = 0; attempt < 200; attempt++)
        {
            var items = JsonDocument.Parse(await _program.Http.GetStringAsync($"/dev/inbox.json?to={to}", Token)).RootElement.GetProperty("items");
            if (items.GetArrayLength() == count)
                return items[0];
            await Task.Delay(100, Token);
        }
        throw new TimeoutException($"No mail {count} to {to}.\n{_program.Output}");
    }

    private static string PathOf(JsonElement mail, string start) => new Uri(mail.GetProperty("links").EnumerateArray()
        .Select(l => l.GetProperty("href").GetString()!).First(h => h.Contains(start, StringComparison.Ordinal))).PathAndQuery;

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}

public sealed class DemoOutsideOfDemoMode : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("newsroom-no-demo-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Has_no_route_no_folder_and_no_front_page()
    {
        await using var program = await RunningProgram.ServeAsync(_folder, [], Token);
        foreach (var path in (string[])["/dev/inbox", "/dev/inbox.json", "/dev/feed.xml", "/dev/stripe", "/dev/stripe/v1/events", "/dev/assets/paper.css", "/dev/stories/gull-court-tenants"])
            Assert.Equal(HttpStatusCode.NotFound, (await program.Http.GetAsync(path, Token)).StatusCode);
        Assert.DoesNotContain("Harbour Gazette", await (await program.Http.GetAsync("/", Token)).Content.ReadAsStringAsync(Token));
        Assert.DoesNotContain("DEMO", program.Output);
        Assert.False(Directory.Exists(Path.Combine(_folder, "data", "mail")));
    }

    [Fact]
    public async Task Is_never_shown_to_strangers_by_accident()
    {
        var settings = new Dictionary<string, string> { ["Demo:Enabled"] = "true", ["Site:PublicUrl"] = "https://news.example.org" };
        var (exitCode, output, errors) = await RunningProgram.CommandAsync(_folder, settings, Token, "--urls", $"http://127.0.0.1:{FreePort.Next()}");
        Assert.NotEqual(0, exitCode);
        Assert.Contains("Demo:Public=true", output + errors);
        Assert.DoesNotContain("   at ", output + errors);
    }
}
