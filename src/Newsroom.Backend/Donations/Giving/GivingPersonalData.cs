using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;

namespace Newsroom.Backend.Donations.Giving;

/// <param name="AskedAt">When.</param>
/// <param name="IsMailed">A mail went.</param>
public sealed record GivingRequestExport(DateTimeOffset AskedAt, bool IsMailed);

/// <summary>That somebody asked for the link to an address's gifts: goes with the person, and after a week by itself.</summary>
internal sealed class GivingPersonalData(NewsroomDb db, LinkTokens tokens) : IPersonalData
{
    public string Section => "givingRequests";

    public async Task<PersonalSection?> ExportAsync(Person person, CancellationToken cancellationToken)
    {
        var hash = await AskForGiving.HashAsync(tokens, person.Address, cancellationToken);
        var key = person.Address.Key;
        var asked = await db.GivingRequests.Where(r => r.Donor != null ? r.Donor.AddressKey == key : r.AddressHash == hash).OrderBy(r => r.Id)
            .Select(r => new GivingRequestExport(r.RequestedAt, r.IsMailed)).ToListAsync(cancellationToken);
        return asked.Count == 0 ? null : new PersonalSection(asked, [$"{asked.Count} {(asked.Count == 1 ? "time" : "times")} this week somebody asked for the link to the gifts of your address, and when."], []);
    }

    public async Task EraseAsync(Person person, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var hash = await AskForGiving.HashAsync(tokens, person.Address, cancellationToken);
        var key = person.Address.Key;
        var theirs = db.GivingRequests.Where(r => r.RequestedAt <= until
            && ((r.Donor != null && (r.Donor.AddressKey == key || r.Donor.AddressKey.EndsWith("@" + DonorPersonalData.ErasedDomain))) || (r.Donor == null && r.AddressHash == hash)));
        await OutgoingMailRows.ForgetAsync(db, [GivingLinkComposer.MailKind], theirs.Select(r => r.Id), until, cancellationToken);
        await theirs.ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>The donors have it.</summary>
    public IAsyncEnumerable<string> AddressesAsync() => AsyncEnumerable.Empty<string>();
}
