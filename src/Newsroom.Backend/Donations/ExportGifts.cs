using System.Text.Json;
using CsvHelper;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Donations;

/// <summary>Writes gifts as CSV, the oldest first, page by page, so that memory does not grow with their number.</summary>
public sealed class ExportGifts(NewsroomDb db)
{
    private const int PageRows = 1000;

    private static readonly string[] Header =
    [
        "id", "made_at", "paid_at", "status", "frequency", "amount", "currency", "fee_cover", "refunded", "receipt", "donor", "name", "address", "anonymous", "message", "campaign",
        "in_honour_of", "in_memory_of", "mailing_address", "mailing_country", "source", "plan", "live", "stripe_payment",
    ];

    /// <param name="gifts">Which.</param>
    /// <param name="file">Left open.</param>
    /// <param name="cancellationToken">Ends the writing between two pages.</param>
    /// <returns>How many were written.</returns>
    public async Task<int> RunAsync(IQueryable<Donation> gifts, Stream file, CancellationToken cancellationToken)
    {
        await using var csv = SafeCsv.Writer(file, leaveOpen: true);
        Write(csv, Header);
        await csv.NextRecordAsync();
        var count = 0;
        for (var after = 0L; await PageAsync(gifts, after, cancellationToken) is { Count: > 0 } page; after = page[^1].Donation.Id)
        {
            foreach (var row in page)
            {
                Write(csv, Cells(row));
                await csv.NextRecordAsync();
            }
            await csv.FlushAsync();
            count += page.Count;
        }
        return count;
    }

    private Task<List<DonationRow>> PageAsync(IQueryable<Donation> gifts, long after, CancellationToken cancellationToken) =>
        DonationsApi.Rows(db, gifts.AsNoTracking().Where(d => d.Id > after).OrderBy(d => d.Id).Take(PageRows)).ToListAsync(cancellationToken);

    private static string?[] Cells(DonationRow row)
    {
        var gift = row.Donation;
        string Sum(long minor) => new Primitives.Money(minor, gift.Amount.Currency).ToDecimalString();
        return
        [
            gift.PublicId, SpreadsheetInstant.Of(gift.CreatedAt), SpreadsheetInstant.Of(gift.PaidAt), Camel(gift.Status.ToString()), Camel(gift.Frequency.ToString()),
            Sum(gift.AmountMinor), gift.CurrencyCode, Sum(gift.FeeCoverMinor), Sum(gift.RefundedMinor),
            row.Receipt,
            row.Donor, gift.Name, gift.Address, gift.Anonymous ? "yes" : "no", gift.Message, gift.Campaign,
            gift.InMemory ? null : gift.InHonourOf, gift.InMemory ? gift.InHonourOf : null, gift.MailingAddress, gift.MailingCountry, gift.Attribution, row.Plan,
            gift.LiveMode ? "yes" : "no", gift.PaymentIntentId,
        ];
    }

    private static string Camel(string name) => JsonNamingPolicy.CamelCase.ConvertName(name);

    private static void Write(CsvWriter csv, string?[] cells)
    {
        foreach (var cell in cells)
            csv.WriteField(cell);
    }
}
