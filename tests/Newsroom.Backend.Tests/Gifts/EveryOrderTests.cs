using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Demo.Practice;
using Newsroom.Backend.Donations;
using Newsroom.Backend.Donations.Books;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Tests;

/// <summary>
/// Whatever becomes of a gift: its events in any order, each of them twice, and any one of them lost, end in the same rows, books and mails.
/// Every order of up to six events, random ones of more.
/// </summary>
public sealed partial class EveryOrderOfEvents
{
    private const int Whole = 6;
    private const int Random = 10;
    private const int Seed = 20261129;

    /// <summary>What is left of a gift in the end; <c>#</c> stands for a receipt's number.</summary>
    public static TheoryData<string, string[]> Ends => new()
    {
        { GiftStories.Once, ["gift 1500 USD Succeeded", "receipt 0: 1500", "Charge 1500 fee 74", "mail Your receipt # for $15.00"] },
        { GiftStories.Monthly, [
            .. Enumerable.Repeat("gift 1000 USD Succeeded", 4), "plan 1000 Monthly Active", .. Enumerable.Repeat("receipt 0: 1000", 4),
            .. Enumerable.Repeat("Charge 1000 fee 59", 4), .. Enumerable.Repeat("mail Your receipt # for $10.00", 4)] },
        { GiftStories.Yearly, [
            "gift 12000 USD Succeeded", "gift 12000 USD Succeeded", "plan 12000 Yearly Active", "receipt 0: 12000", "receipt 0: 12000",
            "Charge 12000 fee 378", "Charge 12000 fee 378", "mail Your receipt # for $120.00", "mail Your receipt # for $120.00"] },
        { GiftStories.Debit, ["gift 1500 USD Succeeded", "receipt 0: 1500", "Charge 1500 fee 74", "mail Your receipt # for $15.00"] },
        { GiftStories.DebitRefused, ["gift 1500 USD Failed"] },
        { GiftStories.DebitFailsLate, [
            "gift 1500 USD LateFailed", "receipt 0: 1500", "receipt 1: 0", "Charge 1500 fee 74", "ChargeFailure -1500 fee 0",
            "mail Receipt # is void: your gift"] },
        { GiftStories.Refunds, [
            "gift 1500 USD Refunded refunded 1500", "receipt 0: 1500", "receipt 1: 0", "Charge 1500 fee 74", "Refund -1100 fee 0", "Refund -400 fee 0",
            "mail Receipt # is void: your gift"] },
        { GiftStories.RefundFailed, [
            "gift 1500 USD Succeeded", "receipt 0: 1500", "Charge 1500 fee 74", "Refund -1500 fee 0", "RefundFailure 1500 fee 0", "mail Your receipt # for $15.00"] },
        { GiftStories.DisputeWon, [
            "gift 1500 USD Succeeded", "receipt 0: 1500", "Charge 1500 fee 74", "Dispute -1500 fee 1500", "DisputeReversal 1500 fee 0", "mail Your receipt # for $15.00"] },
        { GiftStories.DisputeLost, [
            "gift 1500 USD DisputeLost", "receipt 0: 1500", "receipt 1: 0", "Charge 1500 fee 74", "Dispute -1500 fee 1500",
            "mail Receipt # is void: your gift"] },
        { GiftStories.Recovered, [
            "gift 1000 USD Succeeded", "gift 1000 USD Succeeded", "plan 1000 Monthly Active", "receipt 0: 1000", "receipt 0: 1000",
            "Charge 1000 fee 59", "Charge 1000 fee 59", "mail Your receipt # for $10.00", "mail Your receipt # for $10.00"] },
        { GiftStories.Cancelled, [
            "gift 1000 USD Succeeded", "gift 1000 USD Succeeded", "plan 1000 Monthly Canceled", "receipt 0: 1000", "receipt 0: 1000",
            "Charge 1000 fee 59", "Charge 1000 fee 59", "mail Your gift every month has ended", "mail Your receipt # for $10.00", "mail Your receipt # for $10.00"] },
        { GiftStories.Jpy, ["gift 1500 JPY Succeeded", "receipt 0: 1500", "Charge 1500 fee 74", "mail Your receipt # for ¥1,500"] },
        { GiftStories.Kwd, ["gift 1230 KWD Succeeded", "receipt 0: 1230", "Charge 1230 fee 66", "mail Your receipt # for 1.230 KWD"] },
        { GiftStories.Isk, ["gift 500 ISK Succeeded", "receipt 0: 500", "Charge 500 fee 15", "mail Your receipt # for 500 ISK"] },
    };

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task Ends_in_the_same_rows_books_and_mails(string story, string[] end)
    {
        await using var app = await StartAsync();
        var orders = 0;
        var count = (await app.HappensAsync(story, "first@example.org")).Count;
        foreach (var order in Orders.Of(count, Whole, Random, Seed))
        {
            var donor = $"donor{++orders}@example.org";
            var events = await HappensAsync(app, story, donor, count);
            if (orders % 2 == 0)
            {
                // All at once: twice in this order, before anybody looks.
                await app.DeliverAsync(order.Concat(order.Reverse()).Select(i => events[i]));
                await app.Newsroom.RunEnqueuedJobsAsync();
            }
            else
            {
                foreach (var i in order)
                {
                    await app.DeliverAsync([events[i], events[i]]);
                    await app.Newsroom.RunEnqueuedJobsAsync();
                }
            }
            Equal(end, await PictureAsync(app, donor), string.Join(',', order.Select(i => events[i].Type)));
        }
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task Ends_so_with_any_one_of_them_lost_after_the_reconcilers(string story, string[] end)
    {
        await using var app = await StartAsync();
        var first = await app.HappensAsync(story, "first@example.org");
        var count = first.Count;
        // The last of each kind: a renewal's is as good as another's.
        var lastOfEach = Enumerable.Range(0, count).GroupBy(i => first[i].Type, StringComparer.Ordinal).Select(g => g.Last()).ToList();
        var lost = new List<(string Donor, string Event)>();
        foreach (var i in lastOfEach)
        {
            var donor = $"donor{i}@example.org";
            var events = await HappensAsync(app, story, donor, count);
            await app.DeliverAsync(events.Where((_, at) => at != i));
            lost.Add((donor, events[i].Type));
        }
        // And all of them.
        await HappensAsync(app, story, "silence@example.org", count);
        lost.Add(("silence@example.org", "everything"));
        await app.Newsroom.RunEnqueuedJobsAsync();
        app.Newsroom.Clock.Advance(CheckUnsettledGifts.Patience);
        await app.Newsroom.RunOnlyAsync<CheckUnsettledGifts>();
        await app.Newsroom.RunOnlyAsync<CheckPlans>();
        await app.Newsroom.RunOnlyAsync<SweepBalance>();
        await app.Newsroom.RunOnlyAsync<SweepCases>();
        await app.Newsroom.RunEnqueuedJobsAsync();
        foreach (var (donor, what) in lost)
            Equal(end, await PictureAsync(app, donor), $"{what} lost");
    }

    private static Task<GivingApp> StartAsync() => GivingApp.StartAsync(new()
    {
        ["Stripe:Currencies:0"] = "USD",
        ["Stripe:Currencies:1"] = "JPY",
        ["Stripe:Currencies:2"] = "KWD",
        ["Stripe:Currencies:3"] = "ISK",
    });

    private static async Task<IReadOnlyList<PracticeEvent>> HappensAsync(GivingApp app, string story, string donor, int count)
    {
        // As donors come, not as programs that test cards do.
        app.Newsroom.Clock.Advance(TimeSpan.FromMinutes(2));
        var events = await app.HappensAsync(story, donor);
        Assert.Equal(count, events.Count);
        return events;
    }

    private static void Equal(string[] expected, IReadOnlyList<string> picture, string how) =>
        Assert.True(expected.SequenceEqual(picture), $"{how}:\n{string.Join('\n', picture)}\ninstead of\n{string.Join('\n', expected)}");

    private static Task<List<string>> PictureAsync(GivingApp app, string donor) => app.Newsroom.ReadAsync(async db =>
    {
        var key = EmailAddress.Parse(donor).Key;
        var gifts = await db.Donations.AsNoTracking().Where(d => d.AddressKey == key).ToListAsync();
        var ids = gifts.ConvertAll(g => g.Id);
        var receipts = await db.Receipts.AsNoTracking().Where(r => ids.Contains(r.DonationId)).ToListAsync();
        var plans = await db.RecurringPlans.AsNoTracking().Where(p => p.Donor.AddressKey == key).ToListAsync();
        var missed = await db.MissedPayments.AsNoTracking().Where(m => m.Plan.Donor.AddressKey == key).ToListAsync();
        var books = await db.StripeTransactions.AsNoTracking().Include(t => t.Entries).Where(t => ids.Contains(t.DonationId!.Value)).ToListAsync();
        Assert.All(books, t => Assert.Equal(0, t.Entries.Sum(e => e.AmountMinor)));
        return (List<string>)
        [
            .. gifts.Select(g => $"gift {g.AmountMinor} {g.CurrencyCode} {g.Status}{(g.RefundedMinor > 0 ? $" refunded {g.RefundedMinor}" : "")}").Order(StringComparer.Ordinal),
            .. plans.Select(p => $"plan {p.AmountMinor} {p.Frequency} {p.Status}"),
            .. missed.Select(m => $"missed {m.AmountMinor} {m.State}"),
            .. receipts.Select(r => $"receipt {r.Revision}: {r.AmountMinor}").Order(StringComparer.Ordinal),
            .. books.Select(t => $"{t.Kind} {t.AmountMinor} fee {t.FeeMinor}").Order(StringComparer.Ordinal),
            .. app.Newsroom.MailsTo(donor).Select(m => $"mail {Varying().Replace(m.Subject, match => match.Groups[1].Success ? "#" : "")}").Order(StringComparer.Ordinal),
        ];
    });

    /// <summary>A receipt's number, and who issued it.</summary>
    [GeneratedRegex(@"(\d{4}-\d{6})| to [A-Z].*$")]
    private static partial Regex Varying();
}
