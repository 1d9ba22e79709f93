using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Jobs;

namespace Newsroom.Backend.Donations;

/// <summary>
/// Where the webhook's events are written down: those that come at the same time in one transaction, each committed before Stripe is answered, and one
/// that is here already not again (Stripe reserves the right to send an event twice).
/// </summary>
public sealed class StripeInbox(IServiceScopeFactory scopes) : IAsyncDisposable
{
    private readonly GroupWriter<StripeEvent> _writer = new(scopes, WriteAsync);

    /// <summary>Returns when it is stored, now or before; what it brings is a job's, or the minutely sweep's.</summary>
    public Task StoreAsync(StripeEvent received, CancellationToken cancellationToken) => _writer.WriteAsync(received).WaitAsync(cancellationToken);

    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    private static async Task WriteAsync(IServiceProvider services, IReadOnlyList<StripeEvent> received)
    {
        var db = services.GetRequiredService<NewsroomDb>();
        db.ChangeTracker.Clear();
        await db.StayOpenAsync();
        var added = await db.RetryingAsync(async turn =>
        {
            var ids = received.Select(e => e.EventId).ToArray();
            var known = await db.StripeEvents.Where(e => EF.Parameter(ids).Contains(e.EventId)).Select(e => e.EventId).ToListAsync(turn);
            var fresh = received.ExceptBy(known, e => e.EventId, StringComparer.Ordinal).ToList();
            await NameGiftsAsync(db, fresh, turn);
            db.AddRange(fresh);
            await db.SaveChangesAsync(turn);
            return fresh.Select(e => e.Id).ToArray();
        }, CancellationToken.None);
        if (added.Length > 0
            && services.GetRequiredService<IBackgroundJobClient>().Ring<ApplyStripeEvents>(Queues.Critical, j => j.RunTheseAsync(added, CancellationToken.None)) is { } why)
        {
            DonationsLog.EventsNotEnqueued(services.GetRequiredService<ILogger<StripeInbox>>(), why);
        }
    }

    private static async Task NameGiftsAsync(NewsroomDb db, List<StripeEvent> fresh, CancellationToken cancellationToken)
    {
        var named = fresh.Select(e => e.NamedGift).OfType<string>().Distinct(StringComparer.Ordinal).ToArray();
        if (named.Length == 0)
            return;
        var gifts = await db.Donations.Where(d => EF.Parameter(named).Contains(d.PublicId)).Select(d => new { d.PublicId, d.Id })
            .ToDictionaryAsync(d => d.PublicId, d => d.Id, StringComparer.Ordinal, cancellationToken);
        foreach (var one in fresh.Where(e => e.NamedGift is not null))
            one.DonationId = gifts.TryGetValue(one.NamedGift!, out var gift) ? gift : null;
    }
}
