using System.Linq.Expressions;
using Hangfire;

namespace Newsroom.Backend.Jobs;

public static class Doorbell
{
    /// <summary>
    /// Enqueues a job that only hastens what a sweep finds too. What is committed already must not fail because the queue is away.
    /// </summary>
    /// <returns>Why it could not be enqueued; null when it was.</returns>
    public static Exception? Ring<TJob>(this IBackgroundJobClient jobs, string queue, Expression<Func<TJob, Task>> call) =>
        Try(() => jobs.Enqueue(queue, call));

    /// <summary>The same after a while; Hangfire looks for such jobs every 15 seconds.</summary>
    public static Exception? RingLater<TJob>(this IBackgroundJobClient jobs, string queue, Expression<Func<TJob, Task>> call, TimeSpan after) =>
        Try(() => jobs.Schedule(queue, call, after));

    private static BackgroundJobClientException? Try(Action enqueue)
    {
        try
        {
            enqueue();
            return null;
        }
        catch (BackgroundJobClientException e)
        {
            return e;
        }
    }
}
