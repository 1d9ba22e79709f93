using System.Globalization;
using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Subscribers.Privacy;

/// <summary>The keyed hash of a network tells apart a flood from a reader for a while; as evidence of a consent it is worth little, and goes.</summary>
public sealed class ForgetNetworks(NewsroomDb db, TimeProvider clock)
{
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(30);

    [AutomaticRetry(Attempts = 0)]
    public Task RunAsync(CancellationToken cancellationToken)
    {
        var end = clock.GetUtcNow() - KeptFor;
        return db.Consents.Where(c => c.NetworkHash != null && c.At < end).ExecuteUpdateAsync(s => s.SetProperty(c => c.NetworkHash, (string?)null), cancellationToken);
    }
}

/// <summary>Requests for the link to one's data, once the link is over.</summary>
public sealed class ForgetDataRequests(NewsroomDb db, TimeProvider clock)
{
    [AutomaticRetry(Attempts = 0)]
    public Task RunAsync(CancellationToken cancellationToken)
    {
        var end = clock.GetUtcNow() - DataRequest.LinkLifetime;
        return db.DataRequests.Where(r => r.At < end).ExecuteDeleteAsync(cancellationToken);
    }
}

/// <summary>
/// Erases readers who are long gone, by the same operation as their own wish: after that time nobody asks for the proof of a consent any more
/// (it is as long as claims last in most of the readers' countries), and an address that nobody writes to need not be kept.
/// </summary>
public sealed partial class EraseLongGone(NewsroomDb db, EraseReader erase, SuppressionList suppressions, TimeProvider clock, ILogger<EraseLongGone> logger)
{
    public const int Years = 3;
    private const int BatchSize = 500;

    internal static string HowLong { get; } = string.Create(CultureInfo.InvariantCulture, $"as long as you subscribe, and {Years} years after you left, forbade us to write or your address stopped working; then everything of you but your gifts is erased");

    [AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var end = clock.GetUtcNow().AddYears(-Years);
        SubscriberStatus[] barred = [SubscriberStatus.Bounced, SubscriberStatus.Complained, SubscriberStatus.Suppressed];
        var erased = 0;
        for (long? after = 0; after is not null;)
        {
            var last = after;
            var gone = await db.Subscribers
                .Where(s => s.Id > last && ((s.Status == SubscriberStatus.Left && s.LeftAt < end) || (barred.Contains(s.Status) && s.CreatedAt < end)))
                .OrderBy(s => s.Id).Take(BatchSize).Select(s => new { s.Id, s.Address, s.Status }).ToListAsync(cancellationToken);
            foreach (var reader in gone)
            {
                var address = EmailAddress.Parse(reader.Address);
                if (reader.Status != SubscriberStatus.Left && await WasBarredSinceAsync(address, end, cancellationToken))
                    continue;
                await erase.RunAsync(address, EraseCause.TimeIsOver, cancellationToken);
                db.ChangeTracker.Clear();
                erased++;
            }
            after = gone.Count < BatchSize ? null : gone[^1].Id;
        }
        if (erased > 0)
            LogErased(erased);
    }

    private async Task<bool> WasBarredSinceAsync(EmailAddress address, DateTimeOffset end, CancellationToken cancellationToken)
    {
        var hash = await suppressions.HashAsync(address, cancellationToken);
        return await db.Suppressions.AnyAsync(s => s.AddressHash == hash && s.CreatedAt >= end, cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Erased {Count} readers who were long gone")]
    private partial void LogErased(int count);
}
