using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Donations.Campaigns;

/// <summary>Somebody's promise to add to the gifts of a campaign.</summary>
/// <param name="By">Who, as donors read it.</param>
/// <param name="Cap">The most that is added, in the goal's currency.</param>
/// <param name="Percent">For each hundred given, from <see cref="LeastPercent"/> to <see cref="MostPercent"/>: 100 doubles a gift.</param>
/// <param name="OnlySingle">Monthly and yearly gifts bring nothing.</param>
public sealed record CampaignMatch(string By, Money Cap, int Percent, bool OnlySingle)
{
    public const int LeastPercent = 10;
    public const int MostPercent = 1000;

    /// <summary>What is added to gifts of a sum, in minor units: rounded down and never above the cap.</summary>
    public long On(long givenMinor) => (long)Int128.Min(Cap.Minor, (Int128)Math.Max(0, givenMinor) * Percent / 100);
}

/// <summary>What gifts with one word came to in one currency.</summary>
/// <param name="Word">See <see cref="Donation.Campaign"/>.</param>
/// <param name="CurrencyCode">ISO 4217.</param>
/// <param name="Minor">Given and not given back.</param>
/// <param name="SingleMinor">The part of it that was given once.</param>
/// <param name="Gifts">How many.</param>
/// <param name="Donors">From how many people.</param>
public sealed record CampaignSum(string Word, string CurrencyCode, long Minor, long SingleMinor, int Gifts, int Donors);

/// <summary>How far a campaign has come, by the gifts as they stand now.</summary>
/// <param name="Raised">Given and not given back, in the goal's currency. What the match adds is not in it.</param>
/// <param name="Gifts">How many of that currency.</param>
/// <param name="Donors">From how many people.</param>
/// <param name="Matched">What the match adds so far; nothing without one.</param>
/// <param name="Others">Gifts in other currencies, each apart: they do not count towards the goal.</param>
public sealed record CampaignProgress(Money Raised, int Gifts, int Donors, Money Matched, IReadOnlyList<Money> Others)
{
    /// <param name="campaign">Whose.</param>
    /// <param name="sums">Of its word and its days, one for each currency; empty: nothing was given.</param>
    public static CampaignProgress Of(Campaign campaign, IEnumerable<CampaignSum> sums)
    {
        var all = sums.OrderBy(s => s.CurrencyCode, StringComparer.Ordinal).ToList();
        var own = all.Find(s => s.CurrencyCode == campaign.CurrencyCode);
        var matched = own is not null && campaign.Match is { } match ? match.On(match.OnlySingle ? own.SingleMinor : own.Minor) : 0;
        var none = campaign.Goal with { Minor = 0 };
        return new(
            none with { Minor = own?.Minor ?? 0 }, own?.Gifts ?? 0, own?.Donors ?? 0, none with { Minor = matched },
            [.. all.Where(s => s != own).Select(s => new Money(s.Minor, Currency.Parse(s.CurrencyCode)))]);
    }
}
