using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Digests;

namespace Newsroom.Backend.Tests.Digests;

/// <summary>The test's clock begins on Tuesday 24 November 2026, 12:00 UTC: 07:00 in New York.</summary>
public sealed class ADigestOnTheClock : IAsyncLifetime
{
    private static readonly string[] EveryDay = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    private NewsroomApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await NewsroomApp.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Scheduled_for_a_local_time_goes_out_then()
    {
        var digest = await _app.ReadyDigestAsync(2);
        var scheduled = await ScheduleAsync(digest, "2026-11-24T08:00", HttpStatusCode.OK);
        Assert.Equal(("scheduled", Instant("2026-11-24T13:00Z")), ((string)scheduled["status"]!, (DateTimeOffset)scheduled["scheduledAt"]!));
        await _app.AdvanceAsync(TimeSpan.FromMinutes(59));
        Assert.Empty(_app.Recipients);
        await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(2, _app.Recipients.Count);
        Assert.Equal("sent", (string)(await _app.DigestAsync(digest))["status"]!);
    }

    [Theory]
    [InlineData("2027-03-14T02:30", "at", "02:30 does not exist on 2027-03-14 in America/New_York: the clocks go forward. Choose 01:59 or 03:00.")]
    [InlineData("2026-11-24T06:59", "at", "is past")]
    [InlineData("2026-11-25T07:00Z", "at", "without an offset")]
    [InlineData("tomorrow", "at", "local time")]
    [InlineData("9999-12-31T23:00", "at", "from 2000 to 2100")]
    [InlineData("0001-01-01T00:30", "at", "from 2000 to 2100")]
    [InlineData("2026-11-25T07:00", "timeZone", "Mars/Olympus")]
    public async Task A_time_that_cannot_be_kept_is_refused(string at, string field, string says)
    {
        var digest = await _app.ReadyDigestAsync(1);
        var refused = await _app.StepAsync(digest, "schedule", new { at, timeZone = field == "timeZone" ? "Mars/Olympus" : "America/New_York" },
            HttpStatusCode.UnprocessableEntity);
        Assert.Contains(says, (string)refused["errors"]![field]![0]!, StringComparison.Ordinal);
        Assert.Equal("draft", (string)(await _app.DigestAsync(digest))["status"]!);
    }

    [Fact]
    public async Task Scheduled_for_an_hour_that_comes_twice_goes_at_its_first_pass()
    {
        var digest = await _app.ReadyDigestAsync(1);
        var scheduled = await ScheduleAsync(digest, "2027-11-07T01:30", HttpStatusCode.OK);
        Assert.Equal(Instant("2027-11-07T05:30Z"), (DateTimeOffset)scheduled["scheduledAt"]!);
    }

    [Fact]
    public async Task Due_while_nothing_ran_it_is_not_sent_in_the_afternoon_but_held_with_the_reason()
    {
        var digest = await _app.ReadyDigestAsync(2);
        await ScheduleAsync(digest, "2026-11-24T08:00", HttpStatusCode.OK);
        await _app.AdvanceAsync(TimeSpan.FromHours(8));
        var held = await _app.DigestAsync(digest);
        Assert.Equal("stopped", (string)held["status"]!);
        Assert.Contains("8:00", (string)held["reason"]!, StringComparison.Ordinal);
        Assert.Empty(_app.Recipients);
        await _app.StepAsync(digest, "resume");
        await _app.RunDueJobsAsync();
        Assert.Equal(2, _app.Recipients.Count);
    }

    [Fact]
    public async Task A_cadence_makes_and_sends_its_digest_by_itself_once()
    {
        await AddWithCadenceAsync("07:30");
        await _app.PushStoriesAsync(2);
        await _app.AdvanceAsync(TimeSpan.FromMinutes(29));
        Assert.Empty(await DigestsAsync());
        await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
        for (var again = 0; again < 3; again++)
            await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
        var digest = Assert.Single(await DigestsAsync());
        Assert.Equal("sent", (string)digest["status"]!);
        Assert.Equal(3, _app.Recipients.Count);
        Assert.Equal("sending: digest 1", Assert.Single(await SlotsAsync()).Outcome);
    }

    [Fact]
    public async Task A_cadence_with_nothing_new_is_skipped_and_says_so()
    {
        await AddWithCadenceAsync("07:30");
        await _app.PushStoriesAsync();
        await _app.AdvanceAsync(TimeSpan.FromMinutes(30));
        await _app.AdvanceAsync(TimeSpan.FromDays(1));
        var digests = await DigestsAsync();
        Assert.Equal(["skipped", "sent"], digests.Select(d => (string)d["status"]!));
        Assert.StartsWith("Nothing new since digest 1", (string)digests[0]["reason"]!, StringComparison.Ordinal);
        Assert.Null(digests[0]["number"]);
        Assert.StartsWith("skipped: Nothing new since digest 1", (await SlotsAsync())[1].Outcome, StringComparison.Ordinal);
        Assert.Equal(3, _app.Recipients.Count);

        await _app.PushStoriesAsync();
        await _app.AdvanceAsync(TimeSpan.FromDays(1));
        Assert.Equal(2, (int)(await DigestsAsync())[0]["number"]!);
    }

