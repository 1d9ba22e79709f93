using System.Net;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Tests.Subscribers;

public sealed class ConfirmingASignUp : IAsyncLifetime
{
    private const string Ada = "ada@example.org";
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
    public async Task The_second_press_says_already_confirmed_and_adds_nothing()
    {
        var link = await AskedAsync("this-week");
        await PressAsync(link, "You are signed up");
        var before = await _app.DumpAsync();
        await PressAsync(link, "Already confirmed");
        await PressAsync(link, "Already confirmed");
        Assert.Equal(before, await _app.DumpAsync());
    }

    [Fact]
    public async Task A_press_whose_body_cannot_be_read_confirms_all_the_same()
    {
        using var broken = new ByteArrayContent("--y"u8.ToArray());
        broken.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data");
        var answer = await _app.Http.PostAsync(await AskedAsync("this-week"), broken, Cancelled);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("this-week", await _app.ActiveAsync(Ada));
    }

    [Fact]
    public async Task Two_presses_at_once_confirm_once()
    {
        var link = await AskedAsync("this-week");
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _app.PostFormAsync(link)));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a.StatusCode));
        Assert.Equal(1, await _app.ReadAsync(db => db.Consents.CountAsync(c => c.Event == ConsentEvent.Confirmed)));
    }

    [Fact]
    public async Task A_link_confirms_only_what_its_own_form_asked()
    {
        var first = await AskedAsync("this-week");
        await _app.AdvanceAsync(CoolDown.BetweenMails);
        var second = await AskedAsync("breaking");
        await PressAsync(second, "You are signed up");
        Assert.Equal("breaking", await _app.ActiveAsync(Ada));
        await PressAsync(first, "You are signed up");
        Assert.Equal("this-week breaking", await _app.ActiveAsync(Ada));
    }

    [Fact]
    public async Task A_link_works_only_for_its_own_reader()
    {
        var link = await AskedAsync("this-week");
        await _app.SignUpAsync("eve@example.org");
        await PressAsync(link, "You are signed up");
        Assert.Equal("pending", await _app.StatusAsync("eve@example.org"));
    }

    [Fact]
    public async Task An_altered_link_is_not_found_and_helps()
    {
        var link = await AskedAsync("this-week");
        var before = await _app.DumpAsync();
        foreach (var altered in new[] { link[..^1], link + "A", link[..^1] + (link[^1] == 'A' ? 'B' : 'A'), "/confirm/x", "/confirm/" + new string('a', 5000), "/confirm/%0a" })
        {
            var get = await _app.Http.GetAsync(altered, Cancelled);
            var post = await _app.PostFormAsync(altered);
            Assert.Contains(get.StatusCode, new[] { HttpStatusCode.NotFound, HttpStatusCode.BadRequest });
            Assert.Contains(post.StatusCode, new[] { HttpStatusCode.NotFound, HttpStatusCode.BadRequest });
        }
        Assert.Contains("/subscribe", await (await _app.Http.GetAsync(link[..^1], Cancelled)).Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        Assert.Equal(before, await _app.DumpAsync());
    }

    [Fact]
    public async Task After_a_week_the_link_sends_a_new_one()
    {
        var old = await AskedAsync("breaking");
        await _app.AdvanceAsync(SignUpRequest.Lifetime);
        Assert.Contains("This link has expired", await _app.Http.GetStringAsync(old, Cancelled), StringComparison.Ordinal);
        await PressAsync(old, "This link has expired");
        Assert.Equal("", await _app.ActiveAsync(Ada));

        var again = await _app.PostFormAsync(old, ("again", "yes"));
        Assert.Equal(HttpStatusCode.SeeOther, again.StatusCode);
        await _app.PostFormAsync(old, ("again", "yes"));
        await _app.RunDueJobsAsync();
        Assert.Equal(2, _app.MailsTo(Ada).Count);
        await PressAsync(_app.MailsTo(Ada)[^1].Link("/confirm/"), "You are signed up");
        Assert.Equal("breaking", await _app.ActiveAsync(Ada));
    }

    [Fact]
    public async Task One_moment_before_the_week_ends_it_still_confirms()
    {
        var link = await AskedAsync("this-week");
        await _app.AdvanceAsync(SignUpRequest.Lifetime - TimeSpan.FromSeconds(1));
        await PressAsync(link, "You are signed up");
    }

    [Fact]
    public async Task A_used_link_does_not_bring_back_who_left()
    {
        var link = await AskedAsync("this-week");
        await PressAsync(link, "You are signed up");
        _app.Clock.Advance(TimeSpan.FromMinutes(1));
        await _app.PostFormAsync(await _app.LeaveLinkAsync(Ada, "this-week"));
        await PressAsync(link, "You have left since");
        Assert.Equal("left", await _app.StatusAsync(Ada));
    }

    [Fact]
    public async Task An_unused_link_from_before_leaving_does_not_either()
    {
        var unused = await AskedAsync("this-week");
        await _app.AdvanceAsync(CoolDown.BetweenMails);
        await PressAsync(await AskedAsync("this-week"), "You are signed up");
        _app.Clock.Advance(TimeSpan.FromMinutes(1));
        await _app.PostFormAsync(await _app.LeaveLinkAsync(Ada, "this-week"));
        await PressAsync(unused, "You have left since");
        Assert.Equal("", await _app.ActiveAsync(Ada));
    }

    [Fact]
    public async Task Who_left_can_sign_up_again_as_often_as_they_like()
    {
        for (var round = 0; round < 4; round++)
        {
            await _app.SubscribeAsync(Ada, "this-week");
            Assert.Equal("this-week", await _app.ActiveAsync(Ada));
            await _app.PostFormAsync(await _app.LeaveLinkAsync(Ada, "this-week"));
            Assert.Equal("left", await _app.StatusAsync(Ada));
            await _app.AdvanceAsync(TimeSpan.FromDays(1));
        }
        var events = (await _app.SubscriberAsync(Ada))!["consents"]!.AsArray().Select(c => (string)c!["event"]!);
        Assert.Equal(Enumerable.Repeat(new[] { "requested", "confirmed", "withdrawn" }, 4).SelectMany(e => e), events);
    }

    [Fact]
    public async Task Who_left_a_moment_ago_need_not_wait_to_come_back()
    {
        await _app.SubscribeAsync(Ada, "this-week");
        await _app.PostFormAsync(await _app.LeaveLinkAsync(Ada, "this-week"));
        _app.Clock.Advance(TimeSpan.FromSeconds(30));
        await _app.SubscribeAsync(Ada, "this-week");
        Assert.Equal("this-week", await _app.ActiveAsync(Ada));
    }

    [Fact]
    public async Task A_barred_address_gets_no_mail_and_its_old_link_confirms_nothing()
    {
        var link = await AskedAsync("this-week");
        await _app.ArrangeAsync(db => db.Subscribers.ExecuteUpdateAsync(s => s.SetProperty(x => x.Status, SubscriberStatus.Complained)));
        await PressAsync(link, "We may not write to you");
        await _app.AdvanceAsync(TimeSpan.FromDays(1));
        await _app.SignUpAsync(Ada);
        await _app.RunDueJobsAsync();
        Assert.Single(_app.MailsTo(Ada));
        Assert.Equal("complained", await _app.StatusAsync(Ada));
    }

    [Fact]
    public async Task The_name_is_the_readers_only_once_confirmed()
    {
        await _app.PostFormAsync("/subscribe", ("email", Ada), ("name", "  Ada\r\n Lovelace "));
        Assert.Null((string?)(await _app.SubscriberAsync(Ada))!["name"]);
        await _app.RunDueJobsAsync();
        await PressAsync(_app.MailsTo(Ada)[^1].Link("/confirm/"), "You are signed up");
        Assert.Equal("Ada Lovelace", (string?)(await _app.SubscriberAsync(Ada))!["name"]);
    }

    [Fact]
    public async Task Who_never_confirms_is_forgotten()
    {
        await AskedAsync("this-week");
        await _app.SubscribeAsync("eve@example.org");
        await _app.AdvanceAsync(SignUpRequest.Lifetime + PurgeUnconfirmed.Grace - TimeSpan.FromMinutes(1));
        Assert.Equal("pending", await _app.StatusAsync(Ada));
        await _app.AdvanceAsync(TimeSpan.FromDays(1));
        Assert.Null(await _app.SubscriberAsync(Ada));
        Assert.DoesNotContain(Ada, await _app.DumpAsync(), StringComparison.Ordinal);
        Assert.Equal("confirmed", await _app.StatusAsync("eve@example.org"));
    }

    private async Task<string> AskedAsync(string newsletter)
    {
        await _app.SignUpAsync(Ada, newsletter);
        await _app.RunDueJobsAsync();
        return _app.MailsTo(Ada).Last(m => m.Text.Contains("/confirm/", StringComparison.Ordinal)).Link("/confirm/");
    }

    private async Task PressAsync(string link, string headline)
    {
        var answer = await _app.PostFormAsync(link);
        var page = await answer.Content.ReadAsStringAsync(Cancelled);
        Assert.True(answer.IsSuccessStatusCode, page);
        Assert.Contains($"<h1>{headline}</h1>", page, StringComparison.Ordinal);
    }
}

