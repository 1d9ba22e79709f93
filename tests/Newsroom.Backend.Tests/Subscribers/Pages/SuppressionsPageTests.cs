using System.Net;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Tests.Subscribers.Pages;

public sealed class ThePageOfAddressesNeverMailed : StaffTests
{
    private const string Path = "/staff/suppressions";

    [Fact]
    public async Task Says_that_none_is_barred_and_then_shows_them_the_latest_first_by_reason()
    {
        Assert.Contains("No address is barred.", await Administrator.ReadAsync(Path), StringComparison.Ordinal);
        await App.SuppressAsync(Ada, SuppressionReason.HardBounce);
        await App.SuppressAsync("mary@example.org", SuppressionReason.Complaint);
        var page = await Administrator.ReadAsync(Path);
        Assert.InRange(page.IndexOf("mary@example.org", StringComparison.Ordinal), 0, page.IndexOf(Ada, StringComparison.Ordinal));
        var complaints = await Administrator.ReadAsync(Path + "?reason=complaint");
        Assert.Contains("mary@example.org", complaints, StringComparison.Ordinal);
        Assert.DoesNotContain(Ada, complaints, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Finds_a_whole_address_also_when_only_its_hash_is_left()
    {
        await App.SubscribeAsync(Ada);
        await App.EraseAsync(Ada);
        Assert.Contains("only a keyed hash is left", await Administrator.ReadAsync(Path + "?address=ADA@example.org"), StringComparison.Ordinal);
        Assert.Contains("That address may be mailed", await Administrator.ReadAsync(Path + "?address=mary@example.org"), StringComparison.Ordinal);
        Assert.Contains("Give the whole address", await Administrator.ReadAsync(Path + "?address=ada"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Adds_an_address_of_somebody_who_asks_and_lifts_it_again()
    {
        await App.SubscribeAsync(Ada);
        var publisher = await App.MemberAsync(Administrator, StaffRole.Publisher);
        var refused = await publisher.SubmitAsync(Path, "Add", ("newAddress", "ada"), ("why", ""));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Contains("gets no mail from now on", await SubmitAsync(publisher, Path, "Add", ("newAddress", Ada), ("why", "By letter")), StringComparison.Ordinal);
        Assert.Equal(SuppressionReason.Request, await App.SuppressedForAsync(Ada));
        Assert.Equal("suppressed", await App.StatusAsync(Ada));
        Assert.Contains("stood on the list already", await SubmitAsync(publisher, Path, "Add", ("newAddress", Ada), ("why", "By letter")), StringComparison.Ordinal);

        Assert.StartsWith("Lifted.", await SubmitAsync(publisher, Path, "Lift", ("entry", await App.SuppressionIdAsync(Ada)), ("why", "Changed her mind")), StringComparison.Ordinal);
        Assert.Null(await App.SuppressedForAsync(Ada));
        Assert.Single(await DeedsAsync("suppression.added"));
        Assert.Single(await DeedsAsync("suppression.lifted"));
        await AssertAuditHoldsNothingOfAsync(Ada, "By letter", "her mind");
    }

    [Fact]
    public async Task Never_lifts_a_complaint_by_the_way()
    {
        await App.SuppressAsync(Ada, SuppressionReason.Complaint);
        var entry = await App.SuppressionIdAsync(Ada);
        Assert.Contains("called our mail spam", await SubmitAsync(Administrator, Path, "Lift", ("entry", entry), ("why", "A slip")), StringComparison.Ordinal);
        Assert.Equal(SuppressionReason.Complaint, await App.SuppressedForAsync(Ada));
    }

    [Theory]
    [InlineData("Add")]
    [InlineData("Lift")]
    public async Task Shows_an_editor_the_list_and_no_button(string handler)
    {
        await App.SuppressAsync(Ada, SuppressionReason.HardBounce);
        var editor = await App.MemberAsync(Administrator, StaffRole.Editor);
        var page = await editor.ReadAsync(Path);
        Assert.Contains(Ada, page, StringComparison.Ordinal);
        Assert.DoesNotContain("handler=" + handler, page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await editor.SubmitAsync(Path, handler, ("entry", await App.SuppressionIdAsync(Ada)), ("why", "because"), ("newAddress", "x@example.org"))).StatusCode);
        Assert.Equal(SuppressionReason.HardBounce, await App.SuppressedForAsync(Ada));
    }
}
