using Hangfire;
using Hangfire.Storage;

namespace Newsroom.Backend.Jobs;

/// <param name="Name">Which, with the process it runs in.</param>
/// <param name="Queues">What it takes jobs from.</param>
/// <param name="Workers">How many jobs at once.</param>
/// <param name="HeardAt">Its last sign of life; null: none yet.</param>
/// <param name="IsAlive">Heard within the last two minutes.</param>
public sealed record JobServer(string Name, IReadOnlyList<string> Queues, int Workers, DateTimeOffset? HeardAt, bool IsAlive);

/// <param name="Name">One of <see cref="Queues"/>.</param>
/// <param name="Waiting">Enqueued and not begun.</param>
public sealed record JobQueue(string Name, long Waiting);

/// <param name="Name">The timetable's line, or the job's class.</param>
/// <param name="At">When it should have run, or failed.</param>
public sealed record JobTrouble(string Name, DateTimeOffset? At);

/// <param name="Servers">Those who run jobs.</param>
/// <param name="Queues">Those in which something waits.</param>
/// <param name="Overdue">Lines of the timetable that should have run five minutes ago, or are not on it.</param>
/// <param name="FailedCount">Jobs that gave up, since the storage was made.</param>
/// <param name="Failed">The newest of them.</param>
public sealed record JobsView(IReadOnlyList<JobServer> Servers, IReadOnlyList<JobQueue> Queues, IReadOnlyList<JobTrouble> Overdue, long FailedCount, IReadOnlyList<JobTrouble> Failed);

/// <summary>How the clock and the workers are. Neither arguments nor messages of jobs: those are on Hangfire's own pages.</summary>
public sealed class ReadJobs(JobStorage storage, IEnumerable<TimetableLine> timetable, TimeProvider clock)
{
    private const int MostFailed = 10;

    /// <summary>Hangfire's servers say that they live every thirty seconds.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Late = TimeSpan.FromMinutes(5);

    public JobsView Run()
    {
        var now = clock.GetUtcNow();
        var monitor = storage.GetMonitoringApi();
        var failed = monitor.FailedJobs(0, MostFailed);
        return new JobsView(
            [.. monitor.Servers().OrderBy(s => s.Name, StringComparer.Ordinal).Select(s => new JobServer(
                s.Name, [.. s.Queues], s.WorkersCount, Utc(s.Heartbeat), Utc(s.Heartbeat ?? s.StartedAt) > now - Silence))],
            [.. monitor.Queues().Where(q => q.Length > 0).Select(q => new JobQueue(q.Name, q.Length))],
            Overdue(now),
            monitor.FailedCount(),
            [.. failed.Select(f => new JobTrouble(f.Value?.Job?.Type.Name ?? "a job of an older version", Utc(f.Value?.FailedAt)))]);
    }

    private List<JobTrouble> Overdue(DateTimeOffset now)
    {
        using var connection = storage.GetConnection();
        var lines = connection.GetRecurringJobs().ToDictionary(j => j.Id, StringComparer.Ordinal);
        return [.. timetable.Where(l => !lines.TryGetValue(l.Id, out var line) || line.Error is not null || Utc(line.NextExecution) < now - Late)
            .Select(l => new JobTrouble(l.Id, lines.TryGetValue(l.Id, out var line) ? Utc(line.NextExecution) : null))];
    }

    private static DateTimeOffset? Utc(DateTime? at) => at is { } known ? new DateTimeOffset(DateTime.SpecifyKind(known, DateTimeKind.Utc)) : null;
}
