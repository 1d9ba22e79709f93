using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Tests.Staff;
using Newsroom.Backend.Web.StaffPages;
using Newsroom.Backend.Webhooks;

namespace Newsroom.Backend.Tests.Hooks;

/// <summary>What administrators do with webhooks in a browser: the same as by the API.</summary>
public sealed partial class TheWebhooksPages : IAsyncLifetime
{
    private HookReceiver _receiver = null!;
    private NewsroomApp _app = null!;
    private StaffBrowser _administrator = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _receiver = await HookReceiver.StartAsync();
        _app = await NewsroomApp.StartAsync(NewsroomApp.WithAdministrator(NewsroomApp.NearReceivers));
        _administrator = await _app.AdministratorAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task Register_one_whose_secret_is_shown_once_and_signs()
    {
        Assert.Contains("No other program is told anything yet", await _administrator.ReadAsync("/staff/webhooks"), StringComparison.Ordinal);
        var (path, secret) = await RegisterAsync("Thank-you desk", "digest.sent", "donation.succeeded");
        var list = await _administrator.ReadAsync("/staff/webhooks");
        Assert.Contains("Thank-you desk", list, StringComparison.Ordinal);
        Assert.Contains("donation.succeeded, digest.sent", list, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, list, StringComparison.Ordinal);
        Assert.DoesNotContain(_receiver.Url, list, StringComparison.Ordinal);
        Assert.Contains(_receiver.Url, await _administrator.ReadAsync(path), StringComparison.Ordinal);

        await PressAsync(path, "Test");
        Assert.True(Assert.Single(_receiver.Requests).IsSignedWith(secret));
        var page = await _administrator.ReadAsync(path);
        Assert.Contains("The test was taken: the receiver answered 200.", page, StringComparison.Ordinal);
        Assert.Contains("webhook.test", page, StringComparison.Ordinal);
        Assert.Equal([("webhook.registered", "127.0.0.1: donation.succeeded digest.sent"), ("webhook.tested", null)], await TrailAsync(path));
    }

    [Theory]
    [InlineData("http://receiver.example.com/hook", "", "digest.sent", "#url", "Give an https:// address")]
    [InlineData("https://receiver.example.com/hook", "", "digest.read", "#events", "Name the events")]
    [InlineData("https://receiver.example.com/hook", "two\nlines", "digest.sent", "#name", "on one line")]
    public async Task Refuse_what_cannot_be_and_keep_what_was_typed(string url, string name, string type, string field, string whatToDo)
    {
        var answer = await _administrator.SubmitAsync("/staff/webhooks", "", ("url", url), ("name", name), ("events", type), ("events", "donation.refunded"));
        var page = await TextAsync(answer);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains($"<a href=\"{field}\">", page, StringComparison.Ordinal);
        Assert.Contains(whatToDo, page, StringComparison.Ordinal);
        Assert.Contains($"value=\"{url}\"", page, StringComparison.Ordinal);
        Assert.Matches("value=\"donation.refunded\"[^>]* checked", page);
        Assert.DoesNotContain("whsec_", page, StringComparison.Ordinal);
        Assert.Empty(await _app.ReadAsync(db => db.Webhooks.ToListAsync(Stop)));
    }

