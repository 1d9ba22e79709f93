using System.Net;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Donations.CardTesting;

public abstract record GateVerdict
{
    private GateVerdict() { }

    public sealed record Through : GateVerdict;

    /// <param name="Minimum">The least at present.</param>
    public sealed record TooSmall(Money Minimum) : GateVerdict;

    public sealed record NeedsProof(ProofChallenge Challenge) : GateVerdict;

    /// <summary>The donor asks for the way to pay by mail.</summary>
    public sealed record ByMail : GateVerdict;

    /// <summary>There is no other way at present.</summary>
    public sealed record OnlyByMail : GateVerdict;
}

/// <summary>Stands between a form that is in order and a checkout page of Stripe's. It never learns whether a card is good, so it cannot tell.</summary>
public sealed class CheckoutGate(NewsroomDb db, TendBreaker breaker, MailReadiness mail, GiftProof proofs, GivingTerms terms, ConsentPlaces places, TimeProvider clock)
{
    /// <param name="gift">What is to be given.</param>
    /// <param name="form">For what it says beside: proof, or the wish for a mail.</param>
    /// <param name="from">The donor's network.</param>
    /// <param name="cancellationToken">Ends the work before anything is counted.</param>
    public async Task<GateVerdict> JudgeAsync(Money gift, GiftForm form, IPAddress? from, CancellationToken cancellationToken)
    {
        var offer = terms.Find(gift.Currency.Code) ?? terms.Default;
        var level = await breaker.WeighAsync(cancellationToken);
        var network = await places.NetworkHashAsync(from, cancellationToken);
        if (level == BreakerLevel.Calm)
            return await CountAsync(new GateVerdict.Through());
        if (SmallGifts.Minimum(offer) is var minimum && gift.Minor < minimum.Minor)
            return await CountAsync(new GateVerdict.TooSmall(minimum));
        var (canMail, byMail) = (mail.Missing is null, mail.Missing is null && form.ByMail);
        if (level == BreakerLevel.Closed && canMail)
            return await CountAsync(byMail ? new GateVerdict.ByMail() : new GateVerdict.OnlyByMail());
        if (await proofs.OpenAsync(form.Ticket, form.ProofNonce, cancellationToken) is { } proof && await TakesAsync(Attempt(opened: true, proof), cancellationToken))
            return new GateVerdict.Through();
        return await CountAsync(byMail ? new GateVerdict.ByMail() : new GateVerdict.NeedsProof(await proofs.IssueAsync(cancellationToken)));

        CheckoutAttempt Attempt(bool opened, string? proofId = null) => new()
        {
            At = clock.GetUtcNow(),
            NetworkHash = network,
            IsSmall = SmallGifts.IsSmall(gift, offer),
            IsOpened = opened,
            ProofId = proofId,
        };

        async Task<GateVerdict> CountAsync(GateVerdict verdict)
        {
            await TakesAsync(Attempt(verdict is GateVerdict.Through), cancellationToken);
            return verdict;
        }
    }

    /// <returns>False: its proof was used before.</returns>
    private async Task<bool> TakesAsync(CheckoutAttempt attempt, CancellationToken cancellationToken)
    {
        db.Add(attempt);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (DbUpdateException e) when (db.IsUniqueViolation(e))
        {
            db.ChangeTracker.Clear();
            return false;
        }
    }
}
