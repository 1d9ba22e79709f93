using System.Net;
using System.Text.RegularExpressions;

namespace Newsroom.Backend.Tests;

/// <summary>Steps of the tests of donors' own pages.</summary>
internal static partial class GivingSteps
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>A single gift, paid and booked.</summary>
    public static async Task GiveAndHearAsync(this GivingApp app, string amount = "15", string email = "ada@example.org")
    {
        app.Stripe.Pay(await app.OpenCheckoutAsync(amount, email: email));
        await app.HearAsync();
    }

    /// <summary>A monthly gift of $10 with its link and its public id.</summary>
    public static async Task<(string Subscription, string Link, string Plan)> PlanAsync(this GivingApp app)
    {
        var subscription = await app.BeginPlanAsync();
        var link = await app.GivingLinkAsync();
        app.Stripe.TakeEvents();
        return (subscription, link, Assert.Single(await app.Newsroom.PlansAsync()).PublicId);
    }

    /// <summary>The path of the link in the newest mail asked for.</summary>
    public static async Task<string> GivingLinkAsync(this GivingApp app, string email = "ada@example.org")
    {
        await app.Newsroom.PostFormAsync("/giving", ("email", email));
        await app.Newsroom.RunDueJobsAsync();
        var mail = app.Newsroom.MailsTo(email).Last(m => m.Subject.StartsWith("Your gifts", StringComparison.Ordinal));
        return GivingLink().Match(mail.Text).Groups[1].Value;
    }

    public static async Task<string> ReadAsync(this GivingApp app, string path)
    {
        var answer = await app.Newsroom.Http.GetAsync(path, Cancelled);
        var page = await answer.Content.ReadAsStringAsync(Cancelled);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, page);
        return WebUtility.HtmlDecode(page);
    }

    public static async Task ActAsync(this GivingApp app, string link, string plan, string act, params (string, string)[] more)
    {
        var answer = await app.Newsroom.PostFormAsync(link, [("act", act), ("plan", plan), .. more]);
        Assert.True(answer.StatusCode == HttpStatusCode.SeeOther, await answer.Content.ReadAsStringAsync(Cancelled));
        Assert.StartsWith($"{link}?done=", answer.Headers.Location!.ToString(), StringComparison.Ordinal);
    }

    [GeneratedRegex(@"https?://[^/\s]+(/giving/\S+)")]
    private static partial Regex GivingLink();
}