    [Fact]
    public async Task Say_when_there_are_enough()
    {
        for (var n = 0; n < Webhook.MostOfThem; n++)
            await _app.RegisterHookAsync(_receiver.Url, "digest.sent");
        var answer = await _administrator.SubmitAsync("/staff/webhooks", "", ("url", _receiver.Url), ("events", "digest.sent"));
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Contains("There are 20 webhooks already", await TextAsync(answer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Give_a_new_secret_beside_which_the_old_one_signs_on()
    {
        var (path, old) = await RegisterAsync("", "digest.sent");
        var answer = await _administrator.SubmitAsync(path, "Rotate");
        var page = await TextAsync(answer);
        var secret = SecretIn(page);
        Assert.NotEqual(old, secret);
        Assert.Contains("title=\"2026-11-25 12:00:00 UTC\"", page, StringComparison.Ordinal);
        await PressAsync(path, "Test");
        Assert.True(_receiver.Requests[^1].IsSignedWith(old) && _receiver.Requests[^1].IsSignedWith(secret));
        page = await _administrator.ReadAsync(path);
        Assert.Contains("Old secret signs until", page, StringComparison.Ordinal);
        Assert.DoesNotContain("whsec_", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disable_enable_and_remove()
    {
        await _app.AddNewsletterAsync();
        var (path, _) = await RegisterAsync("", "subscriber.confirmed");
        _receiver.Answers(500);
        await _app.SubscribeAsync("ada@example.org");
        await _app.RunEnqueuedJobsAsync();
        await PressAsync(path, "Disable");
        var page = await _administrator.ReadAsync(path);
        Assert.Contains("It is told nothing until it is enabled again.", page, StringComparison.Ordinal);
        Assert.Contains("1 waiting", page, StringComparison.Ordinal);
        Assert.Contains("handler=Enable", page, StringComparison.Ordinal);
        Assert.DoesNotContain("handler=Disable", page, StringComparison.Ordinal);

        _receiver.Answers(200);
        await PressAsync(path, "Enable");
        await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(2, _receiver.Requests.Count);
        Assert.DoesNotContain("waiting</span>", await _administrator.ReadAsync(path), StringComparison.Ordinal);

        var removed = await _administrator.SubmitAsync(path, "Remove");
        Assert.Equal("/staff/webhooks", removed.Headers.Location?.OriginalString);
        Assert.Equal(HttpStatusCode.NotFound, (await _administrator.GetAsync(path)).StatusCode);
        Assert.Empty(await _app.ToldAsync());
        Assert.Equal(["webhook.registered", "webhook.disabled", "webhook.enabled", "webhook.removed"], (await TrailAsync(path)).ConvertAll(t => t.Action));
    }

    [Fact]
    public async Task Show_what_went_wrong_and_send_it_again()
    {
        await _app.AddNewsletterAsync();
        var (path, _) = await RegisterAsync("", "subscriber.confirmed");
        _receiver.Answers(410, "<b>gone fishing</b>");
        await _app.SubscribeAsync("ada@example.org");
        await _app.RunDueJobsAsync();
        var page = await _administrator.ReadAsync(path);
        Assert.Contains("nobody listens there any more", page, StringComparison.Ordinal);
        Assert.Contains("410 Gone: it wants to hear nothing more. The receiver’s to mend.", page, StringComparison.Ordinal);
        var answer = await _administrator.GetAsync(path);
        Assert.Contains("&lt;b&gt;gone fishing&lt;/b&gt;", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);

        _receiver.Answers(202);
        await PressAsync(path, "Enable");
        await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
        var told = await _app.OnlyToldAsync();
        Assert.Contains("Nothing is in this state", await _administrator.ReadAsync(path + "?state=failed"), StringComparison.Ordinal);
        Assert.Contains(told.PublicId, await _administrator.ReadAsync(path + "?state=Delivered"), StringComparison.Ordinal);
        await PressAsync(path, "Resend", ("delivery", told.PublicId));
        await PressAsync(path, "Resend", ("delivery", told.PublicId));
        Assert.Contains("it waits for its next attempt already", await _administrator.ReadAsync(path), StringComparison.Ordinal);
        await _app.RunEnqueuedJobsAsync();
        Assert.Equal(3, _receiver.Requests.Count(r => r.Id == told.EventId));
        Assert.Equal(HttpStatusCode.NotFound, (await _administrator.SubmitAsync(path, "Resend", ("delivery", "dlv_none"))).StatusCode);
        await PressAsync(path, "Disable");
        await PressAsync(path, "Resend", ("delivery", told.PublicId));
        Assert.Contains("Enable it first", await _administrator.ReadAsync(path), StringComparison.Ordinal);
        Assert.Equal(("webhook.sent-again", told.PublicId), (await TrailAsync(path))[^2]);
    }

    [Fact]
    public async Task Turn_over_a_long_log()
    {
        var (path, _) = await RegisterAsync("", "digest.sent");
        var id = await _app.ReadAsync(db => db.Webhooks.Select(h => h.Id).SingleAsync(Stop));
        await _app.ArrangeAsync(db =>
        {
            db.AddRange(Enumerable.Range(1, 120).Select(n => new WebhookDelivery
            {
                WebhookId = id,
                EventId = $"msg_{n:000}",
                Type = EventTypes.DigestSent,
                Subject = "dig_1",
                Payload = "{}",
                CreatedAt = NewsroomApp.Start,
                NextAttemptAt = null,
                State = n % 2 == 0 ? WebhookDeliveryState.Failed : WebhookDeliveryState.Delivered,
            }));
            return Task.CompletedTask;
        });
        var seen = new List<string>();
        for (var next = path + "?state=Failed"; next is not null;)
        {
            var page = await _administrator.ReadAsync(next);
            seen.AddRange(EventIds().Matches(page).Select(m => m.Groups["id"].Value));
            next = OlderLink().Match(page) is { Success: true } link ? link.Groups["path"].Value : null;
        }
        Assert.Equal(Enumerable.Range(1, 60).Reverse().Select(n => $"msg_{2 * n:000}"), seen);
        Assert.Equal(path, (await _administrator.GetAsync(path + "?after=nonsense")).Headers.Location?.OriginalString);
    }

    [Theory]
    [InlineData(StaffRole.Viewer)]
    [InlineData(StaffRole.Publisher)]
    public async Task Are_for_administrators(StaffRole role)
    {
        var (path, _) = await RegisterAsync("", "digest.sent");
        var member = await _app.MemberAsync(_administrator, role);
        Assert.Equal(HttpStatusCode.Forbidden, (await member.GetAsync("/staff/webhooks")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await member.GetAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await member.SubmitAsync(path, "Remove")).StatusCode);
        Assert.DoesNotContain("/staff/webhooks", await member.ReadAsync("/staff"), StringComparison.Ordinal);
        Assert.Contains("/staff/webhooks", await _administrator.ReadAsync("/staff"), StringComparison.Ordinal);
        foreach (var handler in new[] { "Test", "Rotate", "Enable", "Disable", "Remove", "Resend" })
        {
            // The list's form has the token that a page which is not there could not give.
            using var form = new FormUrlEncodedContent([KeyValuePair.Create("delivery", "dlv_none"), KeyValuePair.Create("__RequestVerificationToken", await _administrator.TokenAsync("/staff/webhooks"))]);
            Assert.Equal(HttpStatusCode.NotFound, (await _administrator.Http.PostAsync($"/staff/webhooks/hook_none?handler={handler}", form, Stop)).StatusCode);
        }
    }

    private async Task<(string Path, string Secret)> RegisterAsync(string name, params string[] events)
    {
        var answer = await _administrator.SubmitAsync("/staff/webhooks", "", [("url", _receiver.Url), ("name", name), .. events.Select(e => ("events", e))]);
        var page = await TextAsync(answer);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, page);
        return (HookLink().Match(page).Value, SecretIn(page));
    }

    private async Task PressAsync(string path, string handler, params (string, string)[] fields)
    {
        var answer = await _administrator.SubmitAsync(path, handler, fields);
        Assert.True(answer.StatusCode == HttpStatusCode.Redirect && answer.Headers.Location?.OriginalString == path, await TextAsync(answer));
    }

    private async Task<List<(string Action, string? After)>> TrailAsync(string path)
    {
        var id = path.Split('/')[^1];
        var entries = await _app.ReadAsync(db => db.AuditEntries.Where(a => a.Subject == id).OrderBy(a => a.Id).Select(a => new { a.Action, a.After }).ToListAsync(Stop));
        return entries.ConvertAll(a => (a.Action, a.After));
    }

    private static async Task<string> TextAsync(HttpResponseMessage answer) => WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Stop));

    private static string SecretIn(string page) => Secret().Match(page) is { Success: true } secret ? secret.Value : throw new InvalidOperationException("No secret in:\n" + page);

    [GeneratedRegex("whsec_[A-Za-z0-9+/=]{44}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Secret();

    [GeneratedRegex("/staff/webhooks/hook_[A-Za-z0-9]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex HookLink();

    [GeneratedRegex("webhook-id (?<id>msg_[0-9]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex EventIds();

    [GeneratedRegex("href=\"(?<path>[^\"]+)\" rel=\"next\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OlderLink();
}
