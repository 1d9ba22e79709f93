using System.Net;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Tests.Subscribers.Pages;

public sealed class TheExportOfAllReaders : StaffTests
{
    private const string Path = "/staff/imports/export";

    [Fact]
    public async Task Is_a_file_that_this_program_brings_in_again()
    {
        await App.SubscribeAsync(Ada);
        var answer = await Administrator.SubmitAsync(Path, "");
        Assert.Equal("text/csv", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("attachment; filename=\"subscribers-2026-11-24.csv\"".Length, answer.Content.Headers.ContentDisposition!.ToString().Length);
        Assert.Equal((await App.ExportAsync()).TrimStart('\uFEFF'), await answer.Content.ReadAsStringAsync(Cancelled));
        Assert.Equal("all", Assert.Single(await DeedsAsync("subscribers.exported")).After);
    }

    [Fact]
    public async Task Can_be_of_one_newsletter_and_one_status()
    {
        await App.AddNewsletterAsync("breaking", "Breaking");
        await App.SubscribeAsync(Ada, "this-week");
        await App.SubscribeAsync("mary@example.org", "breaking");
        var file = await (await Administrator.SubmitAsync(Path, "", ("newsletter", "breaking"), ("status", "confirmed"))).Content.ReadAsStringAsync(Cancelled);
        Assert.Contains("mary@example.org", file, StringComparison.Ordinal);
        Assert.DoesNotContain(Ada, file, StringComparison.Ordinal);
        Assert.Equal("breaking confirmed", Assert.Single(await DeedsAsync("subscribers.exported")).After);
        Assert.Equal(HttpStatusCode.NotFound, (await Administrator.SubmitAsync(Path, "", ("newsletter", "none"))).StatusCode);
    }

    [Fact]
    public async Task Asks_for_a_fresh_proof()
    {
        var publisher = await App.MemberAsync(Administrator, StaffRole.Publisher);
        Assert.Equal(HttpStatusCode.Forbidden, (await publisher.GetAsync(Path)).StatusCode);
        await App.AdvanceAsync(TimeSpan.FromMinutes(11));
        Assert.StartsWith("/staff/prove", (await Administrator.GetAsync(Path)).Headers.Location!.OriginalString, StringComparison.Ordinal);
    }
}
