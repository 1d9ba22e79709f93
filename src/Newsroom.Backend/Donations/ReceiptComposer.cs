using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
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
        if (receipt is null)
            return null;
        // A donor gets the receipt whatever became of the newsletters: it is about their money.
        return new ComposedMail(EmailAddress.Parse(receipt.Donation.Address), receipt.DonorName, MailKind, Model(receipt), ReachesSuppressed: true);
    }

    private Dictionary<string, object?> Model(Receipt receipt)
    {
        var culture = site.Value.Culture;
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
    };
}

/// <summary>Words that pages and mails share.</summary>
internal static class Words
{
    /// <summary>Null for a single gift.</summary>
    public static string? EveryPeriod(Frequency frequency) => frequency switch
    {
        Frequency.Monthly => "every month",
        Frequency.Yearly => "every year",
        _ => null,
    };

    /// <summary><c>A, B and C</c>.</summary>
    public static string List(IReadOnlyList<string> names) =>
        names.Count < 2 ? string.Concat(names) : $"{string.Join(", ", names.SkipLast(1))} and {names[^1]}";

    /// <summary>How forms and JSON say whether the one a gift is made for lives.</summary>
    public static string Tribute(bool inMemory) => inMemory ? "memory" : "honour";

    /// <summary>As the choice on a form.</summary>
    public static string Title(Frequency frequency) => frequency switch
    {
        Frequency.Monthly => "Monthly",
        Frequency.Yearly => "Yearly",
        _ => "Once",
    };

    public static string Adverb(Frequency frequency) => frequency switch
    {
        Frequency.Monthly => "monthly",
        Frequency.Yearly => "yearly",
        _ => "once",
    };
}
