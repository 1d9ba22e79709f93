using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Mail.Alerts;

/// <summary>An alert for the people at <c>Site:AlertAddress</c>. Without an address, or when it is over before it could leave, there is no mail.</summary>
internal sealed class AlertComposer(NewsroomDb db, IOptions<SiteOptions> site) : IMailComposer
{
    public const string MailKind = "alert";

    public string Kind => MailKind;

    public async Task<ComposedMail?> ComposeAsync(long subjectId, CancellationToken cancellationToken)
    {
        var alert = await db.Alerts.AsNoTracking().SingleOrDefaultAsync(a => a.Id == subjectId && a.ClearedAt == null, cancellationToken);
        if (alert is null || !EmailAddress.TryParse(site.Value.AlertAddress, out var to))
            return null;
        return new ComposedMail(to, null, MailKind, new Dictionary<string, object?>
        {
            ["message"] = alert.Message,
            ["kind"] = alert.Kind,
            ["raised_at"] = TimeZoneInfo.ConvertTime(alert.RaisedAt, site.Value.Zone).ToString("f", site.Value.Culture),
        }, ReachesSuppressed: true);
    }

    public static IReadOnlyDictionary<string, object?> Sample { get; } = new Dictionary<string, object?>
    {
        ["message"] = "Sign-ups come in as a flood from one network. Their confirmations are held.",
        ["kind"] = "sign-up.flood",
        ["raised_at"] = "Tuesday, December 1, 2026 7:00 AM",
    };
}
