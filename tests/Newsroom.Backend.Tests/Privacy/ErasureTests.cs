using System.Net;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Digests;
using Newsroom.Backend.Donations;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Bounces;
using Newsroom.Backend.Subscribers;
using Newsroom.Backend.Subscribers.Privacy;
using Newsroom.Backend.Tests.Bounces;
using Newsroom.Backend.Webhooks;

namespace Newsroom.Backend.Tests.Privacy;

/// <summary>To the last byte: what a person was is nowhere any more, and what must stay says nothing of the person.</summary>
public sealed class AnErasedReader
{
    private const string Address = "Ada.Lovelace@reader.example.org";
    private const string Former = "Former.Lovelace@reader.example.org";
    private const string Name = "Ada Lovelace-Byron";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Is_nowhere_in_the_database_nor_in_its_file()
    {
        await using var giving = await GivingApp.StartAsync(new() { ["Stripe:MailingAddress"] = "Optional" });
        var app = giving.Newsroom;
        await LiveAsync(giving);
        var leave = await app.LeaveLinkAsync(Address, "this-week");
        var link = await app.MyDataLinkAsync(Address);
        foreach (var column in WhereAPersonCanBe.Columns)
            Assert.True(await app.HoldsAsync(column, "lovelace"), $"{column} says nothing of the person, so nothing shows that it is erased.");
        Assert.Contains(Name, await app.FileAsync(), StringComparison.Ordinal);

        // By staff: the reader's own link does not erase while the change of address can be taken back.
        var erased = Assert.IsType<EraseOutcome.Erased>(await app.EraseAsync(Address));
        Assert.Contains(erased.Stays, s => s.Contains("amounts, dates and receipt numbers", StringComparison.Ordinal));

        foreach (var rest in new[] { await app.DumpAsync(), await app.FileAsync() })
        {
            Assert.DoesNotContain(Address, rest, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("ada.lovelace", rest, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(Former, rest, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("lovelace-byron", rest, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("My words for the harbour. Lovelace", rest, StringComparison.OrdinalIgnoreCase);
        }
        var gift = Assert.Single(await app.GiftsAsync());
        Assert.Equal((1500, DonationStatus.Succeeded, true), (gift.AmountMinor, gift.Status, gift.PaymentIntentId is not null));
        Assert.Equal("2026-000001", Assert.Single(await app.ReceiptsAsync()).Number);
        Assert.Equal(0, await app.ReadAsync(db => db.MailStateRequests.CountAsync(Cancelled)));
        Assert.Equal(0, await app.ReadAsync(db => db.GivingRequests.CountAsync(Cancelled)));
        // Bob's message waits on; the one within base64 is gone like the other.
        Assert.Single(await app.ReportsAsync());
        Assert.NotEmpty(await app.ImportsAsync());
        Assert.NotEmpty(await app.ApiListAsync("/api/v1/alerts"));
        // Its old links are answered for ever, without effect.
        Assert.Equal(HttpStatusCode.OK, (await app.PostFormAsync(leave)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.PostFormAsync(leave, ("from", "page"), ("undo", "yes"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.PostFormAsync(link + "/erase")).StatusCode);
        Assert.Equal(HttpStatusCode.Gone, (await app.GetAsync(link, "text/html")).StatusCode);
        Assert.Equal(SubscriberStatus.Erased, await app.ReadAsync(db => db.Subscribers.Where(s => s.Address != "bob@example.org").Select(s => s.Status).SingleAsync(Cancelled)));
        Assert.Equal(MyDataLinkOutcome.NobodyThere, await AskAsync(app));
    }

    [Fact]
    public async Task Is_asked_again_and_stays_barred_until_the_mailboxs_owner_presses_the_button()
    {
        await using var app = await NewsroomApp.StartAsync();
        await app.AddNewsletterAsync();
        await app.SubscribeAsync(Address);
        await app.EraseAsync(Address);
        var before = app.Mails.Count;
        await app.AdvanceAsync(TimeSpan.FromDays(2));
        Assert.Equal(HttpStatusCode.SeeOther, (await app.SignUpAsync(Address.ToUpperInvariant())).StatusCode);
        await app.RunDueJobsAsync();
        Assert.Contains("/confirm/", Assert.Single(app.Mails.Skip(before)).Text, StringComparison.Ordinal);
        Assert.Equal(1, (await app.ImportAsync($"email\n{Address}\n")).Counts.Suppressed);
        await app.PushStoriesAsync();
        await app.StepAsync(await app.ComposeAsync(), "send");
        await app.RunDueJobsAsync();
        Assert.Equal(before + 1, app.Mails.Count);
        var listed = Assert.Single(await app.ApiListAsync("/api/v1/suppressions"));
        Assert.Equal(("erased", System.Text.Json.JsonValueKind.Null), (listed.GetProperty("reason").GetString(), listed.GetProperty("address").ValueKind));
        // And the form itself is forgotten like any that was never confirmed.
        await app.AdvanceAsync(TimeSpan.FromDays(15));
        Assert.DoesNotContain("lovelace", await app.DumpAsync(), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(SuppressionReason.Complaint)]
    [InlineData(SuppressionReason.Request)]
    [InlineData(SuppressionReason.HardBounce)]
    public async Task Stays_barred_for_the_reason_it_was_barred_for_before(SuppressionReason reason)
    {
        await using var app = await NewsroomApp.StartAsync();
        await app.AddNewsletterAsync();
        await app.SubscribeAsync(Address);
        await app.SuppressAsync(Address, reason);
        await app.EraseAsync(Address);
        var row = await app.ReadAsync(db => db.Suppressions.AsNoTracking().SingleAsync(Cancelled));
        Assert.Equal((reason, null, null), (row.Reason, row.Address, row.Evidence));
    }

    [Fact]
    public async Task Is_withheld_from_the_digest_that_is_on_its_way()
    {
        await using var app = await NewsroomApp.StartAsync();
        await app.AddNewsletterAsync();
        await app.AddReadersAsync(3);
        await app.PushStoriesAsync();
        var digest = await app.ComposeAsync();
        await app.StepAsync(digest, "send");
        await app.ReadAsync(db => db.Digests.ExecuteUpdateAsync(s => s.SetProperty(d => d.Status, DigestStatus.Sending), Cancelled));
        await app.StepAsync(digest, "pause");
        await app.StepAsync(digest, "resume");
        app.BeforeRead(1, async () => await app.EraseAsync(ConfirmedReaders.Address(2)));
        await app.RunDueJobsAsync();
        Assert.DoesNotContain(ConfirmedReaders.Address(2), app.Recipients);
        Assert.Equal(2, app.Recipients.Count);
        Assert.DoesNotContain(ConfirmedReaders.Address(2), await app.DumpAsync(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Keeps_name_and_address_beside_a_monthly_gift_until_that_has_ended()
    {
        await using var giving = await GivingApp.StartAsync();
        var app = giving.Newsroom;
        await giving.DeliverAsync(giving.Pay(await giving.OpenCheckoutAsync("10", "monthly", Address, ("name", Name))));
        await app.RunDueJobsAsync();
        var outcome = Assert.IsType<EraseOutcome.Erased>(await app.EraseAsync(Address));
        Assert.Contains(outcome.Stays, s => s.Contains("regular gift", StringComparison.Ordinal));
        Assert.Equal(Address, Assert.Single(await app.GiftsAsync()).Address);
        await app.RunOnlyAsync<FinishErasures>();
        Assert.Equal(Address, Assert.Single(await app.GiftsAsync()).Address);

        app.Clock.Advance(TimeSpan.FromDays(30));
        var plan = Assert.Single(await app.PlansAsync()).SubscriptionId;
        giving.Stripe.Renew(plan);
        giving.Stripe.CancelPlan(plan);
        await giving.DeliverAsync(giving.Stripe.TakeEvents());
        await app.RunDueJobsAsync();
        Assert.Equal(2, (await app.GiftsAsync()).Count);
        await app.RunOnlyAsync<FinishErasures>();
        Assert.DoesNotContain("lovelace", await app.DumpAsync(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(2, (await app.ReceiptsAsync()).Count);
    }

    [Fact]
    public async Task Who_gives_again_later_is_a_new_donor()
    {
        await using var giving = await GivingApp.StartAsync();
        var app = giving.Newsroom;
        await giving.DeliverAsync(giving.Pay(await giving.OpenCheckoutAsync("10", email: Address)));
        await app.RunDueJobsAsync();
        await app.EraseAsync(Address);
        app.Clock.Advance(TimeSpan.FromDays(1));
        await giving.DeliverAsync(giving.Pay(await giving.OpenCheckoutAsync("20", email: Address)));
        await app.RunDueJobsAsync();
        await app.RunOnlyAsync<FinishErasures>();
        Assert.Equal(Address, (await app.GiftsAsync())[1].Address);
    }

    [Fact]
    public async Task Who_confirms_again_later_is_a_new_reader_with_a_chain_of_its_own()
    {
        await using var app = await NewsroomApp.StartAsync();
        await app.AddNewsletterAsync();
        await app.SubscribeAsync(Address);
        await app.EraseAsync(Address);
        await app.AdvanceAsync(TimeSpan.FromDays(2));
        await app.SubscribeAsync(Address);
        Assert.Equal("confirmed", await app.StatusAsync(Address));
        Assert.Equal(ChainVerdict.Intact, await app.ConsentChainAsync(Address));
        Assert.Equal(2, await app.ReadAsync(db => db.Consents.CountAsync(Cancelled)));
        Assert.Equal(0, await app.ReadAsync(db => db.Suppressions.CountAsync(Cancelled)));
        Assert.IsType<EraseOutcome.Erased>(await app.EraseAsync(Address));
        Assert.DoesNotContain("lovelace", await app.DumpAsync(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Cannot_be_held_up_by_who_signs_up_the_address_it_would_be_given()
    {
        await using var app = await NewsroomApp.StartAsync();
        await app.AddNewsletterAsync();
        await app.SubscribeAsync(Address);
        for (var id = 1; id < 4; id++)
            await app.SignUpAsync($"erased-{id}@{Subscriber.ErasedDomain}");
        await app.EraseAsync(Address);
        Assert.DoesNotContain("lovelace", await app.DumpAsync(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Whose_address_stands_only_in_anothers_wish_to_move_there_goes_from_it()
    {
        await using var app = await NewsroomApp.StartAsync();
        await app.AddNewsletterAsync();
        await app.SubscribeAsync("bob@example.org");
        await app.ActAsync(await app.PreferencesLinkAsync("bob@example.org"), "address", ("email", Address));
        Assert.IsType<EraseOutcome.Erased>(await app.EraseAsync(Address));
        Assert.DoesNotContain("lovelace", await app.DumpAsync(), StringComparison.OrdinalIgnoreCase);
        await app.RunDueJobsAsync();
        Assert.Empty(app.MailsTo(Address));
        Assert.Equal("confirmed", await app.StatusAsync("bob@example.org"));
    }

    [Fact]
    public async Task Of_whom_nothing_is_kept_leaves_no_trace_of_the_asking()
    {
        await using var app = await NewsroomApp.StartAsync();
        // The newsroom's own key is made at its first use.
        await app.SuppressAsync("bob@example.org", SuppressionReason.Request);
        var before = await app.DumpAsync();
        Assert.IsType<EraseOutcome.NothingKept>(await app.EraseAsync("nobody@example.org"));
        Assert.Equal(before, await app.DumpAsync());
    }

    /// <summary>Everything a reader can leave somewhere: names, forms, a digest whose server names the address, a gift with words.</summary>
    private static async Task LiveAsync(GivingApp giving)
    {
        var app = giving.Newsroom;
        await app.AddNewsletterAsync();
        await app.PostFormAsync("/subscribe", ("email", Former), ("name", Name), ("source", "footer of lovelace"));
        await app.RunDueJobsAsync();
        await app.PostFormAsync(app.MailsTo(Former)[^1].Link("/confirm/"));
        await app.AdvanceAsync(TimeSpan.FromHours(1));
        await app.ActAsync(await app.PreferencesLinkAsync(Former.ToLowerInvariant()), "address", ("email", Address));
        await app.RunDueJobsAsync();
        await app.PostFormAsync(app.MailsTo(Address)[^1].Link("/preferences/address/"));
        await app.PostFormAsync("/help/mail", ("email", Address));
        await app.PostFormAsync("/giving", ("email", Address));
        await app.RunDueJobsAsync();
        await app.ImportAsync($"email,name\n{Address},{Name}\nbob@example.org,Bob\n");
        await app.RaiseAlertAsync("test.alert");
        await app.PostFormAsync("/subscribe", ("email", Address.ToUpperInvariant()), ("name", Name));
        await app.PushStoriesAsync();
        var digest = await app.ComposeAsync();
        await app.StepAsync(digest, "send");
        await app.RunDueJobsAsync();
        Assert.Equal(2, (await app.LedgerAsync(digest)).Accepted);
        await giving.DeliverAsync(giving.Pay(await giving.OpenCheckoutAsync(
            "15", email: Address, more: [("name", Name), ("message", "My words for the harbour. Lovelace"), ("src", "mail to " + Address), ("newsletter", "true"),
                ("in_honour_of", "Byron Lovelace"), ("mailing_address", "12 Lovelace Street\nPort Ellery"), ("mailing_country", "Lovelace-Land")])));
        await app.RunDueJobsAsync();
        await LeaveReportsAsync(app);
        await app.SuppressAsync(Address, SuppressionReason.Request);
        await app.ReadAsync(db => db.Subscribers.ExecuteUpdateAsync(s => s.SetProperty(x => x.Language, "x-lovelace"), Cancelled));
        await app.ReadAsync(db => db.Consents.ExecuteUpdateAsync(s => s.SetProperty(c => c.Page, "https://www.example.org/lovelace"), Cancelled));
        await app.ReadAsync(db => db.Deliveries.Where(d => db.Subscribers.Any(r => r.Id == d.SubscriberId && r.Address == Address))
            .ExecuteUpdateAsync(s => s.SetProperty(d => d.Answer, $"250 <{Address}> taken"), Cancelled));
        await app.ReadAsync(db => db.OutgoingMails.ExecuteUpdateAsync(s => s.SetProperty(m => m.Answer, $"250 <{Address}> taken"), Cancelled));
        await app.ReadAsync(db => db.Suppressions.ExecuteUpdateAsync(s => s.SetProperty(m => m.Evidence, $"550 <{Address}>"), Cancelled));
        await app.ArrangeAsync(db =>
        {
            // A receiver that looked up whom an id stands for, and says so.
            db.Add(new WebhookDelivery
            {
                WebhookId = 1,
                EventId = "msg_1",
                Type = EventTypes.DonationSucceeded,
                Subject = "don_1",
                Payload = "{}",
                CreatedAt = NewsroomApp.Start,
                NextAttemptAt = null,
                State = WebhookDeliveryState.Delivered,
                Answer = $"Thanked {Address}",
            });
            return Task.CompletedTask;
        });
    }

    /// <summary>A server's words about a mail to the reader, what staff wrote about the address, and a message that nobody could read.</summary>
    private static async Task LeaveReportsAsync(NewsroomApp app)
    {
        await app.HearAsync(Reports.Soft(Address, await app.SentLetterAsync(Address)) with { Diagnostic = "over quota: Lovelace" });
        await app.SuppressAsync(Address, SuppressionReason.HardBounce);
        await app.LiftAsync(Address);
        await app.ReadAsync(db => db.SuppressionLifts.ExecuteUpdateAsync(s => s.SetProperty(l => l.Why, "Ms Lovelace called."), Cancelled));
        await app.HearAsync(new BounceVerdict(BounceKind.Ignored, [], null, null, null) { IsForPeople = true }, raw: $"To: {Address}\r\n\r\nWhat is this?");
        var base64 = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"The address {Address} is gone."));
        await app.HearAsync(
            new BounceVerdict(BounceKind.Ignored, [], null, null, null) { IsForPeople = true },
            raw: $"Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{base64}\r\n");
        await app.HearAsync(new BounceVerdict(BounceKind.Ignored, [], null, null, null) { IsForPeople = true }, raw: "To: bob@example.org\r\n\r\nWhat is this?");
    }

    private static async Task<MyDataLinkOutcome> AskAsync(NewsroomApp app) =>
        await app.AskForMyDataAsync(await app.ReadAsync(db => db.Subscribers.Where(s => s.Address != "bob@example.org").Select(s => s.Address).SingleAsync(Cancelled)));
}
