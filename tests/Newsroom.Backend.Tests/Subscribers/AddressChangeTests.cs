using System.Net;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Subscribers;
using Newsroom.Backend.Subscribers.Preferences;

namespace Newsroom.Backend.Tests.Subscribers;

public sealed class ChangingTheAddress : IAsyncLifetime
{
    private const string Old = "ada@example.org";
    private const string New = "ada@new.example.org";
    private NewsroomApp _app = null!;
    private string _link = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync();
        await _app.AddNewsletterAsync();
        await _app.AddNewsletterAsync("breaking", "Breaking");
        await _app.SubscribeAsync(Old);
        await _app.RunDueJobsAsync();
        _link = await _app.PreferencesLinkAsync(Old);
        _app.Clock.Advance(TimeSpan.FromHours(1));
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Moves_the_reader_once_the_new_address_has_agreed_and_tells_the_old_one()
    {
        await _app.ActAsync(_link, "name", ("name", "Mallory’s words"));
        var confirm = await AskedAsync();
        var mail = Assert.Single(_app.MailsTo(New));
        Assert.DoesNotContain("Mallory", System.Text.Encoding.UTF8.GetString(mail.Bytes), StringComparison.Ordinal);
        Assert.DoesNotContain(Old, mail.Text + mail.Html, StringComparison.Ordinal);
        Assert.Equal("this-week breaking", await _app.ActiveAsync(Old));
        var before = await _app.DumpAsync();
        for (var time = 0; time < 20; time++)
            Assert.Contains("Is this your new address?", await _app.Http.GetStringAsync(confirm, Cancelled), StringComparison.Ordinal);
        Assert.Equal(before, await _app.DumpAsync());

        await PressAsync(confirm, "Your newsletters come here now");
        var after = await _app.DumpAsync();
        await PressAsync(confirm, "Your newsletters come here now");
        Assert.Equal(after, await _app.DumpAsync());
        Assert.Null(await _app.SubscriberAsync(Old));
        Assert.Equal("this-week breaking", await _app.ActiveAsync(New));
        Assert.Equal("confirmed", await _app.StatusAsync(New));
        await _app.RunDueJobsAsync();
        var notice = _app.MailsTo(Old)[^1];
        Assert.Contains("has changed", notice.Subject, StringComparison.Ordinal);
        Assert.DoesNotContain(New, notice.Text + notice.Html, StringComparison.Ordinal);
        await _app.AssertConsentsAreIntactAsync();
    }

