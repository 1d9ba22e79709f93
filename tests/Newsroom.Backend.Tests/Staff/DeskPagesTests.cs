using System.Net;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Tests.Staff;

/// <summary>The pages over what runs: what stands on them, and that each button does what it says for who may press it.</summary>
public sealed class TheStaffsPages : IAsyncLifetime
{
    private NewsroomApp _app = null!;
    private StaffBrowser _administrator = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync(NewsroomApp.WithAdministrator());
        _administrator = await _app.AdministratorAsync();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Begin_with_what_is_missing_before_the_first_real_mail()
    {
        var page = await _administrator.ReadAsync("/staff");
        Assert.Contains("Before the first real mail", page, StringComparison.Ordinal);
        Assert.Contains("A second administrator</strong><span class=\"visually-hidden\">: open", page, StringComparison.Ordinal);
        Assert.Contains("The address readers reach</strong><span class=\"visually-hidden\">: done", page, StringComparison.Ordinal);
        Assert.Contains("Make the first one", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_a_digest_and_show_its_ledger()
    {
        var digest = await _app.ReadyDigestAsync(3);
        var viewer = await _app.MemberAsync(_administrator, StaffRole.Viewer);
        var editor = await _app.MemberAsync(_administrator, StaffRole.Editor);
        var path = "/staff/digests/" + digest;
        Assert.DoesNotContain("Send it now", await viewer.ReadAsync(path), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.SubmitAsync(path, "Test", ("to", "me@gazette.example"))).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await editor.SubmitAsync(path, "Send")).StatusCode);

        await editor.SubmitAsync(path, "Test", ("to", "me@gazette.example"));
        Assert.Contains("The mail server said: 250", await editor.ReadAsync(path), StringComparison.Ordinal);
        Assert.Single(_app.MailsTo("me@gazette.example"));

        var publisher = await _app.MemberAsync(_administrator, StaffRole.Publisher);
        await publisher.SubmitAsync(path, "Send");
        await _app.RunDueJobsAsync();
        var page = await publisher.ReadAsync(path);
        Assert.Contains("3 of 3 readers settled", page, StringComparison.Ordinal);
        Assert.Contains("data-over=\"yes\"", page, StringComparison.Ordinal);
        await publisher.SubmitAsync(path, "Pause");
        Assert.Contains("sent", await publisher.ReadAsync("/staff/digests?status=Sent"), StringComparison.Ordinal);
        Assert.Contains("No digest fits", await publisher.ReadAsync("/staff/digests?status=Paused"), StringComparison.Ordinal);
        var trail = await _app.ReadAsync(db => db.AuditEntries.Where(a => a.Subject == digest).OrderBy(a => a.Id).Select(a => a.Action).ToListAsync(Stop));
        Assert.Equal(["digest.tested", "digest.sent"], trail);
    }

