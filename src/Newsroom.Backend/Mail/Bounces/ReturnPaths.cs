using Microsoft.Extensions.Options;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Mail.Bounces;

/// <summary>How a mail's mark comes back when the mail does: in its envelope sender (VERP), and in the header that a provider repeats in its events.</summary>
public sealed class ReturnPaths(IOptions<MailOptions> mail)
{
    private readonly EmailAddress? _address = EmailAddress.TryParse(mail.Value.Bounces.Address, out var address) ? address : null;
    private readonly bool _postmark = !string.IsNullOrEmpty(mail.Value.Webhooks.Postmark.UserName);
    private readonly bool _sendGrid = !string.IsNullOrEmpty(mail.Value.Webhooks.SendGrid.PublicKey);

    /// <param name="mark">The mail's, see <see cref="MailMarks"/>.</param>
    /// <param name="from">Where mail comes back to without <c>Mail:Bounces:Address</c>.</param>
    public EmailAddress SenderOf(string mark, EmailAddress from)
    {
        if (_address is not { } address)
            return from;
        var at = address.Value.IndexOf('@', StringComparison.Ordinal);
        return EmailAddress.Parse($"{address.Value[..at]}+{mark}{address.Value[at..]}");
    }

    /// <summary>
    /// SES and Mailgun tell the original Message-ID. Postmark gives its own and repeats what is in X-PM-Metadata-*; SendGrid tells smtp-id of a bounce
    /// but not of a spam report, and repeats unique_args of X-SMTPAPI in all. Both take these off the mail.
    /// </summary>
    public IEnumerable<(string Field, string Value)> HeadersOf(string mark)
    {
        if (_postmark)
            yield return ("X-PM-Metadata-mark", mark);
        if (_sendGrid)
            yield return ("X-SMTPAPI", "{\"unique_args\":{\"mark\":\"" + mark + "\"}}");
    }
}
