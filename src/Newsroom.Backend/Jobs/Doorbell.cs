using System.Linq.Expressions;
using Hangfire;

namespace Newsroom.Backend.Jobs;

public static class Doorbell
{
    /// <summary>
    /// Enqueues a job that only hastens what a sweep finds too. What is committed already must not fail because the queue is away.
    /// </summary>
    /// <returns>Why it could not be enqueued; null when it was.</returns>
    public static Exception? Ring<TJob>(this IBackgroundJobClient jobs, string queue, Expression<Func<TJob, Task>> call)
    {
        try
        {
            jobs.Enqueue(queue, call);
            return null;
        }
        catch (BackgroundJobClientException e)
        {
            return e;
        }
    }
}
