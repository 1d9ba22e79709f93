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

/// <summary>The payouts to the newsroom's bank, newest first, each with whether it adds up.</summary>
[Authorize(StaffPolicies.Viewer)]
public sealed class PayoutsModel(NewsroomDb db, IOptions<StripeOptions> stripe, IOptions<SiteOptions> site) : PageModel
{
    private const string Path = "/staff/payouts";

    public PayoutAgreement? Agreement { get; private set; }
    public IReadOnlyList<Payout> Payouts { get; private set; } = [];
    public string? Older { get; private set; }

    public string Text(long minor, string code) => SignedMoney.Signed(minor, code, site.Value.Culture);

    public async Task<IActionResult> OnGetAsync(string? agreement, string? after, CancellationToken cancellationToken)
    {
        if (!Cursor.TryDecode(after, out var before))
            return LocalRedirect(Path);
        Agreement = PageCursor.Word<PayoutAgreement>(agreement);
        var isLive = stripe.Value.IsLive;
        var payouts = db.Payouts.AsNoTracking().Where(p => p.LiveMode == isLive && (before == null || p.Id < before));
        if (Agreement is { } wanted)
            payouts = payouts.Where(p => p.Agreement == wanted);
        var rows = await payouts.OrderByDescending(p => p.Id).Take(PageCursor.PageSize + 1).ToListAsync(cancellationToken);
        Payouts = [.. rows.Take(PageCursor.PageSize)];
        Older = rows.Count > PageCursor.PageSize ? Request.After(rows[PageCursor.PageSize - 1].Id) : null;
        return Page();
    }
}
