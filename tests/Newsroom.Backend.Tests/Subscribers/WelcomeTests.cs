using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Tests.Subscribers;

public sealed class TheWelcome : IAsyncLifetime
{
    private const string Ada = "ada@example.org";
    private NewsroomApp _app = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync();
        await _app.AddNewsletterAsync("this-week", "This Week", new { days = new[] { "thu" }, at = "07:00" });
        await _app.AddNewsletterAsync("breaking", "Breaking");
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Shows_the_latest_digest_and_for_a_newsletter_without_one_the_latest_stories()
    {
        await _app.PushStoriesAsync(5);
        await _app.StepAsync(await _app.ComposeAsync(), "send");
        var mail = await WelcomedAsync();
        Assert.Equal("Welcome to The Test Gazette", mail.Subject);
        Assert.Contains("/archive/this-week/1", mail.Link("/archive/"), StringComparison.Ordinal);
        Assert.Contains("Thursdays, 7:00 AM (New York)", mail.Text.Replace('\u202f', ' '), StringComparison.Ordinal);
        var (week, breaking) = (mail.Text[..mail.Text.IndexOf("BREAKING", StringComparison.Ordinal)], mail.Text[mail.Text.IndexOf("BREAKING", StringComparison.Ordinal)..]);
        Assert.Equal(3, System.Text.RegularExpressions.Regex.Count(week, "https://www.example.org/stories/"));
        // The other two: no story twice in one mail.
        Assert.Equal(2, System.Text.RegularExpressions.Regex.Count(breaking, "https://www.example.org/stories/"));
        Assert.Contains(await _app.PreferencesLinkAsync(Ada), mail.Text, StringComparison.Ordinal);
        foreach (var slug in new[] { "this-week", "breaking" })
            Assert.Contains(await _app.LeaveLinkAsync(Ada, slug), mail.HtmlLinks);
        Assert.Empty(mail.Header("List-Unsubscribe"));
    }

    [Fact]
    public async Task Says_what_comes_when_there_is_nothing_to_read_yet()
    {
        var mail = await WelcomedAsync();
        Assert.Contains("The next edition comes to you.", mail.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("/archive/", mail.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Holds_no_story_older_than_a_month_and_none_withdrawn()
    {
        await _app.PushStoriesAsync();
        await _app.AdvanceAsync(TimeSpan.FromDays(32));
        await _app.PushStoriesAsync(2);
        await _app.ArrangeAsync(db => db.Stories.Where(s => s.Title.StartsWith("Story 2")).ExecuteUpdateAsync(s => s.SetProperty(x => x.WithdrawnAt, _app.Clock.GetUtcNow())));
        var mail = await WelcomedAsync();
        Assert.Equal(["https://www.example.org/stories/3"], mail.HtmlLinks.Where(l => l.Contains("/stories/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Comes_once_and_not_again_for_a_second_press_or_an_undone_leave()
    {
        await WelcomedAsync();
        var confirm = (await _app.ConfirmLinksAsync(Ada))[0];
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _app.PostFormAsync(confirm)));
        var leave = await _app.LeaveLinkAsync(Ada, "this-week");
        await _app.PostFormAsync(leave);
        await _app.PostFormAsync(leave, ("from", "page"), ("undo", "yes"));
        await _app.RunDueJobsAsync();
        Assert.Equal(2, _app.MailsTo(Ada).Count);
    }

    [Fact]
    public async Task Is_written_together_with_the_confirmation_and_kept_back_from_who_left_at_once()
    {
        await _app.SubscribeAsync(Ada);
        await _app.ActAsync(await _app.PreferencesLinkAsync(Ada), "leave-all");
        await _app.RunDueJobsAsync();
        Assert.Single(_app.MailsTo(Ada));
        Assert.Equal(OutgoingMailState.Withheld, await _app.ReadAsync(db => db.OutgoingMails.Where(m => m.Kind == "welcome").Select(m => m.State).SingleAsync()));
    }

    [Fact]
    public async Task Does_not_come_for_a_confirmation_that_begins_nothing()
    {
        await _app.SubscribeAsync(Ada, "this-week");
        await _app.AdvanceAsync(CoolDown.BetweenMails);
        await _app.SignUpAsync(Ada, "this-week");
        await _app.PostFormAsync((await _app.ConfirmLinksAsync(Ada))[^1]);
        await _app.RunDueJobsAsync();
        Assert.Single(_app.MailsTo(Ada), m => m.Subject.StartsWith("Welcome", StringComparison.Ordinal));
    }

    private async Task<ReceivedMail> WelcomedAsync()
    {
        await _app.SubscribeAsync(Ada);
        await _app.RunDueJobsAsync();
        return Assert.Single(_app.MailsTo(Ada), m => m.Subject.StartsWith("Welcome", StringComparison.Ordinal));
    }
}
