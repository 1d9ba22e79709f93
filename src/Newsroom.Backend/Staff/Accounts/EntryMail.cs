using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Staff.Accounts;

/// <summary>The link of an <see cref="EntryLink"/>, mailed when somebody at the staff pages asked for it.</summary>
internal sealed class EntryMail(NewsroomDb db, LinkTokens tokens, IOptions<SiteOptions> site, TimeProvider clock) : IMailComposer
{
    public const string MailKind = "staff-invitation";

    public string Kind => MailKind;

    /// <summary>Written once the link is there; a link without its mail is sent again from the list of people.</summary>
    public static async Task SendAsync(NewsroomDb db, Outbox outbox, EntryLink link, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (link.InvitedBy is null)
            return;
        outbox.Add(db, MailKind, link.Id, now);
        await db.SaveChangesAsync(cancellationToken);
        outbox.EnqueueDue();
    }

    public async Task<ComposedMail?> ComposeAsync(long subjectId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var link = await db.EntryLinks.AsNoTracking().Include(l => l.Member)
            .SingleOrDefaultAsync(l => l.Id == subjectId && l.ClosedAt == null && l.ExpiresAt > now && l.Member.DisabledAt == null, cancellationToken);
        if (link is null || !EmailAddress.TryParse(link.Member.Email, out var to))
            return null;
        return new ComposedMail(to, link.Member.Name, MailKind, new Dictionary<string, object?>
        {
            ["name"] = link.Member.Name,
            ["invited_by"] = link.InvitedBy,
            ["role"] = link.Member.Role.ToString(),
            ["link"] = site.Value.Link(await link.PathAsync(tokens, cancellationToken)),
            ["days"] = (int)EntryLink.Lifetime.TotalDays,
        }, ReachesSuppressed: true);
    }

    public static IReadOnlyDictionary<string, object?> Sample { get; } = new Dictionary<string, object?>
    {
        ["name"] = "Mira Holt",
        ["invited_by"] = "Jonas Berg",
        ["role"] = "Editor",
        ["link"] = "https://news.example.org/staff/enter/ent_sample.token",
        ["days"] = 7,
    };
}
