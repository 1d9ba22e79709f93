using System.Net;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Subscribers.Preferences;

namespace Newsroom.Backend.Tests.Privacy;

/// <summary>Somebody had a forwarded newsletter, and moved its reader to a mailbox of his own.</summary>
public sealed class AMovedReadersData : IAsyncLifetime
{
    private const string Ada = "ada+news@example.org";
    private const string Mallory = "mallory@evil.example.org";
    private NewsroomApp _app = null!;
    private string _forwarded = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync();
        await _app.AddNewsletterAsync();
        await _app.SubscribeAsync(Ada);
        _forwarded = await _app.PreferencesLinkAsync(Ada);
        await _app.AdvanceAsync(TimeSpan.FromHours(1));
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Come_back_though_the_reader_who_took_them_over_was_erased()
    {
        await _app.SubscribeAsync(Mallory);
        await _app.AdvanceAsync(TimeSpan.FromHours(1));
        await _app.AddNewsletterAsync("breaking", "Breaking");
        await _app.ActAsync(_forwarded, "newsletters", ("newsletter", "breaking"), ("newsletter", "this-week"), ("had", "this-week"));
        await _app.AdvanceAsync(TimeSpan.FromHours(1));
        var undo = await MoveAsync();
        var link = await _app.MyDataLinkAsync(Mallory);
        Assert.DoesNotContain("news@example.org", await (await _app.GetAsync(link, "*/*")).Content.ReadAsStringAsync(Cancelled), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.OK, (await _app.PostFormAsync(link + "/erase")).StatusCode);
        Assert.DoesNotContain("mallory", await _app.DumpAsync(), StringComparison.OrdinalIgnoreCase);

        await _app.PostFormAsync(undo);
        Assert.Equal(("confirmed", "this-week breaking"), (await _app.StatusAsync(Ada), await _app.ActiveAsync(Ada)));
        await _app.AssertConsentsAreIntactAsync();
    }

    [Fact]
    public async Task Stay_locked_after_it_was_taken_back_whoever_is_erased()
    {
        await _app.PostFormAsync(await MoveAsync());
        await _app.SubscribeAsync(Mallory);
        await _app.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Equal(HttpStatusCode.OK, (await _app.PostFormAsync(await _app.MyDataLinkAsync(Mallory) + "/erase")).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await _app.PostFormAsync(_forwarded, ("act", "address"), ("email", "third@evil.example.org"))).StatusCode);
        Assert.DoesNotContain("mallory", await _app.DumpAsync(), StringComparison.OrdinalIgnoreCase);
        await _app.AdvanceAsync(AddressChange.UndoFor + TimeSpan.FromDays(1));
        Assert.Equal(0, await _app.ReadAsync(db => db.AddressChanges.CountAsync(Cancelled)));
    }

    [Fact]
    public async Task Keep_no_address_of_a_change_whose_other_one_was_erased_for_longer_than_it_could_be_taken_back()
    {
        const string Third = "third@evil.example.org";
        await _app.SubscribeAsync(Mallory);
        await _app.AdvanceAsync(TimeSpan.FromHours(1));
        await MoveAsync();
        await MoveAsync(Third);
        await _app.SubscribeAsync(Ada);
        await _app.EraseAsync(Ada);
        Assert.True(await _app.ReadAsync(db => db.AddressChanges.AnyAsync(c => c.NewAddress == Mallory && c.OldAddress == null, Cancelled)));
        await _app.AdvanceAsync(AddressChange.UndoFor + TimeSpan.FromDays(1));
        Assert.False(await _app.ReadAsync(db => db.AddressChanges.AnyAsync(c => c.OldAddress != null || c.NewAddress != null, Cancelled)));
    }

    /// <summary>The whole way; gives the link that takes it back.</summary>
    private async Task<string> MoveAsync(string to = Mallory)
    {
        await _app.ActAsync(_forwarded, "address", ("email", to));
        await _app.RunDueJobsAsync();
        var answer = await _app.PostFormAsync(_app.MailsTo(to)[^1].Link("/preferences/address/"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await _app.RunDueJobsAsync();
        return _app.MailsTo(Ada)[^1].Link("/preferences/address/undo/");
    }
}
