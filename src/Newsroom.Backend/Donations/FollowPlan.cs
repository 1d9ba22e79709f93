using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Books;
using Newsroom.Backend.Donations.Giving;
using Newsroom.Backend.Donations.Stripe;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Webhooks;

namespace Newsroom.Backend.Donations;

/// <summary>Brings a plan's row in line with Stripe; tells its donor once what is different about it, and its donor and other systems once when it is over.</summary>
public sealed class FollowPlan(
    NewsroomDb db, StripeObjects stripe, StripeAccount account, KeyedLock locks, Outbox outbox, Announcements announcements, TimeProvider clock)
{
    private static readonly TimeSpan StillNews = TimeSpan.FromDays(7);

    /// <summary>After a restore every plan is looked at within a day: what is different then was different before, and the donor has heard of it.</summary>
    private static readonly TimeSpan AfterRestore = TimeSpan.FromDays(1);
    private const string MayHaveHeard = "Not sent: found right after the database was restored from a backup; the donor may have had this mail by then.";

    /// <exception cref="StripeUnavailableException">Stripe could not be asked; nothing has changed.</exception>
    /// <returns>The plan as Stripe has it now, whosever it is; null when Stripe has none.</returns>
    public async Task<PlanSnapshot?> RunAsync(string subscriptionId, CancellationToken cancellationToken)
    {
        using var held = await locks.EnterAsync(subscriptionId, cancellationToken);
        // What an odd gift before this one left unsaved is not saved here.
        db.ChangeTracker.Clear();
        (PlanSnapshot? snapshot, var tells) = await db.RetryingAsync<(PlanSnapshot?, bool)>(async token =>
        {
            var askedAt = clock.GetUtcNow();
            // Read before Stripe is asked: an answer older than what another node saved meanwhile meets a changed version.
            var plan = await db.RecurringPlans.Include(p => p.Donor).SingleOrDefaultAsync(p => p.SubscriptionId == subscriptionId, token);
            if (await stripe.PlanAsync(subscriptionId, token) is not { } told)
                return (null, false);
            return (told, plan is not null && await ApplyAsync(plan, told, askedAt, token));
        }, cancellationToken);
        if (tells)
            outbox.EnqueueDue();
        announcements.Ring();
        return snapshot;
    }

    /// <returns>True: the donor is to hear of it.</returns>
    private async Task<bool> ApplyAsync(RecurringPlan plan, PlanSnapshot snapshot, DateTimeOffset askedAt, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var missed = await db.MissedPayments.Where(m => m.PlanId == plan.Id && m.State == MissedPaymentState.Open).ToListAsync(cancellationToken);
        var holds = await db.Disputes.Where(d => d.Donation.PlanId == plan.Id && d.PlanHeldAt != null && d.PlanReleasedAt == null).ToListAsync(cancellationToken);
        // An answer from before the hold says nothing about its end.
        if (!snapshot.IsPaused)
            holds.FindAll(d => d.PlanHeldAt < askedAt).ForEach(d => d.PlanReleasedAt = now);
        var (wasOver, before) = (plan.IsOver, plan.Terms);
        plan.Apply(snapshot, new PlanKnown(
            HeldForDispute: holds.Exists(d => d.PlanReleasedAt is null),
            NeedsDonor: missed.Exists(m => m.NeedsDonor)));
        var tells = plan.Status is PlanStatus.Canceled or PlanStatus.Lapsed
            // Heard of long after, it is no news any more.
            && (plan.EndedAt is null || plan.EndedAt > now - StillNews)
            // Who had the money back from the bank is thanked for nothing.
            && !await db.Disputes.AnyAsync(d => d.Donation.PlanId == plan.Id && d.Status == DisputeSnapshot.Lost, cancellationToken)
            // Once: one that lapsed, was paid after all and ended later has said goodbye.
            && !await db.OutgoingMails.AnyAsync(m => m.Kind == PlanEndedComposer.MailKind && m.SubjectId == plan.Id, cancellationToken);
        if (plan.IsOver)
            missed.ForEach(m => m.GiveUp(now));
        if (plan.IsOver && !wasOver)
            await announcements.AddAsync(db, GiftEvents.Cancelled(plan, now, account.IsLive), cancellationToken);
        if (tells)
            outbox.Add(db, PlanEndedComposer.MailKind, plan.Id, now);
        var changes = PlanChange.Between(before, plan, now);
        await SaveAsync(changes, now, cancellationToken);
        return tells || changes.Count > 0;
    }

    private async Task SaveAsync(IReadOnlyList<PlanChange> changes, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (changes.Count == 0)
        {
            await db.SaveChangesAsync(cancellationToken);
            return;
        }
        db.AddRange(changes);
        DateTimeOffset? due = await HoldReceipts.RestoredAtAsync(db, cancellationToken) > now - AfterRestore ? null : now;
        // Two saves, because the mail is named by the change's key; one commit.
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        foreach (var change in changes)
            outbox.AddOrWithhold(db, PlanChangedComposer.MailKind, change.Id, due, now, MayHaveHeard);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
