using System.Linq.Expressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Stripe;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Donations.Staff;

/// <summary>
/// A plan in the list. <c>Missed</c>: the sum of its <c>MissedCount</c> payments that are missing now. <c>NextAttemptAt</c>: when Stripe tries the first of them again;
/// null when it does not by itself. <c>DisputeRuns</c>: a bank has not decided yet.
/// </summary>
public sealed record PlanLine(
    long Key, string Id, string? DonorName, string DonorAddress, long AmountMinor, string CurrencyCode, Frequency Frequency, PlanStatus Status, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt,
    DateTimeOffset? NextPaymentAt, DateTimeOffset? PausedUntil, string? PaidBy, DateOnly? CardExpiresOn, string SubscriptionId, bool LiveMode, int Gifts, long Missed, int MissedCount, DateTimeOffset? NextAttemptAt, bool DisputeRuns);

/// <summary>The monthly and yearly gifts, newest first, with what each waits for.</summary>
[Authorize(StaffPolicies.Viewer), PrivatePage]
public sealed class PlansModel(NewsroomDb db, SyncGift sync, SettleHeldPlan settle, StripeDesk desk, AuditTrail trail, IOptions<SiteOptions> site) : PageModel
{
    private const string Path = "/staff/plans";

    public string? Find { get; private set; }
    public PlanStatus? Status { get; private set; }
    public IReadOnlyList<PlanLine> Plans { get; private set; } = [];
    public string? Older { get; private set; }
    public bool IsFiltered => Find is not null || Status is not null;

    public string Text(long minor, string code) => SignedMoney.Signed(minor, code, site.Value.Culture);

    public string Month(DateOnly day) => day.ToString("MM/yyyy", System.Globalization.CultureInfo.InvariantCulture);

    public string? AtStripe(string id, bool isLive) => desk.PageOf(id, isLive);

    public string? Practice(bool isLive) => isLive ? null : desk.ModeOf(isLive);

    public async Task<IActionResult> OnGetAsync(string? find, string? status, string? after, CancellationToken cancellationToken)
    {
        if (!Cursor.TryDecode(after, out var before))
            return LocalRedirect(Path);
        (Find, Status) = (string.IsNullOrWhiteSpace(find) ? null : find.Trim(), PageCursor.Word<PlanStatus>(status));
        var plans = Found().Where(p => before == null || p.Id < before);
        if (Status is { } wanted)
            plans = plans.Where(p => p.Status == wanted);
        var rows = await plans.OrderByDescending(p => p.Id).Take(PageCursor.PageSize + 1).Select(ToLine()).ToListAsync(cancellationToken);
        Plans = [.. rows.Take(PageCursor.PageSize)];
        Older = rows.Count > PageCursor.PageSize ? Request.After(rows[PageCursor.PageSize - 1].Key) : null;
        return Page();
    }

    public async Task<IActionResult> OnPostSyncAsync(string id, CancellationToken cancellationToken)
    {
        if (!User.MayActAs(StaffRole.Publisher))
            return Forbid();
        if (await db.RecurringPlans.Where(p => p.PublicId == id).Select(p => p.SubscriptionId).SingleOrDefaultAsync(cancellationToken) is not { } subscription)
            return Refuse(id, Unknown);
        try
        {
            await sync.RunAsync(new GiftObject.Plan(subscription), cancellationToken);
        }
        catch (StripeUnavailableException)
        {
            return Refuse(id, Silent);
        }
        return await DoneAsync(id, "plan.synced", "Stripe was asked, and the list shows its answer.");
    }

    public async Task<IActionResult> OnPostResumeAsync(string id, CancellationToken cancellationToken) => !User.MayActAs(StaffRole.Publisher) ? Forbid()
        : await SayAsync(id, await settle.ResumeAsync(id, cancellationToken), "plan.resumed", "It goes on: the next gift is asked for when its time comes.");

    public async Task<IActionResult> OnPostEndAsync(string id, CancellationToken cancellationToken) => !User.MayActAs(StaffRole.Publisher) ? Forbid()
        : await SayAsync(id, await settle.EndAsync(id, cancellationToken), "plan.ended", "It is over: nothing more is asked for.");

    private const string Unknown = "Nothing was changed: there is no regular gift with that id. Look at the list again.";
    private const string Silent = "Stripe did not answer to the end. Nothing is lost: try again in a few minutes.";

    private async Task<IActionResult> SayAsync(string id, SettleHeldPlanOutcome outcome, string action, string done) => outcome switch
    {
        SettleHeldPlanOutcome.Done => await DoneAsync(id, action, done),
        SettleHeldPlanOutcome.Unknown => Refuse(id, Unknown),
        SettleHeldPlanOutcome.NotHeld => Refuse(id, "Nothing was changed: it is not held any more. The list shows how it stands."),
        SettleHeldPlanOutcome.DisputeRuns => Refuse(id, "Nothing was changed: the bank has not decided about the disputed gift. Answer it in Stripe's dashboard, and wait for the decision."),
        SettleHeldPlanOutcome.Unavailable => Refuse(id, Silent),
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "No such outcome."),
    };

    private async Task<IActionResult> DoneAsync(string id, string action, string said)
    {
        await trail.SayAsync(User, action, id);
        return Back(id, said);
    }

    private LocalRedirectResult Refuse(string id, string said)
    {
        trail.SayNothing();
        return Back(id, said);
    }

    private LocalRedirectResult Back(string id, string said)
    {
        this.Toast(said);
        return LocalRedirect($"{Path}?find={Uri.EscapeDataString(id)}");
    }

    private IQueryable<RecurringPlan> Found()
    {
        var plans = db.RecurringPlans.AsQueryable();
        if (Find is not { } word)
            return plans;
        if (word.StartsWith("plan_", StringComparison.Ordinal))
            return plans.Where(p => p.PublicId == word);
        if (word.StartsWith("sub_", StringComparison.Ordinal))
            return plans.Where(p => p.SubscriptionId == word);
        var key = EmailAddress.TryParse(word, out var address) ? address.Key : word;
        return plans.Where(p => p.Donor.AddressKey == key);
    }

    private Expression<Func<RecurringPlan, PlanLine>> ToLine() => p => new PlanLine(
        p.Id, p.PublicId, p.Donor.Name, p.Donor.Address, p.AmountMinor, p.CurrencyCode, p.Frequency, p.Status, p.CreatedAt, p.EndedAt, p.NextPaymentAt, p.PausedUntil, p.PaidBy, p.CardExpiresOn,
        p.SubscriptionId, db.Donations.Any(d => d.PlanId == p.Id && d.LiveMode), db.Donations.Count(d => d.PlanId == p.Id && d.PaidAt != null),
        db.MissedPayments.Where(m => m.PlanId == p.Id && m.State == MissedPaymentState.Open).Sum(m => m.AmountMinor),
        db.MissedPayments.Count(m => m.PlanId == p.Id && m.State == MissedPaymentState.Open),
        db.MissedPayments.Where(m => m.PlanId == p.Id && m.State == MissedPaymentState.Open).Min(m => m.NextAttemptAt),
        p.Status == PlanStatus.Held && db.Disputes.Any(d => d.Donation.PlanId == p.Id && d.Donation.Status == DonationStatus.Disputed));
}
