using System.Net;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Tests.Subscribers;

public sealed class LeavingANewsletter : IAsyncLifetime
{
    private const string Ada = "ada@example.org";
    private NewsroomApp _app = null!;
    private string _link = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync();
        await _app.AddNewsletterAsync();
        await _app.AddNewsletterAsync("breaking", "Breaking");
        await _app.SubscribeAsync(Ada);
        _link = await _app.LeaveLinkAsync(Ada, "this-week");
        _app.Clock.Advance(TimeSpan.FromHours(1));
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    public static TheoryData<string, string> OneClickBodies() => new()
    {
        { "application/x-www-form-urlencoded", "List-Unsubscribe=One-Click" },
        { "application/x-www-form-urlencoded; charset=utf-8", "" },
        { "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n" },
        { "multipart/form-data; boundary=b", "this is no multipart body" },
        { "multipart/form-data", "no boundary" },
        { "text/plain", "whatever" },
        { "", "" },
    };

    [Theory]
    [MemberData(nameof(OneClickBodies))]
    public async Task One_click_leaves_that_newsletter_whatever_its_body(string type, string body)
    {
        for (var time = 0; time < 2; time++)
        {
            var answer = await _app.Http.PostAsync(_link, Body(type, body), Cancelled);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Null(answer.Headers.Location);
            Assert.False(answer.Headers.Contains("Set-Cookie"));
            Assert.Empty(await answer.Content.ReadAsByteArrayAsync(Cancelled));
            Assert.Equal("breaking", await _app.ActiveAsync(Ada));
        }
        Assert.Equal("confirmed", await _app.StatusAsync(Ada));
        var withdrawn = Assert.Single((await _app.SubscriberAsync(Ada))!["consents"]!.AsArray(), c => (string?)c!["event"] == "withdrawn")!;
        Assert.Equal("one-click", (string?)withdrawn["method"]);
        Assert.Equal("""["this-week"]""", withdrawn["newsletters"]!.ToJsonString());
    }

    [Fact]
    public async Task The_page_names_the_newsletter_and_leaves_by_its_button()
    {
        var page = await _app.Http.GetStringAsync(_link, Cancelled);
        Assert.Contains("<h1>Leave This Week?</h1>", page, StringComparison.Ordinal);
        Assert.Contains("Leave all newsletters", page, StringComparison.Ordinal);
        await PressAsync("You have left This Week", ("from", "page"));
        Assert.Equal("breaking", await _app.ActiveAsync(Ada));
        await PressAsync("You have left This Week", ("from", "page"));
        var withdrawn = Assert.Single((await _app.SubscriberAsync(Ada))!["consents"]!.AsArray(), c => (string?)c!["event"] == "withdrawn")!;
        Assert.Equal("unsubscribe-page", (string?)withdrawn["method"]);
    }

    [Fact]
    public async Task Leaving_the_last_one_makes_the_reader_one_who_left()
    {
        await PressAsync("You have left This Week", ("from", "page"));
        await _app.PostFormAsync(await _app.LeaveLinkAsync(Ada, "breaking"));
        Assert.Equal("left", await _app.StatusAsync(Ada));
    }

    [Fact]
    public async Task All_are_left_by_the_second_button_and_come_back_together()
    {
        await PressAsync("You have left This Week", ("from", "page"), ("all", "yes"));
        Assert.Equal("", await _app.ActiveAsync(Ada));
        Assert.Equal("left", await _app.StatusAsync(Ada));
        await PressAsync("You get This Week again", ("from", "page"), ("undo", "yes"));
        Assert.Equal("this-week breaking", await _app.ActiveAsync(Ada));
        Assert.Equal("confirmed", await _app.StatusAsync(Ada));
    }

    [Fact]
    public async Task Leaving_one_then_all_is_undone_whole()
    {
        await _app.PostFormAsync(_link);
        _app.Clock.Advance(TimeSpan.FromMinutes(5));
        await PressAsync("You have left This Week", ("from", "page"), ("all", "yes"));
        await PressAsync("You get This Week again", ("from", "page"), ("undo", "yes"));
        Assert.Equal("this-week breaking", await _app.ActiveAsync(Ada));
    }

    [Fact]
    public async Task Leaving_all_by_the_link_of_one_left_long_ago_never_brings_that_one_back()
    {
        await _app.PostFormAsync(_link);
        _app.Clock.Advance(TimeSpan.FromDays(90));
        await PressAsync("You have left This Week", ("from", "page"), ("all", "yes"));
        await _app.PostFormAsync(_link, ("from", "page"), ("undo", "yes"));
        Assert.Equal("", await _app.ActiveAsync(Ada));
        Assert.Equal("left", await _app.StatusAsync(Ada));
    }

