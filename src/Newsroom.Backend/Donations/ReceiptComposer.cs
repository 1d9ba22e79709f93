using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Giving;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations;

/// <summary>The receipt's mail, from the receipt's own row: sent again, it says the same.</summary>
internal sealed class ReceiptComposer(NewsroomDb db, IOptions<SiteOptions> site) : IMailComposer
{
    public const string MailKind = "receipt";

    public string Kind => MailKind;

    public async Task<ComposedMail?> ComposeAsync(long subjectId, CancellationToken cancellationToken)
    {
        var receipt = await db.Receipts.AsNoTracking().Include(r => r.Donation).ThenInclude(d => d.Donor).SingleOrDefaultAsync(r => r.Id == subjectId, cancellationToken);
        // A corrected one names this one's number: late, it would be taken for the valid one.
        if (receipt is null || DonorPersonalData.IsErased(receipt.Donation.Address)
            || await db.Receipts.AnyAsync(r => r.DonationId == receipt.DonationId && r.Revision > receipt.Revision, cancellationToken))
            return null;
        // A donor gets the receipt whatever became of the newsletters: it is about their money.
        return new ComposedMail(EmailAddress.Parse(receipt.Donation.Address), receipt.DonorName, MailKind, Model(receipt, site.Value), ReachesSuppressed: true);
    }

    internal static Dictionary<string, object?> Model(Receipt receipt, SiteOptions site)
    {
        var culture = site.Culture;
        // An empty text where there is nothing: the templates' engine takes null for a name that does not exist.
        return new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["number"] = receipt.Number,
            ["amount"] = receipt.Amount.Format(culture),
            ["currency"] = receipt.CurrencyCode,
            ["frequency"] = Words.EveryPeriod(receipt.Donation.Frequency) ?? "",
            ["date"] = receipt.GivenOn.ToString("D", culture),
            ["donor"] = receipt.DonorName ?? "",
            ["fee_cover"] = receipt.Donation.FeeCoverMinor > 0 ? new Money(receipt.Donation.FeeCoverMinor, receipt.Amount.Currency).Format(culture) : "",
            ["legal_name"] = receipt.LegalName,
            ["tax_line"] = receipt.TaxLine ?? "",
            ["fiscal_sponsor"] = receipt.FiscalSponsor ?? "",
            ["statement"] = receipt.Statement ?? "",
            ["giving_url"] = site.Link(OpenGiving.Path),
        };
    }

    public static IReadOnlyDictionary<string, object?> Sample { get; } = new Dictionary<string, object?>(StringComparer.Ordinal)
    {
        ["number"] = "2026-000042",
        ["amount"] = "$15.00",
        ["currency"] = "USD",
        ["frequency"] = "every month",
        ["date"] = "Tuesday, November 24, 2026",
        ["donor"] = "Ada Reader",
        ["fee_cover"] = "$0.64",
        ["legal_name"] = "The Example Gazette Foundation",
        ["tax_line"] = "501(c)(3), tax id 00-0000000",
        ["fiscal_sponsor"] = "Example Sponsor, Inc.",
        ["statement"] = "No goods or services were provided in exchange for this gift.",
        ["giving_url"] = "https://news.example.org/giving",
    };
}
