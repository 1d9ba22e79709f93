using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Subscribers.Suppressed;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Subscribers.Staff;

public sealed record ReadersMail(string DigestId, string Subject, string State, DateTimeOffset? At, string? Answer);

/// <summary>One person: newsletters, the evidence of consent word by word, and what was mailed.</summary>
[Authorize(StaffPolicies.Viewer), PrivatePage]
public sealed class OneModel(NewsroomDb db, BarAddress bar, AuditTrail trail) : PageModel
{
    public SubscriberDetail Reader { get; private set; } = null!;
    public IReadOnlyList<ReadersMail> Mails { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(string id, CancellationToken cancellationToken)
    {
        if (await SubscribersApi.DetailAsync(db, id, cancellationToken) is not { } reader)
            return NotFound();
        Reader = reader;
        Mails = await (
            from delivery in db.Deliveries
            join digest in db.Digests on delivery.DigestId equals digest.Id
            where delivery.SubscriberId == db.Subscribers.Where(s => s.PublicId == id).Select(s => s.Id).First()
            orderby delivery.Id descending
            select new ReadersMail(digest.PublicId, digest.Subject, delivery.State.ToString(), delivery.SettledAt, delivery.Answer)).Take(PageCursor.PageSize).ToListAsync(cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnPostBarAsync(string id, string? why, CancellationToken cancellationToken)
    {
        if (!User.MayActAs(StaffRole.Publisher))
            return Forbid();
        var address = await db.Subscribers.Where(s => s.PublicId == id).Select(s => s.Address).SingleOrDefaultAsync(cancellationToken);
        if (!EmailAddress.TryParse(address, out var parsed))
            return NotFound();
        if (string.IsNullOrWhiteSpace(why) || why.Trim().Length > SuppressionLift.WhyLength)
        {
            trail.SayNothing();
            this.Toast("Nothing was changed: say why, in one sentence. Whoever asks later reads it.");
            return LocalRedirect("/staff/subscribers/" + id);
        }
        await bar.RunAsync(parsed, why.Trim(), cancellationToken);
        await trail.SayAsync(User, "reader.barred", id);
        this.Toast("Nothing is mailed to this address any more.");
        return LocalRedirect("/staff/subscribers/" + id);
    }
}
