using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;

namespace Newsroom.Backend.Donations.Mailed;

/// <param name="Gift">Opaque.</param>
/// <param name="AskedAt">When the button was pressed.</param>
/// <param name="Wording">Which sentence was beside it.</param>
/// <param name="MailedAt">When the mail was written.</param>
public sealed record MailedLinkExport(string Gift, DateTimeOffset AskedAt, string Wording, DateTimeOffset? MailedAt);

/// <summary>That somebody asked for a gift's link: goes with the person, whatever the gift became.</summary>
internal sealed class MailedLinkPersonalData(NewsroomDb db) : IPersonalData
{
    public string Section => "giftLinks";

    public bool GoesWithTime => false;

    public async Task<PersonalSection?> ExportAsync(Person person, CancellationToken cancellationToken)
    {
        var key = person.Address.Key;
        var links = await db.MailedLinks.Where(l => l.Donation.AddressKey == key).OrderBy(l => l.Id)
            .Select(l => new MailedLinkExport(l.Donation.PublicId, l.AskedAt, l.Wording, l.MailedAt)).ToListAsync(cancellationToken);
        return links.Count == 0 ? null : new PersonalSection(links, [$"{links.Count} {(links.Count == 1 ? "time" : "times")} you asked for a link to pay a gift, and when."], []);
    }

    public async Task EraseAsync(Person person, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var key = person.Address.Key;
        // Whichever goes first, this or the gifts' address: a link of a gift without a person is nobody's.
        var theirs = db.MailedLinks.Where(l => (l.Donation.AddressKey == key && l.AskedAt <= until) || l.Donation.AddressKey.EndsWith("@" + DonorPersonalData.ErasedDomain));
        await OutgoingMailRows.ForgetAsync(db, [MailedLinkComposer.MailKind], theirs.Select(l => l.Id), until, cancellationToken);
        await theirs.ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>The gifts have it.</summary>
    public IAsyncEnumerable<string> AddressesAsync() => AsyncEnumerable.Empty<string>();
}
