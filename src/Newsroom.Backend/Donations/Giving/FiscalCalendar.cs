using System.Globalization;

namespace Newsroom.Backend.Donations.Giving;

/// <summary>The organisation's years (<c>Organisation:FiscalYearStart</c>), each called by the calendar year it begins in.</summary>
/// <param name="StartMonth">1 to 12.</param>
public readonly record struct FiscalCalendar(int StartMonth)
{
    public int YearOf(DateOnly day) => day.Month >= StartMonth ? day.Year : day.Year - 1;

    public DateOnly FirstDayOf(int year) => new(year, StartMonth, 1);

    public DateOnly LastDayOf(int year) => FirstDayOf(year).AddYears(1).AddDays(-1);

    /// <summary><c>2026</c>, or <c>2026/27</c> for a year that is not the calendar's.</summary>
    public string NameOf(int year) => StartMonth == 1
        ? year.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{year}/{(year + 1) % 100:00}");
}
