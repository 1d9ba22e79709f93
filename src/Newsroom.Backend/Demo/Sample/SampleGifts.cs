using System.Globalization;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations;
using Newsroom.Backend.Donations.Books;
using Newsroom.Backend.Donations.Campaigns;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Demo.Sample;

/// <summary>Gifts of a year and a half, once and monthly, each with donor, receipt and its lines in the books, and a payout every week. No money moved.</summary>
internal sealed class SampleGifts(NewsroomDb db, IOptions<OrganisationOptions> organisation, IOptions<SiteOptions> site)
{
    private const int Days = 540;
    private const int MostMonths = 18;
    private const string Code = "USD";
    private const string Drive = "year-end";
    private static readonly long[] Amounts = [500, 1000, 1000, 1500, 2500, 2500, 5000, 10_000];
    private static readonly string?[] Campaigns = [null, null, null, Drive, "school-beat", "spring-drive"];

    private readonly Dictionary<string, Donor> _donors = new(StringComparer.Ordinal);
    private readonly Dictionary<int, int> _receipts = [];
    private int _number;

    public async Task WriteAsync(int count, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var gifts = Give(count, now).OrderBy(g => g.PaidAt).ToList();
        foreach (var week in gifts.Chunk(Math.Max(1, count * 7 / Days)))
        {
            PayOut(week, now);
            await db.SaveChangesAsync(cancellationToken);
        }
        db.Add(CampaignOf(gifts, now));
        await db.SaveChangesAsync(cancellationToken);
        db.ChangeTracker.Clear();
    }

    /// <summary>Of one of the words, running now, with about two thirds of its goal; the other words have none yet.</summary>
    private Campaign CampaignOf(List<Donation> gifts, DateTimeOffset now)
    {
        const long step = 10_000;
        var (today, usd) = (site.Value.DayOf(now), Currency.Parse(Code));
        var starts = today.AddDays(-150);
        var raised = gifts.Where(g => g.Campaign == Drive && site.Value.DayOf(g.PaidAt!.Value) >= starts).Sum(g => g.AmountMinor);
        var goal = new Money(((raised * 3 / 2 / step) + 1) * step, usd);
        var match = new CampaignMatch("The Harbour Foundation", new Money(goal.Minor / 4, usd), 100, OnlySingle: false);
        return Campaign.Begin(
            Drive, new CampaignTerms("A reporter for the harbour", "One more reporter for Port Ellery, for a whole year.\nEvery gift until the end brings us nearer.", goal, starts, today.AddDays(30), match), now);
    }

    private List<Donation> Give(int count, DateTimeOffset now)
    {
        var random = new Random(2);
        var gifts = new List<Donation>(count);
        while (gifts.Count < count)
        {
            var frequency = random.Next(3) == 0 ? Frequency.Monthly : Frequency.Once;
            // The habit of giving monthly is young here.
            var at = now - TimeSpan.FromDays(Days * Math.Pow(random.NextDouble(), frequency == Frequency.Monthly ? 3 : 1)) - TimeSpan.FromHours(3);
            var first = Paid(Form(random, frequency, at), at, "cs_test_sample");
            gifts.Add(first);
            if (first.Frequency == Frequency.Monthly)
                gifts.AddRange(Renew(first, Math.Min(MostMonths, count - gifts.Count), random.Next(6) == 0, now));
        }
        return gifts;
    }

    private Donation Form(Random random, Frequency frequency, DateTimeOffset at)
    {
        var person = random.Next(Math.Max(40, _number));
        return new Donation
        {
            Address = SamplePeople.Address(person),
            Name = SamplePeople.Name(person),
            AmountMinor = Amounts[random.Next(Amounts.Length)],
            CurrencyCode = Code,
            Frequency = frequency,
            SubmissionKey = string.Create(CultureInfo.InvariantCulture, $"sample-{_number}"),
            Anonymous = random.Next(8) == 0,
            Campaign = Campaigns[random.Next(Campaigns.Length)],
            Message = random.Next(10) == 0 ? "Thank you for covering the harbour." : null,
            CreatedAt = at - TimeSpan.FromMinutes(3),
        };
    }

    private Donation Paid(Donation gift, DateTimeOffset at, string? session)
    {
        var id = (++_number).ToString("D6", CultureInfo.InvariantCulture);
        if (session is not null)
            gift.OpenCheckout($"{session}_{id}", site.Value.Link("/donate"));
        gift.Apply(
            new GiftSnapshot
            {
                State = GiftState.Paid,
                Amount = gift.Amount,
                LiveMode = false,
                SessionId = gift.SessionId,
                PaymentIntentId = "pi_sample_" + id,
                InvoiceId = gift.Frequency == Frequency.Once ? null : "in_sample_" + id,
                PaidAt = at,
            },
            at);
        gift.Donor = DonorOf(gift, at);
        return gift;
    }