    [Fact]
    public async Task A_cadence_with_approval_leaves_a_draft()
    {
        await AddWithCadenceAsync("07:30", approval: true);
        await _app.PushStoriesAsync();
        await _app.AdvanceAsync(TimeSpan.FromMinutes(30));
        Assert.Equal("draft", (string)Assert.Single(await DigestsAsync())["status"]!);
        Assert.Empty(_app.Recipients);
    }

    [Fact]
    public async Task A_slot_missed_by_more_than_two_hours_is_written_down_and_not_sent()
    {
        await AddWithCadenceAsync("07:30");
        await _app.PushStoriesAsync();
        await _app.AdvanceAsync(TimeSpan.FromHours(3));
        Assert.StartsWith("missed: due at 2026-11-24 12:30 UTC", Assert.Single(await SlotsAsync()).Outcome, StringComparison.Ordinal);
        Assert.Empty(await DigestsAsync());
        await _app.AdvanceAsync(TimeSpan.FromHours(21.5));
        Assert.Equal(3, _app.Recipients.Count);
    }

    [Fact]
    public async Task A_slot_late_by_less_is_sent_still()
    {
        await AddWithCadenceAsync("07:30");
        await _app.PushStoriesAsync();
        await _app.AdvanceAsync(TimeSpan.FromHours(2));
        Assert.Equal(3, _app.Recipients.Count);
    }

    [Fact]
    public async Task A_slot_whose_process_died_is_taken_up_by_another_and_makes_one_digest()
    {
        await AddWithCadenceAsync("07:30");
        await _app.PushStoriesAsync();
        _app.Clock.Advance(TimeSpan.FromMinutes(30));
        await _app.RunOnlyAsync<TakeSlots>();
        _app.LoseEnqueuedJobs();
        Assert.Null(Assert.Single(await SlotsAsync()).Outcome);
        await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Empty(await DigestsAsync());
        await _app.AdvanceAsync(TimeSpan.FromMinutes(6));
        Assert.Equal("sent", (string)Assert.Single(await DigestsAsync())["status"]!);
        Assert.Equal(3, _app.Recipients.Count);
    }

    [Fact]
    public async Task A_slot_whose_process_died_after_composing_sends_that_digest_and_makes_no_second()
    {
        await AddWithCadenceAsync("07:30");
        await _app.PushStoriesAsync();
        _app.Clock.Advance(TimeSpan.FromMinutes(30));
        await _app.RunOnlyAsync<TakeSlots>();
        _app.LoseEnqueuedJobs();
        await _app.ArrangeAsync(async db =>
        {
            var slot = await db.DigestSlots.SingleAsync();
            await new ComposeDigest(db, new NewStories(db), _app.Clock).RunAsync(new DigestOrder(slot.NewsletterId, SlotId: slot.Id), CancellationToken.None);
        });
        await _app.AdvanceAsync(TimeSpan.FromMinutes(6));
        Assert.Equal("sent", (string)Assert.Single(await DigestsAsync())["status"]!);
        Assert.Equal(3, _app.Recipients.Count);
    }

    [Theory]
    [InlineData("02:30", "2027-03-14T06:59Z", "2027-03-14T07:00Z")]
    [InlineData("01:30", "2027-11-07T05:29Z", "2027-11-07T05:30Z")]
    public async Task On_the_days_the_clocks_change_it_goes_out_once(string at, string before, string due)
    {
        await AddWithCadenceAsync(at);
        await _app.AdvanceAsync(Instant(before) - _app.Clock.GetUtcNow());
        await _app.PushStoriesAsync();
        var already = _app.Recipients.Count;
        Assert.Equal(0, already);
        await _app.AdvanceAsync(Instant(due) - _app.Clock.GetUtcNow());
        Assert.Equal(3, _app.Recipients.Count);
        await _app.PushStoriesAsync();
        for (var half = 0; half < 6; half++)
            await _app.AdvanceAsync(TimeSpan.FromMinutes(30));
        Assert.Equal(3, _app.Recipients.Count);
    }

    private async Task AddWithCadenceAsync(string at, bool approval = false)
    {
        await _app.AddNewsletterAsync(cadence: new { days = EveryDay, at, timeZone = "America/New_York", approval });
        await _app.AddReadersAsync(3);
    }

    private Task<JsonNode> ScheduleAsync(string digest, string at, HttpStatusCode expected) =>
        _app.StepAsync(digest, "schedule", new { at, timeZone = "America/New_York" }, expected);

    private async Task<List<JsonNode>> DigestsAsync() =>
        [.. (await _app.GetAsync("/api/v1/digests"))["items"]!.AsArray().Select(d => d!)];

    private Task<List<DigestSlot>> SlotsAsync() => _app.ReadAsync(db => db.DigestSlots.OrderBy(s => s.DueAt).ToListAsync());

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
