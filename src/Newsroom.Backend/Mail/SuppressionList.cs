using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Mail;

/// <summary>
/// The addresses that get no mail but receipts. The one home of the rule who comes onto it by a server's answer
/// (<see cref="HandOver.EndsTheAddress"/>). Safe to call from many threads: each call has a database context of its own.
/// </summary>
public sealed class SuppressionList(IServiceScopeFactory scopes, LinkTokens tokens)
{
    /// <summary><see cref="Suppression.AddressHash"/>: SHA-256, in lower-case hex, of the token that the newsroom's own key gives the address.</summary>
    public async ValueTask<string> HashAsync(EmailAddress address, CancellationToken cancellationToken) =>
        (await tokens.ForAsync("suppression", address.Key, cancellationToken)).Hash;

    public async Task<bool> HoldsAsync(EmailAddress address, CancellationToken cancellationToken)
    {
        var hash = await HashAsync(address, cancellationToken);
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<NewsroomDb>().Suppressions.AnyAsync(s => s.AddressHash == hash, cancellationToken);
    }

    /// <summary>Adds the address when the answer says that its mailbox is no more; true when it does.</summary>
    public async Task<bool> HeedAsync(EmailAddress address, HandOver answer, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!answer.EndsTheAddress)
            return false;
        await SuppressAsync(address, SuppressionReason.HardBounce, answer.Words, now, cancellationToken);
        return true;
    }

    /// <summary>Adds one that is not there yet, and its <see cref="HashAsync"/>, to the caller's work: it is on the list once the caller has saved.</summary>
    public void Add(NewsroomDb db, string hash, EmailAddress address, SuppressionReason reason, string evidence, DateTimeOffset now) =>
        db.Add(new Suppression { AddressHash = hash, Address = address.Value, Reason = reason, Evidence = evidence, CreatedAt = now });

    /// <summary>Adds the address; changes nothing when it is there.</summary>
    public async Task SuppressAsync(EmailAddress address, SuppressionReason reason, string? evidence, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var hash = await HashAsync(address, cancellationToken);
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<NewsroomDb>();
        if (await db.Suppressions.AnyAsync(s => s.AddressHash == hash, cancellationToken))
            return;
        db.Add(new Suppression { AddressHash = hash, Address = address.Value, Reason = reason, Evidence = evidence, CreatedAt = now });
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException e) when (db.IsUniqueViolation(e))
        {
            // Somebody else was first: it is there.
        }
    }
}
