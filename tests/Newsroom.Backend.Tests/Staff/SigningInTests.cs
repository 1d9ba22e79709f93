using System.Net;
using Newsroom.Backend.Staff.Accounts;
using Newsroom.Backend.Staff.SignIn;

namespace Newsroom.Backend.Tests.Staff;

/// <summary>Password and code; passkeys need a browser and are tried there.</summary>
public sealed class StaffSigningIn : IAsyncLifetime
{
    private NewsroomApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await NewsroomApp.StartAsync(NewsroomApp.WithAdministrator());

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task A_password_alone_leads_to_the_second_step_and_nowhere_else()
    {
        var browser = _app.StaffBrowser();
        var answer = await browser.SignInAsync(NewsroomApp.AdministratorsAddress);
        Assert.Equal("/staff/account/sign-in-method", answer.Headers.Location?.OriginalString);
        foreach (var path in new[] { "/staff/people", "/staff/keys", "/staff/account" })
        {
            var refused = await browser.GetAsync(path);
            Assert.Equal(HttpStatusCode.SeeOther, refused.StatusCode);
            Assert.StartsWith("/staff/account/sign-in-method", refused.Headers.Location!.OriginalString, StringComparison.Ordinal);
        }
        await browser.UseAuthenticatorAsync();
        Assert.Contains("anna@gazette.example", await browser.ReadAsync("/staff/people"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_is_taken_once_and_a_recovery_code_in_its_place_once()
    {
        var first = await _app.AdministratorAsync();
        var (browser, spare) = (_app.StaffBrowser(), _app.StaffBrowser());
        var code = Totp.Beside(first.AuthenticatorKey!, 1);
        await browser.SignInAsync(NewsroomApp.AdministratorsAddress);
        Assert.Equal("/staff", (await browser.TypeCodeAsync(code)).Headers.Location?.OriginalString);
        await spare.SignInAsync(NewsroomApp.AdministratorsAddress);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await spare.TypeCodeAsync(code)).StatusCode);

        Assert.Equal("/staff", (await spare.TypeCodeAsync(first.RecoveryCodes[3].ToLowerInvariant())).Headers.Location?.OriginalString);
        var third = _app.StaffBrowser();
        await third.SignInAsync(NewsroomApp.AdministratorsAddress);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await third.TypeCodeAsync(first.RecoveryCodes[3])).StatusCode);
        Assert.Contains("9 recovery codes left", await first.ReadAsync("/staff/account"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Five_wrong_tries_lock_the_account_for_a_quarter_of_an_hour_and_nobody_learns_which_it_was()
    {
        await _app.AdministratorAsync();
        var browser = _app.StaffBrowser();
        var unknown = await TextAsync(await browser.SignInAsync("nobody@gazette.example", "some other words"));
        for (var i = 0; i < LockOut.Tries; i++)
            Assert.Equal(Same(unknown), Same(await TextAsync(await browser.SignInAsync(NewsroomApp.AdministratorsAddress, "some other words"))));
        Assert.Equal(Same(unknown), Same(await TextAsync(await browser.SignInAsync(NewsroomApp.AdministratorsAddress))));
        _app.Clock.Advance(LockOut.Lasts);
        Assert.Contains("One more step", await TextAsync(await browser.SignInAsync(NewsroomApp.AdministratorsAddress)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Codes_are_not_guessed_without_end_by_who_knows_the_password()
    {
        var administrator = await _app.AdministratorAsync();
        var browser = _app.StaffBrowser();
        for (var guess = 0; guess < LockOut.Tries; guess++)
        {
            await browser.SignInAsync(NewsroomApp.AdministratorsAddress);
            await browser.TypeCodeAsync(Totp.Beside(administrator.AuthenticatorKey!, 20 + guess));
        }
        await browser.SignInAsync(NewsroomApp.AdministratorsAddress);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await browser.TypeCodeAsync(Totp.Beside(administrator.AuthenticatorKey!, 1))).StatusCode);
    }

    [Fact]
    public async Task Guesses_sent_at_once_are_all_counted()
    {
        var administrator = await _app.AdministratorAsync();
        var browsers = Enumerable.Range(0, 12).Select(_ => _app.StaffBrowser()).ToList();
        foreach (var browser in browsers)
            await browser.SignInAsync(NewsroomApp.AdministratorsAddress);
        var right = Totp.Beside(administrator.AuthenticatorKey!, 1);
        var wrong = right == "000000" ? "111111" : "000000";
        await Task.WhenAll(browsers.Take(11).Select(b => b.TypeCodeAsync(wrong)));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await browsers[11].TypeCodeAsync(right)).StatusCode);
    }

    [Theory]
    [InlineData("/staff/people?x=1", "/staff/people?x=1")]
    [InlineData("https://evil.example/", "/staff")]
    [InlineData("//evil.example", "/staff")]
    [InlineData("/staff//evil.example", "/staff")]
    [InlineData("/\\evil.example", "/staff")]
    [InlineData("/staff/\\evil.example", "/staff")]
    [InlineData("/staff/../donate", "/staff")]
    [InlineData("/donate", "/staff")]
    [InlineData("/staffing", "/staff")]
    [InlineData("javascript:alert(1)", "/staff")]
    public async Task Leads_back_to_a_staff_page_of_this_site_only(string next, string expected)
    {
        var first = await _app.AdministratorAsync();
        var browser = _app.StaffBrowser();
        await browser.SignInAsync(NewsroomApp.AdministratorsAddress);
        Assert.Equal(expected, (await browser.TypeCodeAsync(Totp.Beside(first.AuthenticatorKey!, 1), next)).Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task The_cookie_is_for_this_host_only_and_no_script_reads_it()
    {
        var answer = await _app.StaffBrowser().SignInAsync(NewsroomApp.AdministratorsAddress);
        var cookie = answer.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("__Host-newsroom-staff=", StringComparison.Ordinal));
        foreach (var flag in new[] { "; secure", "; httponly", "; samesite=lax", "; path=/" })
            Assert.Contains(flag, cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("domain=", cookie, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_session_ends_by_sign_out_by_another_browser_and_by_itself()
    {
        var first = await _app.AdministratorAsync();
        var second = _app.StaffBrowser();
        await second.SignInAsync(NewsroomApp.AdministratorsAddress);
        await second.TypeCodeAsync(Totp.Beside(first.AuthenticatorKey!, 1));
        await second.ReadAsync("/staff/account");

        await first.SubmitAsync("/staff/account", "EndOthers");
        Assert.Equal("/staff/sign-in?next=%2Fstaff%2Faccount", (await second.GetAsync("/staff/account")).Headers.Location?.OriginalString);

        _app.Clock.Advance(StaffSession.Idle - TimeSpan.FromMinutes(1));
        await first.ReadAsync("/staff/account");
        _app.Clock.Advance(StaffSession.Idle);
        Assert.Equal(HttpStatusCode.Redirect, (await first.GetAsync("/staff/account")).StatusCode);
    }

    [Fact]
    public async Task A_form_without_its_token_changes_nothing()
    {
        var administrator = await _app.AdministratorAsync();
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("name", "x"), KeyValuePair.Create("address", "x@gazette.example"), KeyValuePair.Create("role", "Administrator")]);
        var answer = await administrator.Http.PostAsync("/staff/people", form, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.DoesNotContain("x@gazette.example", await administrator.ReadAsync("/staff/people"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proof_grows_stale_after_ten_minutes_and_is_renewed_by_a_code()
    {
        var administrator = await _app.AdministratorAsync();
        _app.Clock.Advance(StaffSession.ProofLasts);
        var answer = await administrator.GetAsync("/staff/keys");
        Assert.Equal("/staff/prove?next=%2Fstaff%2Fkeys", answer.Headers.Location?.OriginalString);
        var proven = await administrator.SubmitAsync("/staff/prove?next=/staff/keys", "", ("next", "/staff/keys"), ("code", Totp.Beside(administrator.AuthenticatorKey!, 1)));
        Assert.Equal("/staff/keys", proven.Headers.Location?.OriginalString);
        await administrator.ReadAsync("/staff/keys");
    }

    private static Task<string> TextAsync(HttpResponseMessage answer) => answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

    /// <summary>Without what differs by design: the address typed and the form's own token.</summary>
    private static string Same(string page) => System.Text.RegularExpressions.Regex.Replace(page, "value=\"[^\"]*\"", "", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1));
}
