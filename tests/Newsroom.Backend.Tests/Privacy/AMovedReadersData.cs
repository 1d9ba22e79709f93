using System.Net;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Subscribers.Preferences;

namespace Newsroom.Backend.Tests.Privacy;

/// <summary>Somebody had a forwarded newsletter, and moved its reader to a mailbox of his own.</summary>
public sealed class AMovedReadersData : IAsyncLifetime
{
    private const string Ada = "ada+news@example.org";
    private const string Mallory = "mallory@evil.example.org";
    private const string Browser = "text/html";
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
    public async Task Do_not_name_the_address_that_can_still_take_the_change_back()
    {
        await _app.PushStoriesAsync();
        await _app.SendNewDigestAsync();
        await _app.ReadAsync(db => db.Deliveries.ExecuteUpdateAsync(s => s.SetProperty(d => d.Answer, $"250 <{Ada.ToUpperInvariant()}> taken"), Cancelled));
        await MoveAsync();
        await _app.ActAsync(_forwarded, "address", ("email", "third@evil.example.org"));
        var link = await _app.MyDataLinkAsync(Mallory);
        foreach (var accept in new[] { Browser, "*/*" })
        {
            var answer = await _app.GetAsync(link, accept);
            var text = await answer.Content.ReadAsStringAsync(Cancelled);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
            Assert.Contains(Mallory, text, StringComparison.Ordinal);
            Assert.DoesNotContain("news@example.org", text, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task Are_erased_by_the_new_address_only_once_the_old_one_cannot_take_it_back()
    {
        var undo = await MoveAsync();
        var link = await _app.MyDataLinkAsync(Mallory);
        var page = WebUtility.HtmlDecode(await (await _app.GetAsync(link, Browser)).Content.ReadAsStringAsync(Cancelled));
        Assert.Contains("Until Tuesday, December 8, 2026 the address they went to before can take that back", page, StringComparison.Ordinal);
        Assert.DoesNotContain("/erase", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.SeeOther, (await _app.PostFormAsync(link + "/erase")).StatusCode);
        Assert.Equal("this-week", await _app.ActiveAsync(Mallory));

        await _app.AdvanceAsync(AddressChange.UndoFor - TimeSpan.FromMinutes(1));
        link = await _app.MyDataLinkAsync(Mallory);
        Assert.Equal(HttpStatusCode.SeeOther, (await _app.PostFormAsync(link + "/erase")).StatusCode);
        Assert.Contains("Keep the old address?", await _app.Http.GetStringAsync(undo, Cancelled), StringComparison.Ordinal);
        await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.OK, (await _app.PostFormAsync(link + "/erase")).StatusCode);
        Assert.Null(await _app.SubscriberAsync(Mallory));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Open_to_no_link_of_his_once_the_change_is_taken_back(bool signedUpAnew)
    {
        var undo = await MoveAsync();
        var link = await _app.MyDataLinkAsync(Mallory);
        if (signedUpAnew)
            await _app.SubscribeAsync(Ada);
        await _app.PostFormAsync(undo);
        Assert.Equal(HttpStatusCode.Gone, (await _app.GetAsync(link, Browser)).StatusCode);
        Assert.Equal(HttpStatusCode.Gone, (await _app.GetAsync(link, "*/*")).StatusCode);
        Assert.Equal(HttpStatusCode.SeeOther, (await _app.PostFormAsync(link + "/erase")).StatusCode);
        Assert.Equal("this-week", await _app.ActiveAsync(Ada));

        var own = await _app.MyDataLinkAsync(Ada);
        Assert.Equal(HttpStatusCode.OK, (await _app.GetAsync(own, Browser)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _app.PostFormAsync(own + "/erase")).StatusCode);
        Assert.Null(await _app.SubscriberAsync(Ada));
    }

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
