using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Stripe;

namespace Newsroom.Backend.Donations;

public abstract record SyncOutcome
{
    private SyncOutcome() { }

    /// <param name="DonationId">The gift's row; null when only a plan was looked at.</param>
    /// <param name="Booked">The gift was booked just now.</param>
    public sealed record Applied(long? DonationId, bool Booked = false) : SyncOutcome;

    /// <summary>Somebody else's on the same Stripe account, or gone.</summary>
    public sealed record NotOurs : SyncOutcome;

    /// <summary>It carries one of our ids and no row has it: a person must look (a database restored from a backup?).</summary>
    public sealed record Unmatched(string DonationId) : SyncOutcome;
}

/// <summary>
/// Brings our rows in line with Stripe: lock the object, fetch it afresh, apply, save. Webhook, thank-you page, reconciler and staff all
/// come through here; running it twice, at once, late or on old news ends in the same rows.
/// </summary>
public sealed class SyncGift(NewsroomDb db, StripeObjects stripe, KeyedLock locks, BookGift book, TimeProvider clock, ILogger<SyncGift> log)
{
    /// <exception cref="StripeUnavailableException">Stripe could not be asked; nothing has changed.</exception>
    public async Task<SyncOutcome> RunAsync(GiftObject about, CancellationToken cancellationToken) => about switch
    {
        GiftObject.Checkout(var id) => await CheckoutAsync(id, cancellationToken),
        GiftObject.Invoice(var id) => await InvoiceAsync(id, cancellationToken),
        GiftObject.Plan(var id) => await PlanAsync(id, cancellationToken),
        _ => throw new ArgumentOutOfRangeException(nameof(about), about, null),
    };

    private async Task<SyncOutcome> CheckoutAsync(string sessionId, CancellationToken cancellationToken)
    {
        CheckoutSnapshot? checkout;
        using (await locks.EnterAsync(sessionId, cancellationToken))
        {
            checkout = await stripe.CheckoutAsync(sessionId, cancellationToken);
            if (checkout?.DonationId is not { } publicId)
                return new SyncOutcome.NotOurs();
            if (checkout.InvoiceId is null)
            {
                return await SaveAsync(async token => await db.Donations.SingleOrDefaultAsync(d => d.PublicId == publicId, token) is { } donation
                    ? await ApplyAsync(donation, checkout.Gift, token)
                    : Unmatched(publicId, sessionId, checkout.Gift.State == GiftState.Paid), cancellationToken);
            }
        }
        // A plan's first gift: the invoice says when and how it was paid. The session's id is known from here on all the same.
        return await InvoiceAsync(checkout.InvoiceId, cancellationToken, sessionId);
    }

    private async Task<SyncOutcome> InvoiceAsync(string invoiceId, CancellationToken cancellationToken, string? sessionId = null)
    {
        using var held = await locks.EnterAsync(invoiceId, cancellationToken);
        var invoice = await stripe.InvoiceAsync(invoiceId, cancellationToken);
        if (invoice?.Plan is not { DonationId: { } publicId } plan)
            return new SyncOutcome.NotOurs();
        var outcome = await SaveAsync(async token =>
        {
            if (await db.Donations.SingleOrDefaultAsync(d => d.PublicId == publicId, token) is not { } first)
                return Unmatched(publicId, invoiceId, invoice.Gift is not null);
            if (invoice.Gift is not { } gift)
                return new SyncOutcome.Applied(invoice.IsFirst ? first.Id : null);
            var donation = invoice.IsFirst ? first : await db.Donations.SingleOrDefaultAsync(d => d.InvoiceId == invoiceId, token) ?? first.Renewal(clock.GetUtcNow());
            return await ApplyAsync(donation, gift with { SessionId = invoice.IsFirst ? sessionId : null }, token, plan);
        }, cancellationToken);
        // The invoice's picture of the plan was taken before this plan's row was read; the row gets a fresh one.
        await PlanRowAsync(plan.SubscriptionId, cancellationToken);
        return outcome;
    }

    private async Task<SyncOutcome> PlanAsync(string subscriptionId, CancellationToken cancellationToken)
    {
        if (await PlanRowAsync(subscriptionId, cancellationToken) is not { } plan)
            return new SyncOutcome.NotOurs();
        // The plan's row comes with its first paid invoice; so does a month whose own events were lost.
        return plan.LatestInvoiceId is { } latest && !await db.Donations.AnyAsync(d => d.InvoiceId == latest, cancellationToken)
            ? await InvoiceAsync(latest, cancellationToken)
            : new SyncOutcome.Applied(null);
    }

    /// <returns>The plan as Stripe has it now; null when it is none of ours.</returns>
    private async Task<PlanSnapshot?> PlanRowAsync(string subscriptionId, CancellationToken cancellationToken)
    {
        using var held = await locks.EnterAsync(subscriptionId, cancellationToken);
        return await db.RetryingAsync(async token =>
        {
            // Read before Stripe is asked: an answer older than what another node saved meanwhile meets a changed version.
            var known = await db.RecurringPlans.SingleOrDefaultAsync(p => p.SubscriptionId == subscriptionId, token);
            if (await stripe.PlanAsync(subscriptionId, token) is not { DonationId: not null } snapshot)
                return null;
            known?.Apply(snapshot);
            await db.SaveChangesAsync(token);
            return snapshot;
        }, cancellationToken);
    }

    private async Task<SyncOutcome> ApplyAsync(Donation donation, GiftSnapshot gift, CancellationToken cancellationToken, PlanSnapshot? plan = null)
    {
        donation.CheckedAt = clock.GetUtcNow();
        var booked = donation.Apply(gift);
        if (booked)
            await book.SaveAsync(donation, plan, cancellationToken);
        else
            await db.SaveChangesAsync(cancellationToken);
        return new SyncOutcome.Applied(donation.Id, booked);
    }

    private async Task<SyncOutcome> SaveAsync(Func<CancellationToken, Task<SyncOutcome>> loadApplySave, CancellationToken cancellationToken)
    {
        // Nothing a caller has loaded before may decide here.
        db.ChangeTracker.Clear();
        var outcome = await db.RetryingAsync(loadApplySave, cancellationToken);
        if (outcome is SyncOutcome.Applied { DonationId: { } id, Booked: true })
            book.Announce(id);
        return outcome;
    }

    private SyncOutcome Unmatched(string donationId, string stripeId, bool paid)
    {
        if (!paid)
            return new SyncOutcome.NotOurs();
        DonationsLog.Unmatched(log, stripeId, donationId);
        return new SyncOutcome.Unmatched(donationId);
    }
}
