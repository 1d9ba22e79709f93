using System.Net;
using System.Text.RegularExpressions;

namespace Newsroom.Backend.Tests.Staff;

/// <summary>One member of staff at one browser: reads pages, fills in their forms as they stand there.</summary>
internal sealed partial class StaffBrowser(HttpClient http)
{
    /// <summary>Of the authenticator app that this member set up.</summary>
    public string? AuthenticatorKey { get; private set; }

    public IReadOnlyList<string> RecoveryCodes { get; private set; } = [];

    public HttpClient Http => http;

    public async Task<HttpResponseMessage> GetAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd("text/html");
        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async Task<string> ReadAsync(string path)
    {
        var answer = await GetAsync(path);
        var text = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.True(answer.IsSuccessStatusCode, $"GET {path}: {answer.StatusCode} {answer.Headers.Location}\n{text}");
        return text;
    }

    /// <summary>Posts a form with files, and the page's antiforgery token in it.</summary>
    public async Task<HttpResponseMessage> SubmitFormAsync(string path, MultipartFormDataContent form)
    {
        form.Add(new StringContent(await TokenAsync(path, "")), "__RequestVerificationToken");
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = form };
        request.Headers.Accept.ParseAdd("text/html");
        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Posts to a page's handler with the antiforgery token that stands in its form; where there is no such form, with the page's first.</summary>
    public async Task<HttpResponseMessage> SubmitAsync(string path, string handler, params (string Name, string Value)[] fields)
    {
        var token = await TokenAsync(path, handler);
        using var request = new HttpRequestMessage(HttpMethod.Post, handler.Length == 0 ? path : $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}handler={handler}");
        request.Headers.Accept.ParseAdd("text/html");
        request.Content = new FormUrlEncodedContent([.. fields.Select(f => KeyValuePair.Create(f.Name, f.Value)), KeyValuePair.Create("__RequestVerificationToken", token)]);
        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>The antiforgery token in a page's form for a handler, or its first; empty where there is none.</summary>
    public async Task<string> TokenAsync(string path, string handler = "")
    {
        var page = await (await GetAsync(path)).Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var form = handler.Length == 0 ? -1 : page.IndexOf($"handler={handler}\">", StringComparison.Ordinal);
        var token = TokenField().Match(form < 0 ? page : page[form..page.IndexOf("</form>", form, StringComparison.Ordinal)]);
        Assert.True(form < 0 || token.Success, $"The form for {handler} on {path} has no token.");
        return token.Groups["v"].Value;
    }

    /// <summary>Sets up password and authenticator, as the page after an invitation asks.</summary>
    public async Task UseAuthenticatorAsync(string password = NewsroomApp.StaffPassword)
    {
        const string page = "/staff/account/sign-in-method";
        AuthenticatorKey = KeyField().Match(await ReadAsync(page)).Groups["v"].Value;
        var answer = await SubmitAsync(page, "", ("password", password), ("code", Totp.Now(AuthenticatorKey)));
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        RecoveryCodes = [.. CodeField().Matches(text).Select(m => m.Groups["v"].Value)];
        Assert.Equal(10, RecoveryCodes.Count);
    }

    public Task<HttpResponseMessage> SignInAsync(string address, string password = NewsroomApp.StaffPassword) =>
        SubmitAsync("/staff/sign-in", "", ("address", address), ("password", password));

    /// <summary>Types a code into the page that asks for one after the password.</summary>
    public Task<HttpResponseMessage> TypeCodeAsync(string code, string? next = null) =>
        SubmitAsync("/staff/sign-in", "Code", ("code", code), ("next", next ?? ""));

    [GeneratedRegex("""name="__RequestVerificationToken" type="hidden" value="(?<v>[^"]+)["]""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TokenField();

    [GeneratedRegex("""<code class="key">(?<v>[A-Z2-7 ]+)</code>""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex KeyField();

    [GeneratedRegex("""<li><code>(?<v>[^<]+)</code></li>""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CodeField();
}
