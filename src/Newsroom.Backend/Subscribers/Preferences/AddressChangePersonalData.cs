using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;

namespace Newsroom.Backend.Subscribers.Preferences;

public sealed record AddressChangeExport(DateTimeOffset At, string? From, string? To, DateTimeOffset? DoneAt, DateTimeOffset? UndoneAt);

/// <summary>
/// Moves from one address to another, while the addresses are kept. A change stands between two addresses, either of which may be a stranger's: the new
/// one's owner may never have heard of us, and whoever asked for it may have had a forwarded mail. So it is found from either, and shows each its own.
/// </summary>
internal sealed class AddressChangePersonalData(NewsroomDb db) : IPersonalData
{
    public string Section => "addressChanges";

    public async Task<PersonalSection?> ExportAsync(Person person, CancellationToken cancellationToken)
    {
        var changes = await Of(person).AsNoTracking().OrderBy(c => c.Id).ToListAsync(cancellationToken);
        if (changes.Count == 0)
            return null;
        var (id, key) = (person.SubscriberId, person.Address.Key);
        // Who asked for the changes before it may be another than who reads the mailbox now.
        var hasMoved = changes.Exists(c => c.SubscriberId == id && c is { DoneAt: not null, UndoneAt: null, CarriedToId: null } && !IsFrom(c, key));
        return new PersonalSection(
            changes.ConvertAll(c => new AddressChangeExport(
                c.RequestedAt,
                IsFrom(c, key) ? c.OldAddress : null,
                c.NewAddressKey == key || (c.SubscriberId == id && !hasMoved) ? c.NewAddress : null,
                c.DoneAt,
                c.UndoneAt)),
            [$"{changes.Count} {(changes.Count == 1 ? "wish" : "wishes")} to have newsletters sent from, or to, your address instead of another."],
            []);
    }

    public async Task EraseAsync(Person person, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var (id, key, old) = (person.SubscriberId, person.Address.Key, LikeText.Escape(person.Address.Key));
        var own = db.AddressChanges.Where(c => c.SubscriberId == id);
        await ForgetMailsAsync(own, until, cancellationToken, NewAddressComposer.MailKind, OldAddressComposer.MailKind);
        await own.ExecuteDeleteAsync(cancellationToken);
        // Another reader's stays without the address: its owner can still take it back, and the lock after that holds.
        var to = db.AddressChanges.Where(c => c.NewAddressKey == key);
        await ForgetMailsAsync(to, until, cancellationToken, NewAddressComposer.MailKind);
        await to.ExecuteUpdateAsync(s => s.SetProperty(c => c.NewAddress, (string?)null).SetProperty(c => c.NewAddressKey, (string?)null), cancellationToken);
        var from = db.AddressChanges.Where(c => c.OldAddress != null && EF.Functions.Like(c.OldAddress, old, LikeText.Sign));
        await ForgetMailsAsync(from, until, cancellationToken, OldAddressComposer.MailKind);
        await from.ExecuteUpdateAsync(s => s.SetProperty(c => c.OldAddress, (string?)null), cancellationToken);
    }

    public IAsyncEnumerable<string> AddressesAsync() => db.AddressChanges.Where(c => c.NewAddress != null).Select(c => c.NewAddress!)
        .Union(db.AddressChanges.Where(c => c.OldAddress != null).Select(c => c.OldAddress!)).AsAsyncEnumerable();

    private Task ForgetMailsAsync(IQueryable<AddressChange> changes, DateTimeOffset until, CancellationToken cancellationToken, params string[] kinds) =>
        OutgoingMailRows.ForgetAsync(db, kinds, changes.Select(c => c.Id), until, cancellationToken);

    private IQueryable<AddressChange> Of(Person person)
    {
        var (id, key, old) = (person.SubscriberId, person.Address.Key, LikeText.Escape(person.Address.Key));
        return db.AddressChanges.Where(c => (id != null && (c.SubscriberId == id || c.CarriedToId == id)) || c.NewAddressKey == key
            || (c.OldAddress != null && EF.Functions.Like(c.OldAddress, old, LikeText.Sign)));
    }

    private static bool IsFrom(AddressChange change, string key) => string.Equals(change.OldAddress, key, StringComparison.OrdinalIgnoreCase);
}
