using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Digests;
using Newsroom.Backend.Mail;

namespace Newsroom.Backend.Tests.Digests;

/// <summary>Answers that come late, never, or while something else goes on: nobody waits for another's, and what is known is written.</summary>
public sealed class AServerThatIsSlowOrHangsUp : IAsyncLifetime
{
    private const int Always = 1_000_000;
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _speaks = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private NewsroomApp _app = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static string Slow => ConfirmedReaders.Address(3);

    public async ValueTask InitializeAsync() => _app = await NewsroomApp.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _speaks.TrySetResult();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task Keeps_one_reader_waiting_and_no_other()
    {
        var (digest, taken) = (await _app.ReadyDigestAsync(60), 0);
        await _app.RegisterHookAsync("https://receiver.example.com/hook", "digest.sent");
        AnswerLate(SmtpStep.Rcpt);
        // The slice's time is up after half of them; the other half is the next one's.
        _app.Smtp.OnTaken = _ =>
        {
            if (Interlocked.Increment(ref taken) == 30)
                _app.Clock.Advance(SliceRun.Length);
            return Task.CompletedTask;
        };
        await _app.StepAsync(digest, "send");
        var jobs = Task.Run(_app.RunEnqueuedJobsAsync, Stop);
        await _asked.Task.WaitAsync(TimeSpan.FromSeconds(30), Stop);
        await NewsroomApp.UntilAsync(() => Task.FromResult(Volatile.Read(ref taken) >= 30));
        await NewsroomApp.UntilAsync(() =>
        {
            _app.Clock.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(jobs.IsCompleted);
        });
        await jobs;
        Assert.Equal(new Ledger(60, 59, 0, 0, 0, 1), await _app.LedgerAsync(digest));

        _speaks.SetResult();
        await NewsroomApp.UntilAsync(async () => (await _app.LedgerAsync(digest)).Accepted == 60);
        // The last answer ends the digest: no sweep need come.
        await NewsroomApp.UntilAsync(async () => (string)(await _app.DigestAsync(digest))["status"]! == "sent");
        Assert.Equal(60, _app.Recipients.Distinct().Count());
        Assert.Equal(60, _app.Recipients.Count);
        Assert.Equal("digest.sent", (await _app.OnlyToldAsync()).Type);
    }

    [Fact]
    public async Task Has_what_a_slice_had_no_time_for_handed_over_by_the_next_and_no_sweep_need_come()
    {
        var (digest, taken) = (await _app.ReadyDigestAsync(60), 0);
        _app.Smtp.OnTaken = _ =>
        {
            if (Interlocked.Increment(ref taken) == 30)
                _app.Clock.Advance(SliceRun.Length);
            return Task.CompletedTask;
        };
        await _app.StepAsync(digest, "send");
        await _app.RunEnqueuedJobsAsync();
        Assert.Equal("sent", (string)(await _app.DigestAsync(digest))["status"]!);
        Assert.Equal(new Ledger(60, 60, 0, 0, 0, 0), await _app.FrozenAsync(digest));
        Assert.Equal(60, _app.Recipients.Count);
    }

    [Theory]
    [InlineData("451 4.3.0 Try later")]
    [InlineData(SmtpSink.Drop)]
    public async Task Has_its_no_written_though_the_digest_was_paused_meanwhile(string answer)
    {
        var digest = await _app.ReadyDigestAsync(3);
        AnswerLate(SmtpStep.Rcpt);
        _app.Smtp.On(SmtpStep.Rcpt, answer, to: Slow);
        await _app.StepAsync(digest, "send");
        var jobs = Task.Run(_app.RunEnqueuedJobsAsync, Stop);
        await _asked.Task.WaitAsync(TimeSpan.FromSeconds(30), Stop);
        await NewsroomApp.UntilAsync(async () => (await _app.LedgerAsync(digest)).Accepted == 2);
        await _app.StepAsync(digest, "pause");
        // Longer than a lease, with the sweep each minute; the process lives.
        for (var seconds = 0; seconds < 150; seconds += 5)
        {
            _app.Clock.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(40, Stop);
            await _app.RunOnlyAsync<TendDigests>();
        }
        Assert.Equal(DeliveryState.HandingOver, await StateAsync(Slow));

        _speaks.SetResult();
        await NewsroomApp.UntilAsync(async () => await StateAsync(Slow) == DeliveryState.Deferred);
        await jobs;
        await _app.StepAsync(digest, "resume");
        await _app.AdvanceAsync(TimeSpan.FromMinutes(6));
        Assert.Equal(new Ledger(3, 3, 0, 0, 0, 0), await _app.LedgerAsync(digest));
        Assert.Equal("sent", (string)(await _app.DigestAsync(digest))["status"]!);
    }

