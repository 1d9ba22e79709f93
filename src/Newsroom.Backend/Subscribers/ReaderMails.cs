using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers;

/// <summary>
/// The mail with the confirmation link. Nothing a form carried stands in it but the choice among our own newsletters' names: it must not be a
/// way to send a stranger's words to a stranger.
/// </summary>
internal sealed class ConfirmationComposer(NewsroomDb db, ReaderLinks links, IOptions<SiteOptions> site, TimeProvider clock) : IMailComposer
{
    public const string MailKind = "confirmation";

    public string Kind => MailKind;

    public async Task<ComposedMail?> ComposeAsync(long subjectId, CancellationToken cancellationToken)
    {
        var request = await db.SignUpRequests.AsNoTracking().Include(r => r.Subscriber).SingleOrDefaultAsync(r => r.Id == subjectId, cancellationToken);
        if (request is null || !request.IsOpen(clock.GetUtcNow()) || !request.Subscriber.MayBeAsked)
            return null;
        var ids = request.Newsletters;
        return new ComposedMail(EmailAddress.Parse(request.Subscriber.Address), null, MailKind, new Dictionary<string, object?>
        {
            ["confirm_url"] = await links.ConfirmAsync(request.PublicId, cancellationToken),
            ["newsletters"] = await db.Newsletters.Where(n => ids.Contains(n.Id)).OrderBy(n => n.Id).Select(n => n.Name).ToArrayAsync(cancellationToken),
            ["expires_on"] = Day(request.ExpiresAt, site.Value),
            ["never_url"] = await links.NeverAsync(request.PublicId, cancellationToken),
        }, AsksToConfirm: true);
    }

    public static IReadOnlyDictionary<string, object?> Sample { get; } = new Dictionary<string, object?>
    {
        ["confirm_url"] = "https://news.example.org/confirm/sample",
        ["newsletters"] = new[] { "This Week", "Breaking" },
        ["expires_on"] = "Tuesday, December 1, 2026",
        ["never_url"] = "https://news.example.org/never/sample",
    };

    /// <summary>As the newsroom's readers write it, in its zone: <c>Tuesday, December 1, 2026</c>.</summary>
    internal static string Day(DateTimeOffset instant, SiteOptions site) =>
        TimeZoneInfo.ConvertTime(instant, site.Zone).ToString("D", site.Culture);
}

/// <summary>What a subscriber hears in private when the form, which tells nobody who subscribes, was used for an address that already does.</summary>
internal sealed class AlreadySubscribedComposer(NewsroomDb db, ReaderLinks links) : IMailComposer
{
    public const string MailKind = "already-subscribed";

    public string Kind => MailKind;

    public async Task<ComposedMail?> ComposeAsync(long subjectId, CancellationToken cancellationToken)
    {
        var request = await db.SignUpRequests.AsNoTracking().Include(r => r.Subscriber).SingleOrDefaultAsync(r => r.Id == subjectId, cancellationToken);
        if (request is null || !request.Subscriber.MayBeMailed)
            return null;
        var ids = request.Newsletters;
        var held = await db.Subscriptions.Where(s => s.SubscriberId == request.SubscriberId && ids.Contains(s.NewsletterId) && s.State == SubscriptionState.Active)
            .OrderBy(s => s.NewsletterId).Select(s => new { s.PublicId, s.Newsletter.Name }).ToListAsync(cancellationToken);
        if (held.Count == 0)
            return null;
        var newsletters = new List<Dictionary<string, object?>>();
        foreach (var subscription in held)
            newsletters.Add(Line(subscription.Name, await links.UnsubscribeAsync(subscription.PublicId, cancellationToken)));
        return new ComposedMail(EmailAddress.Parse(request.Subscriber.Address), null, MailKind, new Dictionary<string, object?>
        {
            ["newsletters"] = newsletters,
            ["preferences_url"] = await links.PreferencesAsync(request.Subscriber.PublicId, cancellationToken),
        });
    }

    public static IReadOnlyDictionary<string, object?> Sample { get; } = new Dictionary<string, object?>
    {
        ["newsletters"] = new[] { Line("This Week", "https://news.example.org/unsubscribe/sample") },
        ["preferences_url"] = "https://news.example.org/preferences/sample",
    };

    private static Dictionary<string, object?> Line(string name, string leave) => new() { ["name"] = name, ["unsubscribe_url"] = leave };
}
