using Microsoft.Extensions.Options;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Mail;

/// <summary>Whether mail can leave, and what is missing when not. Nothing is faked then: outgoing mails wait in their rows.</summary>
public sealed class MailReadiness(IOptions<MailOptions> mail, IOptions<SiteOptions> site)
{
    /// <summary>One sentence that names the missing keys; null when single mails can be sent.</summary>
    public string? Missing => Sentence(MissingKeys);

    /// <summary>The same for mail to a list, whose footer must show the postal address (15 USC 7704(a)(5)).</summary>
    public string? MissingForLists => Sentence(site.Value.PostalAddress.Length == 0 ? MissingKeys.Append("Site:PostalAddress") : MissingKeys);

    private IEnumerable<string> MissingKeys
    {
        get
        {
            if (mail.Value.From.Length == 0)
                yield return "Mail:From";
            if (mail.Value.Smtp.Host.Length == 0)
                yield return "Mail:Smtp:Host";
            if (site.Value.PublicUrl.Length == 0)
                yield return "Site:PublicUrl";
        }
    }

    private static string? Sentence(IEnumerable<string> keys)
    {
        var missing = string.Join(", ", keys);
        return missing.Length == 0 ? null : $"Mail is not configured: set {missing}.";
    }
}
