using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Newsletters;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Subscribers.Preferences;

/// <summary>A newsletter as one reader has it.</summary>
/// <param name="Newsletter">Which.</param>
/// <param name="IsActive">It comes.</param>
/// <param name="Rhythm">How often; as published for one that does not come.</param>
public sealed record NewsletterChoice(Newsletter Newsletter, bool IsActive, Rhythm Rhythm);

/// <summary>
/// What the preferences page shows: the address only masked, since links get forwarded, and a pause only while it lasts. <c>UndoLink</c> is the
/// unsubscribe page of what was left a moment ago, where one button brings it back; null when there is nothing to bring back.
/// </summary>
public sealed record PreferencesView(
    long SubscriberId, string MaskedAddress, string? Name, SubscriberStatus Status, string? Language, DateTimeOffset? PausedUntil,
    IReadOnlyList<NewsletterChoice> Newsletters, string? UndoLink)
{
    /// <summary>Newsletters chosen here come at once. For everybody else a mail asks first: an old link brings nobody back.</summary>
    public bool IsConfirmed => Status == SubscriberStatus.Confirmed;

    public bool MayChoose => Status is SubscriberStatus.Pending or SubscriberStatus.Confirmed or SubscriberStatus.Left;

    public bool MayMove => MayChoose || Status == SubscriberStatus.Bounced;
}

/// <summary>Opens a preferences link. Writes nothing.</summary>
public sealed class LookAtPreferences(NewsroomDb db, LinkTokens tokens, ReaderLinks links, TimeProvider clock)
{
    /// <returns>Null for a link that was cut off or altered, or whose reader is erased.</returns>
    public async Task<PreferencesView?> RunAsync(string token, CancellationToken cancellationToken)
    {
        if (await tokens.OpenAsync(ReaderLinks.PreferencesPurpose, token, cancellationToken) is not { } publicId)
            return null;
        var reader = await db.Subscribers.AsNoTracking().Include(s => s.Subscriptions)
            .SingleOrDefaultAsync(s => s.PublicId == publicId && s.Status != SubscriberStatus.Erased, cancellationToken);
        if (reader is null)
            return null;
        var now = clock.GetUtcNow();
        var newsletters = await db.Newsletters.AsNoTracking().OrderBy(n => n.Id).ToListAsync(cancellationToken);
        return new PreferencesView(
            reader.Id, EmailAddress.Parse(reader.Address).Masked, reader.Name, reader.Status, reader.Language,
            reader.PausedUntil > now ? reader.PausedUntil : null, [.. newsletters.Where(n => !n.IsClosed || IsKnownTo(reader, n)).Select(n => Choice(reader, n))], await UndoLinkAsync(reader, now, cancellationToken));
    }

    /// <summary>One closed to new readers: who has it may leave it, and who had it may take it again.</summary>
    private static bool IsKnownTo(Subscriber reader, Newsletter newsletter) =>
        reader.Subscriptions.Exists(s => s.NewsletterId == newsletter.Id && (s.State != SubscriptionState.Left || reader.Status == SubscriberStatus.Confirmed));

    private static NewsletterChoice Choice(Subscriber reader, Newsletter newsletter) =>
        reader.Subscriptions.Find(s => s.NewsletterId == newsletter.Id && s.State == SubscriptionState.Active) is { } active
            ? new(newsletter, true, active.Rhythm)
            : new(newsletter, false, Rhythm.AsPublished);

    private async Task<string?> UndoLinkAsync(Subscriber reader, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var last = reader.Subscriptions.Where(s => s is { State: SubscriptionState.Left, ConfirmedAt: not null } && now < s.LeftAt + Leave.UndoFor).MaxBy(s => s.LeftAt);
        if (last is null || !reader.MayBeMailed)
            return null;
        // Carried over to another row by a change of address, it was not left, and its link leads there.
        var isCarried = await db.AddressChanges.AnyAsync(c => c.SubscriberId == reader.Id && c.DoneAt == last.LeftAt && c.CarriedToId != null && c.UndoneAt == null, cancellationToken);
        return isCarried ? null : await links.UnsubscribeAsync(last.PublicId, cancellationToken);
    }
}
