using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Mail;

/// <summary>Whether an address may be asked by mail to confirm a sign-up.</summary>
public enum ConfirmationGate
{
    Open,

    /// <summary>It bounced once: now and then, for mailboxes come back.</summary>
    AfterBounce,

    /// <summary>Its owner said no, or it bounced just now.</summary>
    Closed,
}

/// <summary>
/// The addresses that get no mail but receipts. Who comes onto it by a server's answer or report, <see cref="Bounces.BounceRules"/> says. Safe to
/// call from many threads: each call has a database context of its own, unless it is given one.
/// </summary>
public sealed class SuppressionList(IServiceScopeFactory scopes, LinkTokens tokens)
{
    /// <summary>A server that says today that a mailbox is no more says so tomorrow.</summary>
    private static readonly TimeSpan BounceStands = TimeSpan.FromDays(1);

    /// <summary><see cref="Suppression.AddressHash"/>: SHA-256, in lower-case hex, of the token that the newsroom's own key gives the address.</summary>
    public async ValueTask<string> HashAsync(EmailAddress address, CancellationToken cancellationToken) =>
        (await tokens.ForAsync("suppression", address.Key, cancellationToken)).Hash;

    public async Task<bool> HoldsAsync(EmailAddress address, CancellationToken cancellationToken)
    {
        var hash = await HashAsync(address, cancellationToken);
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<NewsroomDb>().Suppressions.AnyAsync(s => s.AddressHash == hash, cancellationToken);
    }

    /// <summary>The gate of one address; reads in a context of its own.</summary>
    public async Task<ConfirmationGate> ConfirmationGateAsync(EmailAddress address, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return (await ConfirmationGatesAsync(scope.ServiceProvider.GetRequiredService<NewsroomDb>(), [address], now, cancellationToken))[address.Key];
    }

