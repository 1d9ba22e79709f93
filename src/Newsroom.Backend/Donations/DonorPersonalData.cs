using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Donations;

/// <param name="Id">Opaque.</param>
/// <param name="Status">Where the gift stands.</param>
/// <param name="AmountMinor">In the currency's smallest unit.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Frequency">Once, or part of a plan.</param>
/// <param name="Name">As given.</param>
/// <param name="Message">As given.</param>
/// <param name="Anonymous">Not to be named in public.</param>
/// <param name="Campaign">The drive it belongs to.</param>
/// <param name="InHonourOf">Whom the gift was made for.</param>
/// <param name="InMemory">They had died.</param>
/// <param name="MailingAddress">As given.</param>
/// <param name="MailingCountry">As given.</param>
/// <param name="Source">Where the donor came from, as the link said.</param>
/// <param name="CreatedAt">When the form was sent.</param>
/// <param name="PaidAt">When Stripe took the money.</param>
/// <param name="Receipt">The receipt's number.</param>
public sealed record GiftExport(
    string Id, DonationStatus Status, long AmountMinor, string Currency, Frequency Frequency, string? Name, string? Message, bool Anonymous, string? Campaign,
    string? InHonourOf, bool InMemory, string? MailingAddress, string? MailingCountry, string? Source,
    DateTimeOffset CreatedAt, DateTimeOffset? PaidAt, string? Receipt);

public sealed record PlanExport(string Id, PlanStatus Status, long AmountMinor, string Currency, Frequency Frequency, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt,
    DateTimeOffset? NextPaymentAt, string? PaidBy, DateOnly? CardExpiresOn, IReadOnlyList<MissedExport> Missed, IReadOnlyList<PlanChangeExport> Changes);

/// <param name="At">When it was seen.</param>
/// <param name="Kind">What became different.</param>
/// <param name="FromMinor">The sum before, of a changed one.</param>
/// <param name="ToMinor">And after.</param>
public sealed record PlanChangeExport(DateTimeOffset At, Giving.PlanChangeKind Kind, long? FromMinor, long? ToMinor);

/// <param name="FirstSeenAt">When its payment had failed.</param>
/// <param name="AmountMinor">In the plan's currency.</param>
/// <param name="State">What became of it.</param>
/// <param name="Why">The bank's code for the refusal.</param>
public sealed record MissedExport(DateTimeOffset FirstSeenAt, long AmountMinor, MissedPaymentState State, string? Why);

public sealed record DonorExport(string? Name, IReadOnlyList<GiftExport> Gifts, IReadOnlyList<PlanExport> Plans);

/// <summary>
/// Who gave. The books stay (amounts, dates, Stripe's numbers, receipts' numbers: tax law), the person in them goes; not before a regular gift
/// has ended or a payment under way is decided, since its receipts need somewhere to go.
/// </summary>
internal sealed class DonorPersonalData(NewsroomDb db) : IPersonalData
{
    internal const string ErasedDomain = "erased.invalid";

    /// <summary>Nobody is there any more to write to.</summary>
    public static bool IsErased(string address) => address.EndsWith("@" + ErasedDomain, StringComparison.Ordinal);

    public string Section => "gifts";

    public bool GoesWithTime => false;

    public async Task<PersonalSection?> ExportAsync(Person person, CancellationToken cancellationToken)
    {
        var key = person.Address.Key;
        var name = await db.Donors.Where(d => d.AddressKey == key).Select(d => d.Name).SingleOrDefaultAsync(cancellationToken);
        var gifts = await (
            from gift in db.Donations
            where gift.AddressKey == key
            join receipt in db.Receipts.Where(r => !db.Receipts.Any(later => later.DonationId == r.DonationId && later.Revision > r.Revision))
                on gift.Id equals receipt.DonationId into receipts
            from receipt in receipts.DefaultIfEmpty()
            orderby gift.Id
            select new { Gift = gift, Year = (int?)receipt.Year, Sequence = (int?)receipt.Sequence }).AsNoTracking().ToListAsync(cancellationToken);
        var plans = await db.RecurringPlans.Where(p => p.Donor.AddressKey == key).OrderBy(p => p.Id)
            .Select(p => new PlanExport(p.PublicId, p.Status, p.AmountMinor, p.CurrencyCode, p.Frequency, p.CreatedAt, p.EndedAt,
                p.NextPaymentAt, p.PaidBy, p.CardExpiresOn,
                db.MissedPayments.Where(m => m.PlanId == p.Id).OrderBy(m => m.Id).Select(m => new MissedExport(m.FirstSeenAt, m.AmountMinor, m.State, m.Why)).ToList(),
                db.PlanChanges.Where(c => c.PlanId == p.Id).OrderBy(c => c.Id).Select(c => new PlanChangeExport(c.At, c.Kind, c.FromMinor, c.ToMinor)).ToList())).ToListAsync(cancellationToken);
        if (gifts.Count == 0 && plans.Count == 0 && !await db.Donors.AnyAsync(d => d.AddressKey == key, cancellationToken))
            return null;
        var export = new DonorExport(name, gifts.ConvertAll(g => Export(g.Gift, g.Year is { } year ? Receipt.NumberOf(year, g.Sequence!.Value) : null)), plans);
        return new PersonalSection(export, Words(export), Stays(export, await IsGoingOn(key).AnyAsync(cancellationToken)));
    }