public sealed class ConfirmationMails : IAsyncLifetime
{
    private const string Ada = "ada@example.org";
    private NewsroomApp _app = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync();
        await _app.AddNewsletterAsync();
        await _app.AddNewsletterAsync("breaking", "Breaking");
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task An_address_gets_one_in_ten_minutes_and_three_a_day_whatever_is_posted()
    {
        for (var minute = 0; minute < 23 * 60; minute += minute < 60 ? 5 : 60)
        {
            await _app.SignUpFromAsync(new([10, 0, (byte)(minute >> 8), (byte)minute]), Ada, minute % 2 == 0 ? "this-week" : "breaking");
            await _app.RunDueJobsAsync();
            await _app.AdvanceAsync(TimeSpan.FromMinutes(minute < 60 ? 5 : 60));
        }
        var sent = _app.MailsTo(Ada).Select(m => m.Message.Date).ToList();
        Assert.Equal(CoolDown.MostMailsADay, sent.Count);
        Assert.All(sent.Zip(sent.Skip(1)), pair => Assert.True(pair.Second - pair.First >= CoolDown.BetweenMails));
    }

    [Fact]
    public async Task A_second_newsletter_asked_for_at_once_is_not_forgotten_but_waits()
    {
        await _app.SignUpAsync(Ada, "this-week");
        await _app.SignUpAsync(Ada, "breaking");
        await _app.RunDueJobsAsync();
        Assert.Single(_app.MailsTo(Ada));
        await _app.AdvanceAsync(CoolDown.BetweenMails);
        Assert.Equal(2, _app.MailsTo(Ada).Count);
        Assert.Contains("Breaking", _app.MailsTo(Ada)[1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_confirmed_reader_hears_in_private_that_it_is_one_already()
    {
        await _app.SubscribeAsync(Ada, "this-week");
        await _app.AdvanceAsync(CoolDown.BetweenMails);
        await _app.SignUpAsync(Ada, "this-week");
        await _app.RunDueJobsAsync();
        var mail = _app.MailsTo(Ada)[^1];
        // The confirmation, the welcome, and this one.
        Assert.Equal(3, _app.MailsTo(Ada).Count);
        Assert.Contains("already", mail.Subject, StringComparison.Ordinal);
        Assert.DoesNotContain(mail.HtmlLinks.Concat(mail.TextLinks), l => l.Contains("/confirm/", StringComparison.Ordinal));
        Assert.Equal(await _app.LeaveLinkAsync(Ada, "this-week"), NewsroomApp.PublicUrl + mail.Link("/unsubscribe/"));
    }

    [Fact]
    public async Task A_suppressed_address_gets_none_and_the_answer_does_not_say_so()
    {
        await _app.SuppressAsync(Ada, SuppressionReason.Complaint);
        var answer = await _app.SignUpAsync(Ada);
        Assert.Equal(System.Net.HttpStatusCode.SeeOther, answer.StatusCode);
        await _app.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Empty(_app.MailsTo(Ada));
    }
}
