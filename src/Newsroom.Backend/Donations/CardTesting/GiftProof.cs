using System.Globalization;
using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Donations.CardTesting;

/// <summary>
/// The moment's work a browser does for a checkout while cards are tested: as for sign-ups (<see cref="SignUpProof"/>), under a purpose of its own. What
/// makes a ticket work once is the unique <see cref="CheckoutAttempt.ProofId"/>.
/// </summary>
public sealed class GiftProof(LinkTokens tokens, TimeProvider clock)
{
    private const string Purpose = "gift-proof";
    private const int LongestNonce = 64;

    public async Task<ProofChallenge> IssueAsync(CancellationToken cancellationToken)
    {
        var subject = string.Create(CultureInfo.InvariantCulture, $"{PublicId.New("p")}.{clock.GetUtcNow().ToUnixTimeMilliseconds()}");
        return new ProofChallenge(await tokens.SignAsync(Purpose, subject, cancellationToken), SignUpProof.Difficulty);
    }

    /// <returns>The proof's id; null when it is none, too early, too late or not done.</returns>
    public async Task<string?> OpenAsync(string? ticket, string? nonce, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(nonce) || nonce.Length > LongestNonce || await tokens.OpenAsync(Purpose, ticket, cancellationToken) is not { } subject)
            return null;
        var parts = subject.Split('.');
        var age = clock.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(parts[1], CultureInfo.InvariantCulture));
        return age >= SignUpProof.Soonest && age < SignUpProof.Latest && SignUpProof.ZeroBits(ticket!, nonce) >= SignUpProof.Difficulty ? parts[0] : null;
    }
}
