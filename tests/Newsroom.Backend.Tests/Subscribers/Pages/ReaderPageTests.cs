using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Subscribers;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Tests.Subscribers.Pages;

public sealed class ThePageOfAReader : StaffTests
{
    [Fact]
    public async Task Shows_state_newsletters_the_exact_sentences_agreed_to_and_that_their_chain_holds()
    {
        await App.SubscribeAsync(Ada);
        var page = await Administrator.ReadAsync(await PersonPathAsync(Ada));
        Assert.Contains("<h1 class=\"breaks\">ada@example.org</h1>", page, StringComparison.Ordinal);
        Assert.Contains(ConsentWording.OtherForm.Text, page, StringComparison.Ordinal);
        Assert.Contains(ConsentWording.Confirm.Text, page, StringComparison.Ordinal);
        Assert.Contains("on the confirmation page", page, StringComparison.Ordinal);
        Assert.Contains("the chain is whole", page, StringComparison.Ordinal);
        Assert.Contains("As it is published", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_when_the_evidence_was_changed()
    {
        await App.SubscribeAsync(Ada);
        await App.ReadAsync(db => db.Consents.Where(c => c.Sequence == 1).ExecuteUpdateAsync(s => s.SetProperty(c => c.Wording, "Send me everything."), Cancelled));
        var page = await Administrator.ReadAsync(await PersonPathAsync(Ada));
        Assert.Contains("Entry 1 is not as it was written.", page, StringComparison.Ordinal);
        Assert.DoesNotContain("the chain is whole", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shows_what_was_sent_and_what_the_server_said()
    {
        await App.SubscribeAsync(Ada);
        await App.PushStoriesAsync();
        await App.SendNewDigestAsync();
        var page = await Administrator.ReadAsync(await PersonPathAsync(Ada));
        Assert.Contains("/staff/digests/dig_", page, StringComparison.Ordinal);
        Assert.Contains("accepted", page, StringComparison.Ordinal);
        Assert.Contains("Please confirm", page, StringComparison.Ordinal);
        Assert.Contains("Welcome", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mails_the_confirmation_again_with_a_new_link_and_no_consent_of_its_own()
    {
        await App.SignUpAsync(Ada);
        await App.RunDueJobsAsync();
        await App.AdvanceAsync(TimeSpan.FromHours(1));
        var path = await PersonPathAsync(Ada);
        Assert.Contains("on its way again", await SubmitAsync(Administrator, path, "Confirmation"), StringComparison.Ordinal);
        await App.RunDueJobsAsync();
        Assert.Equal(2, App.MailsTo(Ada).Count);
        Assert.Equal(1, await App.ReadAsync(db => db.Consents.CountAsync(Cancelled)));
        var answer = await App.PostFormAsync(App.MailsTo(Ada)[1].Link("/confirm/"));
        Assert.True(answer.IsSuccessStatusCode);
        Assert.Equal("confirmed", await App.StatusAsync(Ada));
        await App.AssertConsentsAreIntactAsync();
        Assert.Single(await DeedsAsync("subscriber.confirmation-mailed"));
    }

    [Fact]
    public async Task Mails_the_confirmation_again_to_who_had_left_and_has_signed_up_again()
    {
        await App.SubscribeAsync(Ada);
        await App.PostFormAsync(await App.LeaveLinkAsync(Ada, "this-week"));
        await App.AdvanceAsync(TimeSpan.FromHours(1));
        var path = await PersonPathAsync(Ada);
        Assert.DoesNotContain("handler=Confirmation", await Administrator.ReadAsync(path), StringComparison.Ordinal);
        Assert.Contains("nothing waits for a confirmation", await SubmitAsync(Administrator, path, "Confirmation"), StringComparison.Ordinal);

        await App.SignUpAsync(Ada);
        await App.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Contains("handler=Confirmation", await Administrator.ReadAsync(path), StringComparison.Ordinal);
        var before = App.MailsTo(Ada).Count;
        Assert.Contains("on its way again", await SubmitAsync(Administrator, path, "Confirmation"), StringComparison.Ordinal);
        await App.RunDueJobsAsync();
        Assert.Equal(before + 1, App.MailsTo(Ada).Count);
        await App.PostFormAsync(App.MailsTo(Ada)[^1].Link("/confirm/"));
        Assert.Equal(("confirmed", "this-week"), (await App.StatusAsync(Ada), await App.ActiveAsync(Ada)));
        Assert.DoesNotContain("handler=Confirmation", await Administrator.ReadAsync(path), StringComparison.Ordinal);
        await App.AssertConsentsAreIntactAsync();
    }

    [Fact]
    public async Task Keeps_staff_from_flooding_a_mailbox_too()
    {
        await App.SignUpAsync(Ada);
        await App.RunDueJobsAsync();
        var path = await PersonPathAsync(Ada);
        Assert.Contains("less than ten minutes ago", await SubmitAsync(Administrator, path, "Confirmation"), StringComparison.Ordinal);
        for (var i = 0; i < 5; i++)
        {
            await App.AdvanceAsync(TimeSpan.FromHours(1));
            await SubmitAsync(Administrator, path, "Confirmation");
        }
        await App.RunDueJobsAsync();
        Assert.Equal(CoolDown.MostMailsADay, App.MailsTo(Ada).Count);
    }

    [Fact]
    public async Task Mails_no_confirmation_to_whom_nothing_waits_for_or_who_said_no()
    {
        await App.SubscribeAsync(Ada);
        Assert.Contains("nothing waits for a confirmation", await SubmitAsync(Administrator, await PersonPathAsync(Ada), "Confirmation"), StringComparison.Ordinal);
        await App.SignUpAsync("mary@example.org");
        await App.SuppressAsync("mary@example.org", SuppressionReason.Request);
        Assert.Contains("must not be mailed", await SubmitAsync(Administrator, await PersonPathAsync("mary@example.org"), "Confirmation"), StringComparison.Ordinal);
        Assert.Empty(await DeedsAsync("subscriber.confirmation-mailed"));
    }

    [Fact]
    public async Task Unsubscribes_from_one_and_from_all_and_the_evidence_says_who_asked()
    {
        await App.AddNewsletterAsync("breaking", "Breaking");
        await App.SubscribeAsync(Ada, "this-week", "breaking");
        var path = await PersonPathAsync(Ada);
        await SubmitAsync(Administrator, path, "Leave", ("newsletter", "breaking"));
        Assert.Equal("this-week", await App.ActiveAsync(Ada));
        await SubmitAsync(Administrator, path, "Leave");
        Assert.Equal("left", await App.StatusAsync(Ada));
        Assert.Contains("had left already", await SubmitAsync(Administrator, path, "Leave"), StringComparison.Ordinal);
        Assert.Contains(ConsentWording.ToldStaffToLeave.Text, await Administrator.ReadAsync(path), StringComparison.Ordinal);
        await App.AssertConsentsAreIntactAsync();
        Assert.Equal(["breaking", "all"], (await DeedsAsync("subscriber.unsubscribed")).Select(a => a.After));
    }

    [Fact]
    public async Task Bars_an_address_and_lifts_that_again_with_a_reason_that_is_kept()
    {
        await App.SubscribeAsync(Ada);
        var path = await PersonPathAsync(Ada);
        Assert.Contains("say why", await SubmitAsync(Administrator, path, "Suppress", ("why", " ")), StringComparison.Ordinal);
        await SubmitAsync(Administrator, path, "Suppress", ("why", "By telephone, to Mira"));
        Assert.Equal(SuppressionReason.Request, await App.SuppressedForAsync(Ada));
        Assert.Equal("suppressed", await App.StatusAsync(Ada));

        var entry = await App.SuppressionIdAsync(Ada);
        Assert.Contains("Lifted.", await SubmitAsync(Administrator, path, "Lift", ("entry", entry), ("why", "She called again")), StringComparison.Ordinal);
        Assert.Null(await App.SuppressedForAsync(Ada));
        Assert.Equal("left", await App.StatusAsync(Ada));
        var page = await Administrator.ReadAsync(path);
        Assert.Contains("She called again", page, StringComparison.Ordinal);
        Assert.DoesNotContain("lifted by stf_", page, StringComparison.Ordinal);
        await AssertAuditHoldsNothingOfAsync(Ada, "Mira", "called again");
    }

    [Fact]
    public async Task Lifts_a_complaint_only_from_who_says_to_know_it()
    {
        await App.SubscribeAsync(Ada);
        await App.ComplainAsync(Ada);
        var (path, entry) = (await PersonPathAsync(Ada), await App.SuppressionIdAsync(Ada));
        Assert.Contains("called our mail spam", await SubmitAsync(Administrator, path, "Lift", ("entry", entry), ("why", "A slip")), StringComparison.Ordinal);
        Assert.Equal(SuppressionReason.Complaint, await App.SuppressedForAsync(Ada));
        await SubmitAsync(Administrator, path, "Lift", ("entry", entry), ("why", "A slip"), ("complaint", "true"));
        Assert.Null(await App.SuppressedForAsync(Ada));
        Assert.Single(await DeedsAsync("suppression.lifted"));
    }

    [Theory]
    [InlineData("Confirmation")]
    [InlineData("Leave")]
    [InlineData("Suppress")]
    [InlineData("Lift")]
    public async Task Lets_no_editor_act_on_a_reader_and_shows_no_button_for_it(string handler)
    {
        await App.SubscribeAsync(Ada);
        var (path, before) = (await PersonPathAsync(Ada), await App.ActiveAsync(Ada));
        var editor = await App.MemberAsync(Administrator, StaffRole.Editor);
        Assert.DoesNotContain("handler=" + handler, await editor.ReadAsync(path), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await editor.SubmitAsync(path, handler, ("why", "because"))).StatusCode);
        Assert.Equal(before, await App.ActiveAsync(Ada));
    }

    [Fact]
    public async Task Exports_everything_of_the_person_as_a_file()
    {
        await App.SubscribeAsync(Ada);
        var answer = await Administrator.SubmitAsync(await PersonPathAsync(Ada) + "/data", "Export");
        var text = await answer.Content.ReadAsStringAsync(Cancelled);
        using var json = JsonDocument.Parse(text);
        Assert.Equal(Ada, json.RootElement.GetProperty("address").GetString());
        Assert.Equal(2, json.RootElement.GetProperty("reader").GetProperty("consents").GetArrayLength());
        Assert.Single(await DeedsAsync("subscriber.exported"));
    }

    [Fact]
    public async Task Erases_only_after_the_address_was_typed()
    {
        await App.SubscribeAsync(Ada);
        var path = await PersonPathAsync(Ada);
        var refused = await Administrator.SubmitAsync(path + "/data", "Erase", ("address", "mary@example.org"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Equal("confirmed", await App.StatusAsync(Ada));

        Assert.StartsWith("Erased.", await SubmitAsync(Administrator, path + "/data", "Erase", ("address", " ADA@example.org ")), StringComparison.Ordinal);
        Assert.Null(await App.SubscriberAsync(Ada));
        var page = await Administrator.ReadAsync(path);
        Assert.DoesNotContain(Ada, page, StringComparison.Ordinal);
        Assert.Contains("Erased subscriber", page, StringComparison.Ordinal);
        Assert.Single(await DeedsAsync("subscriber.erased"));
        await AssertAuditHoldsNothingOfAsync(Ada);
    }

    [Fact]
    public async Task Asks_for_a_fresh_proof_before_it_exports_or_erases()
    {
        await App.SubscribeAsync(Ada);
        var path = await PersonPathAsync(Ada) + "/data";
        var publisher = await App.MemberAsync(Administrator, StaffRole.Publisher);
        Assert.Equal(HttpStatusCode.Forbidden, (await publisher.GetAsync(path)).StatusCode);
        await App.AdvanceAsync(TimeSpan.FromMinutes(11));
        Assert.StartsWith("/staff/prove", (await Administrator.GetAsync(path)).Headers.Location!.OriginalString, StringComparison.Ordinal);
        await Administrator.SubmitAsync(path, "Erase", ("address", Ada));
        Assert.Equal("confirmed", await App.StatusAsync(Ada));
    }

    [Fact]
    public async Task Warns_who_would_erase_a_reader_whose_address_was_changed_lately()
    {
        await App.SubscribeAsync(Ada);
        await App.ActAsync(await App.PreferencesLinkAsync(Ada), "address", ("email", "mary@example.org"));
        await App.RunDueJobsAsync();
        var path = await PersonPathAsync(Ada) + "/data";
        Assert.DoesNotContain("was changed lately", await Administrator.ReadAsync(path), StringComparison.Ordinal);
        await App.PostFormAsync(App.MailsTo("mary@example.org")[^1].Link("/preferences/address/"));
        Assert.Contains("was changed lately", await Administrator.ReadAsync(path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Is_not_there_for_an_id_that_nobody_has()
    {
        Assert.Equal(HttpStatusCode.NotFound, (await Administrator.GetAsync("/staff/subscribers/sub_nobody")).StatusCode);
        Assert.Equal("/staff/subscribers/%C3%A9", (await Administrator.GetAsync("/staff/subscribers/é?mails=nonsense")).Headers.Location?.OriginalString);
    }
}
