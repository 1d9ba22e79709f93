using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Relays;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Digests;

public abstract record TestOutcome
{
    private TestOutcome()
    {
    }

    /// <summary>The server's own answer, good or bad.</summary>
    public sealed record Answered(HandOver Answer) : TestOutcome;

    public sealed record NotFound : TestOutcome;

    public sealed record BadAddress : TestOutcome;

    public sealed record NotNow(string Why) : TestOutcome;
}

/// <summary>Sends a digest to one address as a look at it: marked in the subject, no delivery, in no ledger.</summary>
public sealed class SendTest(
    NewsroomDb db, MailReadiness mail, Editions editions, SmtpRelay relay, SuppressionList suppressions, TimeProvider clock)
{
    public async Task<TestOutcome> RunAsync(string publicId, string? to, CancellationToken cancellationToken)
    {
        if (!EmailAddress.TryParse(to, out var address))
            return new TestOutcome.BadAddress();
        var digest = await db.Digests.Where(d => d.PublicId == publicId).Select(d => new { d.Id, d.Status }).SingleOrDefaultAsync(cancellationToken);
        if (digest is null)
            return new TestOutcome.NotFound();
        if (digest.Status == DigestStatus.Skipped)
            return new TestOutcome.NotNow("This digest was skipped: there is nothing to send.");
        if (mail.MissingForLists is { } missing)
            return new TestOutcome.NotNow(missing);
        if (await suppressions.HoldsAsync(address, cancellationToken))
            return new TestOutcome.NotNow("That address is on the suppression list and gets nothing.");
        var edition = await editions.RenderAsync(digest.Id, cancellationToken);
        var message = await edition.BuildTestAsync(address, clock.GetUtcNow(), cancellationToken);
        return new TestOutcome.Answered(await relay.HandOverAsync(message, cancellationToken));
    }
}
