using Hangfire;
using Hangfire.States;
using Hangfire.Storage;
using Hangfire.Storage.Monitoring;

namespace Newsroom.Backend.Jobs;

/// <param name="Name">Which, with the process it runs in.</param>
/// <param name="Queues">What it takes jobs from.</param>
/// <param name="Workers">How many jobs at once.</param>
/// <param name="HeardAt">Its last sign of life; null: none yet.</param>
/// <param name="IsAlive">Heard within the last two minutes.</param>
public sealed record JobServer(string Name, IReadOnlyList<string> Queues, int Workers, DateTimeOffset? HeardAt, bool IsAlive);

/// <param name="Name">One of <see cref="Queues"/>.</param>
/// <param name="Waiting">Enqueued and not begun.</param>
/// <param name="IsLeft">Something waits for five minutes, and nobody who is alive takes from it.</param>
public sealed record JobQueue(string Name, long Waiting, bool IsLeft);

/// <param name="Name">The timetable's line, or the job's class.</param>
/// <param name="At">When it should have run, or failed.</param>
public sealed record JobTrouble(string Name, DateTimeOffset? At);

/// <param name="Servers">Those who run jobs.</param>
/// <param name="Queues">Those in which something waits.</param>
/// <param name="Overdue">Lines of the timetable that should have run five minutes ago, or are not on it.</param>
/// <param name="FailedCount">Jobs that gave up, since the storage was made.</param>
/// <param name="Failed">The newest of them.</param>
/// <param name="Failing">Of the timetable those whose last run gave up, and what else gave up within a day: each name once.</param>
public sealed record JobsView(
    IReadOnlyList<JobServer> Servers, IReadOnlyList<JobQueue> Queues, IReadOnlyList<JobTrouble> Overdue, long FailedCount, IReadOnlyList<JobTrouble> Failed, IReadOnlyList<string> Failing)
{
    public bool IsServed => Servers.Any(s => s.IsAlive);
}

/// <summary>How the clock and the workers are. Neither arguments nor messages of jobs: those are on Hangfire's own pages.</summary>
public sealed class ReadJobs(JobStorage storage, IEnumerable<TimetableLine> timetable, TimeProvider clock)
{
    private const int MostShown = 10;

    /// <summary>A job of every minute that fails for an hour does not hide what else failed.</summary>
    private const int MostFailed = 100;

    /// <summary>Hangfire's servers say that they live every thirty seconds.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Late = TimeSpan.FromMinutes(5);

    /// <summary>Later than that somebody has seen it, or it does not matter.</summary>
    private static readonly TimeSpan Lately = TimeSpan.FromDays(1);

    public JobsView Run()
    {
        var now = clock.GetUtcNow();
        var monitor = storage.GetMonitoringApi();
        using var connection = storage.GetConnection();
        var lines = connection.GetRecurringJobs().ToDictionary(j => j.Id, StringComparer.Ordinal);
        var failed = monitor.FailedJobs(0, MostFailed).ConvertAll(f => (f.Value?.Job?.Type, At: Utc(f.Value?.FailedAt)));
        var servers = monitor.Servers().OrderBy(s => s.Name, StringComparer.Ordinal)
            .Select(s => new JobServer(s.Name, [.. s.Queues], s.WorkersCount, Utc(s.Heartbeat), Utc(s.Heartbeat ?? s.StartedAt) > now - Silence)).ToList();
        return new JobsView(
            servers,
            [.. monitor.Queues().Where(q => q.Length > 0).Select(q => new JobQueue(q.Name, q.Length, IsLeft(q, servers, now)))],
            [.. timetable.Where(l => IsOverdue(lines.GetValueOrDefault(l.Id), now)).Select(l => new JobTrouble(l.Id, Utc(lines.GetValueOrDefault(l.Id)?.NextExecution)))],
            monitor.FailedCount(),
            [.. failed.Take(MostShown).Select(f => new JobTrouble(NameOf(f.Type), f.At))],
            [.. Failing(lines, failed, now).Distinct(StringComparer.Ordinal)]);
    }

    internal static bool IsLeft(QueueWithTopEnqueuedJobsDto queue, IReadOnlyList<JobServer> servers, DateTimeOffset now) =>
        !servers.Any(s => s.IsAlive && s.Queues.Contains(queue.Name, StringComparer.Ordinal)) && queue.FirstJobs.Exists(j => Utc(j.Value?.EnqueuedAt) < now - Late);

    private static bool IsOverdue(RecurringJobDto? line, DateTimeOffset now) => line is null || line.Error is not null || Utc(line.NextExecution) < now - Late;

    /// <summary>A line of the timetable is well again when its next run was; what nobody runs again stays in sight for a day.</summary>
    private IEnumerable<string> Failing(Dictionary<string, RecurringJobDto> lines, List<(Type? Job, DateTimeOffset? At)> failed, DateTimeOffset now)
    {
        var known = timetable.Select(l => l.Job.Type).ToHashSet();
        return timetable.Where(l => lines.GetValueOrDefault(l.Id)?.LastJobState == FailedState.StateName).Select(l => l.Id)
            .Concat(failed.Where(f => f.At > now - Lately && (f.Job is null || !known.Contains(f.Job))).Select(f => NameOf(f.Job)));
    }

    private static string NameOf(Type? job) => job?.Name ?? "a job of an older version";

    private static DateTimeOffset? Utc(DateTime? at) => at is { } known ? new DateTimeOffset(DateTime.SpecifyKind(known, DateTimeKind.Utc)) : null;
}