    [Fact]
    public async Task A_slip_is_undone_with_its_consent_on_record()
    {
        await _app.PostFormAsync(_link);
        Assert.Contains("bring it back", await _app.Http.GetStringAsync(_link, Cancelled), StringComparison.Ordinal);
        await PressAsync("You get This Week again", ("from", "page"), ("undo", "yes"));
        await PressAsync("You get This Week again", ("from", "page"), ("undo", "yes"));
        Assert.Equal("this-week breaking", await _app.ActiveAsync(Ada));
        var last = (await _app.SubscriberAsync(Ada))!["consents"]!.AsArray()[^1]!;
        Assert.Equal("confirmed", (string?)last["event"]);
        Assert.Equal("undo-1", (string?)last["wordingVersion"]);
    }

    [Fact]
    public async Task Undo_brings_back_only_what_that_link_left()
    {
        await _app.PostFormAsync(await _app.LeaveLinkAsync(Ada, "breaking"));
        _app.Clock.Advance(TimeSpan.FromMinutes(1));
        await _app.PostFormAsync(_link);
        await PressAsync("You get This Week again", ("from", "page"), ("undo", "yes"));
        Assert.Equal("this-week", await _app.ActiveAsync(Ada));
    }

    [Fact]
    public async Task A_day_later_an_old_link_brings_nobody_back()
    {
        await _app.PostFormAsync(_link);
        await _app.AdvanceAsync(Leave.UndoFor);
        await PressAsync("You have left This Week", ("from", "page"), ("undo", "yes"));
        Assert.Equal("breaking", await _app.ActiveAsync(Ada));
        Assert.Contains("sign up again", await _app.Http.GetStringAsync(_link, Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Undo_does_not_reach_past_a_complaint()
    {
        await _app.PostFormAsync(_link);
        await _app.ArrangeAsync(db => db.Subscribers.ExecuteUpdateAsync(s => s.SetProperty(x => x.Status, SubscriberStatus.Complained)));
        await PressAsync("You have left This Week", ("from", "page"), ("undo", "yes"));
        Assert.Equal("complained", await _app.StatusAsync(Ada));
        Assert.Equal("breaking", await _app.ActiveAsync(Ada));
    }

    [Fact]
    public async Task The_link_works_years_later_and_after_coming_back()
    {
        await _app.PostFormAsync(_link);
        await _app.AdvanceAsync(TimeSpan.FromDays(800));
        await _app.SubscribeAsync(Ada, "this-week");
        Assert.Equal("this-week breaking", await _app.ActiveAsync(Ada));
        await _app.AdvanceAsync(TimeSpan.FromDays(800));
        Assert.Equal(HttpStatusCode.OK, (await _app.PostFormAsync(_link)).StatusCode);
        Assert.Equal("breaking", await _app.ActiveAsync(Ada));
    }

    [Fact]
    public async Task An_altered_link_has_no_effect()
    {
        var before = await _app.DumpAsync();
        foreach (var altered in new[] { _link[..^1], _link + "A", _link[..^2] + "AA", "/unsubscribe/x", "/unsubscribe/" + new string('a', 5000), "/unsubscribe/%0a" })
        {
            foreach (var body in new[] { ("List-Unsubscribe", "One-Click"), ("from", "page"), ("undo", "yes") })
            {
                var answer = await _app.PostFormAsync(altered, body);
                Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.NotFound, HttpStatusCode.BadRequest });
            }
        }
        Assert.Equal(before, await _app.DumpAsync());
    }

    [Fact]
    public async Task Many_at_once_leave_once()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _app.PostFormAsync(_link)));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a.StatusCode));
        Assert.Equal(1, await _app.ReadAsync(db => db.Consents.CountAsync(c => c.Event == ConsentEvent.Withdrawn)));
    }

    [Fact]
    public async Task The_page_keeps_its_token_to_itself()
    {
        foreach (var link in new[] { _link, (await _app.ConfirmLinksAsync(Ada))[0] })
        {
            var answer = await _app.Http.GetAsync(link, Cancelled);
            Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
            Assert.True(answer.Headers.CacheControl?.NoStore);
            Assert.Contains("noindex", await answer.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        }
    }

    private async Task PressAsync(string headline, params (string, string)[] fields)
    {
        var answer = await _app.PostFormAsync(_link, fields);
        var page = await answer.Content.ReadAsStringAsync(Cancelled);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, page);
        Assert.Contains($"<h1>{headline}</h1>", page, StringComparison.Ordinal);
    }

    private static ByteArrayContent Body(string type, string text)
    {
        var body = new ByteArrayContent(Encoding.ASCII.GetBytes(text));
        if (type.Length > 0)
            body.Headers.Add("Content-Type", type);
        return body;
    }
}
