using AngleSharp.Html.Parser;
using MimeKit;

namespace Newsroom.Backend.Demo.Inbox;

/// <summary>A link a reader could press.</summary>
public sealed record MailLink(string Text, string Href);

/// <summary>A captured mail taken apart.</summary>
public sealed class CapturedMessage
{
    private readonly MimeMessage _message;

    private CapturedMessage(CapturedMail mail, MimeMessage message)
    {
        Mail = mail;
        _message = message;
        Html = message.HtmlBody;
        Links = Html is null ? [] : ReadLinks(Html);
    }

    public CapturedMail Mail { get; }

    public string? Html { get; }

    public string Text => _message.TextBody ?? "";

    public IReadOnlyList<MailLink> Links { get; }

    public IEnumerable<KeyValuePair<string, string>> Headers => _message.Headers.Select(h => KeyValuePair.Create(h.Field, h.Value));

    /// <summary>The https or http address of <c>List-Unsubscribe</c>, when RFC 8058 lets a mail program post to it.</summary>
    public string? OneClickUnsubscribe =>
        _message.Headers.Contains(HeaderId.ListUnsubscribePost)
            ? (_message.Headers[HeaderId.ListUnsubscribe] ?? "").Split(',').Select(a => a.Trim().Trim('<', '>'))
                .FirstOrDefault(a => a.StartsWith("http", StringComparison.OrdinalIgnoreCase))
            : null;

    internal static async Task<CapturedMessage> ReadAsync(CapturedMail mail, Mailbox mailbox, CancellationToken cancellationToken)
    {
        using var stream = new MemoryStream(await mailbox.ReadAsync(mail, cancellationToken));
        return new CapturedMessage(mail, await MimeMessage.LoadAsync(stream, cancellationToken));
    }

    /// <summary>The HTML as the frame shows it: its links leave the frame.</summary>
    public string FramedHtml()
    {
        var document = new HtmlParser().ParseDocument(Html ?? "");
        var target = document.CreateElement("base");
        target.SetAttribute("target", "_parent");
        document.Head!.Prepend(target);
        return "<!doctype html>" + document.DocumentElement.OuterHtml;
    }

    private static List<MailLink> ReadLinks(string html) => [.. new HtmlParser().ParseDocument(html)
        .QuerySelectorAll("a[href]")
        .Select(a => new MailLink(string.Join(' ', a.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), a.GetAttribute("href")!))
        .DistinctBy(l => (l.Text, l.Href))];
}
