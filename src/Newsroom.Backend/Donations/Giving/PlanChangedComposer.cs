using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations.Giving;

/// <summary>Says what is different about a regular gift, so that a donor who did not want it hears of it. Nothing that a later change has made untrue.</summary>
internal sealed class PlanChangedComposer(NewsroomDb db, IOptions<SiteOptions> site) : IMailComposer
{
    public const string MailKind = "plan-changed";

    public string Kind => MailKind;

    public async Task<ComposedMail?> ComposeAsync(long subjectId, CancellationToken cancellationToken)
    {
        var change = await db.PlanChanges.AsNoTracking().Include(c => c.Plan).ThenInclude(p => p.Donor).SingleOrDefaultAsync(c => c.Id == subjectId, cancellationToken);
        if (change is not { Plan: { IsOver: false, Status: not PlanStatus.Held } plan } || await IsOverTakenAsync(change, cancellationToken)
            || await db.AddressOfAsync(plan, cancellationToken) is not { } address)
            return null;
        var culture = site.Value.Culture;
        return new ComposedMail(address, plan.Donor.Name, MailKind, new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["change"] = WordOf(change.Kind),
            ["amount"] = new Money(change.ToMinor ?? plan.AmountMinor, plan.Amount.Currency).Format(culture),
            ["before"] = change.FromMinor is { } from ? new Money(from, plan.Amount.Currency).Format(culture) : "",
            ["frequency"] = Words.EveryPeriod(plan.Frequency) ?? "",
            ["paid_by"] = plan.PaidBy ?? "",
            ["until"] = Day(change.Until),
            ["next"] = Day(plan.NextPaymentAt),
            ["giving_url"] = site.Value.Link(OpenGiving.Path),
        }, ReachesSuppressed: true);

        string Day(DateTimeOffset? at) => at is { } instant ? TimeZoneInfo.ConvertTime(instant, site.Value.Zone).ToString("D", culture) : "";
    }

    private Task<bool> IsOverTakenAsync(PlanChange change, CancellationToken cancellationToken)
    {
        var rivals = change.Rivals;
        return db.PlanChanges.AnyAsync(c => c.PlanId == change.PlanId && c.Id > change.Id && rivals.Contains(c.Kind), cancellationToken);
    }

    private static string WordOf(PlanChangeKind kind) => kind switch
    {
        PlanChangeKind.Amount => "amount",
        PlanChangeKind.Card => "card",
        PlanChangeKind.Paused => "paused",
        PlanChangeKind.Resumed => "resumed",
        PlanChangeKind.EndScheduled => "ending",
        PlanChangeKind.Kept => "kept",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No word for it."),
    };

    public static IReadOnlyDictionary<string, object?> Sample { get; } = new Dictionary<string, object?>(StringComparer.Ordinal)
    {
        ["change"] = "amount",
        ["amount"] = "$20.00",
        ["before"] = "$15.00",
        ["frequency"] = "every month",
        ["paid_by"] = "visa 4242",
        ["until"] = "",
        ["next"] = "Thursday, December 24, 2026",
        ["giving_url"] = "https://news.example.org/giving",
    };
}
