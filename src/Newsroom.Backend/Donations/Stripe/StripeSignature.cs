using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Newsroom.Backend.Donations.Stripe;

/// <summary>
/// The check of a <c>Stripe-Signature</c> header (https://docs.stripe.com/webhooks#verify-manually), over the bytes as they came and by the
/// program's own clock. Stripe.net's check reads a string, the machine's clock, and throws NullReferenceException without a header.
/// </summary>
internal static class StripeSignature
{
    /// <summary>Stripe's own default.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <summary>True when one of the header's <c>v1</c> values (several while a secret is rolled) signs the body and its time is near <paramref name="now"/>.</summary>
    public static bool Signs(string? header, ReadOnlySpan<byte> body, string secret, DateTimeOffset now)
    {
        if (string.IsNullOrEmpty(header) || secret.Length == 0)
            return false;
        var parts = header.Split(',').Select(p => p.Trim().Split('=', 2)).Where(p => p.Length == 2).ToList();
        if (parts.Find(p => p[0] == "t") is not { } stamp
            || !long.TryParse(stamp[1], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || Math.Abs(now.ToUnixTimeSeconds() - seconds) > (long)Tolerance.TotalSeconds)
        {
            return false;
        }
        byte[] signed = [.. Encoding.ASCII.GetBytes(stamp[1] + "."), .. body];
        var expected = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed)));
        var matches = false;
        // Every value is compared, so that the time taken does not tell which one came close.
        foreach (var value in parts.Where(p => p[0] == "v1").Select(p => p[1]))
            matches |= CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(value), expected);
        return matches;
    }
}
