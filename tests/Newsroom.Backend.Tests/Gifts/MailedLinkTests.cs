using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Demo.Practice;
using Newsroom.Backend.Donations;
using Newsroom.Backend.Donations.Mailed;
using Newsroom.Backend.Mail;

namespace Newsroom.Backend.Tests;

/// <summary>Stripe is down, and the donor wants to be told when it works again.</summary>
public sealed class AskingForTheLinkToAGift
{
    private const string Ada = "ada@example.org";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Leads_by_one_mail_to_the_same_gifts_checkout()
    {
        await using var app = await GivingApp.StartAsync();
        var page = await FailAsync(app);
        Assert.Contains(LinkWording.Later.Text, page, StringComparison.Ordinal);
        var asked = await PressAsync(app, page);
        Assert.Equal((HttpStatusCode.SeeOther, "/donate/by-mail?when=later"), (asked.StatusCode, asked.Headers.Location!.ToString()));
        var link = await OnlyLinkAsync(app);
        Assert.Equal((LinkWording.Later.Version, "form", NewsroomApp.Start, null), (link.Wording, link.Method, link.AskedAt, link.MailedAt));
        app.Stripe.Faults.Next(PracticeFault.Drop, 3);
        await app.Newsroom.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Empty(app.Newsroom.Mails);

        await app.Newsroom.AdvanceAsync(TimeSpan.FromMinutes(2));
        var mail = Assert.Single(app.Newsroom.MailsTo(Ada));
        Assert.Contains("$15.00", mail.Text, StringComparison.Ordinal);
        var session = Assert.Single(app.Stripe.List("checkout.session"))["id"]!.GetValue<string>();
        var address = mail.Link("/donate/resume/");
        var before = await app.Newsroom.DumpAsync();
        for (var i = 0; i < 3; i++)
            Assert.Contains("Give $15.00 once", await app.Newsroom.Http.GetStringAsync(address, Token), StringComparison.Ordinal);
        Assert.Equal(before, await app.Newsroom.DumpAsync());
        Assert.Equal(session, SessionOf(await app.Newsroom.PostFormAsync(address)));
        await app.DeliverAsync(app.Pay(session));
        await app.Newsroom.AdvanceAsync(TimeSpan.FromMinutes(10));
        Assert.Equal(DonationStatus.Succeeded, (await app.Newsroom.OnlyGiftAsync()).Status);
        Assert.Contains("made already", await app.Newsroom.Http.GetStringAsync(address, Token), StringComparison.Ordinal);
        Assert.Equal(2, app.Newsroom.MailsTo(Ada).Count);
        Assert.Single(app.Stripe.List("checkout.session"));
    }

    [Fact]
    public async Task Is_needed_for_a_mail()
    {
        await using var app = await GivingApp.StartAsync();
        await FailAsync(app);
        await app.Newsroom.AdvanceAsync(TimeSpan.FromHours(2));
        Assert.Empty(app.Newsroom.Mails);
        Assert.Empty(app.Stripe.List("checkout.session"));
    }

