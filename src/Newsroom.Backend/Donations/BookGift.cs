using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Jobs;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;
using Newsroom.Backend.Webhooks;

namespace Newsroom.Backend.Donations;

/// <summary>
/// What a gift brings with it at the moment Stripe has taken it: donor, plan, numbered receipt and the mail with it, all in one
/// transaction. Unique indexes (address key, subscription, receipt per gift, year and number, mail per receipt) refuse a second one;
/// the caller then decides again on fresh rows.
/// </summary>
public sealed class BookGift(
    NewsroomDb db, Outbox outbox, Announcements announcements, IBackgroundJobClient jobs, TimeProvider clock, IOptions<OrganisationOptions> organisation, IOptions<SiteOptions> site,
    ILogger<BookGift> log)
{
    /// <summary>Saves a gift that was just booked and everything it brings.</summary>
    /// <param name="donation">With its new state not yet saved.</param>
    /// <param name="plan">What it is a month of; null for a single gift.</param>
    /// <param name="cancellationToken">Ends the work before its commit.</param>
    public async Task SaveAsync(Donation donation, PlanSnapshot? plan, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        donation.Donor = await DonorAsync(donation, now, cancellationToken);
        if (plan is not null)
            await JoinPlanAsync(donation, plan, now, cancellationToken);
        var restoredAt = await HoldReceipts.RestoredAtAsync(db, cancellationToken);
        var receipt = await ReceiptAsync(donation, now, restoredAt, cancellationToken);
        db.Add(receipt);
        // Two saves, because the mail is named by the receipt's key; one commit.
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        outbox.AddOrWithhold(db, ReceiptComposer.MailKind, receipt.Id, dueAt: donation.PaidAt < restoredAt ? null : now, now, HoldReceipts.Why);
        await announcements.AddAsync(db, GiftEvents.Succeeded(donation), cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>After the commit: sends the receipt and passes a newsletter opt-in on. A sweep finds both should this not happen.</summary>
    public void Announce(long donationId)
    {
        DonationsLog.Booked(log, donationId);
        outbox.EnqueueDue();
        announcements.Ring();
        jobs.Enqueue<PassOnOptIns>(Queues.Default, j => j.RunAsync(CancellationToken.None));
    }

    private async Task JoinPlanAsync(Donation donation, PlanSnapshot snapshot, DateTimeOffset now, CancellationToken cancellationToken)
    {
        donation.Plan = await db.RecurringPlans.SingleOrDefaultAsync(p => p.SubscriptionId == snapshot.SubscriptionId, cancellationToken);
        if (donation.Plan is not null)
            return;
        donation.Plan = RecurringPlan.Begin(snapshot, donation);
        await announcements.AddAsync(db, GiftEvents.Started(donation.Plan, donation.LiveMode), cancellationToken);
        // Heard of only after its end.
        if (donation.Plan.IsOver)
            await announcements.AddAsync(db, GiftEvents.Cancelled(donation.Plan, now, donation.LiveMode), cancellationToken);
    }

    private async Task<Donor> DonorAsync(Donation donation, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var address = EmailAddress.Parse(donation.Address);
        var donor = await db.Donors.SingleOrDefaultAsync(d => d.AddressKey == address.Key, cancellationToken);
        if (donor is null)
            db.Add(donor = new Donor { Address = address.Value, AddressKey = address.Key, CreatedAt = now });
        donor.Name ??= donation.Name;
        return donor;
    }

    private async Task<Receipt> ReceiptAsync(Donation donation, DateTimeOffset now, DateTimeOffset? restoredAt, CancellationToken cancellationToken)
    {
        var given = TimeZoneInfo.ConvertTime(donation.PaidAt!.Value, site.Value.Zone);
        var issuer = organisation.Value;
        return new Receipt
        {
            Donation = donation,
            Year = given.Year,
            Sequence = await HoldReceipts.NextSequenceAsync(db, given.Year, restoredAt, cancellationToken),
            IssuedAt = now,
            GivenOn = DateOnly.FromDateTime(given.DateTime),
            AmountMinor = donation.AmountMinor,
            CurrencyCode = donation.CurrencyCode,
            DonorName = donation.Name,
            LegalName = issuer.LegalName,
            TaxLine = issuer.TaxLine,
            FiscalSponsor = Blank(issuer.FiscalSponsor),
            Statement = Blank(issuer.ReceiptStatement),
        };
    }

    private static string? Blank(string text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
