using Hangfire;
using Hangfire.Common;
using Hangfire.Server;
using Hangfire.States;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Newsroom.Backend.Mail.Doctor;
using Newsroom.Backend.Staff.House;
using Newsroom.Backend.Subscribers.Imports;

namespace Newsroom.Backend.Tests;

/// <summary>Hangfire as it is for staff: the test puts there what servers and workers would have left.</summary>
public sealed partial class NewsroomApp
{
    private SqliteConnection? _swollen;

    private JobStorage Storage => _program.Services.GetRequiredService<JobStorage>();

    /// <summary>A server that lives, for these queues.</summary>
    public void AnnounceServer(params string[] queues)
    {
        using var connection = Storage.GetConnection();
        connection.AnnounceServer("test:1", new ServerContext { Queues = queues, WorkerCount = 1 });
        connection.Heartbeat("test:1");
    }

    /// <summary>A list that was to be brought in, whose job gave up; gives the job's id. Not by Hangfire's client: its log is one for all programs of this process.</summary>
    public string FailJob()
    {
        using var connection = Storage.GetConnection();
        var id = connection.CreateExpiredJob(
            Job.FromExpression<RunList>(j => j.RunAsync(1, CancellationToken.None)), new Dictionary<string, string?>(), TimeProvider.System.GetUtcNow().UtcDateTime, TimeSpan.FromDays(1));
        SetState(id, new FailedState(new InvalidOperationException("It broke.")));
        return id;
    }

    public void DeleteJob(string id) => SetState(id, new DeletedState());

    private void SetState(string job, IState state)
    {
        using var connection = Storage.GetConnection();
        using var transaction = connection.CreateWriteTransaction();
        transaction.SetJobState(job, state);
        transaction.Commit();
    }

    /// <summary>A line of the timetable: when it is due next, and the job it made last.</summary>
    public void SetLine(string id, DateTimeOffset next, string? lastJob = null)
    {
        using var connection = Storage.GetConnection();
        connection.SetRangeInHash("recurring-job:" + id, [KeyValuePair.Create("NextExecution", JobHelper.SerializeDateTime(next.UtcDateTime)), KeyValuePair.Create("LastJobId", lastJob ?? "")]);
    }

    public async Task<IReadOnlyCollection<string>> WatchHouseAsync(IReadOnlyCollection<string>? before = null)
    {
        await using var scope = _program.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<WatchHouse>().RunAsync(before ?? [], Cancelled);
    }

    internal async Task<DnsLook> WatchDnsAsync(DnsLook? before = null)
    {
        await using var scope = _program.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<WatchDns>().RunAsync(before ?? DnsLook.None, Cancelled);
    }

    /// <summary>Makes the database's file look as large as its disk has room left, and more: a hole, which takes none.</summary>
    public void SwellDatabase()
    {
        using var file = new FileStream(Path.Combine(_folder, "newsroom.db"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        file.SetLength(new DriveInfo(_folder).AvailableFreeSpace + (1L << 32));
        // While one is open, no other connection is the last to be closed and cuts the file back.
        _swollen = new SqliteConnection(_connectionString + ";Pooling=False");
        _swollen.Open();
        using var look = new SqliteCommand("SELECT COUNT(*) FROM sqlite_master", _swollen);
        look.ExecuteScalar();
    }

    /// <summary>SQLite cuts the file back to what is in it.</summary>
    public async Task ShrinkDatabaseAsync()
    {
        await _swollen!.DisposeAsync();
        await ReadAsync(async db =>
        {
            db.Add(new Mail.Alerts.Alert { Kind = "test", Message = "", RaisedAt = Clock.GetUtcNow(), ClearedAt = Clock.GetUtcNow() });
            await db.SaveChangesAsync(Cancelled);
            return await db.Database.ExecuteSqlAsync($"PRAGMA wal_checkpoint(TRUNCATE)", Cancelled);
        });
    }
}
