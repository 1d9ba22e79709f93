using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers.Preferences;

/// <summary>Asks the new address whether it is the reader's. It may reach a stranger: nothing of the reader stands in it.</summary>
internal sealed class NewAddressComposer(NewsroomDb db, ReaderLinks links, IOptions<SiteOptions> site, TimeProvider clock) : IMailComposer
{
    public const string MailKind = "new-address";

    public string Kind => MailKind;

    public async Task<ComposedMail?> ComposeAsync(long subjectId, CancellationToken cancellationToken)
    {
        var change = await db.AddressChanges.AsNoTracking().SingleOrDefaultAsync(c => c.Id == subjectId, cancellationToken);
        if (change is null || !change.IsOpen(clock.GetUtcNow()))
            return null;
        return new ComposedMail(EmailAddress.Parse(change.NewAddress!), null, MailKind, new Dictionary<string, object?>
        {
            ["confirm_url"] = await links.NewAddressAsync(change.PublicId, cancellationToken),
            ["expires_on"] = ConfirmationComposer.Day(change.ExpiresAt, site.Value),
        });
    }

    public static IReadOnlyDictionary<string, object?> Sample { get; } = new Dictionary<string, object?>
    {
        ["confirm_url"] = "https://news.example.org/preferences/address/sample",
        ["expires_on"] = "Tuesday, December 1, 2026",
    };
}

/// <summary>Tells the old address, with a way back. It does not say where the reader went.</summary>
internal sealed class OldAddressComposer(NewsroomDb db, ReaderLinks links, IOptions<SiteOptions> site, TimeProvider clock) : IMailComposer
{
    public const string MailKind = "old-address";

    public string Kind => MailKind;

    public async Task<ComposedMail?> ComposeAsync(long subjectId, CancellationToken cancellationToken)
    {
        var change = await db.AddressChanges.AsNoTracking().SingleOrDefaultAsync(c => c.Id == subjectId, cancellationToken);
        if (change is null || !change.CanUndo(clock.GetUtcNow()))
            return null;
        return new ComposedMail(EmailAddress.Parse(change.OldAddress!), null, MailKind, new Dictionary<string, object?>
        {
            ["undo_url"] = await links.OldAddressAsync(change.PublicId, cancellationToken),
            ["undo_until"] = ConfirmationComposer.Day(change.DoneAt!.Value + AddressChange.UndoFor, site.Value),
        });
    }

    public static IReadOnlyDictionary<string, object?> Sample { get; } = new Dictionary<string, object?>
    {
        ["undo_url"] = "https://news.example.org/preferences/address/undo/sample",
        ["undo_until"] = "Tuesday, December 15, 2026",
    };
}
