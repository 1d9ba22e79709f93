using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations.Mailed;

/// <summary>The mail with the link to a gift's payment. It may reach somebody who never asked: nothing typed into the form is in it but the sum.</summary>
internal sealed class MailedLinkComposer(NewsroomDb db, LinkTokens tokens, IOptions<SiteOptions> site, TimeProvider clock) : IMailComposer
{
    public const string MailKind = "gift-link";

    /// <summary>The template where payments did not work.</summary>
    public const string LaterTemplate = "gift-link-later";

    /// <summary>The template where the address is to be confirmed.</summary>
    public const string NowTemplate = "gift-link-now";

    public string Kind => MailKind;

    public async Task<ComposedMail?> ComposeAsync(long subjectId, CancellationToken cancellationToken)
    {
        var link = await db.MailedLinks.AsNoTracking().Include(l => l.Donation).SingleOrDefaultAsync(l => l.Id == subjectId, cancellationToken);
        if (link is null || link.ExpiresAt <= clock.GetUtcNow() || ResumeGift.IsUnderWay(link.Donation))
            return null;
        return new ComposedMail(EmailAddress.Parse(link.Donation.Address), null, link.Cause == LinkCause.StripeDown ? LaterTemplate : NowTemplate, new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["amount"] = link.Donation.Amount.Format(site.Value.Culture),
            ["frequency"] = Words.EveryPeriod(link.Donation.Frequency) ?? "",
            ["resume_url"] = site.Value.Link(ResumeGift.Path + await tokens.SignUntilAsync(ResumeGift.Purpose, link.PublicId, link.ExpiresAt, cancellationToken)),
            ["expires_on"] = TimeZoneInfo.ConvertTime(link.ExpiresAt, site.Value.Zone).ToString("D", site.Value.Culture),
        });
    }

    public static IReadOnlyDictionary<string, object?> Sample { get; } = new Dictionary<string, object?>(StringComparer.Ordinal)
    {
        ["amount"] = "$15.00",
        ["frequency"] = "every month",
        ["resume_url"] = "https://news.example.org/donate/resume/sample",
        ["expires_on"] = "Tuesday, December 1, 2026",
    };
}
