using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Newsroom.Backend.Staff.SignIn;
using Newsroom.Backend.Tests.Staff;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Tests;

public sealed partial class NewsroomApp
{
    public const string AdministratorsAddress = "anna@gazette.example";
    public const string StaffPassword = "four quiet words here";

    /// <summary>Makes the first administrator at the start.</summary>
    public static Dictionary<string, string?> WithAdministrator(Dictionary<string, string?>? more = null) => new(more ?? [], StringComparer.OrdinalIgnoreCase)
    {
        ["Setup:AdminEmail"] = AdministratorsAddress,
        ["Setup:AdminPassword"] = StaffPassword,
    };

    /// <summary>What the console prints at a start without administrator.</summary>
    internal async Task<string> SetUpLinkAsync() =>
        await _program.Services.GetRequiredService<SetUpLink>().PathAsync(TestContext.Current.CancellationToken) ?? throw new InvalidOperationException("There is an administrator already.");

    /// <summary>A browser in which nobody is signed in.</summary>
    internal StaffBrowser StaffBrowser() => new(Browser());

    /// <summary>The administrator of <see cref="WithAdministrator"/>, signed in by password and code.</summary>
    internal async Task<StaffBrowser> AdministratorAsync()
    {
        var browser = StaffBrowser();
        var answer = await browser.SubmitAsync("/staff/sign-in", "", ("address", AdministratorsAddress), ("password", StaffPassword));
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        await browser.UseAuthenticatorAsync();
        return browser;
    }

    /// <summary>Somebody else, invited by mail and signed in by password and code.</summary>
    internal async Task<StaffBrowser> MemberAsync(StaffBrowser administrator, StaffRole role, string? address = null)
    {
        address ??= $"{role}@gazette.example".ToLowerInvariant();
        await administrator.SubmitAsync("/staff/people", "", ("name", role.ToString()), ("address", address), ("role", role.ToString()));
        var browser = StaffBrowser();
        await browser.SubmitAsync(await InvitationAsync(address), "");
        await browser.UseAuthenticatorAsync();
        return browser;
    }

    /// <summary>The path of the newest invitation's link.</summary>
    internal async Task<string> InvitationAsync(string address)
    {
        await RunDueJobsAsync();
        var text = MailsTo(address)[^1].Text;
        return InvitationLink().Match(text) is { Success: true } link ? link.Value : throw new InvalidOperationException($"No link in:\n{text}");
    }

    /// <summary>The fingerprint of what a form shows, which its editor sends back.</summary>
    internal static string SeenIn(string page) => SeenField().Match(page) is { Success: true } seen ? seen.Groups["v"].Value : throw new InvalidOperationException($"No fingerprint in:\n{page}");

    [GeneratedRegex("""name="(Form\.S|s)een" value="(?<v>[0-9a-f]{16})["]""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SeenField();

    [GeneratedRegex(@"/staff/enter/\S+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex InvitationLink();
}