    private IEnumerable<Donation> Renew(Donation first, int most, bool ends, DateTimeOffset now)
    {
        var months = ends ? most / 2 : most;
        var times = Enumerable.Range(1, months).Select(m => first.PaidAt!.Value.AddMonths(m)).TakeWhile(at => at < now).ToList();
        var last = times.Count > 0 ? times[^1] : first.PaidAt!.Value;
        // Longer than the months that are written, it would miss payments: it was ended by its donor then.
        var hasEnded = ends || last.AddMonths(1) < now;
        var plan = RecurringPlan.Begin(
            new PlanSnapshot($"sub_sample_{first.SubmissionKey}", first.PublicId, hasEnded ? PlanStatus.Canceled : PlanStatus.Active, first.Amount, Frequency.Monthly, first.PaidAt, hasEnded ? last.AddMonths(1) < now ? last.AddMonths(1) : now.AddHours(-1) : null, null)
            {
                EndReason = hasEnded ? "cancellation_requested" : null,
                PeriodEndsAt = last.AddMonths(1),
                PaidBy = "visa 4242",
            },
            first);
        first.Plan = plan;
        foreach (var at in times)
        {
            var gift = first.Renewal(at);
            gift.Plan = plan;
            yield return Paid(gift, at, session: null);
        }
    }

    private Donor DonorOf(Donation gift, DateTimeOffset at)
    {
        if (!_donors.TryGetValue(gift.AddressKey, out var donor))
            _donors.Add(gift.AddressKey, donor = new Donor { Address = gift.Address, AddressKey = gift.AddressKey, Name = gift.Name, CreatedAt = at });
        return donor;
    }

    private Receipt ReceiptOf(Donation gift, DateTimeOffset at)
    {
        var day = site.Value.DayOf(at);
        var sequence = _receipts[day.Year] = _receipts.GetValueOrDefault(day.Year) + 1;
        return new Receipt
        {
            Donation = gift,
            Year = day.Year,
            Sequence = sequence,
            IssuedAt = at,
            GivenOn = day,
            AmountMinor = gift.AmountMinor,
            CurrencyCode = gift.CurrencyCode,
            DonorName = gift.Name,
            LegalName = organisation.Value.LegalName,
            TaxLine = organisation.Value.TaxLine,
        };
    }

    /// <summary>A week's gifts in the books. What is younger than a week has not been paid out.</summary>
    private void PayOut(Donation[] gifts, DateTimeOffset now)
    {
        var ended = gifts[^1].PaidAt!.Value;
        var sum = gifts.Sum(g => g.AmountMinor - FeeOf(g));
        var payout = ended > now.AddDays(-7) ? null : new Payout
        {
            PayoutId = "po_sample_" + gifts[^1].PaymentIntentId![10..],
            AmountMinor = sum,
            CurrencyCode = Code,
            Status = "paid",
            ArrivalAt = ended.AddDays(2),
            LiveMode = false,
            CreatedAt = ended,
            Agreement = PayoutAgreement.Agrees,
            DifferenceMinor = 0,
        };
        foreach (var gift in gifts)
        {
            db.Add(ReceiptOf(gift, gift.PaidAt!.Value));
            db.Add(Movement(TransactionKind.Charge, "charge", gift.PaymentIntentId![10..], gift.AmountMinor, FeeOf(gift), gift.PaidAt.Value, gift, payout));
        }
        if (payout is not null)
            db.Add(Movement(TransactionKind.Payout, "payout", payout.PayoutId, -sum, 0, ended, null, payout));
    }

    /// <summary>2.2 % and thirty cents: what a non-profit pays in the United States.</summary>
    private static long FeeOf(Donation gift) => (gift.AmountMinor * 22 / 1000) + 30;

    private static StripeTransaction Movement(TransactionKind kind, string category, string source, long amount, long fee, DateTimeOffset at, Donation? gift, Payout? payout) => new()
    {
        TransactionId = $"txn_sample_{source}",
        Kind = kind,
        Category = category,
        SourceId = source,
        AmountMinor = amount,
        FeeMinor = fee,
        NetMinor = amount - fee,
        CurrencyCode = Code,
        ExchangeRate = null,
        LiveMode = false,
        CreatedAt = at,
        Donation = gift,
        Payout = payout,
        Entries = [.. LedgerEntry.Of(kind, amount, fee, Code)],
    };
}
