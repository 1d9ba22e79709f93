using System.Net;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Mail.Doctor;

/// <summary>
/// Whether a mailbox provider reaches the address behind List-Unsubscribe (RFC 8058): it posts without cookies and follows no redirect. The link
/// that is posted to belongs to nobody.
/// </summary>
internal sealed class OneClickCheck(IHttpClientFactory http, SampleMail sample, IOptions<SiteOptions> site, TimeProvider clock) : ICheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public const string ClientName = "doctor";

    public string Name => "one-click";

    public async Task<IReadOnlyList<Finding>> RunAsync(Examined examined, CancellationToken cancellationToken)
    {
        var client = http.CreateClient(ClientName);
        var host = new Uri(site.Value.PublicUrl).Host;
        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            using var page = await client.GetAsync(site.Value.Link("/"), either.Token);
            if (page.StatusCode != HttpStatusCode.OK)
                return [Finding.Fail(Name, $"{site.Value.Link("/")} answers {(int)page.StatusCode}, not 200.",
                    "Give Site:PublicUrl the address that readers reach without a redirect.")];
            using var body = new FormUrlEncodedContent([KeyValuePair.Create("List-Unsubscribe", "One-Click")]);
            using var answer = await client.PostAsync(sample.UnknownLink, body, either.Token);
            return [Posted(host, answer)];
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return [Finding.Fail(Name, $"{host} does not answer this machine within {Patience.TotalSeconds:0} seconds.",
                "Look at the proxy and at what lies before it. Mailbox providers reach it from outside: open it in a browser elsewhere too.")];
        }
        catch (HttpRequestException e)
        {
            return [Finding.Fail(Name, $"{host} cannot be reached from this machine: {Innermost(e).Message}",
                "Look at Site:PublicUrl, its certificate and the proxy. Mailbox providers reach it from outside: open it in a browser elsewhere too.")];
        }
    }

    private Finding Posted(string host, HttpResponseMessage answer) => answer.StatusCode switch
    {
        // What the program says to a link that it does not know.
        HttpStatusCode.NotFound => Finding.Ok(Name, $"{host} answers, and takes the POST of one-click unsubscribe without a redirect or a sign-in."),
        >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest =>
            Finding.Fail(Name, $"{host} answers the POST of one-click unsubscribe with a redirect ({(int)answer.StatusCode}), which mailbox providers do not follow.",
                "Let the proxy pass POST /unsubscribe/ on as it is, and give Site:PublicUrl the final address."),
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.MethodNotAllowed or HttpStatusCode.TooManyRequests =>
            Finding.Fail(Name, $"{host} refuses the POST of one-click unsubscribe ({(int)answer.StatusCode}).",
                "Let the proxy or firewall pass POST /unsubscribe/ from everywhere: it comes without cookies, from the mailbox providers."),
        >= HttpStatusCode.InternalServerError => Finding.Fail(Name, $"{host} fails at the POST of one-click unsubscribe ({(int)answer.StatusCode}).",
            "Look at the proxy's log and at this program's."),
        _ => Finding.Warn(Name, $"{host} answers {(int)answer.StatusCode} to a link that this program does not know.",
            "Is it this program that answers at Site:PublicUrl?"),
    };

    private static Exception Innermost(Exception e) => e.InnerException is { } inner ? Innermost(inner) : e;
}
