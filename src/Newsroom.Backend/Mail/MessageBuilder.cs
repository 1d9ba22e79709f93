using Microsoft.Extensions.Options;
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

    /// <summary>The content, encoded once for many readers, with its marks filled for this one; null: it is made from <see cref="Content"/>.</summary>
    public (MailBody Shared, string[] Values)? Body { get; init; }

    /// <summary>The instant of sending.</summary>
    public required DateTimeOffset Date { get; init; }

    /// <summary>Which mail it is: the mark in its Message-ID (<see cref="MailMarks"/>).</summary>
    public required MailedId Mailed { get; init; }

    /// <summary>Display name of the sender in place of the one of <c>Mail:From</c>.</summary>
    public string? FromName { get; init; }

    /// <summary>Where answers go; null: to the sender (RFC 5322 §3.6.2).</summary>
    public string? ReplyTo { get; init; }

    /// <summary>Null for mails that belong to no list (confirmation, receipt).</summary>
    public ListHeaders? List { get; init; }
}

/// <param name="ListId"><c>Name of the newsletter &lt;slug.host&gt;</c> (RFC 2919): constant over the newsletter's life.</param>
/// <param name="UnsubscribeUrl">This reader's and this list's own link; takes the POST of RFC 8058.</param>
/// <param name="ArchiveUrl">The web copy.</param>
public sealed record ListHeaders(string ListId, string UnsubscribeUrl, string? ArchiveUrl);

/// <summary>Makes signed messages that need no change on their way (RFC 5322, 2045, 2047, 2369, 2919, 3834, 8058).</summary>
public sealed class MessageBuilder(IOptions<MailOptions> mail, MailMarks marks, ReturnPaths returnPaths, LinkTokens tokens, DkimSignatures signatures)
{
    /// <exception cref="InvalidOperationException"><c>Mail:From</c> is empty.</exception>
    public async ValueTask<BuiltMessage> BuildAsync(MessageParts parts, CancellationToken cancellationToken)
    {
        var sender = mail.Value.Sender ?? throw new InvalidOperationException("Mail:From is empty.");
        var id = await marks.OfAsync(parts.Mailed, cancellationToken);
        var messageId = $"{id}@{sender.Address.Domain}";
        // The boundary of a message by itself follows from its mark, so that composing it again gives the same bytes.
        var (shared, values) = parts.Body ?? (MailBody.Of(parts.Content, $"=_{id[..24]}"), []);
        List<HeaderField> fields =
        [
            HeaderText.Raw("Date", DateUtils.FormatDate(parts.Date)),
            HeaderText.Named("From", parts.FromName ?? sender.Name, sender.Address.Value),
            HeaderText.Named("To", parts.ToName, parts.To.Value),
            HeaderText.Unstructured("Subject", parts.Content.Subject),
            HeaderText.Raw("Message-ID", $"<{messageId}>"),
            // RFC 3834 §5: no holiday answers. The second is Exchange's own word for it.
            HeaderText.Raw("Auto-Submitted", "auto-generated"),
            HeaderText.Raw("X-Auto-Response-Suppress", "All"),
        ];
        if (parts.ReplyTo is not null)
            fields.Insert(2, HeaderText.Named("Reply-To", null, parts.ReplyTo));
        if (parts.List is not null)
            await AddAsync(fields, parts.List, sender, cancellationToken);
        foreach (var (field, value) in returnPaths.HeadersOf(id))
            fields.Add(HeaderText.Raw(field, value));
        fields.Add(HeaderText.Raw("MIME-Version", "1.0"));
        fields.Add(HeaderText.Raw("Content-Type", $"multipart/alternative;\r\n boundary=\"{shared.Boundary}\""));
        var body = shared.Fill(values);
        return new BuiltMessage(returnPaths.SenderOf(id, sender.Address), parts.To, messageId, [.. signatures.Sign(fields, body, parts.Date), .. fields], body);
    }

    private async ValueTask AddAsync(List<HeaderField> fields, ListHeaders list, Sender sender, CancellationToken cancellationToken)
    {
        var (name, id) = HeaderText.ListId(list.ListId);
        fields.Add(HeaderText.Named("List-Id", name, id));
        fields.Add(HeaderText.Link("List-Unsubscribe", list.UnsubscribeUrl));
        fields.Add(HeaderText.Raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
        if (list.ArchiveUrl is not null)
            fields.Add(HeaderText.Link("List-Archive", list.ArchiveUrl));
        fields.Add(HeaderText.Raw("List-Post", "NO"));
        fields.Add(HeaderText.Raw("Precedence", "bulk"));
        // Gmail's feedback loop: the list, its kind, and a sender id of 5 to 15 characters that never changes; nothing of the reader.
        var senderId = (await tokens.ForAsync("feedback-id", sender.Address.Domain, cancellationToken)).Hash[..12];
        var slug = id.Split('.')[0];
        // No part may repeat another, or Gmail heeds none: a newsletter may well be called "digest".
        fields.Add(HeaderText.Raw("Feedback-ID", $"{slug}:{(slug == "list" ? "" : "list")}:{(slug == "digest" ? "" : "digest")}:{senderId}"));
    }
}
