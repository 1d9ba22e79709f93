using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Donations;
using Newsroom.Backend.Mail;

namespace Newsroom.Backend.Tests;

/// <summary>The database was restored from a backup, and Stripe brings again what the lost one had booked.</summary>
public sealed class GiftsAfterARestore
{
    [Fact]
    public async Task Are_booked_again_without_a_second_mail_and_under_numbers_that_nobody_has()
    {
        await using var app = await GivingApp.StartAsync();
        var known = await app.BookedAsync();
        var paidBefore = app.Pay(await app.OpenCheckoutAsync("20", "once", "bob@example.org"));
        app.Newsroom.Clock.Advance(TimeSpan.FromMinutes(10));
        await app.Newsroom.HoldAfterRestoreAsync();
        await app.Newsroom.HoldAfterRestoreAsync();
        app.Newsroom.Clock.Advance(TimeSpan.FromMinutes(1));

        await app.DeliverAsync(paidBefore);
        await app.Newsroom.RunDueJobsAsync();
        Assert.Equal(DonationStatus.Succeeded, (await app.Newsroom.GiftsAsync())[^1].Status);
        Assert.Empty(app.Newsroom.MailsTo("bob@example.org"));
        Assert.Equal((OutgoingMailState.Withheld, HoldReceipts.Why), await app.Newsroom.ReadAsync(async db =>
        {
            var mail = await db.OutgoingMails.AsNoTracking().OrderBy(m => m.Id).LastAsync();
            return (mail.State, mail.Answer);
        }));

        await app.DeliverAsync(app.Pay(await app.OpenCheckoutAsync("25", "once", "grace@example.org")));
        await app.Newsroom.RunDueJobsAsync();
        Assert.Contains("2026-010003", Assert.Single(app.Newsroom.MailsTo("grace@example.org")).Text, StringComparison.Ordinal);
        app.Stripe.Refund(app.ChargeOf(known));
        await app.HearAsync();
        Assert.Equal(["2026-000001", "2026-010002", "2026-010003", "2026-010004"], (await app.Newsroom.ReceiptsAsync()).Select(r => r.Number));
    }

    /// <summary>The backup is of the old year, the lost database had begun to count the new one.</summary>
    [Theory]
    [InlineData(1, "2027-010001")]
    [InlineData(400, "2028-000001")]
    public async Task Begin_a_year_after_a_gap_only_if_the_lost_database_may_have_begun_it(int days, string number)
    {
        await using var app = await GivingApp.StartAsync();
        await app.BookedAsync();
        app.Newsroom.Clock.SetUtcNow(new DateTimeOffset(2027, 1, 10, 12, 0, 0, TimeSpan.Zero));
        await app.Newsroom.HoldAfterRestoreAsync();
        app.Newsroom.Clock.Advance(TimeSpan.FromDays(days));
        await app.BookedAsync();
        Assert.Equal(number, (await app.Newsroom.ReceiptsAsync())[^1].Number);
    }
}
