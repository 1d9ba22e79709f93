using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Giving;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations;

/// <summary>Says once that a regular gift could not be taken, and where to pay it. Nothing is sent about what has been paid meanwhile.</summary>
internal sealed class MissedPaymentComposer(NewsroomDb db, IOptions<SiteOptions> site) : IMailComposer
{
    public const string MailKind = "payment-missed";

    public string Kind => MailKind;

    public async Task<ComposedMail?> ComposeAsync(long subjectId, CancellationToken cancellationToken)
    {
        var missed = await db.MissedPayments.AsNoTracking().Include(m => m.Plan).ThenInclude(p => p.Donor).SingleOrDefaultAsync(m => m.Id == subjectId, cancellationToken);
        if (missed is not { State: MissedPaymentState.Open, Plan: { IsOver: false, Status: not PlanStatus.Held } plan }
            || await db.Donations.AnyAsync(d => d.InvoiceId == missed.InvoiceId && d.PaidAt != null, cancellationToken)
            || await db.AddressOfAsync(plan, cancellationToken) is not { } address)
            return null;
        var culture = site.Value.Culture;
        return new ComposedMail(address, plan.Donor.Name, MailKind, new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["donor"] = plan.Donor.Name ?? "",
            ["amount"] = missed.Amount.Format(culture),
            ["frequency"] = Words.EveryPeriod(plan.Frequency) ?? "",
            ["why"] = missed.NeedsDonor ? "approve" : WhyOf(missed.Why),
            ["paid_by"] = plan.PaidBy ?? "",
            ["next_attempt"] = missed.NextAttemptAt is { } next ? TimeZoneInfo.ConvertTime(next, site.Value.Zone).ToString("D", culture) : "",
            ["pay_url"] = missed.PayUrl ?? "",
            ["giving_url"] = site.Value.Link(OpenGiving.Path),
        }, ReachesSuppressed: true);
    }

    /// <summary>What the template has words for, of https://docs.stripe.com/declines/codes. The rest of them are nobody's business but the bank's.</summary>
    private static string WhyOf(string? code) => code switch
    {
        "expired_card" => "expired",
        "insufficient_funds" => "funds",
        "authentication_required" => "approve",
        _ => "",
    };

    public static IReadOnlyDictionary<string, object?> Sample { get; } = new Dictionary<string, object?>(StringComparer.Ordinal)
    {
        ["donor"] = "Ada Reader",
        ["amount"] = "$15.00",
        ["frequency"] = "every month",
        ["why"] = "expired",
        ["paid_by"] = "visa 4242",
        ["next_attempt"] = "Friday, November 27, 2026",
        ["pay_url"] = "https://pay.example.com/invoice",
        ["giving_url"] = "https://news.example.org/giving",
    };
}
