using System.Net;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Tests.Subscribers.Pages;

public sealed class ThePagesOfForms : StaffTests
{
    private const string Other = "https://www.other.example";

    protected override Dictionary<string, string?> Settings() => new() { ["Site:AllowedOrigins:0"] = Other };

    [Fact]
    public async Task Give_the_same_code_as_the_api_in_its_order()
    {
        await App.AddNewsletterAsync("breaking", "Breaking");
        var api = await App.GetAsync("/api/v1/embed?newsletter=breaking&source=footer");
        var page = await Administrator.ReadAsync("/staff/forms?newsletter=breaking&source=footer");
        var at = -1;
        foreach (var way in new[] { "form", "script", "frame", "link" })
        {
            var next = page.IndexOf(">" + (string?)api[way]!["html"] + "</code>", at + 1, StringComparison.Ordinal);
            Assert.True(next > at, way);
            at = next;
        }
        Assert.Contains("src=\"/embed/subscribe?newsletter=breaking\"", page, StringComparison.Ordinal);
        Assert.Contains($"<code>{Other}</code>", page, StringComparison.Ordinal);
        Assert.Contains("data-copy=\"plain-code\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuse_a_page_that_the_form_may_not_lead_on_to()
    {
        Assert.Contains(Other + "/thanks", await Administrator.ReadAsync($"/staff/forms?next={Other}/thanks"), StringComparison.Ordinal);
        var answer = await Administrator.GetAsync("/staff/forms?next=https://evil.example/");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains("Site:AllowedOrigins", await answer.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Say_where_people_signed_up_lately()
    {
        using var form = new HttpRequestMessage(HttpMethod.Post, "/subscribe") { Content = new FormUrlEncodedContent([KeyValuePair.Create("email", Ada)]) };
        form.Headers.Referrer = new Uri(Other + "/story");
        await App.Http.SendAsync(form, Cancelled);
        await App.RunDueJobsAsync();
        var page = await Administrator.ReadAsync("/staff/forms");
        Assert.Contains("Where people signed up lately", page, StringComparison.Ordinal);
        Assert.DoesNotContain(Other + "/story", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Give_the_donation_form_as_the_api_does()
    {
        var api = await App.GetAsync("/api/v1/embed/donate?frequency=monthly&src=footer");
        var page = await Administrator.ReadAsync("/staff/forms/donate?frequency=monthly&src=footer");
        foreach (var way in new[] { "form", "link" })
            Assert.Contains(">" + (string?)api[way]!["html"] + "</code>", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await Administrator.GetAsync("/staff/forms/donate?currency=XXX")).StatusCode);
    }

    [Fact]
    public async Task Are_for_editors()
    {
        var viewer = await App.MemberAsync(Administrator, StaffRole.Viewer);
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.GetAsync("/staff/forms")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.GetAsync("/staff/forms/donate")).StatusCode);
        await (await App.MemberAsync(Administrator, StaffRole.Editor)).ReadAsync("/staff/forms");
    }
}
