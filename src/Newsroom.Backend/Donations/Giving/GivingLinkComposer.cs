using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations.Giving;

/// <summary>The mail with the link to a donor's gifts. It reaches suppressed addresses too: whoever gives regularly can always stop it.</summary>
internal sealed class GivingLinkComposer(NewsroomDb db, LinkTokens tokens, IOptions<SiteOptions> site, TimeProvider clock) : IMailComposer
{
    public const string MailKind = "giving-link";

    public string Kind => MailKind;

    public async Task<ComposedMail?> ComposeAsync(long subjectId, CancellationToken cancellationToken)
    {
        var request = await db.GivingRequests.AsNoTracking().Include(r => r.Donor).SingleOrDefaultAsync(r => r.Id == subjectId, cancellationToken);
        if (request?.Donor is not { } donor || DonorPersonalData.IsErased(donor.Address) || clock.GetUtcNow() >= request.LinkExpiresAt)
            return null;
        return new ComposedMail(EmailAddress.Parse(donor.Address), null, MailKind, new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["giving_url"] = site.Value.Link(OpenGiving.PathOf(await OpenGiving.TokenAsync(tokens, donor, request.LinkExpiresAt, cancellationToken))),
            ["expires_on"] = TimeZoneInfo.ConvertTime(request.LinkExpiresAt, site.Value.Zone).ToString("D", site.Value.Culture),
        }, ReachesSuppressed: true);
    }

    public static IReadOnlyDictionary<string, object?> Sample { get; } = new Dictionary<string, object?>(StringComparer.Ordinal)
    {
        ["giving_url"] = "https://news.example.org/giving/sample",
        ["expires_on"] = "Friday, November 27, 2026",
    };
}
