using System.Net;
using Microsoft.AspNetCore.Authorization;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Tests.Staff;

/// <summary>
/// Every endpoint that is mapped, asked for by nobody, by each role and by a browser that is signed in by a password alone. What each policy lets in is
/// worked out here from the role, not from the program.
/// </summary>
public sealed class EveryStaffRoute : IAsyncLifetime
{
    private NewsroomApp _app = null!;
    private StaffBrowser _administrator = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync(NewsroomApp.WithAdministrator());
        _administrator = await _app.AdministratorAsync();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private IEnumerable<MappedEndpoint> StaffEndpoints => _app.Endpoints().Where(e => e.Path.StartsWith("/staff", StringComparison.Ordinal) && !e.IsAnonymous);

    [Fact]
    public void Says_by_a_staff_policy_who_may_open_it()
    {
        var known = Enum.GetValues<StaffRole>().Select(StaffPolicies.Of).Append(StaffPolicies.Member).Append(StaffPolicies.Proven).ToList();
        Assert.Empty(StaffEndpoints.Where(e => !PoliciesOf(e).Any(known.Contains)).Select(e => e.Name));
        Assert.Contains(StaffEndpoints, e => e.Path.StartsWith("/staff/jobs", StringComparison.Ordinal));
        // And nothing else is open to a staff cookie: pages of readers are for everybody, the API is for keys.
        Assert.Empty(_app.Endpoints().Where(e => !e.Path.StartsWith("/staff", StringComparison.Ordinal) && PoliciesOf(e).Any(known.Contains)).Select(e => e.Name));
    }

    [Fact]
    public async Task Is_shut_to_nobody_and_to_a_password_alone()
    {
        var half = _app.StaffBrowser();
        await _administrator.SubmitAsync("/staff/people", "", ("name", "Half"), ("address", "half@gazette.example"), ("role", "Administrator"));
        await half.SubmitAsync(await _app.InvitationAsync("half@gazette.example"), "");
        var open = new List<string>();
        foreach (var endpoint in StaffEndpoints)
        {
            if (await AskAsync(_app.StaffBrowser(), endpoint) is not HttpStatusCode.Unauthorized)
                open.Add($"nobody {endpoint.Name}");
            if (!PoliciesOf(endpoint).Contains(StaffPolicies.Member) && await AskAsync(half, endpoint) is not (HttpStatusCode.SeeOther or HttpStatusCode.Forbidden))
                open.Add($"by password alone {endpoint.Name}");
        }
        Assert.Empty(open);
    }

    [Theory]
    [InlineData(StaffRole.Viewer)]
    [InlineData(StaffRole.Editor)]
    [InlineData(StaffRole.Publisher)]
    [InlineData(StaffRole.Administrator)]
    public async Task Lets_in_whom_its_policy_names_and_nobody_below(StaffRole role)
    {
        var browser = role == StaffRole.Administrator ? _administrator : await _app.MemberAsync(_administrator, role);
        var wrong = new List<string>();
        foreach (var endpoint in StaffEndpoints)
        {
            var mayOpen = Least(PoliciesOf(endpoint)) is { } least && role >= least;
            var status = await AskAsync(browser, endpoint);
            // A form without its token is refused too, by another sign: 400.
            if (mayOpen == (status is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized))
                wrong.Add($"{endpoint.Name}: {status}");
            if ((int)status >= 500)
                wrong.Add($"{endpoint.Name}: {status}");
        }
        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData(StaffRole.Viewer)]
    [InlineData(StaffRole.Administrator)]
    public async Task Of_the_api_is_for_keys_and_not_for_a_staff_cookie(StaffRole role)
    {
        var browser = role == StaffRole.Administrator ? _administrator : await _app.MemberAsync(_administrator, role);
        var open = new List<string>();
        foreach (var endpoint in _app.Endpoints().Where(e => e.Path.StartsWith("/api", StringComparison.Ordinal) && !e.IsAnonymous))
        {
            if (await AskAsync(browser, endpoint) != HttpStatusCode.Unauthorized)
                open.Add(endpoint.Name);
        }
        Assert.Empty(open);
    }

    [Fact]
    public async Task Is_not_framed_not_kept_and_runs_no_inline_script()
    {
        // Hangfire's pages have inline styles, the API reference an inline script: named, and nothing else.
        string[] thirdParty = ["/staff/jobs", "/staff/api"];
        foreach (var endpoint in StaffEndpoints.Where(e => e.Method == "GET"))
        {
            var answer = await _administrator.GetAsync(endpoint.SamplePath);
            var policy = string.Join(' ', answer.Headers.GetValues("Content-Security-Policy"));
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.True(!policy.Contains("unsafe-inline", StringComparison.Ordinal) || Array.Exists(thirdParty, p => endpoint.Path.StartsWith(p, StringComparison.Ordinal)), endpoint.Path);
        }
        foreach (var path in new[] { "/staff/sign-in", "/staff/account", "/staff/account/sign-in-method", "/setup?code=x", "/staff/enter/x" })
        {
            var answer = await _administrator.GetAsync(path);
            Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
            Assert.True(answer.Headers.CacheControl?.NoStore, path);
        }
    }

    private static async Task<HttpStatusCode> AskAsync(StaffBrowser browser, MappedEndpoint endpoint)
    {
        using var request = new HttpRequestMessage(new HttpMethod(endpoint.Method), endpoint.SamplePath);
        using var answer = await browser.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    private static List<string> PoliciesOf(MappedEndpoint endpoint) =>
        [.. endpoint.Endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(a => a.Policy).OfType<string>()];

    private static StaffRole? Least(List<string> policies) => policies.Contains(StaffPolicies.Proven) ? StaffRole.Administrator
        : policies.Contains(StaffPolicies.Member) ? StaffRole.Viewer
        : Enum.GetValues<StaffRole>().Where(r => policies.Contains(StaffPolicies.Of(r))).Cast<StaffRole?>().Max();
}
