using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Digests;

namespace Newsroom.Backend.Tests.Digests;

/// <summary>What staff are told of by themselves, and that it ends when it is over.</summary>
public sealed class WhatStaffAreToldOfTheSending : IAsyncLifetime
{
    private NewsroomApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await NewsroomApp.StartAsync(new() { ["Site:AlertAddress"] = "desk@example.org" });

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData(12)]
    [InlineData(2)]
    public async Task A_mail_server_that_nobody_reaches_for_ten_minutes_while_a_digest_waits(int readers)
    {
        var digest = await _app.ReadyDigestAsync(readers);
        await _app.Smtp.GoAwayAsync();
        await _app.StepAsync(digest, "send");
        await MinutesAsync(9);
        Assert.Empty(await _app.OpenAlertsAsync());
        await MinutesAsync(3);
        Assert.Contains("No mail has left for 10 minutes", (await _app.OpenAlertsAsync())["smtp.unreachable"], StringComparison.Ordinal);

        _app.Smtp.ComeBack();
        await MinutesAsync(3);
        Assert.Equal("sent", (string)(await _app.DigestAsync(digest))["status"]!);
        Assert.Empty(await _app.OpenAlertsAsync());
    }

    [Fact]
    public async Task A_mail_server_that_nobody_reaches_while_a_single_mail_waits()
    {
        await _app.Smtp.GoAwayAsync();
        await _app.WriteLetterAsync("reader@example.org");
        await MinutesAsync(12);
        Assert.Contains("smtp.unreachable", (await _app.OpenAlertsAsync()).Keys);
        _app.Smtp.ComeBack();
        await MinutesAsync(3);
        Assert.Empty(await _app.OpenAlertsAsync());
    }

    [Fact]
    public async Task A_digest_that_does_not_move_and_no_paused_one()
    {
        var digest = await _app.ReadyDigestAsync(3);
        await _app.StepAsync(digest, "send");
        for (var minute = 0; minute < 17; minute++)
        {
            // No slice ever runs.
            _app.LoseEnqueuedJobs();
            _app.Clock.Advance(TimeSpan.FromMinutes(1));
        }
        await _app.RunOnlyAsync<WatchSending>();
        Assert.Contains("has not moved for 15 minutes", (await _app.OpenAlertsAsync())["digest.overdue." + digest], StringComparison.Ordinal);
        await _app.StepAsync(digest, "pause");
        await _app.RunOnlyAsync<WatchSending>();
        Assert.Empty(await _app.OpenAlertsAsync());
        // What was long ago is no reason to cry at once.
        await _app.StepAsync(digest, "resume");
        await _app.RunOnlyAsync<WatchSending>();
        Assert.Empty(await _app.OpenAlertsAsync());
    }

    /// <summary>Of the newest rows all are long settled; the old ones go on slowly.</summary>
    [Fact]
    public async Task No_digest_whose_older_rows_move()
    {
        var digest = await _app.ReadyDigestAsync(600);
        _app.Smtp.On(SmtpStep.Rcpt, "451 4.3.0 later", to: ConfirmedReaders.Address(2));
        await _app.StepAsync(digest, "send");
        await _app.RunEnqueuedJobsAsync();
        Assert.Equal(new Ledger(600, 599, 0, 0, 0, 1), await _app.LedgerAsync(digest));
        _app.Clock.Advance(TimeSpan.FromMinutes(60));
        var now = _app.Clock.GetUtcNow();
        await _app.ArrangeAsync(async db =>
        {
            await db.Deliveries.Where(d => d.State == DeliveryState.Deferred).ExecuteUpdateAsync(s => s.SetProperty(d => d.State, DeliveryState.Planned));
            var first = await db.Deliveries.MinAsync(d => d.Id);
            await db.Deliveries.Where(d => d.Id == first).ExecuteUpdateAsync(s => s.SetProperty(d => d.SettledAt, now.AddMinutes(-1)));
        });
        await _app.RunOnlyAsync<WatchSending>();
        Assert.Empty(await _app.OpenAlertsAsync());
    }

    [Fact]
    public async Task A_scheduled_digest_that_was_not_begun_and_a_slot_that_was_not_made()
    {
        var digest = await _app.ReadyDigestAsync(1);
        await _app.StepAsync(digest, "schedule", new { at = "2026-11-24T08:00", timeZone = "America/New_York" });
        await _app.ArrangeAsync(async db => db.Add(new DigestSlot
        {
            NewsletterId = await db.Newsletters.Select(n => n.Id).SingleAsync(),
            LocalDate = new DateOnly(2026, 11, 24),
            DueAt = NewsroomApp.Start.AddHours(1),
            TakenAt = NewsroomApp.Start.AddHours(1),
        }));
        _app.Clock.Advance(TimeSpan.FromMinutes(74));
        await _app.RunOnlyAsync<WatchSending>();
        Assert.Empty(await _app.OpenAlertsAsync());
        _app.Clock.Advance(TimeSpan.FromMinutes(2));
        await _app.RunOnlyAsync<WatchSending>();
        var alerts = await _app.OpenAlertsAsync();
        Assert.Contains("has not begun", alerts["digest.overdue." + digest], StringComparison.Ordinal);
        Assert.Contains("This Week", alerts["digest.slot-overdue"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_stopped_digest_by_a_mail_of_its_own()
    {
        var one = await StoppedAsync("one");
        await MinutesAsync(2);
        var two = await StoppedAsync("two");
        await MinutesAsync(2);
        Assert.Equal(new[] { "digest.stopped." + one, "digest.stopped." + two }.Order(), (await _app.OpenAlertsAsync()).Keys.Order());
        Assert.Equal(2, _app.MailsTo("desk@example.org").Count);
    }

    private async Task<string> StoppedAsync(string slug)
    {
        await _app.AddNewsletterAsync(slug, slug);
        await _app.AddReadersAsync(1, slug, from: 1 + (await _app.ReadAsync(db => db.Subscribers.CountAsync())));
        await _app.PushStoriesAsync();
        var digest = await _app.ComposeAsync(slug);
        await _app.StepAsync(digest, "schedule", new { at = _app.Clock.GetUtcNow().AddMinutes(1).ToString("yyyy-MM-dd'T'HH:mm", System.Globalization.CultureInfo.InvariantCulture), timeZone = "Etc/UTC" });
        // Nothing ran when it was due.
        _app.Clock.Advance(TimeSpan.FromHours(3));
        return digest;
    }

    private async Task MinutesAsync(int minutes)
    {
        for (var minute = 0; minute < minutes; minute++)
            await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
    }
}

public sealed class StoppingByHand : IAsyncLifetime
{
    private const int Connections = 8;
    private NewsroomApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await NewsroomApp.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData("pause")]
    [InlineData("cancel")]
    public async Task Lets_no_more_than_one_message_a_connection_through_after_its_answer(string verb)
    {
        var (digest, taken, afterAnswer) = (await _app.ReadyDigestAsync(120), 0, 0);
        var answered = false;
        // From the 25th on the server answers nobody until the step is made.
        var step = new Lazy<Task>(async () =>
        {
            await _app.StepAsync(digest, verb);
            Volatile.Write(ref answered, true);
        });
        _app.Smtp.OnTaken = _ =>
        {
            if (Volatile.Read(ref answered))
                Interlocked.Increment(ref afterAnswer);
            return Interlocked.Increment(ref taken) >= 25 ? step.Value : Task.CompletedTask;
        };
        await _app.StepAsync(digest, "send");
        await _app.RunDueJobsAsync();
        Assert.True(answered);
        Assert.InRange(afterAnswer, 0, Connections);
        await _app.AdvanceAsync(TimeSpan.FromMinutes(10));
        Assert.InRange(afterAnswer, 0, Connections);
        Assert.Equal(taken, (await _app.LedgerAsync(digest)).Accepted);
        Assert.True(taken < 120);
    }

    [Fact]
    public async Task Ends_a_slice_that_waits_for_a_receivers_pace()
    {
        await using var app = await NewsroomApp.StartAsync(new()
        {
            ["Mail:Receivers:0:Domain"] = "readers.example.org",
            ["Mail:Receivers:0:MaxPerSecond"] = "0.5",
        });
        var digest = await app.ReadyDigestAsync(3);
        await app.StepAsync(digest, "send");
        var slice = Task.Run(app.RunEnqueuedJobsAsync, TestContext.Current.CancellationToken);
        await NewsroomApp.UntilAsync(() => app.Recipients.Count == 1);
        await app.StepAsync(digest, "pause");
        // Past the next reader's turn, and before the next heartbeat looks whether the digest is still to be sent.
        for (var tenths = 0; tenths < 40 && !slice.IsCompleted; tenths++)
        {
            app.Clock.Advance(TimeSpan.FromSeconds(0.1));
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
        await slice.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        Assert.Equal(new Ledger(3, 1, 0, 0, 0, 2), await app.LedgerAsync(digest));
    }
}
