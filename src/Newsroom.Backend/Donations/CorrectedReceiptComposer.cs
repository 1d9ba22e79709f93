using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations;

/// <summary>The mail of a receipt that makes an earlier one void. Only the newest is sent: money that came back again needs no word of the way there.</summary>
internal sealed class CorrectedReceiptComposer(NewsroomDb db, IOptions<SiteOptions> site) : IMailComposer
{
    public const string MailKind = "receipt-corrected";

    public string Kind => MailKind;

    public async Task<ComposedMail?> ComposeAsync(long subjectId, CancellationToken cancellationToken)
    {
        if (await db.Receipts.AsNoTracking().Include(r => r.Donation).SingleOrDefaultAsync(r => r.Id == subjectId, cancellationToken) is not { } receipt
            || DonorPersonalData.IsErased(receipt.Donation.Address))
            return null;
        var others = await db.Receipts.AsNoTracking().Where(r => r.DonationId == receipt.DonationId && r.Id != receipt.Id).OrderBy(r => r.Revision).ToListAsync(cancellationToken);
        if (others is not [var first, ..] || others[^1] is var last && last.Revision > receipt.Revision)
            return null;
        var culture = site.Value.Culture;
        var model = ReceiptComposer.Model(receipt, site.Value);
        // The sum still holds the part for the fee, but no longer as a part of its own.
        model["fee_cover"] = "";
        model["earlier"] = Words.List(others.ConvertAll(r => r.Number));
        model["earlier_count"] = others.Count;
        model["given"] = first.Amount.Format(culture);
        model["is_void"] = receipt.AmountMinor == 0;
        model["is_whole"] = receipt.AmountMinor == first.AmountMinor;
        return new ComposedMail(EmailAddress.Parse(receipt.Donation.Address), receipt.DonorName, MailKind, model, ReachesSuppressed: true);
    }

    public static IReadOnlyDictionary<string, object?> Sample { get; } = new Dictionary<string, object?>(ReceiptComposer.Sample, StringComparer.Ordinal)
    {
        ["number"] = "2026-000043",
        ["amount"] = "$10.00",
        ["fee_cover"] = "",
        ["earlier"] = "2026-000042",
        ["earlier_count"] = 1,
        ["given"] = "$15.00",
        ["is_void"] = false,
        ["is_whole"] = false,
    };
}
