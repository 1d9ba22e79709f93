using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Mail.Bounces;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Demo.Inbox;

/// <summary>The pages of the captured mail.</summary>
internal static class InboxEndpoints
{
    // The mail's own HTML can do nothing but look like itself; its links leave the frame when pressed.
    private const string MailPolicy =
        "default-src 'none'; img-src 'self' http: https: data:; style-src 'unsafe-inline'; frame-ancestors 'self'; "
        + "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation";

    public static void MapInbox(this IEndpointRouteBuilder routes)
    {
        var inbox = routes.MapGroup("/dev/inbox");
        inbox.MapGet("", IResult (Mailbox mailbox, IOptions<SiteOptions> site, TimeProvider time, string? to) =>
            new RazorComponentResult<InboxPage>(new { Mails = mailbox.List(to), site.Value.Zone, Now = time.GetUtcNow(), To = to }));
        routes.MapGet("/dev/inbox.json", ListAsync);
        inbox.MapPost("clear", (Mailbox mailbox) =>
        {
            mailbox.Clear();
            return new SeeOther("/dev/inbox");
        });
        inbox.MapGet("{id}", MessageAsync);
        inbox.MapGet("{id}/html", HtmlAsync);
        inbox.MapGet("{id}.eml", async Task<IResult> (string id, Mailbox mailbox, CancellationToken cancellationToken) => mailbox.Find(id) is { } mail
            ? Results.Bytes(await mailbox.ReadAsync(mail, cancellationToken), "message/rfc822", id + ".eml")
            : Results.NotFound());
        inbox.MapPost("{id}/unsubscribe", UnsubscribeAsync);
        inbox.MapPost("{id}/bounce", (string id, Mailbox mailbox, TakeReport take, TimeProvider time, CancellationToken token) => ReportAsync(id, complaint: false, mailbox, take, time, token));
        inbox.MapPost("{id}/complain", (string id, Mailbox mailbox, TakeReport take, TimeProvider time, CancellationToken token) => ReportAsync(id, complaint: true, mailbox, take, time, token));
    }

    private static async Task<IResult> MessageAsync(
        string id, string? view, int? answer, string? report, Mailbox mailbox, IOptions<SiteOptions> site, CancellationToken cancellationToken)
    {
        if (mailbox.Find(id) is not { } mail)
            return Results.NotFound();
        var message = await CapturedMessage.ReadAsync(mail, mailbox, cancellationToken);
        var first = message.Html is null ? "text" : "desktop";
        return new RazorComponentResult<MessagePage>(new { Message = message, site.Value.Zone, View = view ?? first, Answer = answer, Report = report });
    }

    private static async Task<IResult> HtmlAsync(string id, HttpContext context, Mailbox mailbox, CancellationToken cancellationToken)
    {
        if (mailbox.Find(id) is not { } mail)
            return Results.NotFound();
        context.Response.Headers.ContentSecurityPolicy = MailPolicy;
        return Results.Text((await CapturedMessage.ReadAsync(mail, mailbox, cancellationToken)).FramedHtml(), "text/html; charset=utf-8");
    }

    /// <summary>For scripts: what is here, newest first, with the links of each.</summary>
    private static async Task<IResult> ListAsync(Mailbox mailbox, string? to, int? limit, CancellationToken cancellationToken)
    {
        var items = new List<object>();
        foreach (var mail in mailbox.List(to).Take(Math.Clamp(limit ?? 20, 1, 500)))
        {
            var message = await CapturedMessage.ReadAsync(mail, mailbox, cancellationToken);
            items.Add(new { mail.Id, mail.To, mail.From, mail.Subject, mail.ReceivedAt, mail.Kind, message.Links, message.OneClickUnsubscribe, message.Text });
        }
        return Results.Json(new { Items = items });
    }

    /// <summary>Posts as a mail program does (RFC 8058 §3.2), to this newsroom only.</summary>
    private static async Task<IResult> UnsubscribeAsync(
        string id, Mailbox mailbox, IHttpClientFactory clients, IOptions<SiteOptions> site, CancellationToken cancellationToken)
    {
        if (mailbox.Find(id) is not { } mail || (await CapturedMessage.ReadAsync(mail, mailbox, cancellationToken)).OneClickUnsubscribe is not { } address
            || !address.StartsWith(site.Value.Link("/"), StringComparison.Ordinal))
            return Results.NotFound();
        using var body = new FormUrlEncodedContent([KeyValuePair.Create("List-Unsubscribe", "One-Click")]);
        using var answer = await clients.CreateClient(nameof(InboxEndpoints)).PostAsync(address, body, cancellationToken);
        return new SeeOther($"/dev/inbox/{id}?answer={(int)answer.StatusCode}");
    }

    private static async Task<IResult> ReportAsync(string id, bool complaint, Mailbox mailbox, TakeReport take, TimeProvider time, CancellationToken cancellationToken) =>
        mailbox.Find(id) is { } mail
            ? new SeeOther($"/dev/inbox/{id}?report={Uri.EscapeDataString(await SimulatedReports.SendAsync(mail, complaint, mailbox, take, time, cancellationToken))}")
            : Results.NotFound();
}