    [Theory]
    [InlineData(SmtpStep.Rcpt)]
    [InlineData(SmtpStep.Data)]
    public async Task May_hang_up_on_one_reader_for_ever_and_the_digest_ends_all_the_same(SmtpStep step)
    {
        var digest = await _app.ReadyDigestAsync(4);
        _app.Smtp.On(step, SmtpSink.Drop, to: Slow, times: Always);
        await _app.StepAsync(digest, "send");
        await _app.RunDueJobsAsync();
        var hours = 0;
        for (; (string)(await _app.DigestAsync(digest))["status"]! != "sent" && hours < 60; hours++)
            await _app.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.InRange(hours, 40, 56);
        Assert.Equal(new Ledger(4, 3, 1, 0, 0, 0), await _app.LedgerAsync(digest));
    }

    [Fact]
    public async Task Is_believed_by_a_row_that_was_called_uncertain_meanwhile_unless_the_digest_is_sent()
    {
        var digest = await _app.ReadyDigestAsync(3);
        await _app.StepAsync(digest, "send");
        await _app.ArrangeAsync(async db =>
        {
            var (digestId, now, lease) = (await db.Digests.Select(d => d.Id).SingleAsync(), _app.Clock.GetUtcNow(), Guid.CreateVersion7());
            await SliceLease.TakeAsync(db, digestId, lease, now, CancellationToken.None);
            await new PlanAudience(db, _app.Clock).RunAsync(digestId, lease, CancellationToken.None);
            var claimed = await DeliveryRows.ClaimAsync(db, digestId, lease, now, now + SliceLease.Length, 3);
            foreach (var claim in claimed)
                Assert.Equal(Gate.Open, await DeliveryRows.BeginAsync(db, claim.Id, lease, "", now));
            Assert.Equal(3, await DeliveryRows.ReclaimAsync(db, DateTimeOffset.MaxValue, now, CancellationToken.None));
            var later = Settlement.Of(new HandOver(HandOverResult.Later, 451, null, "Later", FaultOwner.Server), 0, now);
            Assert.True(await DeliveryRows.SettleAsync(db, claimed[0].Id, lease, later, now));
            Assert.False(await DeliveryRows.SettleAsync(db, claimed[1].Id, Guid.CreateVersion7(), later, now));
            await DeliveryRows.SettleAsync(db, claimed[0].Id, lease, later with { State = DeliveryState.Refused }, now);
            await db.Digests.ExecuteUpdateAsync(s => s.SetProperty(d => d.Status, DigestStatus.Sent));
            Assert.False(await DeliveryRows.SettleAsync(db, claimed[1].Id, lease, later, now));
            Assert.True(await DeliveryRows.SettleAsync(db, claimed[2].Id, lease, later with { State = DeliveryState.Accepted }, now));
        });
    }

    [Fact]
    public async Task Unreachable_has_nothing_in_hand_so_a_kill_then_leaves_nothing_uncertain()
    {
        var digest = await _app.ReadyDigestAsync(20);
        _app.Smtp.OnAsked = (step, _) => step == SmtpStep.Connect ? _speaks.Task : Task.CompletedTask;
        await _app.StepAsync(digest, "send");
        var jobs = Task.Run(_app.RunEnqueuedJobsAsync, Stop);
        await NewsroomApp.UntilAsync(() => Task.FromResult(_app.Smtp.OpenConnections == 8));
        Assert.Equal(0, await _app.ReadAsync(db => db.Deliveries.CountAsync(d => d.State == DeliveryState.HandingOver)));
        _speaks.SetResult();
        await jobs;
        Assert.Equal(new Ledger(20, 20, 0, 0, 0, 0), await _app.LedgerAsync(digest));
    }

