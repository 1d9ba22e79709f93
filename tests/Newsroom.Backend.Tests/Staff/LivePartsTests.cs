using System.Net;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Staff.SignIn;
using Newsroom.Backend.Tests.Subscribers.Pages;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Tests.Staff;

/// <summary>The events that tell a staff page that it would show something else now.</summary>
public sealed class ALivePart : StaffTests
{
    private const string Over = "over";

    private static readonly (string Event, string Data) Changed = ("changed", "");

    [Fact]
    public async Task Of_a_digest_tells_of_each_change_and_ends_with_it()
    {
        var digest = await DigestAsync(3);
        var viewer = await App.MemberAsync(Administrator, StaffRole.Viewer);
        await using var events = Events(viewer, Live(digest));
        Assert.Equal(Changed, await NextAsync(events));

        await App.StepAsync(digest, "send");
        App.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Changed, await NextAsync(events));
        Assert.Contains("sending", await viewer.ReadAsync("/staff/digests/" + digest), StringComparison.Ordinal);

        // Silence is broken so that no proxy takes the line for dead.
        var next = NextAsync(events);
        Assert.InRange(await App.SecondsUntilAsync(next), 14, 3000);
        Assert.Equal(("alive", ""), await next);

        await App.RunEnqueuedJobsAsync();
        App.Clock.Advance(TimeSpan.FromSeconds(1));
        var last = await NextAsync(events);
        while (last?.Data != Over)
            last = await NextAsync(events);
        Assert.Null(await NextAsync(events));
        Assert.Equal([("changed", Over)], await AllAsync(viewer, Live(digest)));
    }

    [Fact]
    public async Task Of_a_digest_tells_when_it_is_scheduled_for_another_time()
    {
        var digest = await DigestAsync(1);
        var page = "/staff/digests/" + digest;
        await Administrator.SubmitAsync(page, "Schedule", ("at", "2026-12-01T07:00"));
        await using var events = Events(Administrator, Live(digest));
        Assert.Equal(Changed, await NextAsync(events));
        await Administrator.SubmitAsync(page, "Schedule", ("at", "2026-12-02T07:00"));
        App.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Changed, await NextAsync(events));
    }

    [Fact]
    public async Task Of_a_list_and_of_its_import_ends_with_the_job()
    {
        var list = await CheckingAsync();
        await EndsWithTheJobAsync(list);
        var import = (await Administrator.SubmitAsync(list, "BringIn")).Headers.Location!.OriginalString;
        await EndsWithTheJobAsync(import);
        await Administrator.SubmitAsync(import, "Undo");
        await EndsWithTheJobAsync(import);
    }

    [Fact]
    public async Task Of_the_dashboard_is_asked_for_oftener_while_a_digest_goes_out()
    {
        var digest = await DigestAsync(1);
        Assert.Contains("data-every=\"30\" data-over=\"no\"", await Administrator.ReadAsync("/staff"), StringComparison.Ordinal);
        await App.StepAsync(digest, "send");
        Assert.Contains("data-every=\"5\" data-over=\"no\"", await Administrator.ReadAsync("/staff"), StringComparison.Ordinal);
        await App.RunDueJobsAsync();
        Assert.Contains("data-every=\"30\" data-over=\"no\"", await Administrator.ReadAsync("/staff"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task That_asks_by_itself_keeps_nobody_signed_in()
    {
        for (var day = 0; day < 3; day++)
        {
            Assert.Equal(HttpStatusCode.OK, await AskByItselfAsync());
            App.Clock.Advance(TimeSpan.FromDays(1));
        }
        Assert.Equal(HttpStatusCode.Redirect, await AskByItselfAsync());

        async Task<HttpStatusCode> AskByItselfAsync()
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/staff");
            request.Headers.Accept.ParseAdd("text/html");
            request.Headers.Add(StaffSessionEvents.ByItself, "yes");
            using var answer = await Administrator.Http.SendAsync(request, Cancelled);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task Is_not_kept_nor_gathered_on_its_way()
    {
        var digest = await DigestAsync(1);
        using var answer = await NewsroomApp.AskForEventsAsync(Administrator.Http, Live(digest), Cancelled);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        Assert.True(answer.Headers.CacheControl?.NoStore);
        Assert.Equal("no", Assert.Single(answer.Headers.GetValues("X-Accel-Buffering")));
        using var head = new HttpRequestMessage(HttpMethod.Head, Live(digest));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await Administrator.Http.SendAsync(head, Cancelled)).StatusCode);
    }

    [Fact]
    public async Task Ends_when_its_session_does()
    {
        var digest = await DigestAsync(1);
        var viewer = await App.MemberAsync(Administrator, StaffRole.Viewer);
        await using var events = Events(viewer, Live(digest));
        Assert.Equal(Changed, await NextAsync(events));
        await viewer.SubmitAsync("/staff/sign-out", "");
        // Whatever happens in the same second is told to nobody.
        await App.StepAsync(digest, "send");
        App.Clock.Advance(TimeSpan.FromSeconds(15));
        Assert.Null(await NextAsync(events));
    }

    [Fact]
    public async Task Ends_when_its_reader_may_not_see_it_any_more()
    {
        var second = await App.MemberAsync(Administrator, StaffRole.Administrator, "second@gazette.example");
        var import = await ImportAsync();
        await using var events = Events(second, import + "?handler=Live");
        Assert.Equal(Changed, await NextAsync(events));
        await App.ReadAsync(db => db.StaffMembers.Where(m => m.Email == "second@gazette.example").ExecuteUpdateAsync(s => s.SetProperty(m => m.Role, StaffRole.Viewer), Cancelled));
        App.Clock.Advance(TimeSpan.FromSeconds(15));
        Assert.Null(await NextAsync(events));
    }

    [Fact]
    public async Task Is_for_whom_its_page_is_for()
    {
        var (import, publisher) = (await ImportAsync(), await App.MemberAsync(Administrator, StaffRole.Publisher));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(publisher, import + "?handler=Live"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(App.StaffBrowser(), import + "?handler=Live"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(publisher, Live("dig_nobody")));
    }

    [Fact]
    public async Task Is_refused_when_too_many_are_open_and_the_page_still_opens()
    {
        var digest = await DigestAsync(1);
        var open = new List<HttpResponseMessage>();
        for (var n = 0; n < EventStreams.Most; n++)
            open.Add(await NewsroomApp.AskForEventsAsync(Administrator.Http, Live(digest), Cancelled));
        Assert.All(open, o => Assert.Equal(HttpStatusCode.OK, o.StatusCode));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(Administrator, Live(digest)));
        Assert.Contains("What to do", await Administrator.ReadAsync("/staff/digests/" + digest), StringComparison.Ordinal);
        open.ForEach(o => o.Dispose());
    }

    private static string Live(string digest) => $"/staff/digests/{digest}?handler=Live";

    private async Task EndsWithTheJobAsync(string path)
    {
        await using var events = Events(Administrator, path + "?handler=Live");
        Assert.Equal(Changed, await NextAsync(events));
        await App.RunEnqueuedJobsAsync();
        App.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(("changed", Over), await NextAsync(events));
        Assert.Null(await NextAsync(events));
    }

    private async Task<string> DigestAsync(int readers)
    {
        await App.AddReadersAsync(readers);
        await App.PushStoriesAsync();
        return await App.ComposeAsync();
    }

    /// <summary>An uploaded list whose rows are about to be looked at.</summary>
    private async Task<string> CheckingAsync()
    {
        using var file = new MultipartFormDataContent { { new ByteArrayContent(Encoding.UTF8.GetBytes("email\nada@example.org\n")), "list", "list.csv" } };
        var list = (await Administrator.SubmitFormAsync("/staff/imports/new", file)).Headers.Location!.OriginalString;
        await Administrator.SubmitAsync(list, "Check", ("newsletter", "this-week"), ("consent", NewsroomApp.Declared), ("declared", "true"));
        return list;
    }

    /// <summary>An import that is about to begin.</summary>
    private async Task<string> ImportAsync()
    {
        var list = await CheckingAsync();
        await App.RunEnqueuedJobsAsync();
        return (await Administrator.SubmitAsync(list, "BringIn")).Headers.Location!.OriginalString;
    }

    private static async Task<HttpStatusCode> StatusAsync(StaffBrowser browser, string path)
    {
        using var answer = await NewsroomApp.AskForEventsAsync(browser.Http, path, Cancelled);
        return answer.StatusCode;
    }

    private static IAsyncEnumerator<(string Event, string Data)> Events(StaffBrowser browser, string path) =>
        NewsroomApp.EventsAsync(browser.Http, path, Cancelled).GetAsyncEnumerator(Cancelled);

    /// <summary>Null: the stream has ended.</summary>
    private static async Task<(string Event, string Data)?> NextAsync(IAsyncEnumerator<(string Event, string Data)> events) =>
        await events.MoveNextAsync() ? events.Current : null;

    private static async Task<List<(string Event, string Data)>> AllAsync(StaffBrowser browser, string path)
    {
        var all = new List<(string Event, string Data)>();
        await foreach (var one in NewsroomApp.EventsAsync(browser.Http, path, Cancelled))
            all.Add(one);
        return all;
    }
}
