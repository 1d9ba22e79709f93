using System.Globalization;

namespace Newsroom.Backend.Tests.Digests;

public sealed class WhenSendingADigestFails
{
    [Fact]
    public async Task An_unexpected_fault_is_the_digests_reason_until_sending_goes_on()
    {
        await using var app = await NewsroomApp.StartAsync();
        var digest = await app.ReadyDigestAsync(2);
        // What every start enqueues reads the table too.
        await app.RunDueJobsAsync();
        await app.StepAsync(digest, "send");
        await app.BreakTableAsync("Subscriptions");
        await Assert.ThrowsAnyAsync<Exception>(app.RunEnqueuedJobsAsync);
        var held = await app.DigestAsync(digest);
        Assert.Equal("sending", (string)held["status"]!);
        Assert.Contains("no such table: Subscriptions", (string?)held["reason"] ?? "", StringComparison.Ordinal);

        await app.MendTableAsync("Subscriptions");
        await app.RunDueJobsAsync();
        var sent = await app.DigestAsync(digest);
        Assert.Equal(("sent", null), ((string)sent["status"]!, (string?)sent["reason"]));
        Assert.Equal(2, app.Recipients.Count);
    }

    [Theory]
    [InlineData("https://zeitung-münchen.de")]
    [InlineData("https://zeitung-münchen.de:8443/news/")]
    public async Task A_site_whose_name_is_not_ascii_sends_links_that_are(string publicUrl)
    {
        await using var app = await NewsroomApp.StartAsync(new() { ["Site:PublicUrl"] = publicUrl });
        await app.StepAsync(await app.ReadyDigestAsync(1), "send");
        await app.RunDueJobsAsync();
        var mail = Assert.Single(app.Mails);
        var host = new IdnMapping().GetAscii("zeitung-münchen.de");
        Assert.EndsWith($"<this-week.{host}>", Assert.Single(mail.Header("List-Id")), StringComparison.Ordinal);
        Assert.Contains($"https://{host}{new Uri(publicUrl).PathAndQuery.TrimEnd('/')}", mail.Text.Replace(":8443", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("münchen", mail.Text + mail.Html, StringComparison.Ordinal);
    }
}
