using System.Linq.Expressions;
using Hangfire;
using Hangfire.Common;
using Hangfire.Storage;

namespace Newsroom.Backend.Jobs;

/// <summary>One line of the timetable.</summary>
/// <param name="Id">Its name in Hangfire, <c>feature.verb</c>.</param>
/// <param name="Cron">Five fields, UTC. What must follow a local clock is decided in our own rows by a minutely job.</param>
/// <param name="Queue">One of <see cref="Queues"/>.</param>
/// <param name="Job">The call.</param>
/// <param name="AtStart">Also once when the program starts: a sweep that finds what the last stop left.</param>
public sealed record TimetableLine(string Id, string Cron, string Queue, Job Job, bool AtStart);

public static class Timetable
{
    public const string EveryMinute = "* * * * *";

    /// <summary>Puts a job of a feature on the timetable.</summary>
    public static IServiceCollection AddRecurringJob<TJob>(
        this IServiceCollection services, string id, string cron, string queue, Expression<Func<TJob, Task>> call, bool atStart = false)
        where TJob : class
    {
        services.AddScoped<TJob>();
        return services.AddSingleton(new TimetableLine(id, cron, queue, Job.FromExpression(call), atStart));
    }
}

/// <summary>
/// Writes the timetable at every start (Hangfire disables a recurring job after five failed creations until it is written again)
/// and removes what no feature has any more.
/// </summary>
internal sealed class TimetableStart(
    IEnumerable<TimetableLine> timetable, IRecurringJobManager recurring, IBackgroundJobClient jobs, JobStorage storage) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var lines = timetable.ToList();
        using (var connection = storage.GetConnection())
        {
            foreach (var old in connection.GetRecurringJobs().Where(j => lines.TrueForAll(l => l.Id != j.Id)))
                recurring.RemoveIfExists(old.Id);
        }
        foreach (var line in lines)
        {
            recurring.AddOrUpdate(line.Id, new Job(line.Job.Type, line.Job.Method, line.Job.Args.ToArray(), line.Queue), line.Cron,
                new RecurringJobOptions { TimeZone = TimeZoneInfo.Utc });
            if (line.AtStart)
                jobs.Create(new Job(line.Job.Type, line.Job.Method, line.Job.Args.ToArray(), line.Queue), new Hangfire.States.EnqueuedState(line.Queue));
        }
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
