using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Digests;

/// <summary>
/// A digest's account, counted from its rows: <c>planned = accepted + refused + withheld + uncertain + remaining</c>. Planned is the
/// number frozen when planning was complete, so that the sum says something; until then it is the rows written so far.
/// </summary>
public sealed record Ledger(int Planned, int Accepted, int Refused, int Withheld, int Uncertain, int Remaining)
{
    public static Ledger Empty { get; } = new(0, 0, 0, 0, 0, 0);

    /// <summary>The ledgers of those of the digests that have rows, in one statement: the two sides of the sum are of one moment.</summary>
    public static async Task<Dictionary<int, Ledger>> OfAsync(NewsroomDb db, IReadOnlyCollection<int> digestIds, CancellationToken cancellationToken)
    {
        var counts = await (
            from delivery in db.Deliveries
            join digest in db.Digests on delivery.DigestId equals digest.Id
            where digestIds.Contains(digest.Id)
            group delivery by new { digest.Id, digest.PlannedCount, delivery.State } into rows
            select new { rows.Key.Id, rows.Key.PlannedCount, rows.Key.State, Count = rows.Count() }).ToListAsync(cancellationToken);
        return counts.GroupBy(c => (c.Id, c.PlannedCount))
            .ToDictionary(g => g.Key.Id, g => Of(g.Key.PlannedCount, g.ToDictionary(c => c.State, c => c.Count)));
    }

    public static async Task<Ledger> OfAsync(NewsroomDb db, int digestId, CancellationToken cancellationToken) =>
        (await OfAsync(db, [digestId], cancellationToken)).GetValueOrDefault(digestId, Empty);

    private static Ledger Of(int? planned, Dictionary<DeliveryState, int> rows)
    {
        int Count(params ReadOnlySpan<DeliveryState> states)
        {
            var sum = 0;
            foreach (var state in states)
                sum += rows.GetValueOrDefault(state);
            return sum;
        }
        return new Ledger(
            planned ?? rows.Values.Sum(),
            Count(DeliveryState.Accepted),
            Count(DeliveryState.Refused),
            Count(DeliveryState.Withheld),
            Count(DeliveryState.Uncertain),
            Count(DeliveryState.Planned, DeliveryState.Claimed, DeliveryState.HandingOver, DeliveryState.Deferred));
    }
}
