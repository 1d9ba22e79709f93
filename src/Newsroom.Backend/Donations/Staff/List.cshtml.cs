using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Donations.Staff;

public sealed record GiftLine(
    string Id, DateTimeOffset At, string? Name, string Address, bool Anonymous, string Amount, Frequency Frequency, DonationStatus Status, bool LiveMode, string? Campaign);

/// <summary>The gifts, newest first.</summary>
[Authorize(StaffPolicies.Viewer), PrivatePage]
public sealed class ListModel(NewsroomDb db, IOptions<SiteOptions> site) : PageModel
{
    public IReadOnlyList<GiftLine> Gifts { get; private set; } = [];
    public string? Address { get; private set; }
    public DonationStatus? Status { get; private set; }
    public Frequency? Frequency { get; private set; }
    public string? Older { get; private set; }
    public bool IsFiltered => Address is not null || Status is not null || Frequency is not null;

    public async Task<IActionResult> OnGetAsync(string? address, string? status, string? frequency, string? after, CancellationToken cancellationToken)
    {
        if (!Cursor.TryDecode(after, out var before))
            return LocalRedirect("/staff/donations");
        (Address, Status, Frequency) = (string.IsNullOrWhiteSpace(address) ? null : address.Trim(), PageCursor.Word<DonationStatus>(status), PageCursor.Word<Frequency>(frequency));
        var query = db.Donations.AsNoTracking().Where(d => before == null || d.Id < before);
        if (Address is { } typed)
        {
            var key = EmailAddress.TryParse(typed, out var parsed) ? parsed.Key : typed;
            query = query.Where(d => d.AddressKey == key);
        }
        if (Status is { } wanted)
            query = query.Where(d => d.Status == wanted);
        if (Frequency is { } often)
            query = query.Where(d => d.Frequency == often);
        var rows = await query.OrderByDescending(d => d.Id).Take(PageCursor.PageSize + 1).ToListAsync(cancellationToken);
        Gifts = [.. rows.Take(PageCursor.PageSize).Select(d => new GiftLine(
            d.PublicId, d.PaidAt ?? d.CreatedAt, d.Name, d.Address, d.Anonymous, d.Amount.Format(site.Value.Culture), d.Frequency, d.Status, d.LiveMode, d.Campaign))];
        Older = rows.Count > PageCursor.PageSize ? Request.After(rows[PageCursor.PageSize - 1].Id) : null;
        return Page();
    }
}

/// <summary>A gift's state in words, and how it feels.</summary>
public static class GiftStateWords
{
    public static string Of(DonationStatus status) => status switch
    {
        DonationStatus.Draft => "begun",
        DonationStatus.CheckoutOpen => "at the payment page",
        DonationStatus.Deferred => "waits for Stripe",
        DonationStatus.Processing => "at the bank",
        DonationStatus.Succeeded => "paid",
        DonationStatus.PartiallyRefunded => "partly refunded",
        DonationStatus.DisputeLost => "dispute lost",
        _ => status.ToString().ToLowerInvariant(),
    };

    public static Tone ToneOf(DonationStatus status) => status switch
    {
        DonationStatus.Succeeded => Tone.Good,
        DonationStatus.Processing or DonationStatus.CheckoutOpen => Tone.Busy,
        DonationStatus.Deferred or DonationStatus.Disputed or DonationStatus.PartiallyRefunded => Tone.Warn,
        DonationStatus.Failed or DonationStatus.DisputeLost => Tone.Bad,
        _ => Tone.Neutral,
    };
}
