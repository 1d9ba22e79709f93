using System.Globalization;
using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Digests;

/// <summary>
/// Answers of mail servers may name an address. They go after a while; those of erased readers, whose last one may have come in after the
/// erasure, at once.
/// </summary>
public sealed class ForgetDeliveryAnswers(NewsroomDb db, TimeProvider clock)
{
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(90);

    internal static string HowLong { get; } = string.Create(CultureInfo.InvariantCulture, $"{KeptFor.TotalDays:0} days");

    [AutomaticRetry(Attempts = 0)]
    public Task RunAsync(CancellationToken cancellationToken)
    {
        var end = clock.GetUtcNow() - KeptFor;
        return db.Deliveries
            .Where(d => d.Answer != null && d.SettledAt != null)
            .Where(d => d.SettledAt < end || db.Subscribers.Any(s => s.Id == d.SubscriberId && s.Status == SubscriberStatus.Erased))
            .ExecuteUpdateAsync(s => s.SetProperty(d => d.Answer, (string?)null), cancellationToken);
    }
}
