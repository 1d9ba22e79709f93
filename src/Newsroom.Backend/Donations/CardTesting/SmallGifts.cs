using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Donations.CardTesting;

/// <summary>Which sums testers of cards like, and what is asked instead while they are here.</summary>
public static class SmallGifts
{
    /// <summary>Programs vary the sum a little: up to so many times the smallest.</summary>
    private const int About = 2;

    private const int Raised = 5;

    /// <summary>A sum that the form offers is nobody's sign.</summary>
    public static bool IsSmall(Money gift, CurrencyTerms terms) => gift.Minor <= About * terms.Minimum.Minor && gift.Minor < LowestOffered(terms);

    /// <summary>The least while not calm: no sum that the form offers is lost.</summary>
    public static Money Minimum(CurrencyTerms terms) =>
        terms.Minimum with { Minor = Math.Max(terms.Minimum.Minor, Math.Min(Raised * terms.Minimum.Minor, LowestOffered(terms))) };

    private static long LowestOffered(CurrencyTerms terms) => terms.Presets.Values.SelectMany(p => p).Min(p => p.Minor);
}
