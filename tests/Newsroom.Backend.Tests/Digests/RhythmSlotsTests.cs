using System.Globalization;
using Newsroom.Backend.Digests;
using Newsroom.Backend.Newsletters;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Tests.Digests;

public sealed class TheDaysOfARhythm
{
    [Theory]
    // A newsletter without cadence: 07:00 of the newsroom, here New York across the change of 14 March 2027.
    [InlineData(Rhythm.Daily, null, null, "2027-03-13T00:00Z", "2027-03-13T12:00Z 2027-03-14T11:00Z 2027-03-15T11:00Z")]
    [InlineData(Rhythm.Weekly, null, null, "2027-03-13T00:00Z", "2027-03-15T11:00Z 2027-03-22T11:00Z")]
    [InlineData(Rhythm.Monthly, null, null, "2027-10-30T00:00Z", "2027-11-01T11:00Z 2027-12-01T12:00Z 2028-01-01T12:00Z")]
    // The cadence's time of day and first day.
    [InlineData(Rhythm.Daily, "tue,fri", "02:30", "2027-03-13T12:00Z", "2027-03-14T07:00Z 2027-03-15T06:30Z")]
    [InlineData(Rhythm.Weekly, "tue,fri", "18:30", "2027-03-13T00:00Z", "2027-03-16T22:30Z 2027-03-23T22:30Z")]
    [InlineData(Rhythm.Monthly, "tue,fri", "18:30", "2027-03-13T00:00Z", "2027-04-01T22:30Z")]
    public void Follow_the_newsletters_clock(Rhythm rhythm, string? days, string? at, string after, string expected)
    {
        var cadence = days is null ? null : new Cadence(days, TimeOnly.Parse(at!, CultureInfo.InvariantCulture), "America/New_York", true);
        Assert.Equal(expected, Runs(rhythm, cadence, after, missed: false, expected.Split(' ').Length));
    }

    [Fact]
    public void Make_up_for_a_missed_one_on_the_next_day()
    {
        Assert.Equal("2026-11-24T12:00Z 2026-11-30T12:00Z", Runs(Rhythm.Weekly, null, "2026-11-23T12:00Z", missed: true, 2));
        Assert.Equal("2026-12-02T12:00Z 2027-01-01T12:00Z", Runs(Rhythm.Monthly, null, "2026-12-01T12:00Z", missed: true, 2));
    }

    [Theory]
    [InlineData("America/New_York")]
    [InlineData("Australia/Lord_Howe")]
    [InlineData("Africa/Cairo")]
    [InlineData("America/Santiago")]
    public void Come_once_each_date_whatever_the_clocks_do(string zone)
    {
        for (var minute = 0; minute < 24 * 60; minute += 15)
        {
            var cadence = new Cadence("mon", new TimeOnly(0).AddMinutes(minute), zone, false);
            var daily = RhythmSlots.After(Rhythm.Daily, cadence, "UTC", Instant("2027-01-01T00:00Z"), false).Take(365).ToList();
            Assert.All(daily.Zip(daily.Skip(1)), pair => Assert.Equal(pair.First.LocalDate.AddDays(1), pair.Second.LocalDate));
            Assert.Equal(12, daily.Count(s => RhythmSlots.After(Rhythm.Monthly, cadence, "UTC", s.DueAt.AddTicks(-1), false).First() == s));
        }
    }

    private static string Runs(Rhythm rhythm, Cadence? cadence, string after, bool missed, int count) => string.Join(' ',
        RhythmSlots.After(rhythm, cadence, "America/New_York", Instant(after), missed).Take(count)
            .Select(s => s.DueAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm'Z'", CultureInfo.InvariantCulture)));

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
