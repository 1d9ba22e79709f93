using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Mail.Relays;

/// <summary>
/// Keeps the relays' counts through a restart and shares them among processes: written each ten seconds and at the end, read then and before the first turn. A kill
/// may forget the messages of the last ten seconds, so that a day's allowance is passed by so many.
/// </summary>
internal sealed class RelayCounts(IServiceScopeFactory scopes, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(2);

    private readonly SemaphoreSlim _one = new(1);
    private volatile bool _loaded;

    /// <summary>Before the first turn; a command has no background work that did it.</summary>
    public async ValueTask LoadAsync(SmtpRelay relay, CancellationToken cancellationToken)
    {
        if (!_loaded)
            await SyncAsync(relay, cancellationToken);
    }

    public void Dispose() => _one.Dispose();

    /// <summary>Adds what was counted here, then learns what all have counted.</summary>
    public async Task SyncAsync(SmtpRelay relay, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var mine = relay.Read(_ => relay.Relays.SelectMany(TakeUnwritten).Where(c => (c.Count, c.ListCount) != (0, 0)).ToList());
            var matters = relay.Read(now => relay.WarmUp.IsOn(now) || relay.Relays.Any(r => r.Allowance.LastsLongerThanTheProgram));
            if (mine.Count > 0 || matters)
                await SyncAsync(relay, mine, cancellationToken);
            _loaded = true;
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task SyncAsync(SmtpRelay relay, List<RelayCount> mine, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<NewsroomDb>();
        var since = clock.GetUtcNow() - Kept;
        try
        {
            while (mine.Count > 0)
            {
                await AddAsync(db, mine[^1], cancellationToken);
                mine.RemoveAt(mine.Count - 1);
            }
            await db.RelayCounts.Where(c => c.StepAt < since).ExecuteDeleteAsync(cancellationToken);
        }
        finally
        {
            // What could not be written is written next time.
            relay.Read(_ => mine.ConvertAll(c => PutBack(relay, c)));
        }
        var known = await db.RelayCounts.AsNoTracking().Where(c => c.StepAt >= since).OrderBy(c => c.Id).ToListAsync(cancellationToken);
        relay.Read(_ => Learn(relay, known));
    }

    private static async Task AddAsync(NewsroomDb db, RelayCount counted, CancellationToken cancellationToken)
    {
        if (await UpdateAsync() > 0)
            return;
        db.Add(counted);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException e) when (db.IsUniqueViolation(e))
        {
            // Another process was first.
            db.ChangeTracker.Clear();
            await UpdateAsync();
        }

        Task<int> UpdateAsync() => db.RelayCounts.Where(c => c.StepAt == counted.StepAt && c.Relay == counted.Relay).ExecuteUpdateAsync(s => s
            .SetProperty(c => c.Count, c => c.Count + counted.Count)
            .SetProperty(c => c.ListCount, c => c.ListCount + counted.ListCount), cancellationToken);
    }

    private static List<RelayCount> TakeUnwritten(Relay relay)
    {
        List<RelayCount> counts = [.. relay.Unwritten.Select(u => new RelayCount { Relay = relay.Name, StepAt = u.Key, Count = u.Value.All, ListCount = u.Value.List })];
        relay.Unwritten.Clear();
        return counts;
    }

    private static bool PutBack(SmtpRelay relays, RelayCount counted)
    {
        var unwritten = relays.Relays.First(r => r.Name == counted.Relay).Unwritten;
        var (all, list) = unwritten.GetValueOrDefault(counted.StepAt);
        unwritten[counted.StepAt] = (all + counted.Count, list + counted.ListCount);
        return true;
    }

    private static bool Learn(SmtpRelay relays, List<RelayCount> known)
    {
        foreach (var relay in relays.Relays)
        {
            foreach (var count in known.Where(c => c.Relay == relay.Name))
                relay.Allowance.Know(count.StepAt, count.Count + relay.Unwritten.GetValueOrDefault(count.StepAt).All);
        }
        foreach (var step in known.GroupBy(c => c.StepAt))
            relays.WarmUp.Know(step.Key, step.Sum(c => c.ListCount) + relays.Relays.Sum(r => r.Unwritten.GetValueOrDefault(step.Key).List));
        return true;
    }
}

/// <summary>Writes the counts down now and then, and at the end.</summary>
internal sealed partial class RelayCountsWriter(SmtpRelay relay, TimeProvider clock, ILogger<RelayCountsWriter> logger) : BackgroundService
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await TryAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(10), clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await TryAsync(stoppingToken);
    }

    private async Task TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            await relay.Counts.SyncAsync(relay, cancellationToken);
        }
        catch (Exception e) when (UntilCommitted.IsTheDatabases(e))
        {
            LogLater(logger, e);
        }
        catch (ObjectDisposedException)
        {
            // A host may stop its services twice, and be gone the second time.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The relays' counts could not be written; they are kept and written next time")]
    private static partial void LogLater(ILogger logger, Exception exception);
}