    public async Task EraseAsync(Person person, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var key = person.Address.Key;
        var going = IsGoingOn(key).Select(d => d.Id);
        var ended = db.Donations.Where(d => d.AddressKey == key && !going.Contains(d.Id) && (d.CreatedAt <= until || (d.Plan != null && d.Plan.CreatedAt <= until)));
        var receipts = db.Receipts.Where(r => ended.Any(d => d.Id == r.DonationId));
        await receipts.ExecuteUpdateAsync(s => s.SetProperty(r => r.DonorName, (string?)null), cancellationToken);
        await Mail.OutgoingMailRows.ForgetAsync(db, [ReceiptComposer.MailKind, CorrectedReceiptComposer.MailKind], receipts.Select(r => r.Id), until, cancellationToken);
        await PlansAsync(db.RecurringPlans.Where(p => ended.Any(d => d.PlanId == p.Id)), until, cancellationToken);
        // What staff wrote about a payment of theirs.
        await db.UnmatchedPayments.Where(u => ended.Any(d => d.PublicId == u.GiftId)).ExecuteUpdateAsync(s => s.SetProperty(u => u.Note, (string?)null), cancellationToken);
        await ended.ExecuteUpdateAsync(s => s
            .SetProperty(d => d.Name, (string?)null)
            .SetProperty(d => d.Message, (string?)null)
            .SetProperty(d => d.InHonourOf, (string?)null)
            .SetProperty(d => d.MailingAddress, (string?)null)
            .SetProperty(d => d.MailingCountry, (string?)null)
            .SetProperty(d => d.Attribution, (string?)null)
            .SetProperty(d => d.NewsletterOptIn, (string?)null)
            .SetProperty(d => d.SubmissionKey, (string?)null)
            .SetProperty(d => d.SessionUrl, (string?)null)
            .SetProperty(d => d.LastError, (string?)null)
            .SetProperty(d => d.Address, d => "erased-gift-" + d.Id + "@" + ErasedDomain)
            .SetProperty(d => d.AddressKey, d => "erased-gift-" + d.Id + "@" + ErasedDomain)
            .SetProperty(d => d.Version, Guid.CreateVersion7()), cancellationToken);
        await db.Donors.Where(d => d.AddressKey == key && !db.Donations.Any(g => g.AddressKey == key))
            .ExecuteUpdateAsync(s => s
                .SetProperty(d => d.Name, (string?)null)
                .SetProperty(d => d.Address, d => "erased-" + d.PublicId + "@" + ErasedDomain)
                .SetProperty(d => d.AddressKey, d => "erased-" + d.PublicId + "@" + ErasedDomain), cancellationToken);
    }

    /// <summary>Of plans that are over: what paid them, and the mails about them.</summary>
    private async Task PlansAsync(IQueryable<RecurringPlan> plans, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await Mail.OutgoingMailRows.ForgetAsync(db, [PlanEndedComposer.MailKind], plans.Select(p => p.Id), until, cancellationToken);
        await Mail.OutgoingMailRows.ForgetAsync(db, [Giving.PlanChangedComposer.MailKind], db.PlanChanges.Where(c => plans.Any(p => p.Id == c.PlanId)).Select(c => c.Id), until, cancellationToken);
        var missed = db.MissedPayments.Where(m => plans.Any(p => p.Id == m.PlanId));
        await Mail.OutgoingMailRows.ForgetAsync(db, [MissedPaymentComposer.MailKind], missed.Select(m => m.Id), until, cancellationToken);
        await missed.ExecuteUpdateAsync(s => s.SetProperty(m => m.PayUrl, (string?)null), cancellationToken);
        await plans.ExecuteUpdateAsync(s => s.SetProperty(p => p.PaidBy, (string?)null).SetProperty(p => p.CardExpiresOn, (DateOnly?)null), cancellationToken);
    }

    public IAsyncEnumerable<string> AddressesAsync() => db.Donations.Where(d => !d.AddressKey.EndsWith("@" + ErasedDomain)).Select(d => d.Address)
        .Union(db.Donors.Where(d => !d.AddressKey.EndsWith("@" + ErasedDomain)).Select(d => d.Address)).AsAsyncEnumerable();

    /// <summary>Gifts that something is still to come of: a plan that runs, a payment that is not decided.</summary>
    private IQueryable<Donation> IsGoingOn(string key) => db.Donations.Where(d => d.AddressKey == key
        && (d.Status == DonationStatus.Processing || d.Status == DonationStatus.InReview
            || (d.Plan != null && d.Plan.Status != PlanStatus.Canceled && d.Plan.Status != PlanStatus.Lapsed && d.Plan.Status != PlanStatus.Failed && d.Plan.Status != PlanStatus.Abandoned)));

    private static GiftExport Export(Donation g, string? receipt) => new(
        g.PublicId, g.Status, g.AmountMinor, g.CurrencyCode, g.Frequency, g.Name, g.Message, g.Anonymous, g.Campaign,
        g.InHonourOf, g.InMemory, g.MailingAddress, g.MailingCountry, g.Attribution, g.CreatedAt, g.PaidAt, receipt);

    private static List<string> Words(DonorExport donor)
    {
        var paid = donor.Gifts.Count(g => g.PaidAt is not null);
        return [$"{paid} paid {(paid == 1 ? "gift" : "gifts")} and {donor.Gifts.Count - paid} begun and not paid, with your address and what you wrote. Of your card we know at most, for a regular gift, its kind, its last four digits and when it expires: Stripe knows the rest."];
    }

    private static List<string> Stays(DonorExport donor, bool goesOn)
    {
        var stays = new List<string>();
        if (donor.Gifts.Any(g => g.PaidAt is not null))
            stays.Add("The books of your gifts, without your name, address and words: amounts, dates and receipt numbers. The law wants them.");
        if (goesOn)
            stays.Add("Your name and address beside the regular gift that still runs or the payment under way: its receipts need them. They go by themselves within a day of its end.");
        return stays;
    }
}
