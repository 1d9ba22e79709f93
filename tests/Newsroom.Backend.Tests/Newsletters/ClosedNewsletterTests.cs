using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Newsroom.Backend.Subscribers;
using Newsroom.Backend.Tests.Subscribers.Pages;

namespace Newsroom.Backend.Tests.Newsletters;

/// <summary>A newsletter that takes no new readers: those it has keep it.</summary>
public sealed class ANewsletterThatIsClosed : StaffTests
{
    private const string Ben = "ben@example.org";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await App.AddNewsletterAsync("election", "Election Watch");
    }

    [Fact]
    public async Task Is_closed_and_opened_by_its_editor_and_that_is_noted()
    {
        const string Path = "/staff/newsletters/election";
        Assert.Equal("Saved.", await SubmitAsync(Administrator, Path, "", ("Form.Seen", NewsroomApp.SeenIn(await Administrator.ReadAsync(Path))), ("Form.Name", "Election Watch"), ("Form.IsDefault", "true"), ("Form.IsClosed", "true")));
        var deed = Assert.Single(await DeedsAsync("newsletter.edited"));
        Assert.Equal(("new readers: welcome", "new readers: none"), (deed.Before, deed.After));
        var list = await Administrator.ReadAsync("/staff/newsletters");
        Assert.Contains("closed to new readers", list, StringComparison.Ordinal);
        Assert.DoesNotContain("/staff/forms?newsletter=election", list, StringComparison.Ordinal);
        Assert.Equal(422, await App.SignUpFromAsync(IPAddress.Loopback, Ada, "election"));

        Assert.Equal("Saved.", await SubmitAsync(Administrator, Path, "", ("Form.Seen", NewsroomApp.SeenIn(await Administrator.ReadAsync(Path))), ("Form.Name", "Election Watch"), ("Form.IsDefault", "true")));
        Assert.Equal(303, await App.SignUpFromAsync(IPAddress.Loopback, Ada, "election"));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/subscribe")]
    [InlineData("/subscribe/check-your-mail")]
    [InlineData("/embed/subscribe")]
    [InlineData("/embed/subscribe?newsletter=election")]
    public async Task Is_offered_on_no_page(string page)
    {
        Assert.Contains("Election Watch", await App.Http.GetStringAsync(page, Cancelled), StringComparison.Ordinal);
        await App.CloseNewsletterAsync("election");
        var now = await App.Http.GetStringAsync(page, Cancelled);
        Assert.DoesNotContain("Election Watch", now, StringComparison.Ordinal);
        Assert.Contains("this-week", now, StringComparison.Ordinal);
        Assert.Equal(page.EndsWith("=election", StringComparison.Ordinal), now.Contains("takes no new readers", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Is_in_no_form_that_staff_paste()
    {
        await App.CloseNewsletterAsync("election");
        Assert.DoesNotContain("Election Watch", await Administrator.ReadAsync("/staff/forms"), StringComparison.Ordinal);
        var answer = await App.Api.GetAsync("/api/v1/embed?newsletter=election", Cancelled);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains("which are closed", await answer.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        Assert.True((await App.Api.GetFromJsonAsync<JsonElement>("/api/v1/newsletters", Cancelled)).GetProperty("items")[1].GetProperty("closed").GetBoolean());
    }

    [Fact]
    public async Task Takes_no_sign_up_and_says_so_to_everybody_alike()
    {
        await App.SubscribeAsync(Ben, "election");
        await App.CloseNewsletterAsync("election");
        var before = await App.DumpAsync();
        foreach (var address in new[] { Ada, Ben })
        {
            var json = await App.SignUpByJsonAsync(address, "this-week", "election");
            Assert.Equal(HttpStatusCode.UnprocessableEntity, json.StatusCode);
            Assert.Contains("no newsletter 'election' to sign up for", await json.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
            var form = await App.SignUpAsync(address, "election");
            Assert.Equal(HttpStatusCode.UnprocessableEntity, form.StatusCode);
            Assert.Contains("not on offer", await form.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        }
        Assert.Equal(before, await App.DumpAsync());
        await App.SubscribeAsync(Ada);
        Assert.Equal("this-week", await App.ActiveAsync(Ada));
    }

    [Fact]
    public async Task Leaves_the_others_for_a_sign_up_that_chooses_none_even_where_no_other_is_a_default_one()
    {
        await App.SetDefaultAsync("this-week", isDefault: false);
        await App.CloseNewsletterAsync("election");
        await App.SubscribeAsync(Ada);
        Assert.Equal("this-week", await App.ActiveAsync(Ada));
    }

    [Fact]
    public async Task Still_takes_who_asked_before_by_an_old_link_too()
    {
        await App.SignUpAsync(Ada, "election");
        await App.SignUpAsync(Ben, "election");
        await App.RunDueJobsAsync();
        await App.CloseNewsletterAsync("election");
        await App.PostFormAsync(Assert.Single(await App.ConfirmLinksAsync(Ada)));
        Assert.Equal("election", await App.ActiveAsync(Ada));

        await App.AdvanceAsync(SignUpRequest.Lifetime);
        Assert.Equal(HttpStatusCode.SeeOther, (await App.PostFormAsync(Assert.Single(await App.ConfirmLinksAsync(Ben)), ("again", "yes"))).StatusCode);
        await App.RunDueJobsAsync();
        await App.PostFormAsync((await App.ConfirmLinksAsync(Ben))[^1]);
        Assert.Equal("election", await App.ActiveAsync(Ben));
    }

    [Fact]
    public async Task Keeps_its_readers_who_may_leave_and_come_back_and_is_shown_to_nobody_else()
    {
        await App.SubscribeAsync(Ada, "this-week", "election");
        await App.SubscribeAsync(Ben, "this-week");
        await App.CloseNewsletterAsync("election");
        await App.PushStoriesAsync();
        await App.SendNewDigestAsync("election");
        Assert.Contains(App.MailsTo(Ada), m => m.Header("List-Id").Any(l => l.Contains("<election.", StringComparison.Ordinal)));

        var adas = await App.PreferencesLinkAsync(Ada);
        await App.ActAsync(adas, "newsletters", ("newsletter", "this-week"), ("had", "this-week"), ("had", "election"));
        Assert.Equal("this-week", await App.ActiveAsync(Ada));
        Assert.Contains("Election Watch", await App.Http.GetStringAsync(adas, Cancelled), StringComparison.Ordinal);
        await App.ActAsync(adas, "newsletters", ("newsletter", "this-week"), ("newsletter", "election"), ("had", "this-week"));
        Assert.Equal("this-week election", await App.ActiveAsync(Ada));

        var bens = await App.PreferencesLinkAsync(Ben);
        Assert.DoesNotContain("Election Watch", await App.Http.GetStringAsync(bens, Cancelled), StringComparison.Ordinal);
        await App.ActAsync(bens, "newsletters", ("newsletter", "this-week"), ("newsletter", "election"), ("had", "this-week"));
        Assert.Equal("this-week", await App.ActiveAsync(Ben));

        await App.ActAsync(adas, "leave-all");
        Assert.Equal("", await App.ActiveAsync(Ada));
        Assert.DoesNotContain("name=\"newsletter\" value=\"election\"", await App.Http.GetStringAsync(adas, Cancelled), StringComparison.Ordinal);
    }
}
