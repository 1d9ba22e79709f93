using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Books;
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

    /// <summary>Money was taken for one of our ids and no row can have it (a database restored from a backup? paid twice?): a person must look.</summary>
    /// <param name="StripeId">What was paid: a checkout session or an invoice.</param>
    /// <param name="DonationId">Public id of the gift it was made for.</param>
    /// <param name="Reason">Why that gift cannot have it: "is not in this database".</param>
    public sealed record Unmatched(string StripeId, string DonationId, string Reason) : SyncOutcome
    {
        /// <summary>For the person.</summary>
        public string Why => $"Paid, but gift {DonationId} {Reason}: look it up in Stripe's dashboard.";
    }
}

/// <summary>
/// Brings our rows in line with Stripe: lock the object, fetch it afresh, apply, save. Webhook, thank-you page, reconciler and staff all
/// come through here; running it twice, at once, late or on old news ends in the same rows.
/// </summary>
public sealed class SyncGift(
    NewsroomDb db, StripeObjects stripe, KeyedLock locks, BookGift book, FollowPayment payments, FollowPlan plans, FollowMissedPayment missedPayments, TimeProvider clock,
    ILogger<SyncGift> log)
{
    /// <exception cref="StripeUnavailableException">Stripe could not be asked to the end; a gift that was booked by then stays booked.</exception>
    public async Task<SyncOutcome> RunAsync(GiftObject about, CancellationToken cancellationToken) => about switch
    {
        GiftObject.Checkout(var id) => await CheckoutAsync(id, cancellationToken),
        GiftObject.Invoice(var id) => await InvoiceAsync(id, cancellationToken),
        GiftObject.Plan(var id) => await PlanAsync(id, cancellationToken),
        GiftObject.Customer(var id) => await CustomerAsync(id, cancellationToken),
        _ => throw new ArgumentOutOfRangeException(nameof(about), about, null),
    };

    private async Task<SyncOutcome> CheckoutAsync(string sessionId, CancellationToken cancellationToken)
    {
        CheckoutSnapshot? checkout;
        using (await locks.EnterAsync(sessionId, cancellationToken))
        {
            checkout = await stripe.CheckoutAsync(sessionId, cancellationToken);
            if (checkout is null)
                return new SyncOutcome.NotOurs();
            if (checkout.InvoiceId is null)
            {
                return await SaveAsync(async token => await db.Donations.SingleOrDefaultAsync(d => d.PublicId == checkout.DonationId, token) is { } donation
                    ? await ApplyAsync(donation, checkout.Gift, checkout.SubscriptionId is { } plan ? PlanSnapshot.Unseen(plan) : null, token)
                    : Unknown(checkout.DonationId, sessionId, checkout.Gift.State == GiftState.Paid), cancellationToken);
            }
        }
        // A plan's first gift: the invoice says when and how it was paid. The session's id is known from here on all the same.
        return await InvoiceAsync(checkout.InvoiceId, cancellationToken, checkout.SubscriptionId, checkout);
    }

    private async Task<SyncOutcome> InvoiceAsync(string invoiceId, CancellationToken cancellationToken, string? subscriptionId = null, CheckoutSnapshot? session = null)
    {
        using var held = await locks.EnterAsync(invoiceId, cancellationToken);
        var invoice = await stripe.InvoiceAsync(invoiceId, subscriptionId, cancellationToken);
        var plan = invoice?.Plan ?? (subscriptionId is null ? null : PlanSnapshot.Unseen(subscriptionId));
        var publicId = session?.DonationId ?? invoice?.DonationId ?? await GiftOfPlanAsync(plan, cancellationToken);
        if (publicId is null)
            return new SyncOutcome.NotOurs();
        // What the checkout took is taken, whatever its invoice says or does not say.
        var gift = invoice?.Gift ?? (session is null ? null : session.Gift with { InvoiceId = invoiceId });
        var outcome = await SaveAsync(async token =>
        {
            if (await db.Donations.Include(d => d.Plan).SingleOrDefaultAsync(d => d.PublicId == publicId, token) is not { } first)
                return Unknown(publicId, invoiceId, gift is not null);
            // The first one may be told by nothing but the first gift's waiting for it.
            var isFirst = (session is not null || (invoice?.IsFirst ?? true)) && (!first.IsBooked || first.InvoiceId is null || first.InvoiceId == invoiceId);
            if (gift is null)
                return new SyncOutcome.Applied(isFirst ? first.Id : null);
            if (plan is not null && first.Plan is { } own && own.SubscriptionId != plan.SubscriptionId)
                return Unmatched(publicId, invoiceId, "is booked by another plan, so the donor pays twice");
            var donation = await db.Donations.SingleOrDefaultAsync(d => d.InvoiceId == invoiceId, token) ?? (isFirst ? first : first.Renewal(clock.GetUtcNow()));
            return await ApplyAsync(donation, gift with { SessionId = donation == first ? session?.Id : null }, plan, token);
        }, cancellationToken);
        if (plan is not null)
        {
            if (invoice?.Dunning is { } dunning)
                await missedPayments.RunAsync(invoiceId, plan.SubscriptionId, dunning, cancellationToken);
            // The invoice's picture of the plan was taken before this plan's row was read; the row gets a fresh one.
            await plans.RunAsync(plan.SubscriptionId, cancellationToken);
        }
        return outcome;
    }

    /// <summary>The public id of the gift a plan began with, when the plan itself does not carry it.</summary>
    private async Task<string?> GiftOfPlanAsync(PlanSnapshot? plan, CancellationToken cancellationToken) => plan is null ? null
        : await db.Donations.Where(d => d.Plan!.SubscriptionId == plan.SubscriptionId).OrderBy(d => d.Id).Select(d => d.PublicId).FirstOrDefaultAsync(cancellationToken)
            ?? await stripe.GiftOfPlanAsync(plan.SubscriptionId, cancellationToken);

    private async Task<SyncOutcome> PlanAsync(string subscriptionId, CancellationToken cancellationToken)
    {
        if (await plans.RunAsync(subscriptionId, cancellationToken) is not { } plan || (plan.DonationId ?? await GiftOfPlanAsync(plan, cancellationToken)) is null)
            return new SyncOutcome.NotOurs();
        // The plan's row comes with its first paid invoice; so does every month whose own events were lost.
        var paid = await stripe.PaidInvoicesAsync(subscriptionId, cancellationToken);
        if (plan.LatestInvoiceId is { } latest && (paid.Count == 0 || plan.Status is PlanStatus.PastDue or PlanStatus.Lapsed) && !paid.Contains(latest))
            paid = [.. paid, latest];
        var booked = await db.Donations.Where(d => paid.Contains(d.InvoiceId!)).Select(d => d.InvoiceId!).ToListAsync(cancellationToken);
        // One that was missed is asked about until it is paid or given up, whatever became of its events.
        var missed = await db.MissedPayments.Where(m => m.Plan.SubscriptionId == subscriptionId && m.State == MissedPaymentState.Open).Select(m => m.InvoiceId).ToListAsync(cancellationToken);
        SyncOutcome outcome = new SyncOutcome.Applied(null);
        foreach (var invoice in paid.Except(booked, StringComparer.Ordinal).Union(missed, StringComparer.Ordinal))
        {
            var next = await InvoiceAsync(invoice, cancellationToken, subscriptionId);
            outcome = outcome is SyncOutcome.Unmatched ? outcome : next;
        }
        return outcome;
    }

    /// <summary>A customer that is gone or pays by another card: its plans say what that means.</summary>
    private async Task<SyncOutcome> CustomerAsync(string customerId, CancellationToken cancellationToken)
    {
        var paying = await db.RecurringPlans.Where(p => p.CustomerId == customerId && p.EndedAt == null).Select(p => p.SubscriptionId).ToListAsync(cancellationToken);
        foreach (var plan in paying)
            await PlanAsync(plan, cancellationToken);
        return paying.Count == 0 ? new SyncOutcome.NotOurs() : new SyncOutcome.Applied(null);
    }

    private async Task<SyncOutcome> ApplyAsync(Donation donation, GiftSnapshot gift, PlanSnapshot? plan, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        donation.CheckedAt = now;
        var change = donation.Apply(gift, now);
        if (change == GiftChange.SecondPayment)
            return Unmatched(donation.PublicId, gift.InvoiceId ?? gift.SessionId, "is booked by another payment, so the donor has paid twice");
        if (change == GiftChange.OtherCurrency)
            return Unmatched(donation.PublicId, gift.InvoiceId ?? gift.SessionId, "was asked in another currency");
        if (change == GiftChange.Booked)
            await book.SaveAsync(donation, plan, cancellationToken);
        else
            await db.SaveChangesAsync(cancellationToken);
        return new SyncOutcome.Applied(donation.Id, change == GiftChange.Booked);
    }

    private async Task<SyncOutcome> SaveAsync(Func<CancellationToken, Task<SyncOutcome>> loadApplySave, CancellationToken cancellationToken)
    {
        // Nothing a caller has loaded before may decide here.
        db.ChangeTracker.Clear();
        var outcome = await db.RetryingAsync(loadApplySave, cancellationToken);
        if (outcome is SyncOutcome.Applied { DonationId: { } id } applied)
        {
            if (applied.Booked)
                book.Announce(id);
            // After the receipt: the books come by themselves at night, should Stripe fall silent here.
            await payments.RunAsync(id, cancellationToken);
        }
        if (outcome is SyncOutcome.Unmatched money)
            await KeepAsync(money, cancellationToken);
        return outcome;
    }

    /// <summary>A row until a person has settled it; told again, it is the same one.</summary>
    private async Task KeepAsync(SyncOutcome.Unmatched money, CancellationToken cancellationToken)
    {
        db.ChangeTracker.Clear();
        await db.RetryingAsync(async token =>
        {
            if (await db.UnmatchedPayments.AnyAsync(u => u.StripeId == money.StripeId, token))
                return false;
            db.Add(new UnmatchedPayment { StripeId = money.StripeId, GiftId = money.DonationId, Why = money.Reason, FoundAt = clock.GetUtcNow() });
            await db.SaveChangesAsync(token);
            return true;
        }, cancellationToken);
    }

    private SyncOutcome Unknown(string donationId, string stripeId, bool paid) =>
        paid ? Unmatched(donationId, stripeId, "is not in this database") : new SyncOutcome.NotOurs();

    private SyncOutcome.Unmatched Unmatched(string donationId, string? stripeId, string why)
    {
        DonationsLog.Unmatched(log, stripeId, donationId, why);
        return new SyncOutcome.Unmatched(stripeId ?? donationId, donationId, why);
    }
}