    [Theory]
    [InlineData("its pace")]
    [InlineData("its greeting")]
    public async Task Keeps_no_stopping_program_waiting_for(string what)
    {
        await using var app = await NewsroomApp.StartAsync(new() { ["Mail:Smtp:MaxPerSecond"] = what == "its pace" ? "0.05" : "0" });
        var digest = await app.ReadyDigestAsync(6);
        if (what == "its greeting")
            app.Smtp.OnAsked = (step, _) => step == SmtpStep.Connect ? _speaks.Task : Task.CompletedTask;
        await app.StepAsync(digest, "send");
        using var stopping = new CancellationTokenSource();
        var slice = Task.Run(() => app.RunSliceAsync(digest, stopping.Token), Stop);
        try
        {
            await NewsroomApp.UntilAsync(() => Task.FromResult(what == "its pace" ? app.Recipients.Count == 1 : app.Smtp.OpenConnections > 0));
            await stopping.CancelAsync();
            // The clock stands still: nothing but the stop ends the waiting.
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => slice.WaitAsync(TimeSpan.FromSeconds(20), Stop));
        }
        finally
        {
            _speaks.TrySetResult();
        }
        Assert.Equal(new Ledger(6, app.Recipients.Count, 0, 0, 0, 6 - app.Recipients.Count), await app.LedgerAsync(digest));
        Assert.Equal(0, await app.ReadAsync(db => db.Deliveries.CountAsync(d => d.State == DeliveryState.HandingOver || d.State == DeliveryState.Claimed)));
    }

    private void AnswerLate(SmtpStep at) => _app.Smtp.OnAsked = async (step, to) =>
    {
        if (step != at || to != Slow)
            return;
        _asked.TrySetResult();
        await _speaks.Task;
    };

    private Task<DeliveryState> StateAsync(string address) => _app.ReadAsync(db => (
        from delivery in db.Deliveries
        join subscriber in db.Subscribers on delivery.SubscriberId equals subscriber.Id
        where subscriber.Address == address
        select delivery.State).SingleAsync(Stop));
}

/// <summary>Another process holds SQLite's write lock longer than a writer waits: an answer already heard must not be lost for it.</summary>
public sealed class ADatabaseThatIsBusyAfterAnAnswer : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("newsroom-busy-").FullName;
    private NewsroomApp _app = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string ConnectionString => $"Data Source={Path.Combine(_folder, "newsroom.db")};Default Timeout=1";

    public async ValueTask InitializeAsync() => _app = await NewsroomApp.StartAsync(new() { ["ConnectionStrings:Newsroom"] = ConnectionString });

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Learns_of_it_when_it_is_free_again()
    {
        var digest = await _app.ReadyDigestAsync(1);
        await _app.StepAsync(digest, "send");
        await BusyAfterTheAnswerAsync();
        Assert.Equal(new Ledger(1, 1, 0, 0, 0, 0), await _app.LedgerAsync(digest));
        Assert.Single(_app.Recipients);
    }

    [Fact]
    public async Task Learns_of_a_single_mails_too()
    {
        var id = await _app.WriteLetterAsync("reader@example.org");
        await BusyAfterTheAnswerAsync();
        Assert.Equal(OutgoingMailState.Sent, (await _app.OutgoingMailAsync(id)).State);
        Assert.Single(_app.Recipients);
    }

    private async Task BusyAfterTheAnswerAsync()
    {
        await using var other = new SqliteConnection(ConnectionString);
        await other.OpenAsync(Stop);
        SqliteTransaction? held = null;
        _app.Smtp.OnTaken = _ =>
        {
            held = other.BeginTransaction();
            return Task.CompletedTask;
        };
        var jobs = Task.Run(_app.RunEnqueuedJobsAsync, Stop);
        // Several times as long as a writer waits.
        await Task.Delay(TimeSpan.FromSeconds(3.5), Stop);
        Assert.NotNull(held);
        Assert.False(jobs.IsCompleted);
        await held.DisposeAsync();
        for (var attempt = 0; attempt < 500 && !jobs.IsCompleted; attempt++)
        {
            _app.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(20, Stop);
        }
        await jobs;
    }
}
