using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Mail;

/// <param name="Reason">Why no newsletter may go to the address.</param>
/// <param name="Evidence">The server's words, or who asked.</param>
/// <param name="Since">UTC.</param>
public sealed record SuppressionExport(SuppressionReason Reason, string? Evidence, DateTimeOffset Since);

/// <summary>Whom we must not write to, and what servers said of an address. What was mailed is the features' own: a mail's row holds no address.</summary>
internal sealed class MailPersonalData(NewsroomDb db, SuppressionList suppressions) : IPersonalData
{
    public string Section => "mail";

    /// <remarks>A hash alone, left by an erasure, is nothing that is kept of a person.</remarks>
    public async Task<PersonalSection?> ExportAsync(Person person, CancellationToken cancellationToken)
    {
        var hash = await suppressions.HashAsync(person.Address, cancellationToken);
        var row = await db.Suppressions.Where(s => s.AddressHash == hash && (s.Address != null || s.Evidence != null))
            .Select(s => new SuppressionExport(s.Reason, s.Evidence, s.CreatedAt)).SingleOrDefaultAsync(cancellationToken);
        return row is null ? null : new PersonalSection(row, [Words(row.Reason)], ["A keyed hash of your address, so that nobody writes to it by mistake. Nobody can read the address from it."]);
    }

    public async Task EraseAsync(Person person, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var hash = await suppressions.HashAsync(person.Address, cancellationToken);
        await db.Suppressions.Where(s => s.AddressHash == hash)
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.Address, (string?)null).SetProperty(x => x.Evidence, (string?)null), cancellationToken);
        // Whosever the mail was: a server's answer may name the address.
        var named = $"%{LikeText.Escape(person.Address.Key)}%";
        await db.OutgoingMails.Where(m => m.Answer != null && EF.Functions.Like(m.Answer, named, LikeText.Sign))
            .ExecuteUpdateAsync(s => s.SetProperty(m => m.Answer, (string?)null), cancellationToken);
    }

    public IAsyncEnumerable<string> AddressesAsync() => db.Suppressions.Where(s => s.Address != null).Select(s => s.Address!).AsAsyncEnumerable();

    private static string Words(SuppressionReason reason) => reason switch
    {
        SuppressionReason.HardBounce => "That we must not write to your address: a mail server said that it does not exist.",
        SuppressionReason.Complaint => "That we must not write to your address: a mail of ours was marked as spam.",
        SuppressionReason.Request => "That we must not write to your address: you asked us not to.",
        SuppressionReason.Erased => "That we must not write to your address: it was erased before.",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, null),
    };
}
