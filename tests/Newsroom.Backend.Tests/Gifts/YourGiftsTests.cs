using System.Net;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Donations.Giving;

namespace Newsroom.Backend.Tests;

/// <summary>The page where donors ask for the link to their gifts.</summary>
public sealed class AskingForYourGifts
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Answers_every_address_alike_and_mails_only_who_gave()
    {
        await using var app = await GivingApp.StartAsync();
        await app.GiveAndHearAsync();
        foreach (var email in new[] { "ADA@example.org", "nobody@example.org" })
        {
            var answer = await app.Newsroom.PostFormAsync("/giving", ("email", email));
            Assert.Equal((HttpStatusCode.SeeOther, "/giving?done=asked"), (answer.StatusCode, answer.Headers.Location?.ToString()));
        }
        await app.Newsroom.RunDueJobsAsync();
        var mail = Assert.Single(app.Newsroom.MailsTo("ada@example.org"), m => m.Subject.StartsWith("Your gifts", StringComparison.Ordinal));
        Assert.Contains("/giving/", mail.Text, StringComparison.Ordinal);
        Assert.Empty(app.Newsroom.MailsTo("nobody@example.org"));
        Assert.Contains("Now check your mail", await app.Newsroom.Http.GetStringAsync("/giving?done=asked", Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_what_is_no_address_and_keeps_it_in_the_field()
    {
        await using var app = await GivingApp.StartAsync();
        var answer = await app.Newsroom.PostFormAsync("/giving", ("email", "ada at example"));
        var page = await answer.Content.ReadAsStringAsync(Cancelled);
        Assert.True(answer.StatusCode == HttpStatusCode.UnprocessableEntity, page);
        Assert.Contains("value=\"ada at example\"", page, StringComparison.Ordinal);
        Assert.Contains("Enter your whole email address", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sends_one_mailbox_one_link_in_ten_minutes_and_three_a_day()
    {
        await using var app = await GivingApp.StartAsync();
        await app.GiveAndHearAsync();
        foreach (var (minutes, mails) in new[] { (0, 1), (5, 1), (6, 2), (11, 3), (11, 3), (60, 3), (60 * 24, 4) })
        {
            await app.Newsroom.AdvanceAsync(TimeSpan.FromMinutes(minutes));
            await app.Newsroom.PostFormAsync("/giving", ("email", "ada@example.org"));
            await app.Newsroom.RunDueJobsAsync();
            Assert.Equal(mails, app.Newsroom.MailsTo("ada@example.org").Count(m => m.Subject.StartsWith("Your gifts", StringComparison.Ordinal)));
        }
    }
}

/// <summary>A donor's own page, by the mailed link.</summary>
public sealed class YourGifts
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Show_what_was_given_with_the_address_and_nothing_of_another()
    {
        await using var app = await GivingApp.StartAsync();
        await app.GiveAndHearAsync(amount: "15");
        await app.GiveAndHearAsync(amount: "77", email: "ben@example.org");
        var page = await app.ReadAsync(await app.GivingLinkAsync());
        Assert.Contains("$15.00", page, StringComparison.Ordinal);
        Assert.Contains("ada@example.org", page, StringComparison.Ordinal);
        Assert.DoesNotContain("$77.00", page, StringComparison.Ordinal);
        Assert.DoesNotContain("ben@example.org", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Are_not_shown_by_a_link_that_was_altered_is_too_old_or_was_for_something_else()
    {
        await using var app = await GivingApp.StartAsync();
        await app.GiveAndHearAsync();
        var link = await app.GivingLinkAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await app.Newsroom.Http.GetAsync(link[..^1], Cancelled)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await app.Newsroom.Http.GetAsync("/giving/dnr_1.1893456000.AAAA", Cancelled)).StatusCode);
        await app.Newsroom.AdvanceAsync(GivingRequest.LinkLifetime);
        var old = await app.Newsroom.Http.GetAsync(link, Cancelled);
        var page = await old.Content.ReadAsStringAsync(Cancelled);
        Assert.True(old.StatusCode == HttpStatusCode.Gone, page);
        Assert.DoesNotContain("$15.00", page, StringComparison.Ordinal);
        Assert.DoesNotContain("ada@example.org", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Gone, (await app.Newsroom.Http.GetAsync($"{link}/statements/2026", Cancelled)).StatusCode);
        // Its button mails a new one.
        var again = await app.Newsroom.PostFormAsync(link, ("act", "new-link"));
        Assert.Equal(HttpStatusCode.SeeOther, again.StatusCode);
        await app.Newsroom.RunDueJobsAsync();
        Assert.Equal(2, app.Newsroom.MailsTo("ada@example.org").Count(m => m.Subject.StartsWith("Your gifts", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Have_receipts_and_a_statement_that_leaves_out_what_went_back()
    {
        await using var app = await GivingApp.StartAsync(new() { ["Organisation:LegalName"] = "Example Gazette Foundation", ["Organisation:TaxId"] = "00-0000000", ["Organisation:ReceiptStatement"] = "No goods or services were provided." });
        await app.GiveAndHearAsync(amount: "15");
        await app.GiveAndHearAsync(amount: "40");
        await app.GiveAndHearAsync(amount: "60");
        var charges = app.Stripe.List("charge");
        app.Stripe.Refund((string)charges[0]["id"]!);
        app.Stripe.Refund((string)charges[1]["id"]!, 1000);
        await app.HearAsync();
        var link = await app.GivingLinkAsync();
        var statement = await app.ReadAsync($"{link}/statements/{NewsroomApp.Start.Year}");
        Assert.Contains("Together: <strong>$45.00 USD</strong>", statement, StringComparison.Ordinal);
        Assert.Contains("of $40.00, the rest was given back", statement, StringComparison.Ordinal);
        Assert.Contains("One gift is not in it", statement, StringComparison.Ordinal);
        Assert.Contains("Example Gazette Foundation", statement, StringComparison.Ordinal);
        Assert.Contains("No goods or services were provided.", statement, StringComparison.Ordinal);
        Assert.DoesNotContain("$60.00", statement, StringComparison.Ordinal);
        var receipts = await app.Newsroom.ReceiptsAsync();
        var first = receipts.Single(r => r is { AmountMinor: 1500 });
        Assert.Contains("$15.00", await app.ReadAsync($"{link}/receipts/{first.Number}"), StringComparison.Ordinal);
        var replaced = receipts.Single(r => r is { AmountMinor: 4000 });
        Assert.Contains("This receipt is void", await app.ReadAsync($"{link}/receipts/{replaced.Number}"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await app.Newsroom.Http.GetAsync($"{link}/receipts/{NewsroomApp.Start.Year}-999999", Cancelled)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await app.Newsroom.Http.GetAsync($"{link}/statements/1999", Cancelled)).StatusCode);
    }

    [Fact]
    public async Task Give_nobody_anothers_receipt()
    {
        await using var app = await GivingApp.StartAsync();
        await app.GiveAndHearAsync();
        await app.GiveAndHearAsync(amount: "77", email: "ben@example.org");
        var theirs = (await app.Newsroom.ReceiptsAsync()).Single(r => r.AmountMinor == 7700);
        Assert.Equal(HttpStatusCode.NotFound, (await app.Newsroom.Http.GetAsync($"{await app.GivingLinkAsync()}/receipts/{theirs.Number}", Cancelled)).StatusCode);
    }

    [Theory]
    [InlineData(1, "2026-12-31", "2027-01-01", "2026", "2027")]
    [InlineData(4, "2027-03-31", "2027-04-01", "2026/27", "2027/28")]
    [InlineData(12, "2026-11-30", "2026-12-01", "2025/26", "2026/27")]
    public void Are_counted_in_the_organisations_own_years(int startMonth, string last, string first, string before, string after)
    {
        var calendar = new FiscalCalendar(startMonth);
        var (lastDay, firstDay) = (DateOnly.Parse(last, null), DateOnly.Parse(first, null));
        Assert.Equal((before, after), (calendar.NameOf(calendar.YearOf(lastDay)), calendar.NameOf(calendar.YearOf(firstDay))));
        Assert.Equal(lastDay, calendar.LastDayOf(calendar.YearOf(lastDay)));
        Assert.Equal(firstDay, calendar.FirstDayOf(calendar.YearOf(firstDay)));
    }

    [Fact]
    public async Task Are_gone_from_the_page_once_the_donor_is_erased()
    {
        await using var app = await GivingApp.StartAsync();
        await app.GiveAndHearAsync();
        var link = await app.GivingLinkAsync();
        await app.Newsroom.EraseAsync("ada@example.org");
        var page = await app.Newsroom.Http.GetAsync(link, Cancelled);
        Assert.Equal(HttpStatusCode.Gone, page.StatusCode);
        Assert.Empty(await app.Newsroom.ReadAsync(db => db.GivingRequests.ToListAsync()));
    }
}
