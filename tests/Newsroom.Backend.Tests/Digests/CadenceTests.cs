using System.Globalization;
using Newsroom.Backend.Digests;
using Newsroom.Backend.Newsletters;

namespace Newsroom.Backend.Tests.Digests;

public sealed class ACadenceOnTheWallClock
{
    private const string EveryDay = "mon,tue,wed,thu,fri,sat,sun";

    [Theory]
    // New York, spring: 02:30 does not exist on 14 March 2027, so it runs at 03:00; the days around it as ever.
    [InlineData("America/New_York", "02:30", "2027-03-13T00:00Z", "2027-03-13T07:30Z 2027-03-14T07:00Z 2027-03-15T06:30Z")]
    // New York, autumn: 01:30 comes twice on 7 November 2027; the first pass is EDT.
    [InlineData("America/New_York", "01:30", "2027-11-06T00:00Z", "2027-11-06T05:30Z 2027-11-07T05:30Z 2027-11-08T06:30Z")]
    // 07:00 stays 07:00 across both.
    [InlineData("America/New_York", "07:00", "2027-03-13T00:00Z", "2027-03-13T12:00Z 2027-03-14T11:00Z 2027-03-15T11:00Z")]
    [InlineData("America/New_York", "07:00", "2027-11-06T00:00Z", "2027-11-06T11:00Z 2027-11-07T12:00Z 2027-11-08T12:00Z")]
    // Lord Howe moves half an hour: 02:00 to 02:30 on 3 October 2027, 02:00 back to 01:30 on 4 April 2027.
    [InlineData("Australia/Lord_Howe", "02:10", "2027-10-01T16:00Z", "2027-10-02T15:30Z 2027-10-03T15:10Z")]
    [InlineData("Australia/Lord_Howe", "01:45", "2027-04-02T16:00Z", "2027-04-03T14:45Z 2027-04-04T15:15Z")]
    // Kathmandu never moves, and is a quarter off.
    [InlineData("Asia/Kathmandu", "07:00", "2027-03-13T00:00Z", "2027-03-13T01:15Z 2027-03-14T01:15Z")]
    public void Runs_once_each_date(string zone, string at, string from, string expected)
    {
        var cadence = new Cadence(EveryDay, TimeOnly.Parse(at, CultureInfo.InvariantCulture), zone, false);
        var wanted = expected.Split(' ');
        var runs = CadenceSlots.After(cadence, Instant(from)).Take(wanted.Length).Select(s => s.DueAt.ToUniversalTime());
        Assert.Equal(wanted.Select(Instant), runs);
    }

    [Fact]
    public void Keeps_to_its_days_of_the_week_in_its_own_zone()
    {
        // Monday 07:00 in Auckland is Sunday in UTC.
        var cadence = new Cadence("mon,thu", new TimeOnly(7, 0), "Pacific/Auckland", false);
        var slots = CadenceSlots.After(cadence, Instant("2026-11-24T12:00Z")).Take(3).ToList();
        Assert.Equal([new DateOnly(2026, 11, 26), new DateOnly(2026, 11, 30), new DateOnly(2026, 12, 3)], slots.Select(s => s.LocalDate));
        Assert.Equal(Instant("2026-11-29T18:00Z"), slots[1].DueAt.ToUniversalTime());
    }

    [Theory]
    [InlineData("America/New_York")]
    [InlineData("Europe/London")]
    [InlineData("Europe/Dublin")]
    [InlineData("Australia/Lord_Howe")]
    [InlineData("America/Santiago")]
    [InlineData("Africa/Cairo")]
    [InlineData("Pacific/Chatham")]
    public void Has_every_date_of_five_years_once_and_in_order_at_any_minute(string zone)
    {
        for (var minute = 0; minute < 24 * 60; minute += 15)
        {
            var cadence = new Cadence(EveryDay, new TimeOnly(0).AddMinutes(minute), zone, false);
            var slots = CadenceSlots.After(cadence, Instant("2026-01-01T00:00Z")).Take(5 * 365).ToList();
            Assert.All(slots.Zip(slots.Skip(1)), pair =>
            {
                Assert.Equal(pair.First.LocalDate.AddDays(1), pair.Second.LocalDate);
                Assert.InRange(pair.Second.DueAt - pair.First.DueAt, TimeSpan.FromHours(22.5), TimeSpan.FromHours(25.5));
            });
        }
    }

    [Fact]
    public void Agrees_with_cronos_on_every_day_of_three_years()
    {
        foreach (var zone in new[] { "America/New_York", "Australia/Lord_Howe", "Europe/Berlin" })
        {
            foreach (var at in new[] { new TimeOnly(0, 30), new TimeOnly(1, 30), new TimeOnly(1, 45), new TimeOnly(2, 10), new TimeOnly(2, 30), new TimeOnly(7, 0) })
            {
                var from = Instant("2026-01-01T00:00Z");
                var cron = Cronos.CronExpression.Parse($"{at.Minute} {at.Hour} * * *");
                var theirs = cron.GetOccurrences(from.UtcDateTime, from.UtcDateTime.AddYears(3), TimeZoneInfo.FindSystemTimeZoneById(zone), fromInclusive: false).ToList();
                var ours = CadenceSlots.After(new Cadence(EveryDay, at, zone, false), from).Select(s => s.DueAt.UtcDateTime).Take(theirs.Count);
                Assert.Equal(theirs, ours);
            }
        }
    }

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
