using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Digests;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Subscribers;
using Newsroom.Backend.Subscribers.Privacy;

namespace Newsroom.Backend.Tests.Privacy;

/// <summary>Each job alone: one that never starts keeps for ever what the privacy page says is gone.</summary>
public sealed class WhatIsKeptForAWhile : IAsyncLifetime
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private NewsroomApp _app = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync();
        await _app.AddNewsletterAsync();
        await _app.SubscribeAsync("ada@example.org");
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Networks_are_forgotten_after_thirty_days()
    {
        Task<int> CountAsync() => _app.ReadAsync(db => db.Consents.CountAsync(c => c.NetworkHash != null, Cancelled));
        var before = await CountAsync();
        Assert.True(before > 0);
        _app.Clock.Advance(ForgetNetworks.KeptFor - Minute);
        await _app.RunOnlyAsync<ForgetNetworks>();
        Assert.Equal(before, await CountAsync());
        _app.Clock.Advance(2 * Minute);
        await _app.RunOnlyAsync<ForgetNetworks>();
        Assert.Equal(0, await CountAsync());
        Assert.Equal(ChainVerdict.Intact, await _app.ConsentChainAsync("ada@example.org"));
    }

    [Fact]
    public async Task Requests_for_the_data_are_forgotten_with_their_link()
    {
        await _app.AskForMyDataAsync("ada@example.org");
        _app.Clock.Advance(DataRequest.LinkLifetime - Minute);
        await _app.RunOnlyAsync<ForgetDataRequests>();
        Assert.Equal(1, await _app.ReadAsync(db => db.DataRequests.CountAsync(Cancelled)));
        _app.Clock.Advance(2 * Minute);
        await _app.RunOnlyAsync<ForgetDataRequests>();
        Assert.Equal(0, await _app.ReadAsync(db => db.DataRequests.CountAsync(Cancelled)));
    }

    [Fact]
    public async Task Answers_to_single_mails_are_forgotten_after_ninety_days()
    {
        Task<int> CountAsync() => _app.ReadAsync(db => db.OutgoingMails.CountAsync(m => m.Answer != null, Cancelled));
        Assert.Equal(1, await CountAsync());
        _app.Clock.Advance(ForgetMailAnswers.KeptFor - Minute);
        await _app.RunOnlyAsync<ForgetMailAnswers>();
        Assert.Equal(1, await CountAsync());
        _app.Clock.Advance(2 * Minute);
        await _app.RunOnlyAsync<ForgetMailAnswers>();
        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task Answers_to_newsletters_are_forgotten_after_ninety_days()
    {
        _app.Smtp.On(SmtpStep.Rcpt, "550 5.2.2 Mailbox full", to: "ada@example.org", times: 10);
        await SendAsync();
        Task<int> CountAsync() => _app.ReadAsync(db => db.Deliveries.CountAsync(m => m.Answer != null, Cancelled));
        Assert.Equal(1, await CountAsync());
        _app.Clock.Advance(ForgetDeliveryAnswers.KeptFor - Minute);
        await _app.RunOnlyAsync<ForgetDeliveryAnswers>();
        Assert.Equal(1, await CountAsync());
        _app.Clock.Advance(2 * Minute);
        await _app.RunOnlyAsync<ForgetDeliveryAnswers>();
        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task An_answer_that_came_after_the_erasure_goes_the_next_night()
    {
        await SendAsync();
        await _app.EraseAsync("ada@example.org");
        await _app.ReadAsync(db => db.Deliveries.ExecuteUpdateAsync(s => s.SetProperty(d => d.Answer, "250 <ada@example.org> taken"), Cancelled));
        await _app.RunOnlyAsync<ForgetDeliveryAnswers>();
        Assert.DoesNotContain("ada@example.org", await _app.DumpAsync(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Who_left_is_erased_after_three_years_and_may_come_back()
    {
        await _app.PostFormAsync(await _app.LeaveLinkAsync("ada@example.org", "this-week"));
        await _app.SubscribeAsync("bob@example.org");
        _app.Clock.Advance(NewsroomApp.Start.AddYears(EraseLongGone.Years) - NewsroomApp.Start - Minute);
        await _app.RunOnlyAsync<EraseLongGone>();
        Assert.Equal("left", await _app.StatusAsync("ada@example.org"));
        _app.Clock.Advance(2 * Minute);
        await _app.RunOnlyAsync<EraseLongGone>();
        Assert.DoesNotContain("ada@example.org", await _app.DumpAsync(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal("confirmed", await _app.StatusAsync("bob@example.org"));
        await _app.SubscribeAsync("ada@example.org");
        Assert.Equal("confirmed", await _app.StatusAsync("ada@example.org"));
    }

    [Fact]
    public async Task Whose_address_stopped_working_is_erased_three_years_later_and_stays_barred()
    {
        await _app.SubscribeAsync("bob@example.org");
        await _app.BounceAsync("ada@example.org");
        _app.Clock.Advance(TimeSpan.FromDays(365));
        await _app.BounceAsync("bob@example.org");
        _app.Clock.Advance(TimeSpan.FromDays(365 * 2 + 2));
        await _app.RunOnlyAsync<EraseLongGone>();
        Assert.Null(await _app.SubscriberAsync("ada@example.org"));
        Assert.Equal("bounced", await _app.StatusAsync("bob@example.org"));
        Assert.Equal([SuppressionReason.HardBounce, SuppressionReason.HardBounce], await _app.ReadAsync(db => db.Suppressions.Select(s => s.Reason).ToListAsync(Cancelled)));
    }

    [Fact]
    public async Task Who_forbade_us_to_write_is_erased_after_three_years_and_stays_barred()
    {
        await _app.SuppressAsync("ada@example.org", SuppressionReason.Request);
        await _app.ReadAsync(db => db.Subscribers.ExecuteUpdateAsync(s => s.SetProperty(x => x.Status, SubscriberStatus.Suppressed), Cancelled));
        _app.Clock.Advance(NewsroomApp.Start.AddYears(EraseLongGone.Years) - NewsroomApp.Start - Minute);
        await _app.RunOnlyAsync<EraseLongGone>();
        Assert.Equal("suppressed", await _app.StatusAsync("ada@example.org"));
        _app.Clock.Advance(2 * Minute);
        await _app.RunOnlyAsync<EraseLongGone>();
        Assert.DoesNotContain("ada@example.org", await _app.DumpAsync(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(SuppressionReason.Request, await _app.ReadAsync(db => db.Suppressions.Select(s => s.Reason).SingleAsync(Cancelled)));
    }

    [Fact]
    public async Task Who_left_and_gave_keeps_the_gifts_when_the_reader_is_erased()
    {
        await using var giving = await GivingApp.StartAsync();
        var app = giving.Newsroom;
        await app.AddNewsletterAsync();
        await app.SubscribeAsync("ada@example.org");
        await app.PostFormAsync(await app.LeaveLinkAsync("ada@example.org", "this-week"));
        app.Clock.Advance(TimeSpan.FromDays(366 * EraseLongGone.Years));
        await giving.DeliverAsync(giving.Pay(await giving.OpenCheckoutAsync("10", email: "ada@example.org")));
        await app.RunDueJobsAsync();
        await app.RunOnlyAsync<EraseLongGone>();
        Assert.Null(await app.SubscriberAsync("ada@example.org"));
        Assert.Equal("ada@example.org", Assert.Single(await app.GiftsAsync()).Address);
    }

    [Fact]
    public async Task Every_job_runs_by_the_timetable()
    {
        await _app.SignUpAsync("pending@example.org");
        await SendAsync();
        await _app.PostFormAsync(await _app.LeaveLinkAsync("ada@example.org", "this-week"));
        await _app.AdvanceAsync(TimeSpan.FromDays(3 * 366));
        Assert.DoesNotContain("@example.org", await _app.DumpAsync(), StringComparison.OrdinalIgnoreCase);
    }

    private async Task SendAsync()
    {
        await _app.PushStoriesAsync();
        await _app.StepAsync(await _app.ComposeAsync(), "send");
        await _app.RunDueJobsAsync();
    }
}
