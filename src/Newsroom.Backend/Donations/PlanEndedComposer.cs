using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations;

/// <summary>Says that a regular gift is over: that nothing more is charged, thanks for what was given, and how to begin again.</summary>
internal sealed class PlanEndedComposer(NewsroomDb db, IOptions<SiteOptions> site) : IMailComposer
{
    public const string MailKind = "plan-ended";

    public string Kind => MailKind;

    public async Task<ComposedMail?> ComposeAsync(long subjectId, CancellationToken cancellationToken)
    {
        var plan = await db.RecurringPlans.AsNoTracking().Include(p => p.Donor).SingleOrDefaultAsync(p => p.Id == subjectId, cancellationToken);
        if (plan is not { IsOver: true } || DonorPersonalData.IsErased(plan.Donor.Address))
            return null;
        var gifts = await db.Donations.CountAsync(d => d.PlanId == plan.Id && d.PaidAt != null, cancellationToken);
        var culture = site.Value.Culture;
        return new ComposedMail(EmailAddress.Parse(plan.Donor.Address), plan.Donor.Name, MailKind, new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["donor"] = plan.Donor.Name ?? "",
            ["amount"] = plan.Amount.Format(culture),
            ["frequency"] = Words.EveryPeriod(plan.Frequency) ?? "",
            ["lapsed"] = plan.Status == PlanStatus.Lapsed,
            ["gifts"] = gifts,
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
        ["gifts"] = 7,
        ["since"] = "April 2026",
        ["donate_url"] = "https://news.example.org/donate",
    };
}
