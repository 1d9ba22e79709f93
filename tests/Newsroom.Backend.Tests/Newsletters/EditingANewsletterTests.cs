using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
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
    public async Task Does_not_let_digests_go_where_only_a_publisher_may()
    {
        var editor = await App.MemberAsync(Administrator, StaffRole.Editor);
        (string, string)[] byThemselves = [("Form.Name", "This Week"), ("Form.Days", "mon"), ("Form.At", "06:30"), ("Form.TimeZone", "Europe/Berlin"), ("Form.IsDefault", "true")];
        var refused = await editor.SubmitAsync(Path, "", [.. await FormAsync(editor), .. byThemselves]);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        var text = await refused.Content.ReadAsStringAsync(Cancelled);
        Assert.Contains("Only a publisher may let digests go out by themselves", text, StringComparison.Ordinal);
        Assert.Contains("<a href=\"#approval\">", text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.UnprocessableEntity,
            (await editor.SubmitAsync("/staff/newsletters", "", [("Form.Slug", "morning"), .. byThemselves])).StatusCode);
        Assert.Null((await FindAsync()).Cadence);

        // A publisher sets it; the editor may change the rest.
        Assert.Equal("Saved.", await SubmitAsync(Administrator, Path, "", [.. await FormAsync(Administrator), .. byThemselves]));
        Assert.Equal("Saved.", await SubmitAsync(editor, Path, "", [.. await FormAsync(editor), .. byThemselves, ("Form.Description", "All of it.")]));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await editor.SubmitAsync(Path, "", [.. await FormAsync(editor), .. byThemselves, ("Form.Days", "fri")])).StatusCode);
        Assert.Equal("mon", (await FindAsync()).Cadence!.Days);
    }

    [Fact]
    public async Task Gives_it_a_sender_of_its_own_and_a_place_for_answers()
    {
        await App.SubscribeAsync(Ada, "this-week");
        Assert.Equal("Saved.", await SubmitAsync(Administrator, Path, "", [.. await FormAsync(Administrator), ("Form.Name", "This Week"), ("Form.At", "07:00"), ("Form.IsDefault", "true"),
            ("Form.SenderName", " Nora Quill, The Test Gazette "), ("Form.ReplyTo", "nora@Desk.example.net")]));
        var deed = Assert.Single(await DeedsAsync("newsletter.edited"));
        Assert.Equal(("sender: the newsletter's name", "sender: Nora Quill, The Test Gazette; where answers go: changed"), (deed.Before, deed.After));

        await App.PushStoriesAsync();
        await App.SendNewDigestAsync();
        var mail = App.MailsTo(Ada)[^1];
        var from = Assert.Single(mail.Message.From.Mailboxes);
        Assert.Equal(("Nora Quill, The Test Gazette", "news@news.example.org"), (from.Name, from.Address));
        Assert.Equal("<nora@desk.example.net>", Assert.Single(mail.Header("Reply-To")));
        Assert.Equal("This Week <this-week.news.example.org>", mail.Message.Headers["List-Id"]!.Replace("\"", "", StringComparison.Ordinal));

        var shape = (await App.Api.GetFromJsonAsync<JsonElement>("/api/v1/newsletters", Cancelled)).GetProperty("items")[0];
        Assert.Equal(("Nora Quill, The Test Gazette", "nora@desk.example.net", false), (shape.GetProperty("senderName").GetString(), shape.GetProperty("replyTo").GetString(), shape.GetProperty("closed").GetBoolean()));

        Assert.Equal("Saved.", await SubmitAsync(Administrator, Path, "", [.. await FormAsync(Administrator), ("Form.Name", "This Week"), ("Form.At", "07:00"), ("Form.IsDefault", "true")]));
        Assert.Equal("sender: the newsletter's name; where answers go: changed", (await DeedsAsync("newsletter.edited"))[^1].After);
        await App.PushStoriesAsync();
        await App.SendNewDigestAsync();
        Assert.Equal("This Week", Assert.Single(App.MailsTo(Ada)[^1].Message.From.Mailboxes).Name);
        Assert.Empty(App.MailsTo(Ada)[^1].Header("Reply-To"));
    }

    [Theory]
    [InlineData("Form.ReplyTo", "nobody", "reply-to")]
    [InlineData("Form.ReplyTo", "élise@example.org", "reply-to")]
    [InlineData("Form.SenderName", "Nora\u0007", "sender-name")]
    public async Task Takes_no_sender_that_mail_programs_would_not(string name, string value, string field)
    {
        var answer = await Administrator.SubmitAsync(Path, "", [.. await FormAsync(Administrator), ("Form.Name", "This Week"), ("Form.At", "07:00"), (name, value)]);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains($"<a href=\"#{field}\">", await answer.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        Assert.Equal((null, null), ((await FindAsync()).SenderName, (await FindAsync()).ReplyTo));
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