    /// <summary>The gates of many, by <see cref="EmailAddress.Key"/>, in one query.</summary>
    public async Task<Dictionary<string, ConfirmationGate>> ConfirmationGatesAsync(
        NewsroomDb db, IReadOnlyCollection<EmailAddress> addresses, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var hashes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var address in addresses)
            hashes[address.Key] = await HashAsync(address, cancellationToken);
        var wanted = hashes.Values.ToArray();
        var entries = await db.Suppressions.Where(s => wanted.Contains(s.AddressHash))
            .Select(s => new { s.AddressHash, s.Reason, s.CreatedAt }).ToListAsync(cancellationToken);
        return hashes.ToDictionary(
            h => h.Key,
            h => entries.Find(e => e.AddressHash == h.Value) is { } entry ? GateOf(entry.Reason, entry.CreatedAt, now) : ConfirmationGate.Open,
            StringComparer.Ordinal);
    }

    /// <summary>
    /// The one bar that a sign-up does not lift: a complaint and "never again" are the owner's word. A bounce stands for a day at least, and after an
    /// erasure only its owner can press the button of the mail.
    /// </summary>
    private static ConfirmationGate GateOf(SuppressionReason reason, DateTimeOffset since, DateTimeOffset now) => reason switch
    {
        SuppressionReason.Erased => ConfirmationGate.Open,
        SuppressionReason.HardBounce when since <= now - BounceStands => ConfirmationGate.AfterBounce,
        _ => ConfirmationGate.Closed,
    };

    public async Task<bool> BlocksConfirmationAsync(EmailAddress address, DateTimeOffset now, CancellationToken cancellationToken) =>
        await ConfirmationGateAsync(address, now, cancellationToken) == ConfirmationGate.Closed;

    /// <summary>True when the address stands here for what confirming a request of <paramref name="askedAt"/> does not lift.</summary>
    public async Task<bool> BarsConfirmingAsync(EmailAddress address, DateTimeOffset askedAt, CancellationToken cancellationToken)
    {
        var hash = await HashAsync(address, cancellationToken);
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<NewsroomDb>().Suppressions.Where(s => s.AddressHash == hash)
            .AnyAsync(s => s.CreatedAt > askedAt || (s.Reason != SuppressionReason.HardBounce && s.Reason != SuppressionReason.Erased), cancellationToken);
    }

    /// <summary>A double opt-in asked for after a bounce or an erasure ends it. Works in the caller's transaction.</summary>
    public async Task LiftAsync(NewsroomDb db, EmailAddress address, DateTimeOffset askedAt, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var hash = await HashAsync(address, cancellationToken);
        await LiftAsync(
            db, s => s.AddressHash == hash && s.CreatedAt <= askedAt && (s.Reason == SuppressionReason.HardBounce || s.Reason == SuppressionReason.Erased),
            SuppressionLift.ByTheReader, null, now, cancellationToken);
    }

    /// <summary>Takes back what its owner asked for. Works in the caller's transaction.</summary>
    public async Task LiftRequestAsync(NewsroomDb db, EmailAddress address, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var hash = await HashAsync(address, cancellationToken);
        await LiftAsync(db, s => s.AddressHash == hash && s.Reason == SuppressionReason.Request, SuppressionLift.ByTheReader, null, now, cancellationToken);
    }

    /// <summary>Takes an entry off and keeps who did so and why. Works in the caller's transaction.</summary>
    /// <returns>False: it is not there (any more), or not for that reason.</returns>
    internal static Task<bool> LiftAsync(
        NewsroomDb db, long id, SuppressionReason reason, string by, string why, DateTimeOffset now, CancellationToken cancellationToken) =>
        LiftAsync(db, s => s.Id == id && s.Reason == reason, by, why, now, cancellationToken);

    private static async Task<bool> LiftAsync(
        NewsroomDb db, Expression<Func<Suppression, bool>> which, string by, string? why, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await db.Suppressions.AsNoTracking().Where(which).SingleOrDefaultAsync(cancellationToken) is not { } entry
            || await db.Suppressions.Where(which).ExecuteDeleteAsync(cancellationToken) == 0)
            return false;
        db.Add(new SuppressionLift { AddressHash = entry.AddressHash, Reason = entry.Reason, SuppressedAt = entry.CreatedAt, LiftedAt = now, By = by, Why = why });
        await db.SaveChangesAsync(cancellationToken);
        return true;
    }

    /// <summary>Adds one that is not there yet, and its <see cref="HashAsync"/>, to the caller's work: it is on the list once the caller has saved.</summary>
    public void Add(NewsroomDb db, string hash, EmailAddress address, SuppressionReason reason, string evidence, DateTimeOffset now) =>
        db.Add(new Suppression { AddressHash = hash, Address = address.Value, Reason = reason, Evidence = evidence, CreatedAt = now });

    /// <summary>
    /// Adds the address; changes nothing when it is there. Only a complaint or a request takes the place of what double opt-in could lift.
    /// </summary>
    public async Task SuppressAsync(EmailAddress address, SuppressionReason reason, string? evidence, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var hash = await HashAsync(address, cancellationToken);
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<NewsroomDb>();
        try
        {
            await SuppressAsync(db, hash, address, reason, evidence, now, cancellationToken);
        }
        catch (DbUpdateException e) when (db.IsUniqueViolation(e))
        {
            // Somebody else was first: it is there.
        }
    }

    /// <summary>The same in the caller's transaction, which is begun again when a unique index refuses the row.</summary>
    /// <param name="db">The caller's.</param>
    /// <param name="hash">See <see cref="HashAsync"/>.</param>
    /// <param name="address">Null where nobody knows it in clear.</param>
    /// <param name="reason">Why.</param>
    /// <param name="evidence">The server's words, or who asked.</param>
    /// <param name="now">Since when.</param>
    /// <param name="cancellationToken">Cancels before the save.</param>
    internal static async Task SuppressAsync(
        NewsroomDb db, string hash, EmailAddress? address, SuppressionReason reason, string? evidence, DateTimeOffset now, CancellationToken cancellationToken)
    {
        evidence = evidence?.Length > HandOver.AnswerLength ? evidence[..HandOver.AnswerLength] : evidence;
        if (reason is SuppressionReason.Complaint or SuppressionReason.Request)
        {
            // The address stays as it is: what comes back about a mail from before an erasure must not bring it in again.
            var weaker = db.Suppressions.Where(s => s.AddressHash == hash && (s.Reason == SuppressionReason.HardBounce || s.Reason == SuppressionReason.Erased));
            await weaker.ExecuteUpdateAsync(
                s => s.SetProperty(x => x.Reason, reason).SetProperty(x => x.Evidence, evidence).SetProperty(x => x.CreatedAt, now), cancellationToken);
        }
        if (await db.Suppressions.AnyAsync(s => s.AddressHash == hash, cancellationToken))
            return;
        db.Add(new Suppression { AddressHash = hash, Address = address?.Value, Reason = reason, Evidence = evidence, CreatedAt = now });
        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>
    /// For an erased person: adds the hash alone, in the caller's transaction. One that is there for a bounce, a complaint or a request keeps
    /// that reason.
    /// </summary>
    internal static async Task BarErasedAsync(NewsroomDb db, string addressHash, DateTimeOffset at, CancellationToken cancellationToken)
    {
        if (!await db.Suppressions.AnyAsync(s => s.AddressHash == addressHash, cancellationToken))
            db.Add(new Suppression { AddressHash = addressHash, Reason = SuppressionReason.Erased, CreatedAt = at });
    }
}
