using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations;

/// <summary>Says that a regular gift is over: that nothing more is charged (by itself, where the missing payment can still be made), thanks for what was given, and how to begin again.</summary>
internal sealed class PlanEndedComposer(NewsroomDb db, IOptions<SiteOptions> site) : IMailComposer
{
    public const string MailKind = "plan-ended";

    public string Kind => MailKind;

    public async Task<ComposedMail?> ComposeAsync(long subjectId, CancellationToken cancellationToken)
    {
        var plan = await db.RecurringPlans.AsNoTracking().Include(p => p.Donor).SingleOrDefaultAsync(p => p.Id == subjectId, cancellationToken);
        if (plan is not { IsOver: true } || await db.AddressOfAsync(plan, cancellationToken) is not { } address)
            return null;
        DonationStatus[] kept = [DonationStatus.Succeeded, DonationStatus.PartiallyRefunded, DonationStatus.Disputed];
        var gifts = await db.Donations.CountAsync(d => d.PlanId == plan.Id && kept.Contains(d.Status), cancellationToken);
        var culture = site.Value.Culture;
        return new ComposedMail(address, plan.Donor.Name, MailKind, new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["donor"] = plan.Donor.Name ?? "",
            ["amount"] = plan.Amount.Format(culture),
            ["frequency"] = Words.EveryPeriod(plan.Frequency) ?? "",
            ["lapsed"] = plan.Status == PlanStatus.Lapsed,
            // Stripe's "unpaid" asks for nothing by itself and has no end: who pays the missing one gives on.
            ["payable"] = plan.Status == PlanStatus.Lapsed && plan.EndedAt is null,
            ["gifts"] = gifts,
            ["receipts_stand"] = !await db.Receipts.AnyAsync(r => r.Donation.PlanId == plan.Id && r.Revision > 0, cancellationToken),
            ["since"] = TimeZoneInfo.ConvertTime(plan.CreatedAt, site.Value.Zone).ToString("Y", culture),
            ["donate_url"] = site.Value.Link(
                $"/donate?amount={plan.Amount.ToDecimalString()}&currency={plan.CurrencyCode}&frequency={Words.Adverb(plan.Frequency)}&src=plan-ended"),
        }, ReachesSuppressed: true);
    }

    public static IReadOnlyDictionary<string, object?> Sample { get; } = new Dictionary<string, object?>(StringComparer.Ordinal)
    {
        ["donor"] = "Ada Reader",
        ["amount"] = "$15.00",
        ["frequency"] = "every month",
        ["lapsed"] = true,
        ["payable"] = false,
        ["gifts"] = 7,
        ["receipts_stand"] = true,
        ["since"] = "April 2026",
        ["donate_url"] = "https://news.example.org/donate",
    };
}

internal static class PlanAddress
{
    /// <summary>Where the newest receipt of a plan went: donors change their address at Stripe. Null once the donor is erased.</summary>
    public static async Task<EmailAddress?> AddressOfAsync(this NewsroomDb db, RecurringPlan plan, CancellationToken cancellationToken)
    {
        var address = await db.Donations.Where(d => d.PlanId == plan.Id && d.PaidAt != null).OrderByDescending(d => d.Id).Select(d => d.Address).FirstOrDefaultAsync(cancellationToken);
        return address is null || DonorPersonalData.IsErased(address) ? null : EmailAddress.Parse(address);
    }
}
