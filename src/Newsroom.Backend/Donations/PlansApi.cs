using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations;

/// <summary>A monthly or yearly gift in JSON.</summary>
/// <param name="Id">Ours.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Amount">Each period's.</param>
/// <param name="Frequency"><c>monthly</c> or <c>yearly</c>.</param>
/// <param name="Donor">Id of the donor.</param>
/// <param name="Email">The donor's.</param>
/// <param name="Gifts">How many periods were paid.</param>
/// <param name="LiveMode">False: made with a test key, or practice.</param>
/// <param name="CreatedAt">Stripe's clock.</param>
/// <param name="EndedAt">Null while it runs.</param>
/// <param name="EndReason">Stripe's word for why it ended.</param>
/// <param name="NextPaymentAt">When Stripe asks for the next one; null while it will not.</param>
/// <param name="PausedUntil">When a pause ends by itself.</param>
/// <param name="PaidBy">The card or account, <c>visa 4242</c>.</param>
/// <param name="CardExpiresOn">Its last day.</param>
/// <param name="Missed">Periods whose payment is missing at present.</param>
/// <param name="Subscription">Its id in Stripe's dashboard.</param>
public sealed record PlanShape(
    string Id, PlanStatus Status, MoneyShape Amount, Frequency Frequency, string Donor, string Email, int Gifts, bool LiveMode, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt,
    string? EndReason, DateTimeOffset? NextPaymentAt, DateTimeOffset? PausedUntil, string? PaidBy, DateOnly? CardExpiresOn, IReadOnlyList<MissedPaymentShape> Missed,
    string Subscription);

/// <param name="Amount">What is missing.</param>
/// <param name="Attempts">How often Stripe tried by its own timetable.</param>
/// <param name="NextAttemptAt">When it tries again; null when it will not by itself.</param>
/// <param name="NeedsDonor">The bank wants the donor's approval.</param>
/// <param name="Why">Stripe's code for the refusal.</param>
/// <param name="Invoice">Its id in Stripe's dashboard.</param>
public sealed record MissedPaymentShape(MoneyShape Amount, int Attempts, DateTimeOffset? NextAttemptAt, bool NeedsDonor, string? Why, string Invoice);

internal static class PlansApi
{
    private sealed record Row(long Key, PlanShape Shape);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapApi("plans", scope: "donations").MapGet("", ListAsync).WithSummary("The regular gifts, the oldest first.").Produces<ListPage<PlanShape>>()
            .ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity);

    private static async Task<IResult> ListAsync(NewsroomDb db, string? after, int? limit, CancellationToken cancellationToken)
    {
        if (Api.ReadPage(after, limit, out var afterKey, out var take) is { } fault)
            return fault;
        Expression<Func<RecurringPlan, Row>> toRow = p => new Row(p.Id, new PlanShape(
            p.PublicId, p.Status, new MoneyShape(p.AmountMinor, p.CurrencyCode), p.Frequency, p.Donor.PublicId, p.Donor.Address,
            db.Donations.Count(d => d.PlanId == p.Id && d.PaidAt != null), db.Donations.Any(d => d.PlanId == p.Id && d.LiveMode), p.CreatedAt, p.EndedAt,
            p.EndReason, p.NextPaymentAt, p.PausedUntil, p.PaidBy, p.CardExpiresOn,
            db.MissedPayments.Where(m => m.PlanId == p.Id && m.State == MissedPaymentState.Open).OrderBy(m => m.Id)
                .Select(m => new MissedPaymentShape(new MoneyShape(m.AmountMinor, m.Plan.CurrencyCode), m.Attempts, m.NextAttemptAt, m.NeedsDonor, m.Why, m.InvoiceId)).ToList(),
            p.SubscriptionId));
        var rows = await db.RecurringPlans.Where(p => afterKey == null || p.Id > afterKey).OrderBy(p => p.Id).Take(take + 1).Select(toRow).ToListAsync(cancellationToken);
        return Results.Ok(ListPage.Cut(rows, take, r => r.Key, r => r.Shape));
    }
}
