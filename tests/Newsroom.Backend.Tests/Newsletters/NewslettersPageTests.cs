using System.Net;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Tests.Subscribers.Pages;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Tests.Newsletters;

public sealed class ThePageOfNewsletters : StaffTests
{
    private const string Path = "/staff/newsletters";

    [Fact]
    public async Task Says_who_gets_what_and_when()
    {
        await App.AddNewsletterAsync("morning", "Morning", new { days = new[] { "mon", "thu" }, at = "07:00", timeZone = "America/New_York" });
        await App.SubscribeAsync(Ada, "this-week");
        await App.PushStoriesAsync();
        await App.SendNewDigestAsync();
        await App.PushStoriesAsync();
        await App.StepAsync(await App.ComposeAsync(), "schedule", new { at = "2026-12-01T07:00", timeZone = "America/New_York" });
        var page = await Administrator.ReadAsync(Path);
        Assert.Contains("1 get it", page, StringComparison.Ordinal);
        Assert.Contains("made by hand", page, StringComparison.Ordinal);
        Assert.Contains("Mondays and Thursdays", page, StringComparison.Ordinal);
        Assert.Contains("title=\"2026-12-01 12:00:00 UTC\"", page, StringComparison.Ordinal);
        Assert.Contains("sent by themselves", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Makes_one_with_a_cadence_that_waits_for_approval()
    {
        var editor = await App.MemberAsync(Administrator, StaffRole.Editor);
        var said = await SubmitAsync(editor, Path, "", ("Form.Name", "Morning"), ("Form.Slug", "morning"), ("Form.Days", "mon"), ("Form.Days", "fri"), ("Form.At", "06:30"), ("Form.TimeZone", "Europe/Berlin"), ("Form.Approval", "true"));
        Assert.StartsWith("Morning is there.", said, StringComparison.Ordinal);
        var made = await App.ReadAsync(db => db.Newsletters.AsNoTracking().SingleAsync(n => n.Slug == "morning", Cancelled));
        Assert.Equal(("mon,fri", new TimeOnly(6, 30), "Europe/Berlin", true), (made.Cadence!.Days, made.Cadence.At, made.Cadence.TimeZone, made.Cadence.Approval));
        Assert.Equal("morning", Assert.Single(await DeedsAsync("newsletter.added")).After);
    }

    [Theory]
    [InlineData("Bad Slug", "07:00", "slug")]
    [InlineData("this-week", "07:00", "slug")]
    [InlineData("fine", "late", "at")]
    public async Task Says_what_is_wrong_at_its_field(string slug, string at, string field)
    {
        var answer = await Administrator.SubmitAsync(Path, "", ("Form.Name", "Morning"), ("Form.Slug", slug), ("Form.Days", "mon"), ("Form.At", at));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains($"<a href=\"#{field}\">", await answer.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        Assert.Empty(await DeedsAsync("newsletter.added"));
    }

    [Fact]
    public async Task Is_for_editors() =>
        Assert.Equal(HttpStatusCode.Forbidden, (await (await App.MemberAsync(Administrator, StaffRole.Viewer)).GetAsync(Path)).StatusCode);
}
