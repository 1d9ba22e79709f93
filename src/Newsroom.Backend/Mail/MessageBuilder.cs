using Microsoft.Extensions.Options;
using MimeKit;
using MimeKit.Text;
using MimeKit.Utils;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail.Bounces;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Mail;

/// <summary>What one message is made of.</summary>
public sealed record MessageParts
{
    /// <summary>The one recipient.</summary>
    public required EmailAddress To { get; init; }

    /// <summary>Display name of the recipient. Null while nobody has confirmed the address: a stranger's text must not reach it.</summary>
    public string? ToName { get; init; }
    public required RenderedMail Content { get; init; }

    /// <summary>The instant of sending.</summary>
    public required DateTimeOffset Date { get; init; }

    /// <summary>Which mail it is: the mark in its Message-ID (<see cref="MailMarks"/>).</summary>
    public required MailedId Mailed { get; init; }

    /// <summary>Display name of the sender in place of the one of <c>Mail:From</c>.</summary>
    public string? FromName { get; init; }

    /// <summary>Null for mails that belong to no list (confirmation, receipt).</summary>
    public ListHeaders? List { get; init; }
}

/// <param name="ListId"><c>Name of the newsletter &lt;slug.host&gt;</c> (RFC 2919): constant over the newsletter's life.</param>
/// <param name="UnsubscribeUrl">This reader's and this list's own link; takes the POST of RFC 8058.</param>
/// <param name="ArchiveUrl">The web copy.</param>
public sealed record ListHeaders(string ListId, string UnsubscribeUrl, string? ArchiveUrl);

/// <summary>A finished message: <paramref name="Bytes"/> are what was signed and what is sent.</summary>
/// <param name="Sender">Envelope sender.</param>
/// <param name="To">Envelope recipient.</param>
/// <param name="MessageId">Without angle brackets.</param>
/// <param name="Bytes">RFC 5322 with CRLF; seven bits, unless the recipient's address itself needs UTF-8.</param>
public sealed record BuiltMessage(EmailAddress Sender, EmailAddress To, string MessageId, byte[] Bytes);

/// <summary>Makes signed messages that need no change on their way (RFC 5322, 2045, 2047, 2369, 2919, 3834, 8058).</summary>
public sealed class MessageBuilder(IOptions<MailOptions> mail, MailMarks marks, ReturnPaths returnPaths, LinkTokens tokens, DkimSignatures signatures)
{
    private const int MaxLineLength = 78;
    private readonly Sender? _sender = mail.Value.Sender;

    /// <exception cref="InvalidOperationException"><c>Mail:From</c> is empty.</exception>
    public async ValueTask<BuiltMessage> BuildAsync(MessageParts parts, CancellationToken cancellationToken)
    {
        var sender = _sender ?? throw new InvalidOperationException("Mail:From is empty.");
        var id = await marks.OfAsync(parts.Mailed, cancellationToken);
        var messageId = $"{id}@{sender.Address.Domain}";
        using var message = new MimeMessage();
        message.Headers.Clear();
        message.Headers.Add(HeaderText.Raw("Date", DateUtils.FormatDate(parts.Date)));
        message.Headers.Add(HeaderText.Named("From", parts.FromName ?? sender.Name, sender.Address.Value));
        message.Headers.Add(HeaderText.Named("To", parts.ToName, parts.To.Value));
        message.Headers.Add(HeaderText.Unstructured("Subject", parts.Content.Subject));
        message.Headers.Add(HeaderText.Raw("Message-ID", $"<{messageId}>"));
        // RFC 3834 §5: no holiday answers. The second is Exchange's own word for it.
        message.Headers.Add(HeaderText.Raw("Auto-Submitted", "auto-generated"));
        message.Headers.Add(HeaderText.Raw("X-Auto-Response-Suppress", "All"));
        if (parts.List is not null)
            await AddAsync(message.Headers, parts.List, sender, cancellationToken);
        foreach (var (field, value) in returnPaths.HeadersOf(id))
            message.Headers.Add(HeaderText.Raw(field, value));
        message.Body = Body(parts.Content, id);
        return new BuiltMessage(returnPaths.SenderOf(id, sender.Address), parts.To, messageId, Finish(message, parts.To.NeedsSmtpUtf8));
    }

    private async ValueTask AddAsync(HeaderList headers, ListHeaders list, Sender sender, CancellationToken cancellationToken)
    {
        var (name, id) = HeaderText.ListId(list.ListId);
        headers.Add(HeaderText.Named("List-Id", name, id));
        headers.Add(HeaderText.Link("List-Unsubscribe", list.UnsubscribeUrl));
        headers.Add(HeaderText.Raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
        if (list.ArchiveUrl is not null)
            headers.Add(HeaderText.Link("List-Archive", list.ArchiveUrl));
        headers.Add(HeaderText.Raw("List-Post", "NO"));
        headers.Add(HeaderText.Raw("Precedence", "bulk"));
        // Gmail's feedback loop: the list, its kind, and a sender id of 5 to 15 characters that never changes; nothing of the reader.
        var senderId = (await tokens.ForAsync("feedback-id", sender.Address.Domain, cancellationToken)).Hash[..12];
        headers.Add(HeaderText.Raw("Feedback-ID", $"{id.Split('.')[0]}:list:digest:{senderId}"));
    }

    /// <summary>The text first, so that a reader who can takes the last (RFC 2046 §5.1.4).</summary>
    private static MultipartAlternative Body(RenderedMail content, string id) =>
        new(TextPart(TextFormat.Plain, content.Text), TextPart(TextFormat.Html, content.Html))
        {
            // "=_" cannot occur in quoted-printable text (RFC 2045 §6.7); the rest makes composing again give the same bytes.
            Boundary = $"=_{id[..24]}",
        };

    private static TextPart TextPart(TextFormat format, string text)
    {
        var part = new TextPart(format) { ContentTransferEncoding = ContentEncoding.QuotedPrintable };
        part.SetText(System.Text.Encoding.UTF8, text.ReplaceLineEndings("\r\n"));
        return part;
    }

    private byte[] Finish(MimeMessage message, bool international)
    {
        var format = FormatOptions.Default.Clone();
        format.NewLineFormat = NewLineFormat.Dos;
        format.EnsureNewLine = true;
        format.International = international;
        message.Prepare(EncodingConstraint.SevenBit, MaxLineLength);
        if (international)
        {
            // MailKit writes the headers of these in UTF-8 (RFC 6532) whatever they were: sign them in that form.
            using var again = MimeMessage.Load(new MemoryStream(Bytes(format, message)));
            signatures.Sign(format, again);
            return Bytes(format, again);
        }
        signatures.Sign(format, message);
        return Bytes(format, message);
    }

    private static byte[] Bytes(FormatOptions format, MimeMessage message)
    {
        using var bytes = new MemoryStream();
        message.WriteTo(format, bytes, CancellationToken.None);
        return bytes.ToArray();
    }
}
