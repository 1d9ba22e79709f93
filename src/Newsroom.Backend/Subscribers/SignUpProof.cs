using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers;

/// <param name="Ticket">Goes back with the form, once.</param>
/// <param name="Difficulty">Leading zero bits asked of SHA-256(ticket + "." + nonce), in UTF-8.</param>
public sealed record ProofChallenge(string Ticket, int Difficulty);

public enum ProofStrength
{
    None,

    /// <summary>A person's time: a page was open for a moment and its button was pressed.</summary>
    Weak,

    /// <summary>Work as well.</summary>
    Strong,
}

/// <summary>
/// What makes a flood of sign-ups dear without asking a third party and without a riddle (WCAG 2.2, 3.3.8): a signed ticket that takes a moment to
/// become valid, works once, and for which a script finds a number. Nothing is kept of tickets given out; used ones are remembered by this process.
/// </summary>
public sealed class SignUpProof(LinkTokens tokens, AttackMode attack, TimeProvider clock)
{
    /// <summary>About 65,000 hashes: a tenth of a second to one second on a telephone.</summary>
    public const int Difficulty = 16;

    public const int DifficultyUnderAttack = 18;

    /// <summary>From giving out to use, at least: programs do not wait.</summary>
    public static readonly TimeSpan Soonest = TimeSpan.FromSeconds(2);

    public static readonly TimeSpan Latest = TimeSpan.FromHours(1);

    private const string Purpose = "proof";
    private const int LongestNonce = 64;
    private readonly AllowanceBook _used = new(new Allowance(1, 1, Latest));

    public async Task<ProofChallenge> IssueAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var difficulty = attack.IsOn(now) ? DifficultyUnderAttack : Difficulty;
        var subject = string.Create(CultureInfo.InvariantCulture, $"{PublicId.New("p")}.{now.ToUnixTimeMilliseconds()}.{difficulty}");
        return new ProofChallenge(await tokens.SignAsync(Purpose, subject, cancellationToken), difficulty);
    }

    /// <summary>Uses the ticket up, unless it is too early for it.</summary>
    /// <param name="ticket">As given out; null: none.</param>
    /// <param name="nonce">What a script found; null or empty: a button was pressed without script.</param>
    /// <param name="cancellationToken">Cancels the first read of the key.</param>
    public async Task<ProofStrength> CheckAsync(string? ticket, string? nonce, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(ticket) || await tokens.OpenAsync(Purpose, ticket, cancellationToken) is not { } subject)
            return ProofStrength.None;
        var parts = subject.Split('.');
        var now = clock.GetUtcNow();
        var age = now - DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(parts[1], CultureInfo.InvariantCulture));
        if (age < Soonest || age >= Latest || !_used.Takes(parts[0], now))
            return ProofStrength.None;
        if (string.IsNullOrEmpty(nonce))
            return ProofStrength.Weak;
        var difficulty = int.Parse(parts[2], CultureInfo.InvariantCulture);
        return nonce.Length <= LongestNonce && ZeroBits(ticket, nonce) >= difficulty ? ProofStrength.Strong : ProofStrength.None;
    }

    /// <summary>Leading zero bits of the hash.</summary>
    public static int ZeroBits(string ticket, string nonce)
    {
        var bits = 0;
        foreach (var octet in SHA256.HashData(Encoding.UTF8.GetBytes($"{ticket}.{nonce}")))
        {
            if (octet != 0)
                return bits + BitOperations.LeadingZeroCount(octet) - 24;
            bits += 8;
        }
        return bits;
    }
}
