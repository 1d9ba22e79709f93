using System.Collections.Concurrent;
using Cronos;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Microsoft.Extensions.DependencyInjection;
using Newsroom.Backend.Jobs;

namespace Newsroom.Backend.Tests;

/// <summary>Stands where Hangfire's client stands and runs the jobs in order, in scopes of their own, when the test asks.</summary>
internal sealed class JobBench : IBackgroundJobClient
{
    private const int Endless = 10_000;
    private readonly ConcurrentQueue<Job> _enqueued = new();
    private int _created;

    /// <summary>Refuses new jobs, as Hangfire does while its storage is away.</summary>
    public bool IsAway { get; set; }

    /// <summary>Where what is enqueued waits.</summary>
    public IReadOnlyList<(Type Job, string Queue)> Waiting => [.. _enqueued.Select(j => (j.Type, j.Queue ?? Queues.Default))];

    public string Create(Job job, IState state)
    {
        if (IsAway)
            throw new BackgroundJobClientException("The storage is away.", new TimeoutException());
        _enqueued.Enqueue(job);
        return Interlocked.Increment(ref _created).ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    public bool ChangeState(string jobId, IState state, string expectedState) => true;

    public void Lose() => _enqueued.Clear();

    public async Task RunAsync(IServiceProvider services)
    {
        await RunEnqueuedAsync(services);
        foreach (var line in services.GetServices<TimetableLine>().Where(l => l.Cron == Timetable.EveryMinute))
        {
            await RunAsync(services, line.Job);
            await RunEnqueuedAsync(services);
        }
    }

    public async Task RunAsync(IServiceProvider services, DateTimeOffset after, DateTimeOffset until)
    {
        await RunEnqueuedAsync(services);
        foreach (var line in services.GetServices<TimetableLine>())
        {
            if (CronExpression.Parse(line.Cron).GetNextOccurrence(after.UtcDateTime) > until.UtcDateTime)
                continue;
            await RunAsync(services, line.Job);
            await RunEnqueuedAsync(services);
        }
    }

    public async Task RunEnqueuedAsync(IServiceProvider services)
    {
        for (var ran = 0; _enqueued.TryDequeue(out var job); ran++)
        {
            Assert.True(ran < Endless, $"{job.Type.Name} enqueues itself without end.");
            await RunAsync(services, job);
        }
    }

    /// <summary>Runs each enqueued job several times at once, as a storage that delivers at least once may.</summary>
    public async Task RaceAsync(IServiceProvider services, int times)
    {
        while (_enqueued.TryDequeue(out var job))
            await Task.WhenAll(Enumerable.Range(0, times).Select(_ => Task.Run(() => RunAsync(services, job))));
    }

    /// <summary>Runs one line of the timetable; what it enqueues waits.</summary>
    public static Task RunOnlyAsync<TJob>(IServiceProvider services) =>
        RunAsync(services, services.GetServices<TimetableLine>().Single(l => l.Job.Type == typeof(TJob)).Job);

    private static async Task RunAsync(IServiceProvider services, Job job)
    {
        await using var scope = services.CreateAsyncScope();
        var instance = ActivatorUtilities.GetServiceOrCreateInstance(scope.ServiceProvider, job.Type);
        var arguments = job.Args.Select((a, i) => job.Method.GetParameters()[i].ParameterType == typeof(CancellationToken) ? CancellationToken.None : a);
        await (Task)job.Method.Invoke(instance, [.. arguments])!;
    }
}
