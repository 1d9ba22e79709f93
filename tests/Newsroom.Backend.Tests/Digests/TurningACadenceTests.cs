using System.Globalization;
using FsCheck.Xunit;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Digests;
using Newsroom.Backend.Newsletters;
using Newsroom.Backend.Subscribers;
using Newsroom.Backend.Tests.Subscribers.Pages;

namespace Newsroom.Backend.Tests.Digests;

/// <summary>An editor changes a newsletter's days, time or zone at any moment.</summary>
public sealed class ACadenceThatIsChanged : StaffTests
{
    private static readonly string[] Week = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    private static readonly string[] Zones = ["America/New_York", "Europe/Berlin", "Pacific/Auckland", "Asia/Kathmandu", "Pacific/Honolulu"];

    /// <param name="dice">Four for each change: how long after the one before, days, time, zone.</param>
    [Property(MaxTest = 8, EndSize = 40)]
    public async Task Comes_next_at_its_first_time_after_now_and_on_no_date_twice(byte[] dice)
    {
        for (var i = 0; i + 3 < dice.Length; i += 4)
        {
            App.Clock.Advance(TimeSpan.FromMinutes(1 + dice[i] * 6));
            await TakeAsync();
            var made = await MadeAsync();
            var cadence = new Cadence(string.Join(',', Week.Where((_, day) => (((dice[i + 1] & 127) | 1) >> day & 1) == 1)), new TimeOnly(0).AddMinutes(dice[i + 2] * 11 % 1440), Zones[dice[i + 3] % Zones.Length], false);
            await EditAsync(cadence);

            // Nothing of the past is made up for, nothing is forgotten.
            await TakeAsync();
            Assert.Equal(made.Select(m => m.DueAt), (await MadeAsync()).Select(m => m.DueAt));
            var next = First(cadence, made);
            Assert.Equal(next, await NextAsync());
            if (dice[i] % 2 == 0)
                continue;
            App.Clock.Advance(next - App.Clock.GetUtcNow() - TimeSpan.FromSeconds(1));
            await TakeAsync();
            Assert.Equal(made.Count, (await MadeAsync()).Count);
            App.Clock.Advance(TimeSpan.FromSeconds(1));
            await TakeAsync();
            Assert.Equal(made.Select(m => m.DueAt).Append(next), (await MadeAsync()).Select(m => m.DueAt));
        }
    }

    [Fact]
    public async Task Still_makes_what_was_due_a_moment_before()
    {
        await ReadyAsync(Daily("07:30"));
        App.Clock.Advance(TimeSpan.FromMinutes(30) + TimeSpan.FromSeconds(20));
        await EditAsync(Daily("09:00"));
        await App.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Single(Mails);
        await App.PushStoriesAsync();
        await App.AdvanceAsync(TimeSpan.FromMinutes(100));
        Assert.Single(Mails);
        await AtAsync("2026-11-25T14:01Z");
        Assert.Equal(2, Mails.Count);
    }

    [Fact]
    public async Task Sends_nothing_at_once_when_the_new_time_has_just_been()
    {
        await ReadyAsync(Daily("18:00"));
        await AtAsync("2026-11-24T12:30Z");
        await EditAsync(Daily("07:15"));
        await App.AdvanceAsync(TimeSpan.FromMinutes(1));
        await App.RunDueJobsAsync();
        Assert.Empty(Mails);
        Assert.Equal(Instant("2026-11-25T12:15Z"), await NextAsync());
        // Thought better of: today's evening is still to come.
        await EditAsync(Daily("18:00"));
        Assert.Equal(Instant("2026-11-24T23:00Z"), await NextAsync());
        await AtAsync("2026-11-24T23:01Z");
        Assert.Single(Mails);
    }

