using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Donations.Giving;

/// <summary>One gift as its newest receipt has it.</summary>
/// <param name="GivenOn">By the organisation's own clock.</param>
/// <param name="Given">What was taken.</param>
/// <param name="Stands">What is left of it after refunds; 0 when nothing is.</param>
/// <param name="Frequency">Once, or part of a plan.</param>
/// <param name="Status">What became of it.</param>
/// <param name="Receipt">Its number.</param>
/// <param name="Issuer">Who took it, and what the receipt says.</param>
/// <param name="DonorName">As the receipt has it.</param>
public sealed record GivingGift(
    DateOnly GivenOn, Money Given, Money Stands, Frequency Frequency, DonationStatus Status, string Receipt, ReceiptIssuer Issuer, string? DonorName)
{
    /// <summary>It belongs into a year's statement: what is in question at a bank, or went back, does not.</summary>
    public bool Counts => Status is DonationStatus.Succeeded or DonationStatus.PartiallyRefunded && Stands.Minor > 0;
}

/// <summary>What a receipt says of the organisation.</summary>
/// <param name="LegalName">Who took the gift.</param>
/// <param name="TaxLine">Status and number.</param>
/// <param name="FiscalSponsor">On whose books it is.</param>
/// <param name="Statement">About goods or services.</param>
public sealed record ReceiptIssuer(string LegalName, string? TaxLine, string? FiscalSponsor, string? Statement);

/// <param name="Year">The calendar year it begins in.</param>
/// <param name="Name">As people call it.</param>
/// <param name="Gifts">The newest first.</param>
public sealed record GivingYear(int Year, string Name, IReadOnlyList<GivingGift> Gifts)
{
    /// <summary>What stands, per currency.</summary>
    public IReadOnlyList<Money> Sums => SumsOf(Gifts);

    internal static IReadOnlyList<Money> SumsOf(IEnumerable<GivingGift> gifts) =>
        [.. gifts.Where(g => g.Counts).GroupBy(g => g.Stands.Currency).Select(g => new Money(g.Sum(one => one.Stands.Minor), g.Key)).OrderBy(m => m.Currency.Code, StringComparer.Ordinal)];
}

/// <param name="Amount">What is missing.</param>
/// <param name="PayUrl">Stripe's page to pay it; null when there is none.</param>
/// <param name="NextAttemptAt">When it is tried again by itself.</param>
/// <param name="NeedsDonor">The bank wants the donor's approval.</param>
public sealed record GivingMissed(Money Amount, string? PayUrl, DateTimeOffset? NextAttemptAt, bool NeedsDonor);

/// <param name="Plan">Not tracked.</param>
/// <param name="Gifts">How many periods were paid.</param>
/// <param name="Missed">Payments that are missing at present.</param>
public sealed record GivingPlan(RecurringPlan Plan, int Gifts, IReadOnlyList<GivingMissed> Missed);

/// <param name="Plans">Those that run first, then the newest.</param>
/// <param name="Years">The newest first.</param>
public sealed record GivingView(IReadOnlyList<GivingPlan> Plans, IReadOnlyList<GivingYear> Years)
{
    public int Gifts => Years.Sum(y => y.Gifts.Count);

    public IReadOnlyList<Money> Total => GivingYear.SumsOf(Years.SelectMany(y => y.Gifts));
}
