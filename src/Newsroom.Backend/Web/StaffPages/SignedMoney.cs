using System.Globalization;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Web.StaffPages;

/// <summary>Sums that may be less than nothing, as a book shows them.</summary>
public static class SignedMoney
{
    /// <summary>With the minus before the symbol, and as the sign that screen readers read: U+2212.</summary>
    public static string Signed(this Money sum, CultureInfo culture, bool brief = false) =>
        sum.Minor < 0 ? "\u2212" + new Money(-sum.Minor, sum.Currency).Format(culture, brief) : sum.Format(culture, brief);

    /// <inheritdoc cref="Signed(Money, CultureInfo, bool)"/>
    /// <param name="minor">Minor units.</param>
    /// <param name="currencyCode">ISO 4217.</param>
    /// <param name="culture">Whose way of writing.</param>
    public static string Signed(long minor, string currencyCode, CultureInfo culture) => new Money(minor, Currency.Parse(currencyCode)).Signed(culture);
}