    [Fact]
    public async Task Sends_no_second_one_on_a_day_that_has_had_its_digest()
    {
        await ReadyAsync(Daily("07:15"));
        await AtAsync("2026-11-24T12:16Z");
        Assert.Single(Mails);
        await App.PushStoriesAsync();
        await EditAsync(Daily("18:00"));
        Assert.Equal(Instant("2026-11-25T23:00Z"), await NextAsync());
        Assert.DoesNotContain("2026-11-24 23:00", await Administrator.ReadAsync("/staff"), StringComparison.Ordinal);
        await AtAsync("2026-11-24T23:01Z");
        Assert.Single(Mails);
        await AtAsync("2026-11-25T23:01Z");
        Assert.Equal(2, Mails.Count);
    }

    [Fact]
    public async Task Is_none_any_more_and_what_is_scheduled_stays()
    {
        await ReadyAsync(Daily("07:15"));
        var digest = await App.ComposeAsync();
        await App.StepAsync(digest, "schedule", new { at = "2026-11-24T09:00", timeZone = "America/New_York" });
        await EditAsync(null);
        await AtAsync("2026-11-24T12:30Z");
        Assert.Empty(Mails);
        await AtAsync("2026-11-24T14:00Z");
        Assert.Single(Mails);
    }

    [Fact]
    public async Task Moves_readers_with_a_rhythm_of_their_own_without_a_gap_and_not_at_once()
    {
        await ReadyAsync(Daily("18:00"));
        await App.ChooseRhythmAsync(1, Rhythm.Daily);
        await App.PushStoriesAsync();
        await AtAsync("2026-11-24T23:01Z");
        var before = Mails.Count;
        await App.PushStoriesAsync();
        await AtAsync("2026-11-25T13:00Z");
        await EditAsync(Daily("07:30"));
        await App.AdvanceAsync(TimeSpan.FromMinutes(1));
        await App.RunDueJobsAsync();
        Assert.Equal(before, Mails.Count);
        await AtAsync("2026-11-26T12:31Z");
        Assert.Equal(before + 1, Mails.Count);
    }

    private IReadOnlyList<ReceivedMail> Mails => App.MailsTo(ConfirmedReaders.Address(1));

    private static Cadence Daily(string at) => new(CadenceSlots.EveryDay, TimeOnly.Parse(at, CultureInfo.InvariantCulture), "America/New_York", false);

    private async Task ReadyAsync(Cadence cadence)
    {
        await App.AddReadersAsync(1);
        await App.PushStoriesAsync();
        await EditAsync(cadence);
    }

    private async Task AtAsync(string instant)
    {
        await App.AdvanceAsync(Instant(instant) - App.Clock.GetUtcNow());
        await App.RunDueJobsAsync();
    }

    /// <summary>What falls due is made at once.</summary>
    private async Task TakeAsync()
    {
        await App.RunOnlyAsync<TakeSlots>();
        App.LoseEnqueuedJobs();
        await App.ReadAsync(db => db.DigestSlots.Where(s => s.Outcome == null).ExecuteUpdateAsync(s => s.SetProperty(x => x.Outcome, "sending: digest 1"), Cancelled));
    }

    /// <summary>The dates that had, or have, a digest.</summary>
    private async Task<List<DigestSlot>> MadeAsync() =>
        [.. (await App.ReadAsync(db => db.DigestSlots.AsNoTracking().OrderBy(s => s.DueAt).ThenBy(s => s.Id).ToListAsync(Cancelled))).Where(s => !s.WasMissed)];

    private DateTimeOffset First(Cadence cadence, List<DigestSlot> made)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(cadence.TimeZone);
        return CadenceSlots.After(cadence, App.Clock.GetUtcNow())
            .First(s => !made.Exists(m => m.LocalDate == s.LocalDate || DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(m.DueAt, zone).DateTime) == s.LocalDate)).DueAt;
    }

    private Task<DateTimeOffset> NextAsync() => App.NextRunAsync("this-week");

    private Task EditAsync(Cadence? cadence) => App.EditCadenceAsync("this-week", cadence);

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
