using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Stripe;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Donations.Giving;

/// <summary>What was given with one address: the gifts that its receipts went to, and the regular gifts whose newest one was made with it.</summary>
public sealed class ReadGiving(NewsroomDb db, StripeAccount account, IOptions<OrganisationOptions> organisation)
{
    /// <summary>More than a century of monthly gifts.</summary>
    private const int MostGifts = 2000;

    private const int MostPlans = 50;

    public FiscalCalendar Calendar => new(organisation.Value.FiscalYearStart);

    /// <summary>Donors change their address at Stripe: who gets a plan's newest receipt decides about it.</summary>
    internal static IQueryable<RecurringPlan> PlansOf(NewsroomDb db, string addressKey, bool isLive)
    {
        var theirs = db.Donations.Where(d => d.AddressKey == addressKey && d.PaidAt != null && d.LiveMode == isLive).Select(d => d.PlanId);
        return db.RecurringPlans.Where(p => theirs.Contains(p.Id)
            && db.Donations.Where(d => d.PlanId == p.Id && d.PaidAt != null).OrderByDescending(d => d.Id).Select(d => d.AddressKey).FirstOrDefault() == addressKey);
    }

    /// <param name="addressKey">Of a proven address.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    public async Task<GivingView> RunAsync(string addressKey, CancellationToken cancellationToken)
    {
        var isLive = account.IsLive;
        var plans = await PlansOf(db, addressKey, isLive).AsNoTracking().OrderByDescending(p => p.Id).Take(MostPlans)
            .Select(p => new
            {
                Plan = p,
                Gifts = db.Donations.Count(d => d.PlanId == p.Id && d.PaidAt != null),
                Missed = db.MissedPayments.Where(m => m.PlanId == p.Id && m.State == MissedPaymentState.Open).OrderBy(m => m.Id)
                    .Select(m => new { m.AmountMinor, m.PayUrl, m.NextAttemptAt, m.NeedsDonor }).ToList(),
            }).ToListAsync(cancellationToken);
        var receipts = await db.Receipts
            .Where(r => r.Donation.AddressKey == addressKey && r.Donation.LiveMode == isLive && !db.Receipts.Any(later => later.DonationId == r.DonationId && later.Revision > r.Revision))
            .OrderByDescending(r => r.GivenOn).ThenByDescending(r => r.Id).Take(MostGifts)
            .Select(r => new
            {
                r.GivenOn,
                Given = r.Donation.AmountMinor,
                r.AmountMinor,
                r.CurrencyCode,
                r.Donation.Frequency,
                r.Donation.Status,
                r.Year,
                r.Sequence,
                r.LegalName,
                r.TaxLine,
                r.FiscalSponsor,
                r.Statement,
                r.DonorName,
            }).ToListAsync(cancellationToken);
        var gifts = receipts.ConvertAll(r =>
        {
            var currency = Currency.Parse(r.CurrencyCode);
            return new GivingGift(r.GivenOn, new Money(r.Given, currency), new Money(r.AmountMinor, currency), r.Frequency, r.Status, Receipt.NumberOf(r.Year, r.Sequence),
                new ReceiptIssuer(r.LegalName, r.TaxLine, r.FiscalSponsor, r.Statement), r.DonorName);
        });
        var calendar = Calendar;
        return new GivingView(
            [.. plans.OrderBy(p => p.Plan.IsOver).Select(p => new GivingPlan(p.Plan, p.Gifts,
                p.Missed.ConvertAll(m => new GivingMissed(new Money(m.AmountMinor, p.Plan.Amount.Currency), m.PayUrl, m.NextAttemptAt, m.NeedsDonor))))],
            [.. gifts.GroupBy(g => calendar.YearOf(g.GivenOn)).OrderByDescending(g => g.Key).Select(g => new GivingYear(g.Key, calendar.NameOf(g.Key), [.. g]))]);
    }

    /// <summary>Any receipt of that address by its number, also one that a later one made void.</summary>
    /// <param name="addressKey">Of a proven address.</param>
    /// <param name="number"><c>2026-000042</c>.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    public async Task<(Receipt Receipt, string? ReplacedBy)?> ReceiptAsync(string addressKey, string number, CancellationToken cancellationToken)
    {
        if (number.Split('-') is not [var before, var after] || !int.TryParse(before, NumberStyles.None, CultureInfo.InvariantCulture, out var year)
            || !int.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence))
            return null;
        var isLive = account.IsLive;
        var receipt = await db.Receipts.AsNoTracking().Include(r => r.Donation)
            .SingleOrDefaultAsync(r => r.Year == year && r.Sequence == sequence && r.Donation.AddressKey == addressKey && r.Donation.LiveMode == isLive, cancellationToken);
        if (receipt is null)
            return null;
        var newest = await db.Receipts.Where(r => r.DonationId == receipt.DonationId).OrderByDescending(r => r.Revision).Select(r => new { r.Revision, r.Year, r.Sequence }).FirstAsync(cancellationToken);
        return (receipt, newest.Revision > receipt.Revision ? Receipt.NumberOf(newest.Year, newest.Sequence) : null);
    }
}
