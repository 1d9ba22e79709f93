using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Subscribers.Preferences;

/// <summary>
/// A reader has come to the present address by changes that the owner of a former one can still take back. Until then whoever reads the present mailbox
/// may be somebody who had a forwarded mail, and must neither learn the former address nor do what cannot be undone.
/// </summary>
/// <param name="Until">From then on the present address is the reader's: <see cref="AddressChange.UndoFor"/> after the last change.</param>
/// <param name="From">The former addresses.</param>
public sealed record RecentMove(DateTimeOffset Until, IReadOnlyList<string> From)
{
    /// <returns>Null: the address has been the reader's all along, or for long enough.</returns>
    internal static async Task<RecentMove?> OfAsync(NewsroomDb db, long subscriberId, EmailAddress address, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var since = now - AddressChange.UndoFor;
        // One that carried the newsletters to another row left this one where it was.
        var moves = await db.AddressChanges
            .Where(c => c.SubscriberId == subscriberId && c.CarriedToId == null && c.UndoneAt == null && c.OldAddress != null && c.DoneAt > since)
            .Select(c => new { c.DoneAt, From = c.OldAddress! }).ToListAsync(cancellationToken);
        moves.RemoveAll(m => EmailAddress.Parse(m.From).Key == address.Key);
        return moves.Count == 0 ? null : new RecentMove(moves.Max(m => m.DoneAt!.Value) + AddressChange.UndoFor, moves.ConvertAll(m => m.From));
    }
}
