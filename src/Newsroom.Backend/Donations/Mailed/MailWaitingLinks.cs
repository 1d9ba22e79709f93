using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Donations.Mailed;

/// <summary>
/// Notices that Stripe answers again: tries to open the checkout of a gift whose donor wants to be told, and mails the link when that worked. Each
/// question is claimed together with the pause after it, so a killed program or a second node does not ask twice; a week of silence is the end.
/// </summary>
public sealed class MailWaitingLinks(NewsroomDb db, StartDonation start, Outbox outbox, IOptions<StripeOptions> stripe, TimeProvider clock)
{
    private const int BatchSize = 50;

    /// <summary>One run ends before the next begins, however slowly Stripe answers.</summary>
    private static readonly TimeSpan LongestRun = TimeSpan.FromSeconds(50);

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var began = clock.GetUtcNow();
        var tooOld = began - MailedLink.Lifetime;
        await db.MailedLinks.Where(l => l.NextAttemptAt != null && l.AskedAt <= tooOld).ExecuteUpdateAsync(s => s.SetProperty(l => l.NextAttemptAt, (DateTimeOffset?)null), cancellationToken);
        if (!stripe.Value.IsConfigured)
            return;
        var due = await db.MailedLinks.Where(l => l.NextAttemptAt <= began).OrderBy(l => l.NextAttemptAt).ThenBy(l => l.Id).Take(BatchSize)
            .Select(l => new { l.Id, l.DonationId, l.Attempts }).ToListAsync(cancellationToken);
        foreach (var link in due)
        {
            var now = clock.GetUtcNow();
            if (now - began > LongestRun)
                return;
            var next = now + MailedLink.Pause(link.Attempts + 1);
            var claimed = await db.MailedLinks.Where(l => l.Id == link.Id && l.NextAttemptAt <= now && l.Attempts == link.Attempts)
                .ExecuteUpdateAsync(s => s.SetProperty(l => l.NextAttemptAt, next).SetProperty(l => l.Attempts, link.Attempts + 1), cancellationToken);
            // Silent for one, silent for all: the others' turn comes in a minute.
            if (claimed == 1 && await start.ResumeAsync(link.DonationId, cancellationToken) is var outcome && !await SettleAsync(link.Id, outcome))
                return;
        }
    }

    /// <summary>What was asked for on many days of an outage is not mailed to one address within a minute.</summary>
    /// <returns>When the address may be written to next.</returns>
    private async Task<DateTimeOffset> NextFreeAsync(MailedLink link, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var since = now - Day;
        var address = await db.Donations.Where(d => d.Id == link.DonationId).Select(d => d.AddressKey).SingleAsync(cancellationToken);
        var mailed = await db.MailedLinks.Where(l => l.Donation.AddressKey == address && l.MailedAt > since)
            .OrderByDescending(l => l.MailedAt).Take(CoolDown.MostMailsADay).Select(l => l.MailedAt!.Value).ToListAsync(cancellationToken);
        DateTimeOffset[] notBefore =
        [
            now,
            .. link.MailDueAt is { } due ? [due] : Array.Empty<DateTimeOffset>(),
            .. mailed.Take(1).Select(m => m + CoolDown.BetweenMails),
            .. mailed.Count == CoolDown.MostMailsADay ? [mailed[^1] + Day] : Array.Empty<DateTimeOffset>(),
        ];
        return notBefore.Max();
    }

    /// <returns>False: Stripe still gives no page.</returns>
    private async Task<bool> SettleAsync(long linkId, StartDonationOutcome outcome)
    {
        if (outcome is StartDonationOutcome.Deferred)
            return false;
        var opened = outcome is StartDonationOutcome.Opened;
        db.ChangeTracker.Clear();
        // Not cancelled: the page is open, and the donor is to hear of it.
        await db.RetryingAsync(async turn =>
        {
            var now = clock.GetUtcNow();
            if (await db.MailedLinks.SingleOrDefaultAsync(l => l.Id == linkId && l.MailedAt == null, turn) is not { } link)
                return false;
            link.NextAttemptAt = null;
            // Paid meanwhile, or refused for good: nothing is left to finish.
            if (opened)
            {
                var free = await NextFreeAsync(link, now, turn);
                link.MailedAt = free;
                outbox.AddOrWithhold(db, MailedLinkComposer.MailKind, link.Id, free, now);
            }
            await db.SaveChangesAsync(turn);
            return true;
        }, CancellationToken.None);
        outbox.EnqueueDue();
        return true;
    }
}
