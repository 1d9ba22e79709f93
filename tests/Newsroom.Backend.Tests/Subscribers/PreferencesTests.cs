using System.Net;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Tests.Subscribers;

public sealed class AReadersPreferences : IAsyncLifetime
{
    private const string Ada = "ada@example.org";
    private NewsroomApp _app = null!;
    private string _link = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync();
        await _app.AddNewsletterAsync("this-week", "This Week", new { days = new[] { "thu" }, at = "07:00" });
        await _app.AddNewsletterAsync("breaking", "Breaking");
        await _app.SubscribeAsync(Ada, "this-week");
        _link = await _app.PreferencesLinkAsync(Ada);
        _app.Clock.Advance(TimeSpan.FromHours(1));
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Are_shown_without_the_address_and_change_nothing_by_being_opened()
    {
        var before = await _app.DumpAsync();
        for (var time = 0; time < 20; time++)
        {
            foreach (var query in new[] { "", "?done=saved", "?act=leave-all", "?done=%3Cb%3Eyou%20won%3C/b%3E" })
            {
                foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
                {
                    using var request = new HttpRequestMessage(method, _link + query);
                    var answer = await _app.Http.SendAsync(request, Cancelled);
                    var page = await answer.Content.ReadAsStringAsync(Cancelled);
                    Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                    Assert.DoesNotContain(Ada, page, StringComparison.Ordinal);
                    Assert.DoesNotContain("you won", page, StringComparison.Ordinal);
                    Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
                    Assert.True(answer.Headers.CacheControl?.NoStore);
                }
            }
        }
        Assert.Equal(before, await _app.DumpAsync());
        var shown = await _app.Http.GetStringAsync(_link, Cancelled);
        Assert.Contains("a***@example.org", shown, StringComparison.Ordinal);
        Assert.Contains("As it is published: Thursdays, 7:00", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", shown, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Are_nobodys_by_an_altered_link()
    {
        var before = await _app.DumpAsync();
        foreach (var altered in new[] { _link[..^2], _link + "A", _link.Replace("sub_", "sub_0", StringComparison.Ordinal), "/preferences/x", "/preferences/" + new string('a', 3000), await _app.LeaveLinkAsync(Ada, "this-week") is var leave ? "/preferences/" + leave[(leave.LastIndexOf('/') + 1)..] : "" })
        {
            Assert.Contains((await _app.Http.GetAsync(altered, Cancelled)).StatusCode, new[] { HttpStatusCode.NotFound, HttpStatusCode.BadRequest });
            Assert.Contains((await _app.PostFormAsync(altered, ("act", "leave-all"))).StatusCode, new[] { HttpStatusCode.NotFound, HttpStatusCode.BadRequest });
        }
        Assert.Equal(before, await _app.DumpAsync());
    }

    [Fact]
    public async Task Add_and_leave_newsletters_at_once_with_their_consent()
    {
        Assert.Contains("Saved.", await ChooseAsync(had: "this-week", ticked: ["breaking"]), StringComparison.Ordinal);
        Assert.Equal("breaking", await _app.ActiveAsync(Ada));
        Assert.Equal("confirmed", await _app.StatusAsync(Ada));
        var consents = (await _app.SubscriberAsync(Ada))!["consents"]!.AsArray().Skip(2).Select(c => $"{c!["event"]} {c["newsletters"]![0]} {c["wordingVersion"]} {c["method"]}");
        Assert.Equal(["confirmed breaking preferences-1 preferences-page", "withdrawn this-week preferences-1 preferences-page"], consents);
        await _app.AssertConsentsAreIntactAsync();
        var before = await _app.DumpAsync();
        await ChooseAsync(had: "this-week", ticked: ["breaking"]);
        Assert.Equal(before, await _app.DumpAsync());
        // Nothing more is mailed; the welcome, which was about the one she left, is kept back.
        await _app.RunDueJobsAsync();
        Assert.Single(_app.MailsTo(Ada));
    }

    [Fact]
    public async Task Of_an_old_page_undo_nothing_that_happened_elsewhere()
    {
        await _app.AdvanceAsync(CoolDown.BetweenMails);
        await _app.SubscribeAsync(Ada, "breaking");
        await ChooseAsync(had: "this-week", ticked: ["this-week"]);
        Assert.Equal("this-week breaking", await _app.ActiveAsync(Ada));
    }

    [Theory]
    [InlineData("text/plain", "act=newsletters")]
    [InlineData("multipart/form-data; boundary=b", "--b")]
    [InlineData("application/x-www-form-urlencoded", "act=newsletters")]
    [InlineData("application/x-www-form-urlencoded", "act=no-such-act&newsletter=breaking")]
    [InlineData("application/x-www-form-urlencoded", "act=newsletters&had=no-such&newsletter=neither&rhythm-this-week=7")]
    public async Task Heed_no_form_that_says_nothing(string type, string body)
    {
        var before = await _app.DumpAsync();
        using var content = new ByteArrayContent(System.Text.Encoding.ASCII.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        Assert.True((int)(await _app.Http.PostAsync(_link, content, Cancelled)).StatusCode < 400);
        Assert.Equal(before, await _app.DumpAsync());
    }

    [Fact]
    public async Task Forwarded_bring_nobody_back_who_left()
    {
        Assert.Contains("You have left all our newsletters.", await _app.ActAsync(_link, "leave-all"), StringComparison.Ordinal);
        Assert.Equal(("left", ""), (await _app.StatusAsync(Ada), await _app.ActiveAsync(Ada)));
        await _app.AdvanceAsync(TimeSpan.FromDays(30));
        Assert.Contains("A message is on its way", await ChooseAsync(had: "", ticked: ["this-week", "breaking"]), StringComparison.Ordinal);
        Assert.Equal(("left", ""), (await _app.StatusAsync(Ada), await _app.ActiveAsync(Ada)));
        await _app.RunDueJobsAsync();
        await _app.PostFormAsync(_app.MailsTo(Ada)[^1].Link("/confirm/"));
        Assert.Equal("this-week breaking", await _app.ActiveAsync(Ada));
        await _app.AssertConsentsAreIntactAsync();
    }

    [Fact]
    public async Task Lead_to_the_way_back_for_a_day()
    {
        var page = await _app.ActAsync(_link, "leave-all");
        var back = await _app.LeaveLinkAsync(Ada, "this-week");
        Assert.Contains(back, page, StringComparison.Ordinal);
        await _app.PostFormAsync(back, ("from", "page"), ("undo", "yes"));
        Assert.Equal("this-week", await _app.ActiveAsync(Ada));
        await _app.ActAsync(_link, "leave-all");
        await _app.AdvanceAsync(Leave.UndoFor);
        Assert.DoesNotContain("/unsubscribe/", await _app.Http.GetStringAsync(_link, Cancelled), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SubscriberStatus.Bounced)]
    [InlineData(SubscriberStatus.Complained)]
    public async Task Add_nothing_for_an_address_that_must_not_be_mailed(SubscriberStatus status)
    {
        await _app.ArrangeAsync(db => db.Subscribers.ExecuteUpdateAsync(s => s.SetProperty(x => x.Status, status)));
        var answer = await _app.PostFormAsync(_link, ("act", "newsletters"), ("newsletter", "breaking"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal("this-week", await _app.ActiveAsync(Ada));
        await _app.ActAsync(_link, "leave-all");
        Assert.Equal("", await _app.ActiveAsync(Ada));
    }

    [Fact]
    public async Task Set_a_rhythm_that_begins_where_the_digests_stand()
    {
        await _app.PushStoriesAsync(3);
        await _app.StepAsync(await _app.ComposeAsync(), "send");
        await _app.RunDueJobsAsync();
        var through = await _app.ReadAsync(db => db.Digests.MaxAsync(d => d.StoriesThroughId));
        Assert.True(through > 0);
        Assert.Equal((Rhythm.AsPublished, null), await RhythmAsync("this-week"));
        await ChooseAsync("this-week", ["this-week"], ("rhythm-this-week", "weekly"));
        Assert.Equal((Rhythm.Weekly, through), await RhythmAsync("this-week"));
        await ChooseAsync("this-week", ["this-week", "breaking"], ("rhythm-this-week", "everyStory"), ("rhythm-breaking", "daily"));
        Assert.Equal((Rhythm.EveryStory, through), await RhythmAsync("this-week"));
        Assert.Equal((Rhythm.Daily, 0L), await RhythmAsync("breaking"));
        await ChooseAsync("this-week", ["this-week"], ("rhythm-this-week", "asPublished"));
        Assert.Equal((Rhythm.AsPublished, through), await RhythmAsync("this-week"));
        Assert.Contains("<option value=\"daily\" selected=\"selected\">", await _app.Http.GetStringAsync(_link, Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forget_the_rhythm_of_an_earlier_life()
    {
        await ChooseAsync("this-week", ["this-week"], ("rhythm-this-week", "monthly"));
        await _app.ActAsync(_link, "leave-all");
        await _app.AdvanceAsync(TimeSpan.FromDays(60));
        await _app.SubscribeAsync(Ada, "this-week");
        Assert.Equal((Rhythm.AsPublished, null), await RhythmAsync("this-week"));
    }

    [Fact]
    public async Task Pause_and_go_on()
    {
        // It is 8 o'clock in New York: thirty days on is December 24, from its midnight.
        Assert.Contains("Thursday, December 24, 2026", await _app.ActAsync(_link, "pause", ("days", "30")), StringComparison.Ordinal);
        Assert.Equal(new DateTimeOffset(2026, 12, 24, 5, 0, 0, TimeSpan.Zero), await PausedAsync());
        await _app.ActAsync(_link, "go-on");
        Assert.Null(await PausedAsync());
        await _app.ActAsync(_link, "pause", ("until", "2027-07-01"));
        Assert.Equal(new DateTimeOffset(2027, 7, 1, 4, 0, 0, TimeSpan.Zero), await PausedAsync());
        await _app.AdvanceAsync(TimeSpan.FromDays(250));
        Assert.DoesNotContain("You have paused", await _app.Http.GetStringAsync(_link, Cancelled), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2026-11-24")]
    [InlineData("2025-01-01")]
    [InlineData("2027-11-26")]
    [InlineData("24.12.2026")]
    [InlineData("<b>")]
    [InlineData("")]
    public async Task Say_which_days_a_pause_may_end_on(string until)
    {
        var answer = await _app.PostFormAsync(_link, ("act", "pause"), ("until", until));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var page = await answer.Content.ReadAsStringAsync(Cancelled);
        Assert.Contains("Choose a day from Wednesday, November 25, 2026 to Thursday, November 25, 2027", page, StringComparison.Ordinal);
        Assert.Contains("<a href=\"#until\">", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
        Assert.Null(await PausedAsync());
    }

    [Fact]
    public async Task Keep_a_name_and_a_language()
    {
        await _app.ActAsync(_link, "name", ("name", " Ada\r\nBcc: x  Lovelace "));
        Assert.Equal("Ada Bcc: x Lovelace", (string?)(await _app.SubscriberAsync(Ada))!["name"]);
        await _app.ActAsync(_link, "name", ("name", new string('a', 119) + "🙂🙂"));
        Assert.Equal(new string('a', 119), (string?)(await _app.SubscriberAsync(Ada))!["name"]);
        await _app.ActAsync(_link, "name", ("name", "  "));
        Assert.Null((string?)(await _app.SubscriberAsync(Ada))!["name"]);
        await _app.ActAsync(_link, "language", ("language", "en-GB"));
        Assert.Contains("Thursday 24 December 2026", (await _app.ActAsync(_link, "pause", ("days", "30"))).Replace("Thursday,", "Thursday", StringComparison.Ordinal), StringComparison.Ordinal);
        await _app.ActAsync(_link, "language", ("language", "<script>"));
        Assert.Null(await _app.ReadAsync(db => db.Subscribers.Select(s => s.Language).SingleAsync()));
    }

    [Fact]
    public async Task Stand_in_every_digest_already_subscribed_mail_and_page_that_needs_them()
    {
        await _app.RunDueJobsAsync();
        await _app.AdvanceAsync(CoolDown.BetweenMails);
        await _app.SignUpAsync(Ada, "this-week");
        await _app.RunDueJobsAsync();
        Assert.Equal(new Uri(_link).PathAndQuery, _app.MailsTo(Ada)[^1].Link("/preferences/"));
        await _app.PushStoriesAsync();
        await _app.StepAsync(await _app.ComposeAsync(), "send");
        await _app.RunDueJobsAsync();
        var digest = _app.MailsTo(Ada)[^1];
        Assert.NotEmpty(digest.Header("List-Id"));
        Assert.Equal(new Uri(_link).PathAndQuery, digest.Link("/preferences/"));
        Assert.Contains(_link, digest.Text, StringComparison.Ordinal);
        foreach (var path in new[] { await _app.LeaveLinkAsync(Ada, "this-week"), (await _app.ConfirmLinksAsync(Ada))[0] })
            Assert.Contains(_link, await _app.Http.GetStringAsync(path, Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Saved_many_times_at_once_end_in_one_state()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => n % 2 == 0
            ? ChooseAsync("this-week", ["breaking"])
            : _app.ActAsync(_link, "pause", ("days", "30"))));
        Assert.Equal("breaking", await _app.ActiveAsync(Ada));
        Assert.Equal(4, await _app.ReadAsync(db => db.Consents.CountAsync()));
        await _app.AssertConsentsAreIntactAsync();
    }

    private Task<string> ChooseAsync(string had, string[] ticked, params (string, string)[] more) =>
        _app.ActAsync(_link, "newsletters", [("had", had), .. ticked.Select(t => ("newsletter", t)), .. more]);

    private Task<DateTimeOffset?> PausedAsync() => _app.ReadAsync(db => db.Subscribers.Select(s => s.PausedUntil).SingleAsync());

    private async Task<(Rhythm, long?)> RhythmAsync(string newsletter)
    {
        var row = await _app.ReadAsync(db => db.Subscriptions.Where(s => s.Newsletter.Slug == newsletter).Select(s => new { s.Rhythm, s.StoriesThroughId }).SingleAsync());
        return (row.Rhythm, row.StoriesThroughId);
    }
}

public sealed class LessOftenInsteadOfLeaving : IAsyncLifetime
{
    private const string Ada = "ada@example.org";
    private NewsroomApp _app = null!;
    private string _link = null!;

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

    [Fact]
    public async Task Brings_back_that_one_newsletter_weekly()
    {
        var left = await (await _app.PostFormAsync(_link, ("from", "page"), ("all", "yes"))).Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("name=\"instead\" value=\"weekly\"", left, StringComparison.Ordinal);
        Assert.Contains("does not end a regular gift", left, StringComparison.Ordinal);
        for (var time = 0; time < 2; time++)
        {
            var back = await (await _app.PostFormAsync(_link, ("from", "page"), ("instead", "weekly"))).Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.Contains("<h1>You get This Week again</h1>", back, StringComparison.Ordinal);
            Assert.Contains("once a week", back, StringComparison.Ordinal);
        }
        Assert.Equal("this-week", await _app.ActiveAsync(Ada));
        Assert.Equal("this-week Weekly 0", await _app.ReadAsync(db => db.Subscriptions.Where(s => s.State == SubscriptionState.Active)
            .Select(s => s.Newsletter.Slug + " " + s.Rhythm + " " + s.StoriesThroughId).SingleAsync()));
        Assert.Equal("less-often-1", (string?)(await _app.SubscriberAsync(Ada))!["consents"]!.AsArray()[^1]!["wordingVersion"]);
        await _app.AssertConsentsAreIntactAsync();
    }

    [Fact]
    public async Task Is_over_a_day_later()
    {
        await _app.PostFormAsync(_link);
        await _app.AdvanceAsync(Leave.UndoFor);
        await _app.PostFormAsync(_link, ("from", "page"), ("instead", "weekly"));
        Assert.Equal("breaking", await _app.ActiveAsync(Ada));
    }
}
