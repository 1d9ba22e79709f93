using FsCheck;
using FsCheck.Xunit;
using Newsroom.Backend.Mail.Bounces;

namespace Newsroom.Backend.Tests.Digests;

/// <summary>Whatever staff, servers and reports do with a digest, what is kept of it when it is over is what its rows say.</summary>
public sealed class ALedgerThatIsKept : IAsyncLifetime
{
    public enum Fate
    {
        Takes,
        IsGone,
        RefusesOurPolicy,
        RefusesTheContent,
        FallsSilent,
        GreylistsOnce,
    }

    public enum Move
    {
        RunJobs,
        AMinutePasses,
        AnHourPasses,
        Pause,
        Resume,
        Cancel,
        SendUncertainAgain,
        LeaveUncertain,
        SendToTheMissing,
        HearBounce,
        HearComplaint,
        HearDelivered,
        SomebodyLeaves,
    }

    private NewsroomApp _app = null!;
    private int _case;

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync();
        await _app.PushStoriesAsync();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Property(MaxTest = 25, EndSize = 25)]
    public async Task Is_the_count_of_its_rows_after_any_sequence_of_steps(NonEmptyArray<Fate> fates, Move[] moves)
    {
        var (slug, first) = ($"case-{++_case}", _case * 1000);
        await _app.AddNewsletterAsync(slug, slug);
        await _app.AddReadersAsync(fates.Get.Length, slug, first);
        foreach (var (fate, i) in fates.Get.Select((f, i) => (f, i)))
            Arrange(fate, ConfirmedReaders.Address(first + i));
        var digest = await _app.ComposeAsync(slug);
        await _app.StepAsync(digest, "send");
        foreach (var (move, i) in moves.Select((m, i) => (m, i)))
        {
            await MakeAsync(move, digest, ConfirmedReaders.Address(first + i % fates.Get.Length));
            await AssertKeptAsync(digest);
        }
        await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
        var status = await AssertKeptAsync(digest);
        // A minute later nothing that is over is still counted from its rows.
        if (status == "cancelled")
            Assert.NotNull(await _app.FrozenAsync(digest));
    }

    private async Task<string> AssertKeptAsync(string digest)
    {
        var ledger = await _app.LedgerAsync(digest);
        var status = (string)(await _app.DigestAsync(digest))["status"]!;
        if (await _app.FrozenAsync(digest) is { } kept)
        {
            Assert.Contains(status, new[] { "sent", "cancelled" });
            Assert.Equal(kept, ledger);
        }
        else
            Assert.NotEqual("sent", status);
        return status;
    }

    private void Arrange(Fate fate, string address)
    {
        switch (fate)
        {
            case Fate.IsGone:
                _app.Smtp.On(SmtpStep.Rcpt, "550 5.1.1 no such user", to: address, times: 1_000_000);
                break;
            case Fate.RefusesOurPolicy:
                _app.Smtp.On(SmtpStep.Rcpt, "550 5.7.1 policy", to: address, times: 1);
                break;
            case Fate.RefusesTheContent:
                _app.Smtp.On(SmtpStep.Dot, "554 5.6.0 content", to: address, times: 1);
                break;
            case Fate.FallsSilent:
                _app.Smtp.On(SmtpStep.Dot, SmtpSink.TakeAndDrop, to: address);
                break;
            case Fate.GreylistsOnce:
                _app.Smtp.On(SmtpStep.Rcpt, "450 4.2.0 greylisted", to: address, times: 1);
                break;
        }
    }

    private async Task MakeAsync(Move move, string digest, string reader)
    {
        switch (move)
        {
            case Move.RunJobs:
                await _app.RunEnqueuedJobsAsync();
                break;
            case Move.AMinutePasses:
                await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
                break;
            case Move.AnHourPasses:
                await _app.AdvanceAsync(TimeSpan.FromHours(1));
                break;
            case Move.Pause or Move.Resume or Move.Cancel:
                await TryAsync(digest, move.ToString().ToLowerInvariant(), null);
                break;
            case Move.SendUncertainAgain or Move.LeaveUncertain:
                await TryAsync(digest, "uncertain", new { decision = move == Move.LeaveUncertain ? "leave" : "send" });
                break;
            case Move.SendToTheMissing:
                await TryAsync(digest, "missing", null);
                break;
            case Move.HearBounce or Move.HearComplaint or Move.HearDelivered:
                var kind = move switch { Move.HearBounce => BounceKind.Soft, Move.HearComplaint => BounceKind.Complaint, _ => BounceKind.Ignored };
                await _app.HearAsync(digest, reader, kind, move == Move.HearDelivered ? BounceReasons.Delivered : null);
                break;
            case Move.SomebodyLeaves:
                await _app.LeaveAsync(reader);
                break;
        }
    }

    private async Task TryAsync(string digest, string verb, object? body) =>
        await _app.Api.PostAsync($"/api/v1/digests/{digest}/{verb}", body is null ? null : System.Net.Http.Json.JsonContent.Create(body), TestContext.Current.CancellationToken);
}

/// <summary>Who counts when many look at a digest of many readers.</summary>
public sealed class CountingManyRows : IAsyncLifetime
{
    private NewsroomApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await NewsroomApp.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public Task Is_done_once_for_all_who_ask_within_a_moment() => AssertCountsAsync(rows: 50_000, counts: 1);

    [Fact]
    public Task Is_done_for_each_while_they_are_few() => AssertCountsAsync(rows: 49_999, counts: 10);

    private async Task AssertCountsAsync(int rows, int counts)
    {
        var counted = 0;
        var lately = _app.CountedLately((_, _, _) => Task.FromResult((Interlocked.Increment(ref counted), rows)), value => value.rows);
        for (var asked = 0; asked < 10; asked++)
            await _app.ReadAsync(db => lately.OfAsync(db, 1, TestContext.Current.CancellationToken));
        Assert.Equal(counts, counted);
    }
}