    [Fact]
    public async Task Again_and_again_and_by_three_nodes_at_once_is_one_mail()
    {
        await using var app = await GivingApp.StartAsync();
        var page = await FailAsync(app);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => PressAsync(app, page)));
        Assert.Single(await LinksAsync(app));
        app.Newsroom.Clock.Advance(TimeSpan.FromMinutes(2));
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => app.Newsroom.RunOnlyAsync<MailWaitingLinks>()));
        app.Newsroom.LoseEnqueuedJobs();
        await app.Newsroom.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Single(app.Newsroom.MailsTo(Ada));
        Assert.Single(app.Stripe.List("checkout.session"));
    }

    [Fact]
    public async Task Is_given_up_after_a_week_of_silence()
    {
        await using var app = await GivingApp.StartAsync();
        await PressAsync(app, await FailAsync(app));
        app.Stripe.Faults.Next(PracticeFault.Drop, 10_000);
        for (var day = 0; day < 8; day++)
            await app.Newsroom.AdvanceAsync(TimeSpan.FromDays(1));
        Assert.Null((await OnlyLinkAsync(app)).NextAttemptAt);
        app.Stripe.Faults.Clear();
        await app.Newsroom.AdvanceAsync(TimeSpan.FromDays(1));
        Assert.Empty(app.Newsroom.MailsTo(Ada));
    }

    [Fact]
    public async Task Comes_to_nothing_once_the_donor_has_paid_by_the_form()
    {
        await using var app = await GivingApp.StartAsync();
        await PressAsync(app, await FailAsync(app));
        await app.DeliverAsync(app.Pay(await app.OpenCheckoutAsync("15", "once", Ada, ("form", "form_1"))));
        await app.Newsroom.AdvanceAsync(TimeSpan.FromMinutes(5));
        Assert.Contains("Receipt", Assert.Single(app.Newsroom.MailsTo(Ada)).Text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Opens_another_checkout_when_the_first_has_expired_and_nobody_has_told_us()
    {
        await using var app = await GivingApp.StartAsync();
        var address = await LinkAsync(app);
        var first = Assert.Single(app.Stripe.List("checkout.session"))["id"]!.GetValue<string>();
        app.Stripe.Expire(first);
        app.Stripe.TakeEvents();
        var second = SessionOf(await app.Newsroom.PostFormAsync(address));
        Assert.NotEqual(first, second);
        Assert.Equal((second, 2), ((await app.Newsroom.OnlyGiftAsync()).SessionId, (await app.Newsroom.OnlyGiftAsync()).Attempt));
    }

    [Fact]
    public async Task Says_so_while_stripe_is_down_again_and_works_afterwards()
    {
        await using var app = await GivingApp.StartAsync();
        var address = await LinkAsync(app);
        app.Stripe.Faults.Next(PracticeFault.Drop, 1);
        var answer = await app.Newsroom.PostFormAsync(address);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("Nothing was charged", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        app.Stripe.Faults.Clear();
        Assert.Equal(HttpStatusCode.SeeOther, (await app.Newsroom.PostFormAsync(address)).StatusCode);
    }

    [Fact]
    public async Task Opens_for_a_week_and_only_as_it_was_sent()
    {
        await using var app = await GivingApp.StartAsync();
        var address = await LinkAsync(app);
        Assert.Equal(HttpStatusCode.NotFound, (await app.Newsroom.Http.GetAsync(address[..^1], Token)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await app.Newsroom.PostFormAsync("/donate/resume/" + (await app.Newsroom.OnlyGiftAsync()).PublicId)).StatusCode);
        app.Newsroom.Clock.Advance(MailedLink.Lifetime);
        Assert.Equal(HttpStatusCode.Gone, (await app.Newsroom.Http.GetAsync(address, Token)).StatusCode);
        Assert.Equal(HttpStatusCode.Gone, (await app.Newsroom.PostFormAsync(address)).StatusCode);
    }

    [Fact]
    public async Task For_many_gifts_of_one_address_sends_no_more_than_a_sign_up_form_may()
    {
        await using var app = await GivingApp.StartAsync();
        for (var i = 0; i < 6; i++)
            Assert.Equal(HttpStatusCode.SeeOther, (await PressAsync(app, await FailAsync(app, $"form_{i}", i % 2 == 0 ? Ada : "Ada@Example.org"))).StatusCode);
        await app.Newsroom.AdvanceAsync(TimeSpan.FromMinutes(2));
        Assert.Single(app.Newsroom.Mails);
        await app.Newsroom.AdvanceAsync(TimeSpan.FromHours(3));
        await app.Newsroom.AdvanceAsync(TimeSpan.FromHours(3));
        Assert.Equal(3, app.Newsroom.Mails.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?when=later")]
    public async Task Is_answered_with_how_many_mails_one_address_gets(string when)
    {
        await using var app = await GivingApp.StartAsync();
        Assert.Contains("one address gets at most 3 of these mails a day", await app.Newsroom.Http.GetStringAsync("/donate/by-mail" + when, Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Is_not_offered_where_no_mail_can_leave()
    {
        await using var app = await GivingApp.StartAsync(new() { ["Mail:Smtp:Host"] = "" });
        var page = await FailAsync(app);
        Assert.Contains("Nothing was charged", page, StringComparison.Ordinal);
        Assert.DoesNotContain(LinkWording.Later.Text, page, StringComparison.Ordinal);
        app.Stripe.Faults.Next(PracticeFault.Drop, 3);
        var answer = await app.Newsroom.CheckoutByJsonAsync("""{"amount":"15","email":"ada@example.org","mailLink":true}""");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.DoesNotContain("mailLink", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        Assert.Empty(await LinksAsync(app));
    }

    [Fact]
    public async Task From_a_page_that_is_too_old_or_made_up_notes_nothing()
    {
        await using var app = await GivingApp.StartAsync();
        var page = await FailAsync(app);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await app.Newsroom.PostFormAsync("/donate/by-mail", ("ticket", (await app.Newsroom.OnlyGiftAsync()).PublicId))).StatusCode);
        app.Newsroom.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await PressAsync(app, page)).StatusCode);
        Assert.Empty(await LinksAsync(app));
    }

    [Fact]
    public async Task By_json_is_offered_and_taken()
    {
        await using var app = await GivingApp.StartAsync();
        app.Stripe.Faults.Next(PracticeFault.Drop, 6);
        var first = await app.Newsroom.CheckoutByJsonAsync("""{"amount":"15","email":"ada@example.org"}""");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, first.StatusCode);
        Assert.Contains("\"mailLink\":\"offered\"", await first.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        var second = await app.Newsroom.CheckoutByJsonAsync("""{"amount":"15","email":"ada@example.org","mailLink":true}""");
        Assert.Equal((HttpStatusCode.Accepted, """{"status":"mail_follows"}"""), (second.StatusCode, await second.Content.ReadAsStringAsync(Token)));
        Assert.Equal("api", (await OnlyLinkAsync(app)).Method);
        await app.Newsroom.AdvanceAsync(TimeSpan.FromMinutes(5));
        Assert.Single(app.Newsroom.MailsTo(Ada));
    }

    [Fact]
    public async Task Is_not_answered_from_a_restored_backup_which_may_not_know_the_mail()
    {
        await using var app = await GivingApp.StartAsync();
        await PressAsync(app, await FailAsync(app));
        await app.Newsroom.HoldAfterRestoreAsync();
        await app.Newsroom.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Empty(app.Newsroom.Mails);
    }

    [Fact]
    public async Task Goes_with_the_person()
    {
        await using var app = await GivingApp.StartAsync();
        await PressAsync(app, await FailAsync(app));
        await app.Newsroom.EraseAsync(Ada);
        Assert.Empty(await LinksAsync(app));
        await app.Newsroom.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Empty(app.Newsroom.Mails);
        Assert.DoesNotContain(Ada, await app.Newsroom.DumpAsync(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Is_heeded_until_the_mail_leaves_and_an_erased_persons_does_not()
    {
        await using var app = await GivingApp.StartAsync();
        await PressAsync(app, await FailAsync(app));
        app.Newsroom.Clock.Advance(TimeSpan.FromMinutes(2));
        await app.Newsroom.RunOnlyAsync<MailWaitingLinks>();
        await app.Newsroom.EraseAsync(Ada);
        await app.Newsroom.RunDueJobsAsync();
        Assert.Empty(app.Newsroom.Mails);
        Assert.Equal(OutgoingMailState.Withheld, await app.Newsroom.ReadAsync(db => db.OutgoingMails.Where(m => m.Kind == "gift-link").Select(m => m.State).SingleAsync(Token)));
    }

    /// <summary>Sends the form while Stripe breaks off; gives the page.</summary>
    private static async Task<string> FailAsync(GivingApp app, string form = "form_1", string email = Ada)
    {
        app.Stripe.Faults.Next(PracticeFault.Drop, 3);
        var answer = await app.Newsroom.GiveAsync("15", "once", email, ("form", form));
        app.Stripe.Faults.Clear();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        return WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Token));
    }

    private static Task<HttpResponseMessage> PressAsync(GivingApp app, string page) =>
        app.Newsroom.PostFormAsync("/donate/by-mail", ("ticket", Regex.Match(page, "name=\"ticket\" value=\"([^\"]+)\"").Groups[1].Value));

    /// <summary>All the way to the mail.</summary>
    private static async Task<string> LinkAsync(GivingApp app)
    {
        await PressAsync(app, await FailAsync(app));
        await app.Newsroom.AdvanceAsync(TimeSpan.FromMinutes(2));
        return Assert.Single(app.Newsroom.MailsTo(Ada)).Link("/donate/resume/");
    }

    private static string SessionOf(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        return answer.Headers.Location!.ToString().Split('/')[^1];
    }

    private static Task<List<MailedLink>> LinksAsync(GivingApp app) => app.Newsroom.ReadAsync(db => db.MailedLinks.AsNoTracking().ToListAsync(Token));

    private static async Task<MailedLink> OnlyLinkAsync(GivingApp app) => Assert.Single(await LinksAsync(app));
}
