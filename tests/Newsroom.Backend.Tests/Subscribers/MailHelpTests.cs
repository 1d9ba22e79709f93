using System.Net;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Subscribers.Help;

namespace Newsroom.Backend.Tests.Subscribers;

public sealed class NotReceivingOurMail : IAsyncLifetime
{
    private NewsroomApp _app = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync();
        await _app.AddNewsletterAsync();
        await _app.SubscribeAsync("ada@example.org");
        await _app.RunDueJobsAsync();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Has_a_page_that_every_page_leads_to_and_that_changes_nothing()
    {
        var before = await _app.DumpAsync();
        foreach (var path in new[] { "/", "/subscribe", "/subscribe/check-your-mail", "/archive", (await _app.ConfirmLinksAsync("ada@example.org"))[0] })
            Assert.Contains("href=\"/help/mail\"", await _app.Http.GetStringAsync(path, Cancelled), StringComparison.Ordinal);
        for (var time = 0; time < 20; time++)
            Assert.Contains("spam", await _app.Http.GetStringAsync("/help/mail?email=ada@example.org", Cancelled), StringComparison.Ordinal);
        Assert.Equal(before, await _app.DumpAsync());
    }

    [Fact]
    public async Task Answers_every_address_alike_and_a_known_one_by_mail()
    {
        await _app.SubscribeAsync("left@example.org");
        await _app.PostFormAsync(await _app.LeaveLinkAsync("left@example.org", "this-week"));
        await _app.SignUpAsync("pending@example.org");
        await _app.SubscribeAsync("bounced@example.org");
        await _app.SuppressAsync("bounced@example.org", SuppressionReason.HardBounce);
        await _app.ActAsync(await _app.PreferencesLinkAsync("ada@example.org"), "pause", ("days", "30"));
        await _app.RunDueJobsAsync();
        string? expected = null;
        foreach (var email in new[] { "unknown@example.org", "ada@example.org", "left@example.org", "pending@example.org", "bounced@example.org" })
        {
            var rows = await RowsAsync();
            var answer = await _app.PostFormAsync("/help/mail", ("email", email));
            var bytes = $"{(int)answer.StatusCode}\n{answer.Headers}{answer.Content.Headers}{await answer.Content.ReadAsStringAsync(Cancelled)}";
            expected ??= bytes;
            Assert.Equal(expected, bytes);
            Assert.Equal(rows + 2, await RowsAsync());
        }
        Assert.StartsWith("303", expected, StringComparison.Ordinal);
        await _app.RunDueJobsAsync();
        Assert.Empty(_app.MailsTo("unknown@example.org"));
        Assert.Contains("paused it until Thursday, December 24, 2026", State("ada@example.org").Text, StringComparison.Ordinal);
        Assert.Contains("This Week", State("ada@example.org").Text, StringComparison.Ordinal);
        Assert.Contains("no newsletter from us", State("left@example.org").Text, StringComparison.Ordinal);
        Assert.Contains("not confirmed yet", State("pending@example.org").Text, StringComparison.Ordinal);
        Assert.DoesNotContain(_app.MailsTo("bounced@example.org"), m => m.Subject.StartsWith("How your mail", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Is_no_way_to_flood_a_mailbox()
    {
        for (var time = 0; time < 9; time++)
        {
            await _app.PostFormAsync("/help/mail", ("email", "ADA@example.org"));
            await _app.AdvanceAsync(TimeSpan.FromMinutes(4));
        }
        Assert.Equal(AskHowMailStands.MostADay, _app.MailsTo("ada@example.org").Count(m => m.Subject.StartsWith("How your mail", StringComparison.Ordinal)));
        await _app.AdvanceAsync(PurgeMailStateRequests.Kept + TimeSpan.FromDays(1));
        Assert.Equal(0, await _app.ReadAsync(db => db.MailStateRequests.CountAsync()));
    }

    [Fact]
    public async Task Is_no_way_to_flood_a_mailbox_by_its_sub_addresses()
    {
        string[] addresses = ["ada@example.org", "ada+one@example.org", "ada+two@example.org"];
        foreach (var other in addresses[1..])
            await _app.SubscribeAsync(other);
        for (var time = 0; time < 9; time++)
        {
            await _app.PostFormAsync("/help/mail", ("email", addresses[time % 3]));
            await _app.AdvanceAsync(TimeSpan.FromMinutes(11));
        }
        Assert.Equal(AskHowMailStands.MostADay, addresses.Sum(a => _app.MailsTo(a).Count(m => m.Subject.StartsWith("How your mail", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task Is_no_way_to_flood_a_mailbox_by_asking_many_times_at_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => _app.PostFormAsync("/help/mail", ("email", "ada@example.org"))));
        await _app.RunDueJobsAsync();
        State("ada@example.org");
        Assert.Equal(10, await _app.ReadAsync(db => db.MailStateRequests.CountAsync()));
    }

    [Fact]
    public async Task Says_what_is_wrong_with_an_address()
    {
        var answer = await _app.PostFormAsync("/help/mail", ("email", "nobody"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains("<a href=\"#email\">", await answer.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
    }

    private ReceivedMail State(string email) => Assert.Single(_app.MailsTo(email), m => m.Subject.StartsWith("How your mail", StringComparison.Ordinal));

    private Task<int> RowsAsync() => _app.ReadAsync(async db => await db.MailStateRequests.CountAsync() + await db.OutgoingMails.CountAsync());
}
