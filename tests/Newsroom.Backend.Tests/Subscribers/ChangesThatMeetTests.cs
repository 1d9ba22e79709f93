using System.Net;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Subscribers;
using Newsroom.Backend.Subscribers.Imports;
using Newsroom.Backend.Subscribers.Preferences;

namespace Newsroom.Backend.Tests.Subscribers;

/// <summary>A change of address and what else happens to the same reader or the same addresses.</summary>
public sealed class AChangeOfAddressAmongOthers : IAsyncLifetime
{
    private const string Old = "ada@example.org";
    private const string New = "ada@new.example.org";
    private const string Third = "third@example.net";
    private NewsroomApp _app = null!;
    private string _link = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync();
        await _app.AddNewsletterAsync();
        await _app.AddNewsletterAsync("breaking", "Breaking");
        await _app.SubscribeAsync(Old, "this-week");
        _link = await _app.PreferencesLinkAsync(Old);
        await PassAsync();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Undone_undoes_a_later_one_to_a_known_reader()
    {
        await _app.SubscribeAsync(Third, "breaking");
        await PassAsync();
        var undo = await MovedAsync(Old, New);
        await MovedAsync(New, Third);
        Assert.Equal("breaking this-week", await _app.ActiveAsync(Third));
        await PressAsync(undo, "Your newsletters come to the old address again");
        Assert.Equal(("this-week", "breaking", ""), (await _app.ActiveAsync(Old), await _app.ActiveAsync(Third), await _app.ActiveAsync(New)));
        await _app.AssertConsentsAreIntactAsync();
    }

    [Fact]
    public async Task Undone_brings_the_reader_home_who_was_moved_on_after_a_known_reader_took_over()
    {
        await _app.SubscribeAsync(New, "breaking");
        await PassAsync();
        var undo = await MovedAsync(Old, New);
        await MovedAsync(Old, Third);
        await PressAsync(undo, "Your newsletters come to the old address again");
        Assert.Equal(("this-week", "breaking", ""), (await _app.ActiveAsync(Old), await _app.ActiveAsync(New), await _app.ActiveAsync(Third)));
        await _app.AssertConsentsAreIntactAsync();
    }

    [Fact]
    public async Task Undone_onto_an_address_that_signed_up_anew_leaves_the_old_mails_links_at_work()
    {
        var leave = await _app.LeaveLinkAsync(Old, "this-week");
        var undo = await MovedAsync(Old, New);
        await _app.SubscribeAsync(Old, "breaking");
        await PassAsync();
        await PressAsync(undo, "Your newsletters come to the old address again");
        Assert.Equal(("breaking this-week", ""), (await _app.ActiveAsync(Old), await _app.ActiveAsync(New)));
        await _app.AdvanceAsync(TimeSpan.FromDays(100));
        await _app.PostFormAsync(leave);
        Assert.Equal("breaking", await _app.ActiveAsync(Old));
        await _app.AssertConsentsAreIntactAsync();
    }

    [Fact]
    public async Task After_another_leaves_the_first_addresss_links_at_work()
    {
        await _app.SubscribeAsync(New, "breaking");
        await _app.SubscribeAsync(Third, "breaking");
        await PassAsync();
        var leave = await _app.LeaveLinkAsync(Old, "this-week");
        await MovedAsync(Old, New);
        await PassAsync();
        await MovedAsync(New, Third);
        Assert.Equal("breaking this-week", await _app.ActiveAsync(Third));
        await _app.PostFormAsync(leave);
        Assert.Equal("breaking", await _app.ActiveAsync(Third));
    }

    [Fact]
    public async Task Takes_the_links_of_the_old_addresss_sign_ups_their_power_over_the_new_one()
    {
        await _app.SignUpAsync(Old, "breaking");
        await _app.RunDueJobsAsync();
        var mail = _app.MailsTo(Old)[^1];
        var (confirm, never) = (mail.Link("/confirm/"), mail.Link("/never/"));
        await PassAsync();
        await MovedAsync(Old, New);
        Assert.Equal(HttpStatusCode.NotFound, (await _app.PostFormAsync(confirm)).StatusCode);
        await _app.PostFormAsync(never);
        Assert.Equal(("confirmed", "this-week"), (await _app.StatusAsync(New), await _app.ActiveAsync(New)));
    }

