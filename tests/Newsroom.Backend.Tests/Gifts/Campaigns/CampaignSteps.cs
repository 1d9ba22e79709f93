using System.Net;
using Newsroom.Backend.Donations;
using Newsroom.Backend.Tests.Staff;

namespace Newsroom.Backend.Tests.Gifts.Campaigns;

internal static class CampaignSteps
{
    public const string Word = "year-end";
    public const string New = "/staff/campaigns/new";
    public const string Page = "/staff/campaigns/" + Word;

    /// <summary>A form that can be taken, of a drive that runs when tests begin; and what a test says instead.</summary>
    public static (string Name, string Value)[] Form(params (string Field, string Value)[] own)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Slug"] = Word,
            ["Name"] = "A harbour reporter",
            ["Why"] = "For a whole year.",
            ["Goal"] = "10000",
            ["Currency"] = "USD",
            ["StartsOn"] = "2026-11-24",
            ["EndsOn"] = "2026-12-03",
        };
        foreach (var (field, value) in own)
            fields[field] = value;
        return [.. fields.Select(f => ("Form." + f.Key, f.Value))];
    }

    public static async Task MakeCampaignAsync(this StaffBrowser staff, params (string Field, string Value)[] own)
    {
        var answer = await staff.SubmitAsync(New, "", Form(own));
        Assert.True(answer.StatusCode == HttpStatusCode.Redirect, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>A gift that carries the word, paid, heard of and booked.</summary>
    public static async Task<Donation> GiveForAsync(this GivingApp app, string amount, string email, string word = Word, string frequency = "once", string currency = "USD")
    {
        await app.DeliverAsync(app.Pay(await app.OpenCheckoutAsync(amount, frequency, email, ("campaign", word), ("currency", currency))));
        await app.Newsroom.RunEnqueuedJobsAsync();
        return (await app.Newsroom.GiftsAsync())[^1];
    }

    /// <summary>What a donor reads at a campaign's link, as text.</summary>
    public static async Task<string> DonationPageAsync(this GivingApp app, string word = Word) =>
        WebUtility.HtmlDecode(await app.Newsroom.Http.GetStringAsync("/donate?campaign=" + Uri.EscapeDataString(word), TestContext.Current.CancellationToken));
}
