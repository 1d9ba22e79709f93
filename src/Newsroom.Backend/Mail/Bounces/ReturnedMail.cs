using System.Text;
using System.Text.Unicode;
using MimeKit;
using MimeKit.Text;

namespace Newsroom.Backend.Mail.Bounces;

/// <summary>A mail that came back, taken apart: what people read in it, what programs read in it, and the headers of what was returned.</summary>
internal sealed class ReturnedMail
{
    /// <summary>What is behind is not read. A report with a whole digest in it is a tenth of this.</summary>
    public const int MaxBytes = 2 * 1024 * 1024;

    private const int MaxParts = 100;
    private const int MaxText = 64 * 1024;
    private const int MaxDepth = 16;

    private readonly StringBuilder _text = new();
    private string? _html;
    private int _parts;

    private ReturnedMail(HeaderList headers) => Headers = headers;

    public HeaderList Headers { get; }

    /// <summary>All texts for people, one after the other, with \n between lines; HTML only where there is no plain text.</summary>
    public string Text { get; private set; } = "";

    /// <summary>message/delivery-status and message/global-delivery-status (RFC 3464, RFC 6533).</summary>
    public string? DeliveryStatus { get; private set; }

    /// <summary>message/feedback-report (RFC 5965).</summary>
    public string? Feedback { get; private set; }

    /// <summary>message/disposition-notification (RFC 8098).</summary>
    public string? Disposition { get; private set; }

    /// <summary>Of the message that was returned, whole or as headers only.</summary>
    public HeaderList? Returned { get; private set; }

    public string Subject => HeaderText.OneLine(Headers[HeaderId.Subject]) ?? "";

    public string From => HeaderText.OneLine(Headers[HeaderId.From]) ?? "";

    /// <summary>True when a server wrote it: people's mails have a sender to answer to.</summary>
    public bool IsFromServer { get; private set; }

    /// <returns>Null when it is no mail at all.</returns>
    public static ReturnedMail? TryParse(ReadOnlyMemory<byte> bytes)
    {
        var options = ParserOptions.Default.Clone();
        options.MaxMimeDepth = MaxDepth;
        try
        {
            using var stream = new MemoryStream(bytes[..Math.Min(bytes.Length, MaxBytes)].ToArray(), writable: false);
            var message = MimeMessage.Load(options, stream);
            var mail = new ReturnedMail(message.Headers);
            mail.Walk(message.Body, 0);
            mail.Text = mail._text.Length > 0 ? mail._text.ToString() : mail._html is { } html ? Lines(html) : "";
            mail.IsFromServer = Servers.Wrote(mail);
            return mail;
        }
        // MimeKit's word for "no headers", and for what it finds no way to decode.
        catch (Exception e) when (e is FormatException or ParseException or IOException or ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private void Walk(MimeEntity? entity, int depth)
    {
        if (entity is null || depth > MaxDepth || ++_parts > MaxParts)
            return;
        switch (entity)
        {
            case Multipart multipart:
                foreach (var part in multipart)
                    Walk(part, depth + 1);
                break;
            // TextRfc822Headers too.
            case MessagePart { Message: { } message }:
                Returned ??= message.Headers;
                break;
            case MimePart part:
                Take(part);
                break;
        }
    }

    private void Take(MimePart part)
    {
        var type = part.ContentType;
        if (type.IsMimeType("message", "delivery-status") || type.IsMimeType("message", "global-delivery-status"))
            DeliveryStatus ??= Decode(part);
        else if (type.IsMimeType("message", "feedback-report"))
            Feedback ??= Decode(part);
        else if (type.IsMimeType("message", "disposition-notification") || type.IsMimeType("message", "global-disposition-notification"))
            Disposition ??= Decode(part);
        else if (type.IsMimeType("message", "global-headers"))
            Returned ??= Fields.Headers(Decode(part));
        else if (part is TextPart { IsHtml: true } html)
            _html ??= Shorten(html.Text);
        else if (part is TextPart text && _text.Length < MaxText)
            _text.Append(Shorten(text.Text.ReplaceLineEndings("\n"))).Append('\n');
    }

    private static string Decode(MimePart part)
    {
        using var stream = new MemoryStream();
        part.Content?.DecodeTo(stream);
        var bytes = stream.GetBuffer().AsSpan(0, (int)stream.Length);
        return Shorten((Utf8.IsValid(bytes) ? Encoding.UTF8 : Encoding.Latin1).GetString(bytes).ReplaceLineEndings("\n"));
    }

    private static string Shorten(string text) => text.Length > MaxText ? text[..MaxText] : text;

    /// <summary>A page's text as it stands there, a line for each paragraph, cell and break.</summary>
    private static string Lines(string html)
    {
        var text = new StringBuilder();
        var isHidden = false;
        var tokens = new HtmlTokenizer(new StringReader(html));
        while (tokens.ReadNextToken(out var token))
        {
            if (token is HtmlTagToken tag)
            {
                if (tag.Id is HtmlTagId.Style or HtmlTagId.Script or HtmlTagId.Title)
                    isHidden = !tag.IsEndTag && !tag.IsEmptyElement;
                else if (tag.Id is HtmlTagId.Br or HtmlTagId.P or HtmlTagId.Div or HtmlTagId.TR or HtmlTagId.TD or HtmlTagId.TH or HtmlTagId.LI
                    or HtmlTagId.H1 or HtmlTagId.H2 or HtmlTagId.H3 or HtmlTagId.Pre)
                    text.Append('\n');
            }
            else if (token is HtmlDataToken data and not HtmlScriptDataToken && !isHidden)
                text.Append(data.Data);
        }
        return text.Replace('\u00a0', ' ').ToString().ReplaceLineEndings("\n");
    }
}
