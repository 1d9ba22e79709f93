using FsCheck;
using FsCheck.Xunit;
using Microsoft.EntityFrameworkCore;

namespace Newsroom.Backend.Tests.Digests;

/// <summary>Whatever readers, servers, staff and a losing queue do: each reader's row ends once, and the sum holds at every moment.</summary>
public sealed class ALedgerUnderAnyWeather : IAsyncLifetime
{
    public enum Fate
    {
        Takes,
        TakesToo,
        IsGone,
        IsFull,
        GreylistsOnce,
        GreylistsThrice,
        FallsSilent,
    }

    public enum Move
    {
        RunJobs,
        LoseJobs,
        Pause,
        Resume,
        AMinutePasses,
        AnHourPasses,
        SomebodyLeaves,
        ServerGoesDown,
        ServerComesBack,
    }

    private const int Always = 1_000_000;
    private NewsroomApp _app = null!;
    private int _case;
    private bool _serverIsUp = true;

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync();
        await _app.PushStoriesAsync();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Property(MaxTest = 30, EndSize = 25)]
    public async Task Closes(NonEmptyArray<Fate> fates, Move[] moves)
    {
        var (slug, first) = ($"case-{++_case}", _case * 1000);
        await _app.AddNewsletterAsync(slug, slug);
        await _app.AddReadersAsync(fates.Get.Length, slug, first);
        foreach (var (fate, i) in fates.Get.Select((f, i) => (f, i)))
            Arrange(fate, ConfirmedReaders.Address(first + i));
        var digest = await _app.ComposeAsync(slug);
        await _app.StepAsync(digest, "send");

        var left = new HashSet<string>();
        foreach (var move in moves)
        {
            await MakeAsync(move, digest, first, fates.Get.Length, left);
            await _app.LedgerAsync(digest);
        }
        await EndAsync(digest);

        var ledger = await _app.LedgerAsync(digest);
        // Who left before the audience was frozen is not planned; who left later is planned and withheld.
        Assert.InRange(ledger.Planned, fates.Get.Length - left.Count, fates.Get.Length);
        Assert.Equal(0, ledger.Remaining);
        Assert.Equal(ledger.Planned, await _app.ReadAsync(db => db.Deliveries.CountAsync(d => db.Digests.Any(g => g.Id == d.DigestId && g.PublicId == digest))));
        foreach (var (fate, i) in fates.Get.Select((f, i) => (f, i)))
        {
            var address = ConfirmedReaders.Address(first + i);
            var times = _app.Recipients.Count(r => r == address);
            Assert.True(times <= 1, $"{address} ({fate}) got it {times} times.");
            if (fate is not (Fate.IsGone or Fate.IsFull or Fate.FallsSilent) && !left.Contains(address))
                Assert.Equal(1, times);
        }
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private void Arrange(Fate fate, string address)
    {
        switch (fate)
        {
            case Fate.IsGone:
                _app.Smtp.On(SmtpStep.Rcpt, "550 5.1.1 no such user", to: address, times: Always);
                break;
            case Fate.IsFull:
                _app.Smtp.On(SmtpStep.Rcpt, "552 5.2.2 mailbox full", to: address, times: Always);
                break;
            case Fate.GreylistsOnce:
                _app.Smtp.On(SmtpStep.Rcpt, "450 4.2.0 greylisted", to: address, times: 1);
                break;
            case Fate.GreylistsThrice:
                _app.Smtp.On(SmtpStep.Rcpt, "450 4.2.0 greylisted", to: address, times: 3);
                break;
            case Fate.FallsSilent:
                _app.Smtp.On(SmtpStep.Dot, SmtpSink.TakeAndDrop, to: address);
                break;
        }
    }

    private async Task MakeAsync(Move move, string digest, int first, int readers, HashSet<string> left)
    {
        switch (move)
        {
            case Move.RunJobs:
                await _app.RunEnqueuedJobsAsync();
                break;
            case Move.LoseJobs:
                _app.LoseEnqueuedJobs();
                break;
            case Move.Pause or Move.Resume:
                await _app.Api.PostAsync($"/api/v1/digests/{digest}/{(move == Move.Pause ? "pause" : "resume")}", null, Stop);
                break;
            case Move.AMinutePasses:
                await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
                break;
            case Move.AnHourPasses:
                await _app.AdvanceAsync(TimeSpan.FromHours(1));
                break;
            case Move.SomebodyLeaves:
                left.Add(await _app.LeaveAsync(ConfirmedReaders.Address(first + (left.Count % readers))));
                break;
            case Move.ServerGoesDown or Move.ServerComesBack:
                await SetServerAsync(up: move == Move.ServerComesBack);
                break;
        }
    }

    private async Task SetServerAsync(bool up)
    {
        if (up && !_serverIsUp)
            _app.Smtp.ComeBack();
        else if (!up && _serverIsUp)
            await _app.Smtp.GoAwayAsync();
        _serverIsUp = up;
    }

    private async Task EndAsync(string digest)
    {
        await SetServerAsync(up: true);
        for (var hours = 0; hours < 60 && (string)(await _app.DigestAsync(digest))["status"]! != "sent"; hours++)
        {
            // Also one that stopped by itself, because everybody so far fell silent.
            await _app.Api.PostAsync($"/api/v1/digests/{digest}/resume", null, Stop);
            await _app.AdvanceAsync(TimeSpan.FromHours(1));
        }
        Assert.Equal("sent", (string)(await _app.DigestAsync(digest))["status"]!);
    }
}