    [Fact]
    public async Task Leaves_the_old_mails_links_at_work()
    {
        var leave = await _app.LeaveLinkAsync(Old, "this-week");
        await MovedAsync();
        await _app.PostFormAsync(leave);
        Assert.Equal("breaking", await _app.ActiveAsync(New));
        Assert.Contains("a***@new.example.org", await _app.Http.GetStringAsync(_link, Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Is_taken_back_from_the_old_address_for_two_weeks()
    {
        var undo = await MovedAsync();
        await _app.AdvanceAsync(AddressChange.UndoFor - TimeSpan.FromMinutes(1));
        var before = await _app.DumpAsync();
        Assert.Contains("Keep the old address?", await _app.Http.GetStringAsync(undo, Cancelled), StringComparison.Ordinal);
        Assert.Equal(before, await _app.DumpAsync());
        await PressAsync(undo, "Your newsletters come to the old address again");
        await PressAsync(undo, "Your newsletters come to the old address again");
        Assert.Equal("this-week breaking", await _app.ActiveAsync(Old));
        Assert.Null(await _app.SubscriberAsync(New));
        await _app.AssertConsentsAreIntactAsync();
    }

    [Fact]
    public async Task Is_final_after_two_weeks_and_the_old_address_forgotten()
    {
        var undo = await MovedAsync();
        await _app.AdvanceAsync(AddressChange.UndoFor + TimeSpan.FromDays(1));
        Assert.Contains((await _app.PostFormAsync(undo)).StatusCode, new[] { HttpStatusCode.OK, HttpStatusCode.NotFound });
        Assert.Equal("this-week breaking", await _app.ActiveAsync(New));
        Assert.DoesNotContain(Old, await _app.DumpAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cannot_be_outrun_by_who_had_a_forwarded_mail()
    {
        var undo = await MovedAsync();
        await AskAsync("mallory@evil.example.org");
        await PressAsync(_app.MailsTo("mallory@evil.example.org")[^1].Link("/preferences/address/"), "Your newsletters come here now");
        await _app.RunDueJobsAsync();
        var mallorysUndo = _app.MailsTo(New)[^1].Link("/preferences/address/undo/");
        // He also takes the old address, as anybody may type any address into the form.
        await _app.SignUpAsync(Old);
        await PressAsync(undo, "Your newsletters come to the old address again");
        Assert.Equal("this-week breaking", await _app.ActiveAsync(Old));
        await PressAsync(mallorysUndo, "Your newsletters come to the old address again");
        Assert.Equal("this-week breaking", await _app.ActiveAsync(Old));
        Assert.Equal("", await _app.ActiveAsync("mallory@evil.example.org"));
        Assert.Equal("", await _app.ActiveAsync(New));
        var again = await _app.PostFormAsync(_link, ("act", "address"), ("email", "third@evil.example.org"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, again.StatusCode);
        await _app.AssertConsentsAreIntactAsync();
    }

    [Fact]
    public async Task Expires_after_two_days()
    {
        var confirm = await AskedAsync();
        await _app.AdvanceAsync(AddressChange.Lifetime);
        await PressAsync(confirm, "This link has expired");
        Assert.Equal("this-week breaking", await _app.ActiveAsync(Old));
    }

    [Fact]
    public async Task To_a_known_reader_carries_the_newsletters_over_and_back()
    {
        await _app.SubscribeAsync(New, "breaking");
        await _app.RunDueJobsAsync();
        await _app.ActAsync(_link, "newsletters", ("had", "this-week"), ("newsletter", "this-week"), ("rhythm-this-week", "monthly"));
        _app.Clock.Advance(TimeSpan.FromHours(1));
        var leave = await _app.LeaveLinkAsync(Old, "this-week");
        var undo = await MovedAsync();
        Assert.Equal(("left", ""), (await _app.StatusAsync(Old), await _app.ActiveAsync(Old)));
        Assert.Equal("breaking this-week", await _app.ActiveAsync(New));
        Assert.Equal(Rhythm.Monthly, await RhythmOfNewAsync());
        await _app.AssertConsentsAreIntactAsync();

        await PressAsync(undo, "Your newsletters come to the old address again");
        Assert.Equal("this-week breaking", await _app.ActiveAsync(Old));
        Assert.Equal("breaking", await _app.ActiveAsync(New));
        await _app.AssertConsentsAreIntactAsync();

        await _app.PostFormAsync(leave);
        Assert.Equal("breaking", await _app.ActiveAsync(Old));
    }

    [Fact]
    public async Task To_a_known_reader_leaves_the_old_unsubscribe_links_at_work_for_ever()
    {
        await _app.SignUpAsync(New, "breaking");
        await _app.RunDueJobsAsync();
        var leave = await _app.LeaveLinkAsync(Old, "this-week");
        await MovedAsync();
        await _app.AdvanceAsync(TimeSpan.FromDays(400));
        Assert.Equal("breaking this-week", await _app.ActiveAsync(New));
        for (var time = 0; time < 2; time++)
        {
            Assert.Equal(HttpStatusCode.OK, (await _app.PostFormAsync(leave)).StatusCode);
            Assert.Equal("breaking", await _app.ActiveAsync(New));
        }
        await _app.AssertConsentsAreIntactAsync();
    }

    [Fact]
    public async Task Answers_every_address_alike()
    {
        await _app.SubscribeAsync("known@example.org");
        await _app.SuppressAsync("suppressed@example.org", SuppressionReason.HardBounce);
        await _app.SubscribeAsync("complained@example.org");
        await _app.ArrangeAsync(db => db.Subscribers.Where(s => s.Address == "complained@example.org").ExecuteUpdateAsync(s => s.SetProperty(x => x.Status, SubscriberStatus.Complained)));
        await _app.RunDueJobsAsync();
        string? expected = null;
        foreach (var email in new[] { "unknown@example.org", "known@example.org", Old, "suppressed@example.org", "complained@example.org" })
        {
            var rows = await RowsAsync();
            var answer = await _app.PostFormAsync(_link, ("act", "address"), ("email", email));
            var bytes = $"{(int)answer.StatusCode}\n{answer.Headers}{answer.Content.Headers}{await answer.Content.ReadAsStringAsync(Cancelled)}";
            expected ??= bytes;
            Assert.Equal(expected, bytes);
            Assert.Equal(rows + 2, await RowsAsync());
            await _app.AdvanceAsync(TimeSpan.FromHours(9));
        }
        Assert.Empty(_app.MailsTo("suppressed@example.org"));
        Assert.DoesNotContain(_app.MailsTo("complained@example.org"), m => m.Subject.Contains("new address", StringComparison.Ordinal));
        Assert.Contains(_app.MailsTo("known@example.org"), m => m.Subject.Contains("new address", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Floods_nobody()
    {
        var readers = new List<string> { _link };
        for (var n = 0; n < 3; n++)
        {
            await _app.SubscribeAsync($"reader{n}@example.org");
            readers.Add(await _app.PreferencesLinkAsync($"reader{n}@example.org"));
        }
        var answers = new List<HttpStatusCode>();
        foreach (var reader in readers)
        {
            for (var time = 0; time < 5; time++)
                answers.Add((await _app.PostFormAsync(reader, ("act", "address"), ("email", "victim@example.net"))).StatusCode);
        }
        await _app.RunDueJobsAsync();
        Assert.Equal(AskAddressChange.MostADay, _app.MailsTo("victim@example.net").Count);
        Assert.Equal(12, answers.Count(a => a == HttpStatusCode.SeeOther));
        Assert.Equal(8, answers.Count(a => a == HttpStatusCode.UnprocessableEntity));
    }

    [Fact]
    public async Task Floods_no_mailbox_by_its_sub_addresses()
    {
        for (var n = 0; n < 6; n++)
        {
            await _app.SubscribeAsync($"reader{n}@example.org");
            await _app.ActAsync(await _app.PreferencesLinkAsync($"reader{n}@example.org"), "address", ("email", $"victim+{n}@example.net"));
        }
        await _app.RunDueJobsAsync();
        Assert.Equal(AskAddressChange.MostADay, Enumerable.Range(0, 6).Sum(n => _app.MailsTo($"victim+{n}@example.net").Count));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nobody")]
    [InlineData("<b>@example.org")]
    public async Task Says_what_is_wrong_with_an_address(string email)
    {
        var answer = await _app.PostFormAsync(_link, ("act", "address"), ("email", email));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var page = await answer.Content.ReadAsStringAsync(Cancelled);
        Assert.Contains("<a href=\"#email\">Enter your whole email address", page, StringComparison.Ordinal);
        Assert.Contains("aria-invalid=\"true\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pressed_by_many_at_once_happens_once()
    {
        var confirm = await AskedAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => _app.PostFormAsync(confirm)));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a.StatusCode));
        await _app.RunDueJobsAsync();
        Assert.Single(_app.MailsTo(Old), m => m.Subject.Contains("has changed", StringComparison.Ordinal));
        Assert.Equal("this-week breaking", await _app.ActiveAsync(New));
        await _app.AssertConsentsAreIntactAsync();
    }

    [Fact]
    public async Task Finds_a_reader_who_signed_up_there_at_the_same_moment()
    {
        var confirm = await AskedAsync();
        _app.BeforeRead(3, () => _app.SignUpAsync(New, "this-week"));
        await PressAsync(confirm, "Your newsletters come here now");
        Assert.Equal("this-week breaking", string.Join(' ', (await _app.ActiveAsync(New)).Split(' ').OrderDescending()));
        await _app.AssertConsentsAreIntactAsync();
    }

    [Fact]
    public async Task Brings_nobody_back_who_left_meanwhile()
    {
        var confirm = await AskedAsync();
        await _app.ActAsync(_link, "leave-all");
        await PressAsync(confirm, "Your newsletters come here now");
        Assert.Equal(("left", ""), (await _app.StatusAsync(New), await _app.ActiveAsync(New)));
    }

    [Fact]
    public async Task Mends_what_a_bounce_broke()
    {
        await _app.SuppressAsync(Old, SuppressionReason.HardBounce);
        await _app.ArrangeAsync(db => db.Subscribers.ExecuteUpdateAsync(s => s.SetProperty(x => x.Status, SubscriberStatus.Bounced)));
        await PressAsync(await AskedAsync(), "Your newsletters come here now");
        Assert.Equal("confirmed", await _app.StatusAsync(New));
        Assert.Equal("this-week breaking", await _app.ActiveAsync(New));
    }

    private async Task AskAsync(string email)
    {
        Assert.Contains("A message is on its way to the new address", await _app.ActAsync(_link, "address", ("email", email)), StringComparison.Ordinal);
        await _app.RunDueJobsAsync();
    }

    private async Task<string> AskedAsync()
    {
        await AskAsync(New);
        return _app.MailsTo(New)[^1].Link("/preferences/address/");
    }

    /// <summary>The whole way; gives the link that takes it back.</summary>
    private async Task<string> MovedAsync()
    {
        await PressAsync(await AskedAsync(), "Your newsletters come here now");
        await _app.RunDueJobsAsync();
        return _app.MailsTo(Old)[^1].Link("/preferences/address/undo/");
    }

    private Task<int> RowsAsync() => _app.ReadAsync(async db => await db.AddressChanges.CountAsync() + await db.OutgoingMails.CountAsync());

    private Task<Rhythm> RhythmOfNewAsync() => _app.ReadAsync(db =>
        db.Subscriptions.Where(s => s.Subscriber.AddressKey == New && s.Newsletter.Slug == "this-week").Select(s => s.Rhythm).SingleAsync());

    private async Task PressAsync(string link, string headline)
    {
        var answer = await _app.PostFormAsync(link);
        var page = await answer.Content.ReadAsStringAsync(Cancelled);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, page);
        Assert.Contains($"<h1>{headline}</h1>", page, StringComparison.Ordinal);
    }
}
