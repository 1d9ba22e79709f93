using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Tests;

/// <param name="Status">The code.</param>
/// <param name="Body">The whole of it.</param>
public sealed record PostedAnswer(int Status, string Body);

public sealed partial class NewsroomApp
{
    /// <summary>A form, sent from a network of its own.</summary>
    public Task<PostedAnswer> PostFormFromAsync(IPAddress network, string path, params IEnumerable<(string Name, string Value)> fields) =>
        PostFromAsync(network, path, "application/x-www-form-urlencoded",
            string.Join('&', fields.Select(f => $"{Uri.EscapeDataString(f.Name)}={Uri.EscapeDataString(f.Value)}")));

    /// <summary>The JSON sign-up, sent from a network of its own.</summary>
    public Task<PostedAnswer> SignUpByJsonFromAsync(IPAddress network, object form) =>
        PostFromAsync(network, "/api/v1/subscriptions", "application/json", JsonSerializer.Serialize(form));

    /// <summary>As a form on another site asks for it.</summary>
    public async Task<ProofChallenge> ProofAsync()
    {
        var answer = await Http.GetFromJsonAsync<JsonElement>("/embed/token", Cancelled);
        return new ProofChallenge(answer.GetProperty("ticket").GetString()!, answer.GetProperty("difficulty").GetInt32());
    }

    /// <summary>What a script finds.</summary>
    public static string Solve(ProofChallenge challenge) =>
        Enumerable.Range(0, int.MaxValue).Select(n => n.ToString(CultureInfo.InvariantCulture)).First(n => SignUpProof.ZeroBits(challenge.Ticket, n) >= challenge.Difficulty);

    /// <summary>The fields of the page that asks for one more press of the button.</summary>
    public static Dictionary<string, string> HiddenFields(string page) =>
        HiddenField().Matches(page).ToDictionary(m => m.Groups["name"].Value, m => WebUtility.HtmlDecode(m.Groups["value"].Value), StringComparer.Ordinal);

    /// <summary>Stands for what a restart forgets: the program's own copy of the mode is as new, and reads what the last one left.</summary>
    public AttackMode AttackModeAfterARestart() => new(_program.Services.GetRequiredService<IServiceScopeFactory>(), Clock);

    /// <summary>The program's own judge of tickets.</summary>
    public Task<ProofStrength> CheckProofAsync(string? ticket, string? nonce) => _program.Services.GetRequiredService<SignUpProof>().CheckAsync(ticket, nonce, Cancelled);

    private async Task<PostedAnswer> PostFromAsync(IPAddress network, string path, string type, string text)
    {
        var body = Encoding.UTF8.GetBytes(text);
        var context = await _program.Server.SendAsync(context =>
        {
            context.Connection.RemoteIpAddress = network;
            context.Request.Method = "POST";
            context.Request.Scheme = "https";
            context.Request.Host = new("news.example.org");
            var query = path.IndexOf('?', StringComparison.Ordinal);
            context.Request.Path = query < 0 ? path : path[..query];
            context.Request.QueryString = query < 0 ? default : new(path[query..]);
            context.Request.ContentType = type;
            context.Request.ContentLength = body.Length;
            context.Request.Body = new MemoryStream(body);
            context.Features.Set<IHttpRequestBodyDetectionFeature>(new HasBody());
        }, Cancelled);
        using var reader = new StreamReader(context.Response.Body);
        return new PostedAnswer(context.Response.StatusCode, await reader.ReadToEndAsync(Cancelled));
    }

    /// <summary>Without it JSON is not looked for.</summary>
    private sealed class HasBody : IHttpRequestBodyDetectionFeature
    {
        public bool CanHaveBody => true;
    }

    [GeneratedRegex("""<input type="hidden" name="(?<name>[^"]*)" value="(?<value>[^"]*)">""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex HiddenField();
}
