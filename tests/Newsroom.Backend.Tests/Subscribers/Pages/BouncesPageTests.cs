using System.Net;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Tests.Subscribers.Pages;

public sealed class ThePageOfBounces : StaffTests
{
    private const string Path = "/staff/bounces";
    private const string Odd = "From: somebody@example.net\r\nSubject: Hello\r\n\r\nada@example.org works here no more.\r\n";

    [Fact]
    public async Task Says_that_nothing_waits() => Assert.Contains("Nothing waits for you.", await Administrator.ReadAsync(Path), StringComparison.Ordinal);

    [Theory]
    [InlineData("Hard", SuppressionReason.HardBounce, "bounced")]
    [InlineData("Complaint", SuppressionReason.Complaint, "complained")]
    [InlineData("Soft", null, "confirmed")]
    [InlineData("Ignored", null, "confirmed")]
    public async Task Settles_what_a_person_reads_in_a_message(string kind, SuppressionReason? suppressed, string status)
    {
        await App.SubscribeAsync(Ada);
        var report = await WaitingAsync();
        Assert.Contains("ada@example.org works here no more", await Administrator.ReadAsync(report), StringComparison.Ordinal);
        Assert.Equal("Settled. The message itself is forgotten.", await ToastAsync(Administrator, await Administrator.SubmitAsync(report, "", ("kind", kind), ("address", Ada))));
        Assert.Equal(suppressed, await App.SuppressedForAsync(Ada));
        Assert.Equal(status, await App.StatusAsync(Ada));
        Assert.Contains("Nothing waits for you.", await Administrator.ReadAsync(Path), StringComparison.Ordinal);
        Assert.Equal(kind, Assert.Single(await DeedsAsync("bounce.settled")).After);
        Assert.Equal(HttpStatusCode.NotFound, (await Administrator.GetAsync(report)).StatusCode);
    }

    [Fact]
    public async Task Asks_for_the_address_when_the_message_names_no_mail_of_ours()
    {
        var report = await WaitingAsync();
        var answer = await Administrator.SubmitAsync(report, "", ("kind", "Hard"), ("address", ""));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains("give the address that it is about", await answer.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await Administrator.SubmitAsync(report, "", ("kind", "Hard"), ("address", "ada"))).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await Administrator.SubmitAsync(report, "", ("kind", "7"), ("address", Ada))).StatusCode);
        Assert.Empty(await DeedsAsync("bounce.settled"));
    }

    [Fact]
    public async Task Gives_the_whole_message_as_a_file()
    {
        var answer = await Administrator.GetAsync(await WaitingAsync() + "?handler=Message");
        Assert.Equal("message/rfc822", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(Odd, await answer.Content.ReadAsStringAsync(Cancelled));
    }

    [Theory]
    [InlineData("Release", 1, "sign-ups.released")]
    [InlineData("Discard", 0, "sign-ups.discarded")]
    public async Task Lets_sign_ups_that_a_flood_kept_back_go_or_forgets_them(string handler, int mails, string deed)
    {
        await App.SignUpAsync("held@example.org");
        await App.ReadAsync(db => db.SignUpRequests.ExecuteUpdateAsync(s => s.SetProperty(r => r.HeldAt, r => r.RequestedAt).SetProperty(r => r.MailDueAt, (DateTimeOffset?)null), Cancelled));
        await App.LeaveLettersAsync(OutgoingMailState.Withheld);
        Assert.Contains("Sign-ups kept back", await Administrator.ReadAsync(Path), StringComparison.Ordinal);
        await SubmitAsync(Administrator, Path, handler);
        await App.RunDueJobsAsync();
        Assert.Equal(mails, App.MailsTo("held@example.org").Count);
        Assert.Equal("1", Assert.Single(await DeedsAsync(deed)).After);
        Assert.DoesNotContain("Sign-ups kept back", await Administrator.ReadAsync(Path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Is_for_publishers()
    {
        var report = await WaitingAsync();
        var editor = await App.MemberAsync(Administrator, StaffRole.Editor);
        Assert.Equal(HttpStatusCode.Forbidden, (await editor.GetAsync(Path)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await editor.GetAsync(report)).StatusCode);
        Assert.Contains(report, await (await App.MemberAsync(Administrator, StaffRole.Publisher)).ReadAsync(Path), StringComparison.Ordinal);
    }

    private async Task<string> WaitingAsync()
    {
        await App.ReturnAsync(Odd);
        return $"{Path}/{await App.ReadAsync(db => db.MailReports.Select(r => r.PublicId).SingleAsync(Cancelled))}";
    }
}
