using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Books;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Donations.Staff;

/// <summary>The movements of one kind in a payout, together.</summary>
public sealed record PayoutKind(TransactionKind Kind, int Count, long AmountMinor, long FeeMinor, long NetMinor);

public sealed record PayoutMovement(long Key, DateTimeOffset At, TransactionKind Kind, string TransactionId, string? GiftId, long AmountMinor, long FeeMinor, long NetMinor);

/// <summary>What is in one payout, and whether it adds up.</summary>
[Authorize(StaffPolicies.Viewer)]
public sealed class OnePayoutModel(NewsroomDb db, StripeDesk desk, IOptions<SiteOptions> site) : PageModel
{
    public Payout Payout { get; private set; } = null!;
    public IReadOnlyList<PayoutKind> Kinds { get; private set; } = [];
    public IReadOnlyList<PayoutMovement> Movements { get; private set; } = [];
    public string? Older { get; private set; }

    /// <summary>What the movements come to; the payout's own takes it out of the balance again, and is none of them.</summary>
    public long SumMinor => Kinds.Where(k => k.Kind != TransactionKind.Payout).Sum(k => k.NetMinor);

    public string Text(long minor) => SignedMoney.Signed(minor, Payout.CurrencyCode, site.Value.Culture);

    public string? AtStripe => desk.PageOf(Payout.PayoutId, Payout.LiveMode);

    public string Mode => desk.ModeOf(Payout.LiveMode);

    public async Task<IActionResult> OnGetAsync(string id, string? after, CancellationToken cancellationToken)
    {
        if (!Cursor.TryDecode(after, out var before) || await db.Payouts.AsNoTracking().SingleOrDefaultAsync(p => p.PayoutId == id, cancellationToken) is not { } payout)
            return NotFound();
        Payout = payout;
        var inside = db.StripeTransactions.Where(t => t.PayoutId == payout.Id);
        Kinds = await inside.GroupBy(t => t.Kind).Select(g => new PayoutKind(g.Key, g.Count(), g.Sum(t => t.AmountMinor), g.Sum(t => t.FeeMinor), g.Sum(t => t.NetMinor))).ToListAsync(cancellationToken);
        var rows = await inside.Where(t => t.Kind != TransactionKind.Payout && (before == null || t.Id < before)).OrderByDescending(t => t.Id).Take(PageCursor.PageSize + 1)
            .Select(t => new PayoutMovement(t.Id, t.CreatedAt, t.Kind, t.TransactionId, t.Donation!.PublicId, t.AmountMinor, t.FeeMinor, t.NetMinor)).ToListAsync(cancellationToken);
        Movements = [.. rows.Take(PageCursor.PageSize)];
        Older = rows.Count > PageCursor.PageSize ? Request.After(rows[PageCursor.PageSize - 1].Key) : null;
        return Page();
    }
}
