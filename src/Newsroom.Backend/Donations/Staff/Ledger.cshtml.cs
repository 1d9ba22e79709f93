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

public sealed record EntryLine(
    long Key, DateTimeOffset At, LedgerAccount Account, long AmountMinor, string CurrencyCode, TransactionKind Kind, string TransactionId, string? GiftId, string? PayoutId);

/// <summary>The double-entry ledger: every entry, and what stands in each account.</summary>
[Authorize(StaffPolicies.Viewer)]
public sealed class LedgerModel(NewsroomDb db, AccountBalances balances, IOptions<StripeOptions> stripe, IOptions<SiteOptions> site) : PageModel
{
    private const string Path = "/staff/ledger";

    public LedgerAccount? Account { get; private set; }
    public string? Gift { get; private set; }
    public bool IsFiltered => Account is not null || Gift is not null;
    public IReadOnlyList<EntryLine> Entries { get; private set; } = [];

    /// <summary>By currency; on the first page of all entries only.</summary>
    public IReadOnlyList<IGrouping<Currency, AccountBalance>> Balances { get; private set; } = [];
    public string? Older { get; private set; }

    public string Text(Money sum) => sum.Signed(site.Value.Culture);

    public string Text(long minor, string code) => SignedMoney.Signed(minor, code, site.Value.Culture);

    public async Task<IActionResult> OnGetAsync(string? account, string? gift, string? after, CancellationToken cancellationToken)
    {
        if (!Cursor.TryDecode(after, out var before))
            return LocalRedirect(Path);
        (Account, Gift) = (PageCursor.Word<LedgerAccount>(account), string.IsNullOrWhiteSpace(gift) ? null : gift.Trim());
        var rows = await (await EntriesAsync(cancellationToken)).Where(e => before == null || e.Id < before).OrderByDescending(e => e.Id).Take(PageCursor.PageSize + 1)
            .Select(e => new EntryLine(e.Id, e.Transaction.CreatedAt, e.Account, e.AmountMinor, e.CurrencyCode, e.Transaction.Kind, e.Transaction.TransactionId, e.Transaction.Donation!.PublicId, e.Transaction.Payout!.PayoutId))
            .ToListAsync(cancellationToken);
        Entries = [.. rows.Take(PageCursor.PageSize)];
        Older = rows.Count > PageCursor.PageSize ? Request.After(rows[PageCursor.PageSize - 1].Key) : null;
        if (!IsFiltered && before is null)
            Balances = [.. (await balances.RunAsync(cancellationToken)).GroupBy(b => b.Balance.Currency)];
        return Page();
    }

    private async Task<IQueryable<LedgerEntry>> EntriesAsync(CancellationToken cancellationToken)
    {
        var isLive = stripe.Value.IsLive;
        // As a lookup for each entry, not as a join: so the list is walked from the newest entry down and ends with the page.
        var entries = db.LedgerEntries.Where(e => db.StripeTransactions.Any(t => t.Id == e.TransactionId && t.LiveMode == isLive));
        if (Account is { } account)
            entries = entries.Where(e => e.Account == account);
        if (Gift is { } gift)
        {
            // A gift has few movements; looked up first, so that nobody walks down the whole ledger for them.
            var ids = await db.StripeTransactions.Where(t => t.Donation!.PublicId == gift).Select(t => t.Id).ToListAsync(cancellationToken);
            entries = entries.Where(e => EF.Parameter(ids).Contains(e.TransactionId));
        }
        return entries;
    }
}
