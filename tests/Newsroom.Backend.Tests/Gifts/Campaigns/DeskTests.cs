using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Tests.Staff;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Tests.Gifts.Campaigns;

public sealed partial class CampaignsAtTheStaffsDesk : IAsyncLifetime
{
    private const string List = "/staff/campaigns";
    private GivingApp _app = null!;
    private StaffBrowser _staff = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = await GivingApp.StartAsync(NewsroomApp.WithAdministrator());
        _staff = await _app.Newsroom.AdministratorAsync();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Are_made_by_publishers_seen_by_viewers_and_noted()
    {
        var viewer = await _app.Newsroom.MemberAsync(_staff, StaffRole.Viewer);
        var publisher = await _app.Newsroom.MemberAsync(_staff, StaffRole.Publisher);
        Assert.Contains("Ask a publisher to make one", await viewer.ReadAsync(List), StringComparison.Ordinal);
        Assert.Contains("give it a name, a goal and its days", await publisher.ReadAsync(List), StringComparison.Ordinal);
        await publisher.MakeCampaignAsync();
        Assert.Contains("A harbour reporter is there. Its link is /donate?campaign=year-end.", await publisher.ReadAsync(CampaignSteps.Page), StringComparison.Ordinal);
        await _staff.MakeCampaignAsync(("Slug", "spring"), ("Name", "Spring"), ("StartsOn", "2027-03-01"), ("EndsOn", ""));
        await _staff.MakeCampaignAsync(("Slug", "autumn"), ("Name", "Autumn"), ("StartsOn", "2026-09-01"), ("EndsOn", "2026-11-23"));

        var list = await viewer.ReadAsync(List);
        Assert.Equal(["running", "coming", "over"], GroupHeading().Matches(list).Select(m => m.Groups["id"].Value));
        foreach (var words in new[] { "$0 of $10,000", "10 days left", "/staff/donations?campaign=year-end", "/donate?campaign=year-end", "from 1 March 2027, without an end" })
            Assert.Contains(words, list, StringComparison.Ordinal);
        Assert.Contains("Campaign: A harbour reporter", await viewer.ReadAsync("/staff"), StringComparison.Ordinal);
        Assert.DoesNotContain("Campaign: Spring", await viewer.ReadAsync("/staff"), StringComparison.Ordinal);

        Assert.DoesNotContain("Form.Goal", await viewer.ReadAsync(CampaignSteps.Page), StringComparison.Ordinal);
        Assert.DoesNotContain(CampaignSteps.New, list, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.GetAsync(CampaignSteps.New)).StatusCode);
        foreach (var handler in new[] { "", "End", "Delete" })
            Assert.Equal(HttpStatusCode.Forbidden, (await viewer.SubmitAsync(CampaignSteps.Page, handler, CampaignSteps.Form())).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await viewer.GetAsync(List + "/nobody")).StatusCode);
        Assert.Equal(3, await _app.Newsroom.ReadAsync(db => db.AuditEntries.CountAsync(a => a.Action == "campaign.added", Stop)));
    }

    [Fact]
    public async Task Are_refused_field_by_field_with_what_to_do_and_all_that_was_typed()
    {
        var empty = await _staff.SubmitAsync(CampaignSteps.New, "", ("Form.Why", "Because."), ("Form.Goal", "lots"), ("Form.MatchCap", "100"), ("Form.MatchPercent", "5"), ("Form.EndsOn", "soon"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, empty.StatusCode);
        var page = WebUtility.HtmlDecode(await empty.Content.ReadAsStringAsync(Stop));
        foreach (var words in new[]
        {
            "Give the word that its links carry", "Give the name that donors read", "Say how much is to be raised, in digits, for example 10000.", "Choose a currency that gifts are taken in: USD.",
            "Choose its first day.", "Choose a last day that is not before the first one", "who adds to the gifts, or leave out the most", "a whole number from 10 to 1000",
        })
        {
            // In the summary and at its field.
            Assert.Equal(2, page.Split(words).Length - 1);
        }
        Assert.Contains(">Because.</textarea>", page, StringComparison.Ordinal);
        Assert.Contains("value=\"lots\"", page, StringComparison.Ordinal);
        Assert.Contains("<title>Error: ", page, StringComparison.Ordinal);
        await IsRefusedAsync("Choose a last day that is not before", ("EndsOn", "2026-11-23"));
        await IsRefusedAsync("can be read as", ("Goal", "1.000"));
        await IsRefusedAsync("at most $999,999,999.99", ("Goal", "1,000,000,000"));
        await IsRefusedAsync("Choose a currency", ("Currency", "EUR"));
        await IsRefusedAsync("Shorten what the money is for", ("Why", new string('x', 601)));
        await _staff.MakeCampaignAsync(("Goal", "2,500,000"), ("MatchedBy", " "), ("MatchCap", ""), ("MatchPercent", "0"));
        Assert.Contains("$2,500,000", await _staff.ReadAsync(List), StringComparison.Ordinal);
        await IsRefusedAsync("There is a campaign with the word “year-end” already.");
    }

    [Fact]
    public async Task Edited_by_two_at_once_lose_nothing_of_either()
    {
        await _staff.MakeCampaignAsync();
        var seen = ("Seen", SeenIn(await _staff.ReadAsync(CampaignSteps.Page)));
        Assert.Equal(HttpStatusCode.Redirect, (await _staff.SubmitAsync(CampaignSteps.Page, "", CampaignSteps.Form(seen, ("Goal", "12000"), ("MatchedBy", "Ann Own"), ("MatchCap", "50"), ("MatchPercent", "100")))).StatusCode);
        var late = await _staff.SubmitAsync(CampaignSteps.Page, "", CampaignSteps.Form(seen, ("Name", "My own name")));
        Assert.Equal(HttpStatusCode.Conflict, late.StatusCode);
        var page = WebUtility.HtmlDecode(await late.Content.ReadAsStringAsync(Stop));
        foreach (var words in new[] { "Somebody else has changed this campaign meanwhile", "goal: 12000.00 USD", "who matches: Ann Own", "value=\"My own name\"" })
            Assert.Contains(words, page, StringComparison.Ordinal);
        await _staff.SubmitAsync(CampaignSteps.Page, "", CampaignSteps.Form(("Seen", SeenIn(page)), ("Name", "My own name")));
        Assert.Contains("My own name", await _staff.ReadAsync(List), StringComparison.Ordinal);

        await _staff.SubmitAsync(CampaignSteps.Page, "", CampaignSteps.Form(("Seen", SeenIn(await _staff.ReadAsync(CampaignSteps.Page))), ("Name", "My own name")));
        Assert.Contains("Nothing was changed.", await _staff.ReadAsync(CampaignSteps.Page), StringComparison.Ordinal);
        var trail = await _app.Newsroom.ReadAsync(db => db.AuditEntries.Where(a => a.Action == "campaign.edited").OrderBy(a => a.Id).Select(a => $"{a.Before} > {a.After}").ToListAsync(Stop));
        Assert.Equal(
            [
                "goal: 10000.00 USD; match: none > goal: 12000.00 USD; match: 100 % up to 50.00 USD, all gifts; who matches: changed",
                "name: A harbour reporter; goal: 12000.00 USD; match: 100 % up to 50.00 USD, all gifts > name: My own name; goal: 10000.00 USD; match: none; who matches: changed",
            ],
            trail);
    }

    [Fact]
    public async Task End_today_or_go_without_a_gift_being_touched()
    {
        await _staff.MakeCampaignAsync();
        await _app.GiveForAsync("15", "ada@example.org");
        await _staff.SubmitAsync(CampaignSteps.Page, "End");
        var page = await _staff.ReadAsync(CampaignSteps.Page);
        Assert.Contains("Today is its last day: gifts count until midnight.", page, StringComparison.Ordinal);
        Assert.Contains("today is the last day", page, StringComparison.Ordinal);
        Assert.DoesNotContain("handler=End", page, StringComparison.Ordinal);
        await _staff.SubmitAsync(CampaignSteps.Page, "End");
        Assert.Contains("Nothing was changed", await _staff.ReadAsync(CampaignSteps.Page), StringComparison.Ordinal);

        Assert.Contains("gifts keep the word <code>year-end</code>", page, StringComparison.Ordinal);
        await _staff.SubmitAsync(CampaignSteps.Page, "Delete");
        Assert.Contains("A harbour reporter is deleted. Its gifts keep the word year-end.", await _staff.ReadAsync(List), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await _staff.GetAsync(CampaignSteps.Page)).StatusCode);
        Assert.Equal(CampaignSteps.Word, (await _app.Newsroom.OnlyGiftAsync()).Campaign);
        var trail = await _app.Newsroom.ReadAsync(db => db.AuditEntries.Where(a => a.Action.StartsWith("campaign.")).OrderBy(a => a.Id).Select(a => a.Action).ToListAsync(Stop));
        Assert.Equal(["campaign.added", "campaign.ended", "campaign.deleted"], trail);
    }

    [Fact]
    public async Task Are_made_of_words_that_gifts_carry_already()
    {
        await _app.GiveForAsync("15", "ada@example.org", "spring/2027");
        await _app.GiveForAsync("20", "grace@example.org", "spring/2027");
        await _app.OpenCheckoutAsync("99", "once", "carl@example.org", ("campaign", "never-paid"));
        var list = await _staff.ReadAsync(List);
        Assert.DoesNotContain("never-paid", list, StringComparison.Ordinal);
        Assert.Contains("$35.00", list, StringComparison.Ordinal);
        var link = List + "/new?word=spring%2F2027";
        Assert.Contains(link, list, StringComparison.Ordinal);
        var form = await _staff.ReadAsync(link);
        foreach (var value in new[] { "value=\"spring/2027\"", "value=\"Spring/2027\"", "value=\"2026-11-24\"" })
            Assert.Contains(value, form, StringComparison.Ordinal);

        // A slash cannot stand in a path.
        var made = await _staff.SubmitAsync(link, "", CampaignSteps.Form(("Slug", "spring/2027")));
        var path = made.Headers.Location!.ToString();
        Assert.StartsWith(List + "/cmp_", path, StringComparison.Ordinal);
        Assert.Contains("$35 of $10,000", await _staff.ReadAsync(path), StringComparison.Ordinal);
        Assert.DoesNotContain("Words without a campaign", await _staff.ReadAsync(List), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_what_was_typed_as_text_everywhere()
    {
        const string evil = "<script>alert(1)</script>";
        await _staff.MakeCampaignAsync(("Name", evil), ("Why", evil), ("MatchedBy", evil), ("MatchCap", "100"), ("MatchPercent", "100"));
        await _app.GiveForAsync("15", "ada@example.org", evil);
        var session = (await _app.GiveForAsync("15", "ada@example.org")).SessionId;
        foreach (var path in new[] { List, CampaignSteps.Page, "/staff", "/donate?campaign=year-end", "/donate/thanks?session_id=" + session })
        {
            var page = await (await _staff.GetAsync(path)).Content.ReadAsStringAsync(Stop);
            Assert.Contains("&lt;script&gt;alert(1)", page, StringComparison.Ordinal);
            Assert.DoesNotContain(evil, page, StringComparison.Ordinal);
        }
    }

    private async Task IsRefusedAsync(string because, params (string Field, string Value)[] own)
    {
        var answer = await _staff.SubmitAsync(CampaignSteps.New, "", CampaignSteps.Form(own));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains(because, WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Stop)), StringComparison.Ordinal);
    }

    private static string SeenIn(string page) => SeenField().Match(page).Groups["v"].Value;

    [GeneratedRegex("""name="Form\.Seen" value="(?<v>[0-9a-f]{32})["]""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SeenField();

    [GeneratedRegex("""<h2 id="(?<id>running|coming|over)["]""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex GroupHeading();
}
