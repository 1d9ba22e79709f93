using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Digests;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Tests.Digests;

/// <summary>The test's clock begins on Tuesday 24 November 2026, 07:00 in New York; the newsletter has no cadence unless a test gives it one.</summary>
public sealed class AReadersOwnRhythm : IAsyncLifetime
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private NewsroomApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await NewsroomApp.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Daily_brings_each_mornings_news_beside_the_newsletters_own_digests()
    {
        await ReadersAsync(Rhythm.AsPublished, Rhythm.Daily);
        await _app.PushStoriesAsync(2);
        await _app.AdvanceAsync(Day);
        Assert.Equal(("", "1 2"), (_app.Got(1), _app.Got(2)));
        await _app.PushStoriesAsync();
        await _app.SendNewDigestAsync();
        Assert.Equal(("1 2 3", "1 2"), (_app.Got(1), _app.Got(2)));
        await _app.AdvanceAsync(Day);
        await _app.AdvanceAsync(Day);
        Assert.Equal(("1 2 3", "1 2|3"), (_app.Got(1), _app.Got(2)));
        Assert.Equal(["sending: 1 edition", "sending: 1 edition", "skipped: nothing new for its readers"],
            await _app.ReadAsync(db => db.DigestSlots.Where(s => s.Rhythm == Rhythm.Daily).OrderBy(s => s.LocalDate).Select(s => s.Outcome).ToListAsync()));
    }

    [Fact]
    public async Task Weekly_and_monthly_come_on_their_days()
    {
        await ReadersAsync(Rhythm.Weekly, Rhythm.Monthly);
        for (var day = 0; day < 8; day++)
        {
            await _app.PushStoriesAsync();
            await _app.AdvanceAsync(Day);
        }
        // Monday is 30 November, the first of the month the day after.
        Assert.Equal(("1 2 3 4 5 6", "1 2 3 4 5 6 7"), (_app.Got(1), _app.Got(2)));
    }

    [Fact]
    public async Task Every_story_comes_five_minutes_after_it_and_not_if_it_is_withdrawn_by_then()
    {
        await ReadersAsync(Rhythm.EveryStory);
        await _app.PushStoriesAsync();
        await _app.AdvanceAsync(TimeSpan.FromMinutes(4));
        Assert.Equal("", _app.Got(1));
        await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal("1", _app.Got(1));
        await _app.PushStoriesAsync(2);
        await _app.ArrangeAsync(async db => (await db.Stories.OrderBy(s => s.Id).LastAsync()).WithdrawnAt = _app.Clock.GetUtcNow());
        await _app.AdvanceAsync(TimeSpan.FromMinutes(5));
        await _app.AdvanceAsync(TimeSpan.FromMinutes(5));
        Assert.Equal("1|2", _app.Got(1));
    }

    [Fact]
    public async Task Its_editions_have_ledgers_but_no_number_and_no_web_copy()
    {
        await ReadersAsync(Rhythm.AsPublished, Rhythm.Daily);
        await _app.PushStoriesAsync();
        await _app.AdvanceAsync(Day);
        var edition = Assert.Single(await _app.DigestsAsync("?rhythm=daily"));
        Assert.Equal(("daily", "sent"), ((string)edition["rhythm"]!, (string)edition["status"]!));
        Assert.Null(edition["number"]);
        Assert.Equal(new Ledger(1, 1, 0, 0, 0, 0), await _app.LedgerAsync((string)edition["id"]!));
        var mail = Assert.Single(_app.MailsTo(ConfirmedReaders.Address(2)));
        Assert.StartsWith("This Week: Story 1", mail.Message.Subject, StringComparison.Ordinal);
        Assert.DoesNotContain("No.", mail.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("No.", mail.Html, StringComparison.Ordinal);
        Assert.Contains($"Past editions on the web:\n{NewsroomApp.PublicUrl}/archive/this-week\n", mail.Text.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.DoesNotContain("Story 1", await _app.Http.GetStringAsync("/archive/this-week", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.DoesNotContain("Story 1", await _app.Http.GetStringAsync("/archive/feed.xml", TestContext.Current.CancellationToken), StringComparison.Ordinal);

        var own = await _app.DigestAsync(await _app.ComposeAsync());
        Assert.Equal(("asPublished", 1), ((string)own["rhythm"]!, (int)own["number"]!));
        Assert.Single(await _app.DigestsAsync("?rhythm=asPublished"));
    }

    [Fact]
    public async Task A_cadence_that_asks_for_approval_does_not_hold_up_the_readers_own_rhythms()
    {
        await _app.AddNewsletterAsync(cadence: new { days = new[] { "wed" }, at = "07:30", timeZone = "America/New_York", approval = true });
        await _app.AddReadersAsync(2);
        await _app.ChooseRhythmAsync(2, Rhythm.Weekly);
        await _app.PushStoriesAsync();
        await _app.AdvanceAsync(Day + TimeSpan.FromMinutes(30));
        Assert.Equal(("", "1"), (_app.Got(1), _app.Got(2)));
        Assert.Equal("draft", (string)Assert.Single(await _app.DigestsAsync("?rhythm=asPublished"))["status"]!);
    }

    [Fact]
    public async Task A_missed_week_is_made_up_on_the_next_morning_at_its_hour()
    {
        await ReadersAsync(Rhythm.Weekly);
        await _app.PushStoriesAsync();
        await _app.AdvanceAsync(6 * Day);
        Assert.Equal("1", _app.Got(1));
        await _app.PushStoriesAsync();
        // Down on the next Monday from before seven to eleven.
        await _app.AdvanceAsync(7 * Day + TimeSpan.FromHours(4));
        Assert.Equal("1", _app.Got(1));
        await _app.AdvanceAsync(TimeSpan.FromHours(20));
        Assert.Equal("1|2", _app.Got(1));
        Assert.StartsWith("missed: due at 2026-12-07 12:00 UTC", await _app.ReadAsync(db => db.DigestSlots.OrderBy(s => s.LocalDate).Skip(1).Select(s => s.Outcome!).FirstAsync()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("02:30", "2027-03-14T06:59Z", "2027-03-14T07:00Z")]
    [InlineData("01:30", "2027-11-07T05:29Z", "2027-11-07T05:30Z")]
    public async Task On_the_days_the_clocks_change_daily_comes_once(string at, string before, string due)
    {
        await _app.AddNewsletterAsync(cadence: new { days = new[] { "mon" }, at, timeZone = "America/New_York" });
        await _app.AddReadersAsync(1);
        await _app.ChooseRhythmAsync(1, Rhythm.Daily);
        await _app.AdvanceAsync(Instant(before) - _app.Clock.GetUtcNow());
        await _app.PushStoriesAsync();
        Assert.Equal("", _app.Got(1));
        await _app.AdvanceAsync(Instant(due) - _app.Clock.GetUtcNow());
        Assert.Equal("1", _app.Got(1));
        await _app.PushStoriesAsync();
        for (var half = 0; half < 6; half++)
            await _app.AdvanceAsync(TimeSpan.FromMinutes(30));
        Assert.Equal("1", _app.Got(1));
    }

    [Fact]
    public async Task Breaking_news_that_a_reader_had_before_choosing_does_not_come_again_and_comes_to_the_others()
    {
        await ReadersAsync(Rhythm.AsPublished, Rhythm.AsPublished, Rhythm.Daily);
        await _app.AdvanceAsync(TimeSpan.FromHours(1));
        await _app.PushStoriesAsync();
        await _app.BreakNewsAsync();
        await _app.PushStoriesAsync();
        await _app.ChooseRhythmAsync(2, Rhythm.Daily);
        await _app.AdvanceAsync(TimeSpan.FromHours(23));
        Assert.Equal(("2", "2|1 3", "1 2 3"), (_app.Got(1), _app.Got(2), _app.Got(3)));
        await _app.SendNewDigestAsync();
        await _app.PushStoriesAsync();
        await _app.AdvanceAsync(Day);
        Assert.Equal(("2|1 3", "2|1 3|4", "1 2 3|4"), (_app.Got(1), _app.Got(2), _app.Got(3)));
    }

    [Fact]
    public async Task Who_comes_back_gets_what_the_digests_brought_meanwhile_and_is_in_step()
    {
        await ReadersAsync(Rhythm.Monthly, Rhythm.AsPublished);
        await _app.PushStoriesAsync(2);
        await _app.SendNewDigestAsync();
        await _app.PushStoriesAsync();
        await _app.ChooseRhythmAsync(1, Rhythm.AsPublished);
        await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal("1 2", _app.Got(1));
        await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Null(await _app.CursorAsync(1));
        await _app.SendNewDigestAsync();
        Assert.Equal(("1 2|3", "1 2|3"), (_app.Got(1), _app.Got(2)));
        Assert.Equal(2, (int)(await _app.DigestsAsync())[0]["number"]!);
    }

    [Fact]
    public async Task Who_comes_back_ahead_of_the_digests_waits_until_they_have_caught_up()
    {
        await ReadersAsync(Rhythm.EveryStory);
        await _app.PushStoriesAsync();
        var draft = await _app.ComposeAsync();
        await _app.PushStoriesAsync();
        await _app.AdvanceAsync(TimeSpan.FromMinutes(5));
        Assert.Equal("1 2", _app.Got(1));
        await _app.ChooseRhythmAsync(1, Rhythm.AsPublished);
        await _app.StepAsync(draft, "send");
        await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
        await _app.BreakNewsAsync();
        await _app.SendNewDigestAsync();
        await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
        // The second digest ends at story 2, and the breaking news went before the reader was in step: it comes with the next.
        Assert.Equal("1 2", _app.Got(1));
        await _app.PushStoriesAsync();
        await _app.SendNewDigestAsync();
        await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal("1 2|3 4", _app.Got(1));
        await _app.PushStoriesAsync();
        await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
        await _app.SendNewDigestAsync();
        Assert.Equal("1 2|3 4|5", _app.Got(1));
    }

    [Fact]
    public async Task Chosen_before_any_read_of_a_digests_planning_it_brings_each_story_once()
    {
        await ReadersAsync(Rhythm.AsPublished);
        for (var read = 1; read <= 12; read++)
        {
            await _app.PushStoriesAsync();
            var digest = await _app.ComposeAsync();
            _app.BeforeRead(read, () => _app.ChooseRhythmAsync(1, Rhythm.EveryStory));
            await _app.StepAsync(digest, "send");
            await _app.RunDueJobsAsync();
            await _app.AdvanceAsync(TimeSpan.FromMinutes(6));
            Assert.Equal(string.Join(' ', Enumerable.Range(1, read)), _app.Got(1).Replace('|', ' '));
            await _app.ChooseRhythmAsync(1, Rhythm.AsPublished);
            await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
            await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
            Assert.Null(await _app.CursorAsync(1));
        }
    }

    [Fact]
    public async Task Two_editions_planned_at_once_share_no_reader()
    {
        await ReadersAsync([.. Enumerable.Repeat(Rhythm.Daily, 40)]);
        await _app.AdvanceAsync(TimeSpan.FromHours(1));
        await _app.PushStoriesAsync();
        var newsletterId = await _app.ReadAsync(db => db.Newsletters.Select(n => n.Id).SingleAsync());
        // As if two nodes had seen different last stories: two editions for the same cursor.
        for (var edition = 1; edition <= 2; edition++)
        {
            await _app.MakeEditionsAsync(newsletterId, Rhythm.Daily, edition);
            await _app.PushStoriesAsync();
        }
        await _app.RaceJobsAsync(3);
        await _app.RunDueJobsAsync();
        var editions = await _app.DigestsAsync();
        Assert.Equal(["sent", "sent"], editions.Select(d => (string)d["status"]!));
        Assert.Equal(40, editions.Sum(d => (int)d["ledger"]!["planned"]!));
        Assert.All(Enumerable.Range(1, 40), reader => Assert.Single(_app.MailsTo(ConfirmedReaders.Address(reader))));
        await _app.AdvanceAsync(TimeSpan.FromHours(23));
        Assert.All(Enumerable.Range(1, 40), reader => Assert.Equal("1 2 3", string.Join(' ', _app.Got(reader).Split('|', ' ').Order())));
    }

    [Fact]
    public async Task Paused_readers_get_nothing_and_their_own_rhythm_goes_on_where_it_was()
    {
        await ReadersAsync(Rhythm.AsPublished, Rhythm.Daily);
        await _app.PauseReaderAsync(1, 2 * Day);
        await _app.PauseReaderAsync(2, 2 * Day - TimeSpan.FromHours(1));
        await _app.PushStoriesAsync();
        await _app.SendNewDigestAsync();
        await _app.AdvanceAsync(Day);
        Assert.Equal(("", ""), (_app.Got(1), _app.Got(2)));
        await _app.PushStoriesAsync();
        await _app.AdvanceAsync(Day);
        await _app.SendNewDigestAsync();
        Assert.Equal(("2", "1 2"), (_app.Got(1), _app.Got(2)));
    }

    [Fact]
    public async Task Paused_between_planning_and_hand_over_a_reader_is_withheld_and_gets_it_after_the_pause()
    {
        await ReadersAsync(Rhythm.AsPublished, Rhythm.EveryStory);
        await _app.PushStoriesAsync();
        // The relay is down: everything is planned, nothing handed over.
        await _app.Smtp.GoAwayAsync();
        await _app.SendNewDigestAsync();
        await _app.AdvanceAsync(TimeSpan.FromMinutes(5));
        await _app.PauseReaderAsync(1, Day);
        await _app.PauseReaderAsync(2, Day);
        _app.Smtp.ComeBack();
        await _app.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Equal(("", ""), (_app.Got(1), _app.Got(2)));
        Assert.Equal(["Paused by the reader.", "Paused by the reader."], await _app.ReadAsync(db => db.Deliveries.Where(d => d.State == DeliveryState.Withheld).Select(d => d.Answer!).ToListAsync()));
        foreach (var digest in await _app.DigestsAsync())
            Assert.Equal(new Ledger(1, 0, 0, 1, 0, 0), await _app.LedgerAsync((string)digest["id"]!));
        await _app.AdvanceAsync(Day);
        await _app.PushStoriesAsync();
        await _app.AdvanceAsync(TimeSpan.FromMinutes(5));
        Assert.Equal("1 2", _app.Got(2));
    }

    [Fact]
    public async Task A_planning_cut_off_anywhere_is_done_again_and_takes_nobody_twice()
    {
        await ReadersAsync([.. Enumerable.Repeat(Rhythm.EveryStory, 5)]);
        for (var read = 1; read <= 14; read++)
        {
            await _app.PushStoriesAsync();
            _app.Clock.Advance(TimeSpan.FromMinutes(5));
            _app.BeforeRead(read, () => throw new IOException("The power went."));
            try
            {
                await _app.RunDueJobsAsync();
            }
            catch (IOException)
            {
                _app.LoseEnqueuedJobs();
            }
            _app.BeforeRead(int.MaxValue, () => Task.CompletedTask);
            await _app.AdvanceAsync(TimeSpan.FromMinutes(2));
            await _app.AdvanceAsync(TimeSpan.FromMinutes(2));
            Assert.All(Enumerable.Range(1, 5), reader => Assert.Equal(string.Join('|', Enumerable.Range(1, read)), _app.Got(reader)));
        }
        foreach (var digest in await _app.DigestsAsync())
            Assert.Equal(0, (await _app.LedgerAsync((string)digest["id"]!)).Remaining);
    }

    [Fact]
    public async Task Chosen_in_the_moment_of_coming_into_step_still_begins_somewhere()
    {
        const string Ada = "ada@example.org";
        await _app.AddNewsletterAsync();
        await _app.AddNewsletterAsync("breaking", "Breaking");
        await _app.SubscribeAsync(Ada);
        await _app.ChooseRhythmsAsync(Ada, ("this-week", Rhythm.Weekly));
        await _app.ChooseRhythmsAsync(Ada, ("this-week", Rhythm.AsPublished));
        // The test's own first; the second loads the reader, the third finds where "breaking" stands.
        _app.BeforeRead(3, _app.TendRhythmsAsync);
        await _app.ChooseRhythmsAsync(Ada, ("this-week", Rhythm.Daily), ("breaking", Rhythm.Daily));
        Assert.Equal([0L, 0L], await _app.ReadAsync(db => db.Subscriptions.Where(s => s.Rhythm == Rhythm.Daily).Select(s => s.StoriesThroughId).ToListAsync()));
    }

    [Fact]
    public async Task Comes_at_once_to_who_paused_left_and_came_back()
    {
        const string Ada = "ada@example.org";
        await _app.AddNewsletterAsync();
        await _app.SubscribeAsync(Ada);
        var preferences = await _app.PreferencesLinkAsync(Ada);
        await _app.ActAsync(preferences, "pause", ("days", "30"));
        await _app.ActAsync(preferences, "leave-all");
        await _app.AdvanceAsync(TimeSpan.FromHours(1));
        await _app.SubscribeAsync(Ada);
        await _app.PushStoriesAsync();
        await _app.SendNewDigestAsync();
        Assert.Contains(_app.MailsTo(Ada), m => m.Subject.StartsWith("This Week: ", StringComparison.Ordinal));
    }

    private async Task ReadersAsync(params Rhythm[] rhythms)
    {
        await _app.AddNewsletterAsync();
        await _app.AddReadersAsync(rhythms.Length);
        for (var reader = 1; reader <= rhythms.Length; reader++)
            await _app.ChooseRhythmAsync(reader, rhythms[reader - 1]);
    }

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
