using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Donations.Books;

public abstract record SettleMoneyOutcome
{
    private SettleMoneyOutcome() { }

    public sealed record Settled(UnmatchedPayment Money) : SettleMoneyOutcome;

    /// <param name="WhatToDo">A sentence.</param>
    public sealed record BadNote(string WhatToDo) : SettleMoneyOutcome;

    public sealed record Unknown : SettleMoneyOutcome;
}

/// <summary>Says what a person did about money without a gift. Said again, the note is the newer one and the time stays.</summary>
public sealed class SettleMoney(NewsroomDb db, TimeProvider clock)
{
    public async Task<SettleMoneyOutcome> RunAsync(string id, string? note, CancellationToken cancellationToken)
    {
        if (note?.Trim() is not { Length: > 0 and <= UnmatchedPayment.NoteLength } said)
            return new SettleMoneyOutcome.BadNote($"Say in 1 to {UnmatchedPayment.NoteLength} characters what was done about it.");
        if (await db.UnmatchedPayments.SingleOrDefaultAsync(u => u.PublicId == id, cancellationToken) is not { } money)
            return new SettleMoneyOutcome.Unknown();
        (money.SettledAt, money.Note) = (money.SettledAt ?? clock.GetUtcNow(), said);
        await db.SaveChangesAsync(cancellationToken);
        return new SettleMoneyOutcome.Settled(money);
    }
}
