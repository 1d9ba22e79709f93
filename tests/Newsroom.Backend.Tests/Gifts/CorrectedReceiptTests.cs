using Newsroom.Backend.Demo.Practice;
using Newsroom.Backend.Donations;
using Newsroom.Backend.Donations.Books;

namespace Newsroom.Backend.Tests;

/// <summary>A receipt says what stands of a gift: money that went back makes it void.</summary>
public sealed class ACorrectedReceipt
{
    [Fact]
    public async Task Takes_the_place_of_the_first_when_a_part_goes_back_and_is_void_when_all_has()
    {
        await using var app = await GivingApp.StartAsync();
        var gift = await app.BookedAsync();
        app.Stripe.Refund(app.ChargeOf(gift), 400);
        await app.HearAsync();
        app.Stripe.Refund(app.ChargeOf(gift));
        await app.HearAsync();
        Assert.Equal([(0, 1500L), (1, 1100L), (2, 0L)], (await app.Newsroom.ReceiptsAsync()).Select(r => (r.Revision, r.AmountMinor)));
        var mails = app.Newsroom.MailsTo("ada@example.org");
        Assert.Equal(3, mails.Count);
        Assert.StartsWith("Your corrected receipt 2026-000002 for $11.00", mails[1].Subject, StringComparison.Ordinal);
        Assert.Contains("part of your gift of $15.00", mails[1].Text, StringComparison.Ordinal);
        Assert.Contains("takes the place of 2026-000001, which is void", mails[1].Text, StringComparison.Ordinal);
        Assert.Contains("What stands of it: $11.00", mails[1].Text, StringComparison.Ordinal);
        Assert.StartsWith("Receipts 2026-000001 and 2026-000002 are void", mails[2].Subject, StringComparison.Ordinal);
        Assert.DoesNotContain("What stands of it", mails[2].Text, StringComparison.Ordinal);
        var shape = await app.Newsroom.GetAsync($"/api/v1/donations/{gift.PublicId}");
        Assert.Equal("2026-000003", (string)shape["receipt"]!);
        Assert.Equal(3, shape["timeline"]!.AsArray().Count(t => (string)t!["what"]! == "mail"));
    }

    [Fact]
    public async Task Waits_until_a_refund_has_arrived_and_is_taken_back_when_it_fails_later()
    {
        await using var app = await GivingApp.StartAsync();
        var gift = await app.BookedAsync();
        var refund = (string)app.Stripe.Refund(app.ChargeOf(gift), pending: true)["id"]!;
        await app.HearAsync();
        Assert.Single(await app.Newsroom.ReceiptsAsync());
        app.Newsroom.Clock.Advance(PracticeStripe.RefundTakes + TimeSpan.FromSeconds(1));
        app.Stripe.RunDue();
        await app.HearAsync();
        Assert.Equal(0, (await app.Newsroom.ReceiptsAsync())[^1].AmountMinor);
        app.Stripe.FailRefund(refund);
        await app.HearAsync();
        Assert.Equal([1500L, 0L, 1500L], (await app.Newsroom.ReceiptsAsync()).Select(r => r.AmountMinor));
        Assert.Equal(DonationStatus.Succeeded, (await app.Newsroom.OnlyGiftAsync()).Status);
        Assert.StartsWith("Your corrected receipt 2026-000003 for $15.00", app.Newsroom.MailsTo("ada@example.org")[^1].Subject, StringComparison.Ordinal);
        Assert.Contains("could not be paid out: your gift stands in whole", app.Newsroom.MailsTo("ada@example.org")[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Is_one_however_often_and_from_however_many_sides_a_refund_is_heard_of()
    {
        await using var app = await GivingApp.StartAsync();
        var gift = await app.BookedAsync();
        app.Stripe.Refund(app.ChargeOf(gift), 400);
        await app.DeliverAsync(app.Stripe.TakeEvents());
        await app.Newsroom.SyncAtOnceAsync(gift, await app.Newsroom.InboxAsync());
        await app.Newsroom.RunOnlyAsync<SweepBalance>();
        await app.Newsroom.RunEnqueuedJobsAsync();
        Assert.Equal(2, (await app.Newsroom.ReceiptsAsync()).Count);
        Assert.Equal(2, app.Newsroom.MailsTo("ada@example.org").Count);
    }
}
