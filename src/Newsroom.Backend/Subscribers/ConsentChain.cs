using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Subscribers;

public enum ChainState
{
    Intact,

    /// <summary>A row was changed, put in, taken out or moved.</summary>
    BrokenAt,

    /// <summary>What is there is in order, and one or more rows at its end are missing.</summary>
    CutOff,
}

/// <param name="State">How the chain is.</param>
/// <param name="At">The first sequence number that is not as it was written; null when intact.</param>
public sealed record ChainVerdict(ChainState State, int? At)
{
    public static ChainVerdict Intact { get; } = new(ChainState.Intact, null);
}

/// <summary>
/// Checks a reader's chain of consents. It shows a change that was not made through the program; who may write to the database and recalculates
/// everything, the head on the subscriber too, can only be refuted by an older copy: a backup, or an export that the reader kept.
/// </summary>
public static class ConsentChain
{
    /// <param name="subscriber">Whose.</param>
    /// <param name="consents">All of the reader's rows, in the order they were written.</param>
    public static ChainVerdict Verify(Subscriber subscriber, IReadOnlyList<Consent> consents) =>
        Verify(subscriber.PublicId, subscriber.ConsentCount, subscriber.ConsentHead, consents);

    public static async Task<ChainVerdict> VerifyAsync(NewsroomDb db, long subscriberId, CancellationToken cancellationToken)
    {
        var subscriber = await db.Subscribers.AsNoTracking().SingleAsync(s => s.Id == subscriberId, cancellationToken);
        return Verify(subscriber, await db.Consents.AsNoTracking().Where(c => c.SubscriberId == subscriberId).OrderBy(c => c.Id).ToListAsync(cancellationToken));
    }

    private static ChainVerdict Verify(string publicId, int count, string? head, IReadOnlyList<Consent> consents)
    {
        var (sequence, previous) = (0, "");
        // Rows without a number are from before there was a chain, so none of them comes behind one that has a number.
        foreach (var consent in consents.SkipWhile(c => c.Sequence == 0))
        {
            sequence++;
            if (!consent.IsIntact(publicId, sequence, previous))
                return new(ChainState.BrokenAt, sequence);
            previous = consent.Hash;
        }
        if (sequence < count)
            return new(ChainState.CutOff, sequence + 1);
        return sequence > count || previous != (head ?? "") ? new(ChainState.BrokenAt, Math.Max(sequence, 1)) : ChainVerdict.Intact;
    }
}
