using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Subscribers;
using Newsroom.Backend.Web.Auditing;

namespace Newsroom.Backend.Demo.Sample;

public enum FillOutcome
{
    Filled,

    /// <summary>There are readers or gifts already: sample people never stand beside real ones.</summary>
    NotEmpty,
}

/// <summary>Fills an empty demo with people who do not exist, what they agreed to, what they got and what they gave.</summary>
internal sealed class SampleHouse(
    NewsroomDb db, DemoSeed seed, SampleReaders readers, SampleDigests digests, SampleGifts gifts, CountReaders count, AuditTrail trail, TimeProvider clock)
{
    public async Task<FillOutcome> RunAsync(SampleSize size, Action<string> say, CancellationToken cancellationToken)
    {
        if (await db.Subscribers.AnyAsync(cancellationToken) || await db.Donations.AnyAsync(cancellationToken))
            return FillOutcome.NotEmpty;
        await seed.StartAsync(cancellationToken);
        var now = clock.GetUtcNow();
        db.ChangeTracker.AutoDetectChangesEnabled = false;
        say($"{size.Readers} readers …");
        await readers.WriteAsync(size.Readers, now, cancellationToken);
        say($"{size.Digests} digests …");
        await digests.WriteAsync(size, now, cancellationToken);
        say($"{size.Gifts} gifts …");
        await gifts.WriteAsync(size.Gifts, now, cancellationToken);
        db.ChangeTracker.AutoDetectChangesEnabled = true;
        await count.RunAsync(cancellationToken);
        await trail.SayAsync(Actors.CommandLine, "demo.seeded");
        return FillOutcome.Filled;
    }
}
