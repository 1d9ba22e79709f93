using System.Net;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Mail;

namespace Newsroom.Backend.Tests.Subscribers;

public sealed class SigningUpASuppressedAddress : IAsyncLifetime
{
    private const string Ada = "ada@example.org";
    private NewsroomApp _app = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync();
        await _app.AddNewsletterAsync();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData(SuppressionReason.Complaint)]
    [InlineData(SuppressionReason.Request)]
    public async Task Sends_nothing_after_the_owners_no(SuppressionReason reason)
    {
        await _app.SuppressAsync(Ada, reason);
        await _app.AdvanceAsync(TimeSpan.FromDays(365));
        await SignUpAsync();
        Assert.Empty(_app.MailsTo(Ada));
        Assert.Contains("We may not write to you", await ConfirmAsync(), StringComparison.Ordinal);
        Assert.NotEqual("confirmed", await _app.StatusAsync(Ada));
        Assert.True(await IsSuppressedAsync());
    }

    [Fact]
    public async Task Asks_again_after_a_bounce_and_confirming_lifts_it()
    {
        await _app.SubscribeAsync(Ada);
        await BounceAsync();
        await SignUpAsync();
        Assert.Single(_app.MailsTo(Ada));

        await _app.AdvanceAsync(TimeSpan.FromDays(1));
        await SignUpAsync();
        Assert.Equal(2, _app.MailsTo(Ada).Count);
        Assert.Equal("bounced", await _app.StatusAsync(Ada));
        Assert.True(await IsSuppressedAsync());
        Assert.Contains("You are signed up", await PostAsync(_app.MailsTo(Ada)[^1].Link("/confirm/")), StringComparison.Ordinal);
        Assert.Equal("confirmed", await _app.StatusAsync(Ada));
        Assert.Equal("this-week", await _app.ActiveAsync(Ada));
        Assert.False(await IsSuppressedAsync());
    }

    [Fact]
    public async Task Asks_once_a_week_after_a_bounce()
    {
        await _app.SuppressAsync(Ada, SuppressionReason.HardBounce);
        await _app.AdvanceAsync(TimeSpan.FromDays(1));
        for (var day = 0; day < 14; day++)
        {
            await SignUpAsync();
            await _app.AdvanceAsync(TimeSpan.FromDays(1));
        }
        Assert.Equal(2, _app.MailsTo(Ada).Count);
    }

    [Fact]
    public async Task Is_not_lifted_by_a_link_from_before_the_bounce()
    {
        await SignUpAsync();
        await _app.AdvanceAsync(TimeSpan.FromHours(1));
        await _app.SuppressAsync(Ada, SuppressionReason.HardBounce);
        Assert.Contains("We may not write to you", await ConfirmAsync(), StringComparison.Ordinal);
        Assert.True(await IsSuppressedAsync());
    }

    [Fact]
    public async Task Lets_a_person_who_was_erased_come_anew()
    {
        await _app.SuppressAsync(Ada, SuppressionReason.Erased);
        await _app.AdvanceAsync(TimeSpan.FromHours(1));
        await SignUpAsync();
        Assert.True(await IsSuppressedAsync());
        await PostAsync(Assert.Single(_app.MailsTo(Ada)).Link("/confirm/"));
        Assert.Equal("confirmed", await _app.StatusAsync(Ada));
        Assert.False(await IsSuppressedAsync());
    }

    [Theory]
    [InlineData(SuppressionReason.HardBounce, SuppressionReason.Complaint, SuppressionReason.Complaint)]
    [InlineData(SuppressionReason.Erased, SuppressionReason.Request, SuppressionReason.Request)]
    [InlineData(SuppressionReason.Complaint, SuppressionReason.HardBounce, SuppressionReason.Complaint)]
    [InlineData(SuppressionReason.Request, SuppressionReason.Erased, SuppressionReason.Request)]
    public async Task Keeps_the_word_that_weighs_more(SuppressionReason first, SuppressionReason second, SuppressionReason kept)
    {
        await _app.SuppressAsync(Ada, first);
        await _app.SuppressAsync(Ada, second);
        Assert.Equal(kept, await _app.ReadAsync(db => db.Suppressions.Select(s => s.Reason).SingleAsync(Cancelled)));
    }

    private async Task SignUpAsync()
    {
        Assert.Equal(HttpStatusCode.SeeOther, (await _app.SignUpAsync(Ada)).StatusCode);
        await _app.RunDueJobsAsync();
    }

    private async Task BounceAsync()
    {
        await _app.BounceAsync(Ada);
        Assert.Equal("bounced", await _app.StatusAsync(Ada));
    }

    private async Task<string> ConfirmAsync() => await PostAsync((await _app.ConfirmLinksAsync(Ada))[^1]);

    private async Task<string> PostAsync(string link) => await (await _app.PostFormAsync(link)).Content.ReadAsStringAsync(Cancelled);

    private Task<bool> IsSuppressedAsync() => _app.ReadAsync(db => db.Suppressions.AnyAsync(Cancelled));
}
