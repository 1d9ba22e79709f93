using System.Data;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Donations.Mailed;

/// <summary>
/// Takes down that a donor wants the way to pay by mail. Once for a gift, however often the button is pressed; to one address no oftener than a sign-up
/// form may write to it (<see cref="CoolDown"/>), and the answer is the same whether a mail goes or not.
/// </summary>
public sealed class AskForLink(NewsroomDb db, Outbox outbox, TimeProvider clock)
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    public async Task RunAsync(long donationId, LinkCause cause, string method, CancellationToken cancellationToken)
    {
        // What a caller has loaded decides nothing here.
        db.ChangeTracker.Clear();
        await db.RetryingAsync(async turn =>
        {
            var now = clock.GetUtcNow();
            // Serializable: what is counted here is so until the commit, however many ask at once.
            await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.Serializable, turn);
            if (await db.MailedLinks.AnyAsync(l => l.DonationId == donationId, turn))
                return false;
            var due = await DueAsync(donationId, now, turn);
            var atOnce = cause == LinkCause.CardTesting;
            var link = new MailedLink
            {
                DonationId = donationId,
                Cause = cause,
                Wording = LinkWording.Of(cause).Version,
                Method = method,
                AskedAt = now,
                MailDueAt = due,
                NextAttemptAt = atOnce || due is null ? null : now + MailedLink.Pause(0),
                MailedAt = atOnce ? due ?? now : null,
            };
            db.Add(link);
            await db.SaveChangesAsync(turn);
            if (atOnce)
            {
                outbox.AddOrWithhold(db, MailedLinkComposer.MailKind, link.Id, due, now);
                await db.SaveChangesAsync(turn);
            }
            await transaction.CommitAsync(turn);
            return true;
        }, cancellationToken);
        outbox.EnqueueDue();
    }

    /// <returns>When the address may be written to; null: it has had its share today.</returns>
    private async Task<DateTimeOffset?> DueAsync(long donationId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var since = now - Day;
        var address = await db.Donations.Where(d => d.Id == donationId).Select(d => d.AddressKey).SingleAsync(cancellationToken);
        var today = await db.MailedLinks.Where(l => l.Donation.AddressKey == address && l.MailDueAt != null && l.AskedAt > since)
            .OrderByDescending(l => l.MailDueAt).Take(CoolDown.MostMailsADay).Select(l => l.MailDueAt).ToListAsync(cancellationToken);
        if (today.Count >= CoolDown.MostMailsADay)
            return null;
        var free = today.Count == 0 ? now : today[0]!.Value + CoolDown.BetweenMails;
        return free > now ? free : now;
    }
}
