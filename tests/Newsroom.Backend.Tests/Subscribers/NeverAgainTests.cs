using System.Net;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Tests.Subscribers;

public sealed class NeverWriteToMeAgain : IAsyncLifetime
{
    private const string Victim = "victim@example.org";
    private NewsroomApp _app = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync();
        await _app.AddNewsletterAsync();
        await _app.AddNewsletterAsync("breaking", "Breaking");
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Ends_all_mail_to_the_address_whoever_signs_it_up()
    {
        var link = await NeverLinkAsync();
        var page = await PostAsync(link);
        Assert.Contains("We will not write to you again", page, StringComparison.Ordinal);
        Assert.Equal("suppressed", await _app.StatusAsync(Victim));
        Assert.Equal(SuppressionReason.Request, await _app.ReadAsync(db => db.Suppressions.Select(s => s.Reason).SingleAsync(Cancelled)));

        await _app.AdvanceAsync(TimeSpan.FromDays(2));
        Assert.Equal(HttpStatusCode.SeeOther, (await _app.SignUpAsync(Victim, "breaking")).StatusCode);
        await _app.RunDueJobsAsync();
        Assert.Single(_app.MailsTo(Victim));
        foreach (var confirm in await _app.ConfirmLinksAsync(Victim))
            Assert.Contains("We may not write to you", await PostAsync(confirm), StringComparison.Ordinal);
        Assert.Equal("", await _app.ActiveAsync(Victim));
    }

    [Fact]
    public async Task Is_not_said_by_a_scanner_that_opens_the_link()
    {
        var link = await NeverLinkAsync();
        var before = await _app.DumpAsync();
        for (var i = 0; i < 3; i++)
            Assert.Contains("Never write to me again", await _app.Http.GetStringAsync(link, Cancelled), StringComparison.Ordinal);
        using var head = new HttpRequestMessage(HttpMethod.Head, link);
        await _app.Http.SendAsync(head, Cancelled);
        Assert.Equal(before, await _app.DumpAsync());
    }

    [Fact]
    public async Task Twice_is_once_and_is_evidence()
    {
        var link = await NeverLinkAsync();
        await PostAsync(link);
        var before = await _app.DumpAsync();
        Assert.Contains("We will not write to you again", await PostAsync(link), StringComparison.Ordinal);
        Assert.Equal(before, await _app.DumpAsync());
        var consent = (await _app.SubscriberAsync(Victim))!["consents"]!.AsArray()[^1]!;
        Assert.Equal("withdrawn", (string?)consent["event"]);
        Assert.Equal("never-1", (string?)consent["wordingVersion"]);
        Assert.Equal("Never write to me again", (string?)consent["wording"]);
    }

    [Fact]
    public async Task Stops_a_mail_that_waits()
    {
        var link = await NeverLinkAsync();
        await _app.SignUpAsync(Victim, "breaking");
        await PostAsync(link);
        Assert.Equal(0, await _app.ReadAsync(db => db.OutgoingMails.CountAsync(m => m.State == OutgoingMailState.Waiting, Cancelled)));
        await _app.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Single(_app.MailsTo(Victim));
    }

    [Fact]
    public async Task Ends_what_was_confirmed_and_can_be_taken_back_for_a_day()
    {
        await _app.SubscribeAsync(Victim, "this-week");
        await _app.AdvanceAsync(TimeSpan.FromHours(1));
        await _app.SignUpAsync(Victim, "breaking");
        await _app.RunDueJobsAsync();
        var link = _app.MailsTo(Victim)[^1].Link("/never/");
        await PostAsync(link);
        Assert.Equal("", await _app.ActiveAsync(Victim));

        await _app.AdvanceAsync(NeverAgain.UndoFor - TimeSpan.FromMinutes(1));
        Assert.Contains("Taken back", await PostAsync(link, ("undo", "yes")), StringComparison.Ordinal);
        Assert.Equal("confirmed", await _app.StatusAsync(Victim));
        Assert.Equal("this-week", await _app.ActiveAsync(Victim));
        Assert.False(await _app.ReadAsync(db => db.Suppressions.AnyAsync(Cancelled)));
        var states = (await _app.SubscriberAsync(Victim))!["newsletters"]!.AsArray().Select(n => (string?)n!["state"]);
        Assert.Equal(["active", "pending"], states.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Cannot_be_taken_back_later()
    {
        var link = await NeverLinkAsync();
        await PostAsync(link);
        await _app.AdvanceAsync(NeverAgain.UndoFor);
        var page = await PostAsync(link, ("undo", "yes"));
        Assert.DoesNotContain("Taken back", page, StringComparison.Ordinal);
        Assert.DoesNotContain("name=\"undo\"", page, StringComparison.Ordinal);
        Assert.Equal("suppressed", await _app.StatusAsync(Victim));
    }

    [Fact]
    public async Task Taken_back_by_who_never_confirmed_confirms_nothing()
    {
        var link = await NeverLinkAsync();
        await PostAsync(link);
        await PostAsync(link, ("undo", "yes"));
        Assert.Equal("pending", await _app.StatusAsync(Victim));
        Assert.Equal("", await _app.ActiveAsync(Victim));
        // Nor does the undo button of one who said nothing.
        await PostAsync(link, ("undo", "yes"));
        Assert.Equal("pending", await _app.StatusAsync(Victim));
    }

    [Theory]
    [InlineData("/never/nonsense")]
    [InlineData("/never/req_00000000000000000000.AAAA")]
    public async Task Needs_the_mails_own_link(string link)
    {
        Assert.Equal(HttpStatusCode.NotFound, (await _app.Http.GetAsync(link, Cancelled)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _app.PostFormAsync(link)).StatusCode);
        var own = await NeverLinkAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await _app.PostFormAsync(own[..^1])).StatusCode);
        Assert.Equal("pending", await _app.StatusAsync(Victim));
    }

    private async Task<string> NeverLinkAsync()
    {
        await _app.SignUpAsync(Victim, "this-week");
        await _app.RunDueJobsAsync();
        return _app.MailsTo(Victim)[^1].Link("/never/");
    }

    private async Task<string> PostAsync(string link, params (string, string)[] fields)
    {
        var answer = await _app.PostFormAsync(link, fields);
        var page = await answer.Content.ReadAsStringAsync(Cancelled);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, page);
        return page;
    }
}