    [Fact]
    public async Task Show_a_digest_as_readers_get_it_in_a_frame_that_runs_nothing()
    {
        var path = "/staff/digests/" + await _app.ReadyDigestAsync(1) + "/preview";
        var page = await _administrator.ReadAsync(path);
        Assert.Contains("sandbox=\"allow-popups\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("LINK-OF-THE-READER", page, StringComparison.Ordinal);
        var mail = await _administrator.GetAsync(path + "?handler=Mail");
        var policy = Assert.Single(mail.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("sandbox", policy, StringComparison.Ordinal);
        var html = await mail.Content.ReadAsStringAsync(Stop);
        Assert.DoesNotContain("LINK-OF-THE-READER", html, StringComparison.Ordinal);
        Assert.DoesNotContain("/unsubscribe/", html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await _administrator.GetAsync("/staff/digests/dig_nobody/preview?handler=Mail")).StatusCode);
    }

    [Fact]
    public async Task Show_what_became_of_each_readers_copy()
    {
        var digest = await _app.ReadyDigestAsync(3);
        var path = $"/staff/digests/{digest}/deliveries";
        Assert.Contains("Nobody stands here yet", await _administrator.ReadAsync(path), StringComparison.Ordinal);
        await _administrator.SubmitAsync("/staff/digests/" + digest, "Send");
        await _app.RunDueJobsAsync();
        Assert.Equal(3, (await _administrator.ReadAsync(path + "?state=Accepted")).Split("href=\"/staff/subscribers/sub_").Length - 1);
        Assert.Contains("No copy fits", await _administrator.ReadAsync(path + "?state=Refused"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await _administrator.GetAsync("/staff/digests/dig_nobody/deliveries")).StatusCode);
    }

    [Fact]
    public async Task Show_the_stories_that_came_in_and_read_the_feeds_for_an_editor()
    {
        await _app.ReadyDigestAsync(1);
        var title = await _app.ReadAsync(db => db.Stories.OrderByDescending(s => s.Id).Select(s => s.Title).FirstAsync(Stop));
        Assert.Contains(title, await _administrator.ReadAsync("/staff/stories"), StringComparison.Ordinal);
        var viewer = await _app.MemberAsync(_administrator, StaffRole.Viewer);
        Assert.DoesNotContain("Read the feeds now", await viewer.ReadAsync("/staff/stories"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.SubmitAsync("/staff/stories", "")).StatusCode);
        var editor = await _app.MemberAsync(_administrator, StaffRole.Editor);
        await editor.SubmitAsync("/staff/stories", "");
        Assert.Contains("There is no feed to read", await editor.ReadAsync("/staff/stories"), StringComparison.Ordinal);
        Assert.Contains("stories.fetched", await _app.ReadAsync(db => db.AuditEntries.Select(a => a.Action).ToListAsync(Stop)));
    }

    [Fact]
    public async Task Let_an_editor_withdraw_a_story_and_bring_it_back()
    {
        var digest = await _app.ReadyDigestAsync(1);
        var story = await _app.ReadAsync(db => db.Stories.Select(s => s.PublicId).SingleAsync(Stop));
        var viewer = await _app.MemberAsync(_administrator, StaffRole.Viewer);
        Assert.DoesNotContain("handler=Withdraw", await viewer.ReadAsync("/staff/stories"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.SubmitAsync("/staff/stories", "Withdraw", ("id", story))).StatusCode);
        var editor = await _app.MemberAsync(_administrator, StaffRole.Editor);
        await editor.SubmitAsync("/staff/stories", "Withdraw", ("id", story));
        Assert.Contains("no digest that has not begun brings it", await editor.ReadAsync("/staff/stories"), StringComparison.Ordinal);
        await _app.StepAsync(digest, "send", expected: HttpStatusCode.Conflict);
        await editor.SubmitAsync("/staff/stories", "Withdraw", ("id", story));
        await editor.SubmitAsync("/staff/stories", "BringBack", ("id", story));
        Assert.DoesNotContain("handler=BringBack", await editor.ReadAsync("/staff/stories"), StringComparison.Ordinal);
        await _app.StepAsync(digest, "send");
        Assert.Equal(["story.withdrawn", "story.brought-back"], await _app.ReadAsync(db => db.AuditEntries.Where(a => a.Subject == story).OrderBy(a => a.Id).Select(a => a.Action).ToListAsync(Stop)));
        Assert.Equal(HttpStatusCode.NotFound, (await editor.SubmitAsync("/staff/stories", "Withdraw", ("id", "sto_none"))).StatusCode);
    }

    [Fact]
    public async Task Schedule_in_the_newsrooms_own_time_and_say_no_to_an_hour_that_is_not()
    {
        var path = "/staff/digests/" + await _app.ReadyDigestAsync(1);
        await _administrator.SubmitAsync(path, "Schedule", ("at", "2027-03-14T02:30"));
        Assert.Contains("02:30", await _administrator.ReadAsync(path), StringComparison.Ordinal);
        Assert.Equal("draft", (string)(await _app.DigestAsync(path.Split('/')[^1]))["status"]!);
        await _administrator.SubmitAsync(path, "Schedule", ("at", "2026-12-01T07:00"));
        Assert.Contains("title=\"2026-12-01 12:00:00 UTC\"", await _administrator.ReadAsync(path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Find_a_reader_by_how_the_address_begins_and_show_every_word_agreed_to()
    {
        await _app.ReadyDigestAsync(3);
        await _app.Http.PostAsync("/subscribe", new FormUrlEncodedContent([KeyValuePair.Create("email", "Zoe@reader.example")]), Stop);
        var list = await _administrator.ReadAsync("/staff/subscribers?q=ZOE@");
        Assert.Contains("reader.example", list, StringComparison.OrdinalIgnoreCase);
        Assert.Single(System.Text.RegularExpressions.Regex.Matches(list, "href=\"/staff/subscribers/sub_", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)));
        var id = await _app.ReadAsync(db => db.Subscribers.Where(s => s.AddressKey == "zoe@reader.example").Select(s => s.PublicId).SingleAsync(Stop));
        var page = await _administrator.ReadAsync("/staff/subscribers/" + id);
        Assert.Contains("the chain is whole", page, StringComparison.Ordinal);

        await _administrator.SubmitAsync("/staff/subscribers/" + id, "Suppress", ("why", "Asked by telephone."));
        Assert.Contains("No mail goes to this address", await _administrator.ReadAsync("/staff/subscribers/" + id), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await _administrator.GetAsync("/staff/subscribers/sub_nobody")).StatusCode);
    }

    [Fact]
    public async Task Make_a_key_that_is_shown_once_and_take_it_away()
    {
        var answer = await _administrator.SubmitAsync("/staff/keys", "", ("name", "website"), ("scopes", "read"));
        var page = await answer.Content.ReadAsStringAsync(Stop);
        var key = System.Text.RegularExpressions.Regex.Match(page, "<code>(?<key>[\\w-]{43})</code>", System.Text.RegularExpressions.RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["key"].Value;
        Assert.DoesNotContain(key, await _administrator.ReadAsync("/staff/keys"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(key));
        Assert.DoesNotContain("never", (await _administrator.ReadAsync("/staff/keys")).Split("website")[1].Split("</tr>")[0], StringComparison.Ordinal);
        var id = await _app.ReadAsync(db => db.ApiKeys.Where(k => k.Name == "website").Select(k => k.PublicId).SingleAsync(Stop));
        await _administrator.SubmitAsync("/staff/keys", "Revoke", ("id", id));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(key));
    }

    private async Task<HttpStatusCode> AskAsync(string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/newsletters");
        request.Headers.Authorization = new("Bearer", key);
        return (await _app.Http.SendAsync(request, Stop)).StatusCode;
    }
}
