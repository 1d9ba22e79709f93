using System.Net;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Newsletters;
using Newsroom.Backend.Tests.Staff;
using Newsroom.Backend.Tests.Subscribers.Pages;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Tests.Newsletters;

/// <summary>What an editor changes of a newsletter on its own page.</summary>
public sealed class EditingANewsletter : StaffTests
{
    private const string Path = "/staff/newsletters/this-week";

    [Fact]
    public async Task Changes_everything_but_its_name_in_addresses_and_is_noted()
    {
        var editor = await App.MemberAsync(Administrator, StaffRole.Editor);
        Assert.Contains("href=\"" + Path + "\"", await editor.ReadAsync("/staff/newsletters"), StringComparison.Ordinal);
        Assert.Contains("it stays for ever", await editor.ReadAsync(Path), StringComparison.Ordinal);
        Assert.Equal("Saved.", await SubmitAsync(editor, Path, "", [.. await FormAsync(editor), ("Form.Name", "The Week"), ("Form.Description", "All of it."), ("Form.Days", "mon"), ("Form.Days", "thu"),
            ("Form.At", "06:30"), ("Form.TimeZone", "Europe/Berlin"), ("Form.Approval", "true"), ("Form.IsBreaking", "true")]));
        var now = await FindAsync();
        Assert.Equal(("this-week", "The Week", "All of it.", MailLane.Breaking, false), (now.Slug, now.Name, now.Description, now.Lane, now.IsDefault));
        Assert.Equal(new Cadence("mon,thu", new TimeOnly(6, 30), "Europe/Berlin", true), now.Cadence);
        var deed = Assert.Single(await DeedsAsync("newsletter.edited"));
        Assert.Equal("name: This Week; digests: by hand; lane: digest; for sign-ups that choose none: yes; description: none", deed.Before);
        Assert.Equal("name: The Week; digests: mon,thu 06:30 Europe/Berlin, approved by somebody; lane: breaking; for sign-ups that choose none: no; description: All of it.", deed.After);

        var page = await editor.ReadAsync(Path);
        foreach (var run in new[] { "2026-11-26 05:30", "2026-11-30 05:30", "2026-12-03 05:30", "2026-12-07 05:30", "2026-12-10 05:30" })
            Assert.Contains($"title=\"{run}:00 UTC\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("2026-12-14", page, StringComparison.Ordinal);
        Assert.Equal("Saved.", await SubmitAsync(editor, Path, "", [.. await FormAsync(editor), ("Form.Name", "The Week"), ("Form.At", "06:30"), ("Form.IsDefault", "true")]));
        Assert.Equal((null, null, MailLane.Digest, true), ((await FindAsync()).Cadence, (await FindAsync()).Description, (await FindAsync()).Lane, (await FindAsync()).IsDefault));
    }

    [Fact]
    public async Task Notes_nothing_when_nothing_was_changed()
    {
        Assert.Equal("Nothing was changed.", await SubmitAsync(Administrator, Path, "", [.. await FormAsync(Administrator), ("Form.Name", " This Week "), ("Form.At", "07:00"), ("Form.IsDefault", "true")]));
        Assert.Empty(await DeedsAsync("newsletter.edited"));
    }

    [Fact]
    public async Task Tells_the_second_of_two_editors_and_keeps_what_was_typed()
    {
        var hers = await FormAsync(Administrator);
        var editor = await App.MemberAsync(Administrator, StaffRole.Editor);
        await SubmitAsync(editor, Path, "", [.. await FormAsync(editor), ("Form.Name", "His"), ("Form.IsDefault", "true")]);

        var answer = await Administrator.SubmitAsync(Path, "", [.. hers, ("Form.Name", "Hers"), ("Form.Days", "tue"), ("Form.At", "08:15"), ("Form.TimeZone", "Europe/Berlin")]);
        var page = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Cancelled));
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Contains("Somebody else has changed this newsletter meanwhile", page, StringComparison.Ordinal);
        Assert.Contains("<li>name: His</li>", page, StringComparison.Ordinal);
        Assert.Contains("name=\"Form.Name\" value=\"Hers\"", page, StringComparison.Ordinal);
        Assert.Matches("value=\"tue\" checked", page);
        Assert.Contains("value=\"08:15\"", page, StringComparison.Ordinal);
        Assert.Equal("His", (await FindAsync()).Name);
        Assert.Single(await DeedsAsync("newsletter.edited"));

        Assert.Equal("Saved.", await SubmitAsync(Administrator, Path, "", SeenIn(page), ("Form.Name", "Hers"), ("Form.IsDefault", "true")));
        Assert.Equal("Hers", (await FindAsync()).Name);
        Assert.Equal("name: His", (await DeedsAsync("newsletter.edited"))[^1].Before);
    }

    [Fact]
    public async Task Lets_one_of_many_at_once_through()
    {
        var form = await FormAsync(Administrator);
        var token = await Administrator.TokenAsync(Path);
        var answers = await Task.WhenAll(Enumerable.Range(1, 6).Select(async n =>
        {
            using var fields = new FormUrlEncodedContent([.. form.Select(f => KeyValuePair.Create(f.Name, f.Value)), KeyValuePair.Create("Form.Name", $"Name {n}"), KeyValuePair.Create("__RequestVerificationToken", token)]);
            return (await Administrator.Http.PostAsync(Path, fields, Cancelled)).StatusCode;
        }));
        Assert.Equal((1, 5), (answers.Count(a => a == HttpStatusCode.Redirect), answers.Count(a => a == HttpStatusCode.Conflict)));
        Assert.Single(await DeedsAsync("newsletter.edited"));
    }

    [Theory]
    [InlineData("", "07:00", "Europe/Berlin", "name")]
    [InlineData("Morning", "late", "Europe/Berlin", "at")]
    [InlineData("Morning", "07:00", "Mars/Base", "time-zone")]
    public async Task Says_what_is_wrong_at_its_field_and_keeps_what_was_typed(string name, string at, string zone, string field)
    {
        var answer = await Administrator.SubmitAsync(Path, "", [.. await FormAsync(Administrator), ("Form.Name", name), ("Form.Description", "Kept"), ("Form.Days", "mon"), ("Form.At", at), ("Form.TimeZone", zone)]);
        var page = await answer.Content.ReadAsStringAsync(Cancelled);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains($"<a href=\"#{field}\">", page, StringComparison.Ordinal);
        Assert.Contains(">Kept</textarea>", page, StringComparison.Ordinal);
        Assert.Null((await FindAsync()).Cadence);
        Assert.Empty(await DeedsAsync("newsletter.edited"));
    }

    [Fact]
    public async Task Is_for_editors_and_for_newsletters_that_are_there()
    {
        Assert.Equal(HttpStatusCode.Forbidden, (await (await App.MemberAsync(Administrator, StaffRole.Viewer)).GetAsync(Path)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Administrator.GetAsync("/staff/newsletters/none")).StatusCode);
    }

    private Task<Newsletter> FindAsync() => App.ReadAsync(db => db.Newsletters.AsNoTracking().SingleAsync(n => n.Slug == "this-week", Cancelled));

    private static async Task<(string Name, string Value)[]> FormAsync(StaffBrowser browser) => [SeenIn(await browser.ReadAsync(Path))];

    private static (string, string) SeenIn(string page) => ("Form.Seen", NewsroomApp.SeenIn(page));
}
