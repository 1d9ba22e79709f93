using Hangfire;
using Hangfire.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Newsroom.Backend.Jobs;

/// <summary>Ready means that every line is on the timetable: Hangfire takes one off after five failed creations.</summary>
internal sealed class TimetableCheck(JobStorage storage, IEnumerable<TimetableLine> timetable) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var connection = storage.GetConnection();
        var written = connection.GetRecurringJobs().Where(j => j.Error is null).Select(j => j.Id).ToHashSet(StringComparer.Ordinal);
        var missing = timetable.Select(l => l.Id).Where(id => !written.Contains(id)).ToList();
        return Task.FromResult(missing.Count == 0
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("Not on the timetable: " + string.Join(", ", missing)));
    }
}
