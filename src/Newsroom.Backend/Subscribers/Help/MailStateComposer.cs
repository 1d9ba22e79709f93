using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Subscribers.Preferences;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers.Help;

/// <summary>How an address stands: what comes to it, how often, and whether it is paused.</summary>
internal sealed class MailStateComposer(NewsroomDb db, ReaderLinks links, IOptions<SiteOptions> site, TimeProvider clock) : IMailComposer
{
    public const string MailKind = "mail-state";

    public string Kind => MailKind;

    public async Task<ComposedMail?> ComposeAsync(long subjectId, CancellationToken cancellationToken)
    {
        var reader = await db.MailStateRequests.AsNoTracking().Where(r => r.Id == subjectId).Select(r => r.Subscriber).SingleOrDefaultAsync(cancellationToken);
        if (reader is not { MayBeMailed: true })
            return null;
        var active = await db.Subscriptions.AsNoTracking().Include(s => s.Newsletter)
            .Where(s => s.SubscriberId == reader.Id && s.State == SubscriptionState.Active).OrderBy(s => s.NewsletterId).ToListAsync(cancellationToken);
        var pausedUntil = reader.PausedUntil > clock.GetUtcNow() ? ConfirmationComposer.Day(reader.PausedUntil.Value, site.Value) : "";
        return new ComposedMail(EmailAddress.Parse(reader.Address), null, MailKind, new Dictionary<string, object?>
        {
            ["status"] = reader.Status == SubscriberStatus.Pending ? "pending" : active.Count == 0 ? "left" : "confirmed",
            ["newsletters"] = active.ConvertAll(s => Line(s.Newsletter.Name, RhythmWords.Of(s.Rhythm, s.Newsletter, site.Value.Culture))),
            ["paused_until"] = pausedUntil,
            ["preferences_url"] = await links.PreferencesAsync(reader.PublicId, cancellationToken),
            ["sign_up_url"] = site.Value.Link("/subscribe"),
        });
    }

    public static IReadOnlyDictionary<string, object?> Sample { get; } = new Dictionary<string, object?>
    {
        ["status"] = "confirmed",
        ["newsletters"] = new[] { Line("This Week", "As it is published: Thursdays, 7:00 AM (New York)") },
        ["paused_until"] = "Tuesday, December 1, 2026",
        ["preferences_url"] = "https://news.example.org/preferences/sample",
        ["sign_up_url"] = "https://news.example.org/subscribe",
    };

    private static Dictionary<string, object?> Line(string name, string rhythm) => new() { ["name"] = name, ["rhythm"] = rhythm };
}
