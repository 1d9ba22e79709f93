using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;

namespace Newsroom.Backend.Subscribers.Preferences;

public sealed record AddressChangeExport(DateTimeOffset At, string? From, string? To, DateTimeOffset? DoneAt, DateTimeOffset? UndoneAt);

/// <summary>
/// Moves from one address to another, while the addresses are kept. A change stands between two addresses, of which the second may be a
/// stranger's who never heard of us: it is found from either, and shows each only its own.
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
        return new PersonalSection(
            changes.ConvertAll(c => new AddressChangeExport(
                c.RequestedAt,
                IsOwn(c, id) || string.Equals(c.OldAddress, key, StringComparison.OrdinalIgnoreCase) ? c.OldAddress : null,
                IsOwn(c, id) || c.NewAddressKey == key ? c.NewAddress : null,
                c.DoneAt,
                c.UndoneAt)),
            [$"{changes.Count} {(changes.Count == 1 ? "wish" : "wishes")} to have newsletters sent from, or to, your address instead of another."],
            []);
    }

    public async Task EraseAsync(Person person, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var changes = Of(person);
        await OutgoingMailRows.ForgetAsync(db, [NewAddressComposer.MailKind, OldAddressComposer.MailKind], changes.Select(c => c.Id), until, cancellationToken);
        await changes.ExecuteDeleteAsync(cancellationToken);
    }

    public IAsyncEnumerable<string> AddressesAsync() => db.AddressChanges.Where(c => c.NewAddress != null).Select(c => c.NewAddress!)
        .Union(db.AddressChanges.Where(c => c.OldAddress != null).Select(c => c.OldAddress!)).AsAsyncEnumerable();

    private IQueryable<AddressChange> Of(Person person)
    {
        var (id, key, old) = (person.SubscriberId, person.Address.Key, LikeText.Escape(person.Address.Key));
        return db.AddressChanges.Where(c => (id != null && (c.SubscriberId == id || c.CarriedToId == id)) || c.NewAddressKey == key
            || (c.OldAddress != null && EF.Functions.Like(c.OldAddress, old, LikeText.Sign)));
    }

    /// <summary>One that was taken back is nobody's but the old address's: somebody else had the reader's link.</summary>
    private static bool IsOwn(AddressChange change, long? id) => id is not null && (change.SubscriberId == id || (change.CarriedToId == id && change.UndoneAt is null));
}