    [Fact]
    public async Task Shows_nothing_to_bring_back_where_a_known_reader_took_over()
    {
        await _app.SubscribeAsync(New, "breaking");
        await PassAsync();
        await MovedAsync(Old, New);
        Assert.DoesNotContain("Bring it back", await _app.Http.GetStringAsync(_link, Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Takes_the_pause_along_to_who_gets_nothing_yet()
    {
        await _app.ActAsync(_link, "pause", ("days", "30"));
        await _app.SignUpAsync(New, "breaking");
        await PassAsync();
        await MovedAsync(Old, New);
        Assert.Contains("You have paused everything", await _app.Http.GetStringAsync(await _app.PreferencesLinkAsync(New), Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Is_undone_though_the_new_mailbox_is_no_more()
    {
        var undo = await MovedAsync(Old, New);
        await _app.PutOnSuppressionListAsync(New, SuppressionReason.HardBounce);
        await BounceAsync(New);
        Assert.Equal("bounced", await _app.StatusAsync(New));
        await PressAsync(undo, "Your newsletters come to the old address again");
        Assert.Equal(("confirmed", "this-week"), (await _app.StatusAsync(Old), await _app.ActiveAsync(Old)));
    }

    [Fact]
    public async Task Is_not_ended_by_a_bounce_of_the_old_mailbox_that_comes_late()
    {
        await MovedAsync(Old, New);
        await BounceAsync(Old);
        Assert.Equal("confirmed", await _app.StatusAsync(New));
    }

    [Fact]
    public async Task Is_the_readers_own_word_which_undoing_an_import_does_not_touch()
    {
        var import = await _app.ImportAsync("email\nlisted@example.org\n");
        await PassAsync();
        await MovedAsync("listed@example.org", New);
        Assert.Equal(new UndoImportOutcome.Undone(import.Id!, 0, 0, 0, NotOursNow: 1), await _app.UndoImportAsync(import.Id!));
        Assert.Equal("this-week", await _app.ActiveAsync(New));
    }

    [Fact]
    public async Task Floods_nobody_though_many_ask_at_once()
    {
        var readers = new List<string>();
        for (var n = 0; n < 8; n++)
        {
            await _app.SubscribeAsync($"reader{n}@example.org");
            readers.Add(await _app.PreferencesLinkAsync($"reader{n}@example.org"));
        }
        await Task.WhenAll(readers.Select(reader => _app.PostFormAsync(reader, ("act", "address"), ("email", "victim@example.net"))));
        await _app.RunDueJobsAsync();
        Assert.Equal(AskAddressChange.MostADay, _app.MailsTo("victim@example.net").Count);
    }

    /// <summary>The whole way; gives the link that takes it back.</summary>
    private async Task<string> MovedAsync(string from, string to)
    {
        await _app.ActAsync(await _app.PreferencesLinkAsync(from), "address", ("email", to));
        await _app.RunDueJobsAsync();
        await PressAsync(_app.MailsTo(to)[^1].Link("/preferences/address/"), "Your newsletters come here now");
        await _app.RunDueJobsAsync();
        return _app.MailsTo(from)[^1].Link("/preferences/address/undo/");
    }

    /// <summary>Of a mail to the only reader.</summary>
    private Task BounceAsync(string address) =>
        _app.ArrangeAsync(async db => await RecordHardBounce.RunAsync(db, (await db.Subscribers.SingleAsync(Cancelled)).Id, EmailAddress.Parse(address)));

    private async Task PassAsync()
    {
        await _app.RunDueJobsAsync();
        _app.Clock.Advance(TimeSpan.FromHours(1));
    }

    private async Task PressAsync(string link, string headline)
    {
        var answer = await _app.PostFormAsync(link);
        var page = await answer.Content.ReadAsStringAsync(Cancelled);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, page);
        Assert.Contains($"<h1>{headline}</h1>", page, StringComparison.Ordinal);
    }
}
