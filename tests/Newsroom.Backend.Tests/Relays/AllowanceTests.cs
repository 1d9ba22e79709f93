using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Relays;

namespace Newsroom.Backend.Tests.Relays;

public sealed class AnAllowance
{
    private static readonly DateTimeOffset Start = NewsroomApp.Start;

    [Theory]
    [InlineData(60, 0, 0, 60)]
    [InlineData(0, 100, 0, 3600)]
    [InlineData(0, 0, 500, 86400)]
    [InlineData(20, 300, 1000, 60)]
    public void Is_kept_in_every_window_whenever_messages_come(int minute, int hour, int day, int window)
    {
        for (var seed = 0; seed < 10; seed++)
        {
            var random = new Random(seed);
            var allowance = new Allowance(new SmtpOptions { MaxPerMinute = minute, MaxPerHour = hour, MaxPerDay = day });
            var sent = new List<DateTimeOffset>();
            var now = Start;
            while (now < Start + TimeSpan.FromSeconds(window * 3))
            {
                if (allowance.Before(now, MailLane.Transactional) is { } wait)
                {
                    Assert.True(wait.Until > now);
                    now = random.Next(3) == 0 ? wait.Until : now + ((wait.Until - now) * random.NextDouble());
                    continue;
                }
                allowance.Count(now, 1);
                sent.Add(now);
                now += TimeSpan.FromMilliseconds(random.Next(2000));
            }
            AssertKept(sent, TimeSpan.FromMinutes(1), minute);
            AssertKept(sent, TimeSpan.FromHours(1), hour);
            AssertKept(sent, TimeSpan.FromDays(1), day);
        }
    }

    private static void AssertKept(List<DateTimeOffset> sent, TimeSpan window, int most)
    {
        for (var last = most; most > 0 && last < sent.Count; last++)
            Assert.True(sent[last] - sent[last - most] >= window, $"{most + 1} within {sent[last] - sent[last - most]}");
    }

    [Fact]
    public void Is_open_again_when_the_window_has_moved_on()
    {
        var allowance = new Allowance(new SmtpOptions { MaxPerDay = 2 });
        allowance.Count(Start, 2);
        var wait = allowance.Before(Start, MailLane.Transactional);
        Assert.Equal((Start.AddDays(1).AddMinutes(5), "2 a day", TimeSpan.FromMinutes(722.5)), (wait!.Value.Until, wait.Value.Limit, wait.Value.Interval));
        Assert.NotNull(allowance.Before(wait.Value.Until.AddSeconds(-1), MailLane.Transactional));
        Assert.Null(allowance.Before(wait.Value.Until, MailLane.Transactional));
    }

    [Fact]
    public void Holds_nobody_up_for_longer_than_a_window_when_the_clock_is_put_back()
    {
        var allowance = new Allowance(new SmtpOptions { MaxPerSecond = 10, MaxPerMinute = 100 });
        for (var now = Start; now < Start.AddSeconds(10); now = now.AddMilliseconds(100))
            allowance.Count(now, 1);
        var back = Start.AddHours(-1);
        Assert.InRange(allowance.Before(back, MailLane.Transactional)?.Until ?? back, back, back.AddMilliseconds(100));
        allowance.Count(back.AddMilliseconds(100), 100);
        Assert.InRange(allowance.Before(back.AddSeconds(1), MailLane.Transactional)!.Value.Until, back.AddMinutes(1), back.AddSeconds(62));
    }

    [Fact]
    public void Loses_nothing_of_now_when_a_turn_of_long_ago_is_given_back()
    {
        var allowance = new Allowance(new SmtpOptions { MaxPerMinute = 100 });
        allowance.Count(Start, 1);
        // A minute's slots are used again after 62 seconds.
        allowance.Count(Start.AddSeconds(62), 100);
        allowance.Count(Start, -1);
        Assert.NotNull(allowance.Before(Start.AddSeconds(62), MailLane.Transactional));
    }

    [Fact]
    public void Of_a_second_is_spaced_evenly_and_an_alarm_that_rings_late_is_made_up_for()
    {
        var allowance = new Allowance(new SmtpOptions { MaxPerSecond = 100 });
        var (now, sent) = (Start, 0);
        while (now < Start.AddSeconds(10))
        {
            if (allowance.Before(now, MailLane.Digest) is { } wait)
            {
                now = wait.Until.AddMilliseconds(7);
                continue;
            }
            allowance.Count(now, 1);
            sent++;
        }
        Assert.InRange(sent, 990, 1001);
    }
}

public sealed class ADaysAllowance : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("newsroom-relays-").FullName;

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    private Task<NewsroomApp> StartAsync(Dictionary<string, string?> settings)
    {
        settings["ConnectionStrings:Newsroom"] = $"Data Source={Path.Combine(_folder, "newsroom.db")}";
        return NewsroomApp.StartAsync(settings);
    }

    private static async Task<int> SendUntilHeldAsync(NewsroomApp app, MailLane lane)
    {
        using var share = app.Join(lane);
        var sent = 0;
        for (; share.Held is null; sent++)
        {
            Assert.True(sent < 100, "It is never held.");
            Assert.Equal(HandOverResult.Accepted, (await app.SendAsync(share)).Result);
        }
        Assert.Equal(HandOverResult.NotSent, (await app.SendAsync(share)).Result);
        return sent;
    }

    [Fact]
    public async Task Is_remembered_over_a_restart()
    {
        await using (var before = await StartAsync(new() { ["Mail:Smtp:MaxPerDay"] = "10" }))
        {
            for (var i = 0; i < 6; i++)
                await before.SendAsync(MailLane.Transactional);
        }
        await using var app = await StartAsync(new() { ["Mail:Smtp:MaxPerDay"] = "10" });
        var relay = (await app.GetAsync("/api/v1/relays"))["items"]![0]!;
        Assert.Equal((6, 4), ((int)relay["lastDay"]!, (int)relay["leftToday"]!));
        Assert.Equal(4, await SendUntilHeldAsync(app, MailLane.Transactional));
        app.Clock.Advance(TimeSpan.FromDays(1) + TimeSpan.FromMinutes(10));
        Assert.Equal(10, await SendUntilHeldAsync(app, MailLane.Transactional));
    }

    [Fact]
    public async Task Of_a_warm_up_grows_each_day_and_does_not_concern_single_mails()
    {
        await using var app = await StartAsync(new() { ["Mail:WarmUp:StartedOn"] = "2026-11-24", ["Mail:WarmUp:FirstDay"] = "4" });
        Assert.Equal(4, await SendUntilHeldAsync(app, MailLane.Digest));
        using (var share = app.Join(MailLane.Breaking))
        {
            Assert.Equal(new DateTimeOffset(2026, 11, 25, 0, 0, 0, TimeSpan.Zero), share.Held?.Until);
            Assert.Contains("4 list mails today, day 1 of Mail:WarmUp", share.Held?.Why, StringComparison.Ordinal);
        }
        Assert.Equal(HandOverResult.Accepted, (await app.SendAsync(MailLane.Transactional)).Result);
        app.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(6, await SendUntilHeldAsync(app, MailLane.Digest));
        app.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(9, await SendUntilHeldAsync(app, MailLane.Digest));
        app.Clock.Advance(TimeSpan.FromDays(28));
        using var later = app.Join(MailLane.Digest);
        for (var i = 0; i < 20; i++)
            await app.SendAsync(later);
        Assert.Null(later.Held);
    }

    [Fact]
    public async Task Of_a_warm_up_forgets_a_turn_that_was_not_used_though_a_single_mail_left_meanwhile()
    {
        Dictionary<string, string?> settings = new() { ["Mail:WarmUp:StartedOn"] = "2026-11-24", ["Mail:WarmUp:FirstDay"] = "4" };
        await using (var before = await StartAsync(settings))
        {
            using var share = before.Join(MailLane.Digest);
            await using (await share.TakeTurnAsync(TestContext.Current.CancellationToken))
            {
                await before.CountsAreWrittenAsync();
                Assert.Equal(HandOverResult.Accepted, (await before.SendAsync(MailLane.Transactional)).Result);
            }
        }
        await using var app = await StartAsync(settings);
        Assert.Equal(4, await SendUntilHeldAsync(app, MailLane.Digest));
    }

    [Fact]
    public async Task Of_a_warm_up_is_remembered_over_a_restart_too()
    {
        Dictionary<string, string?> settings = new() { ["Mail:WarmUp:StartedOn"] = "2026-11-24", ["Mail:WarmUp:FirstDay"] = "4" };
        await using (var before = await StartAsync(settings))
        {
            for (var i = 0; i < 3; i++)
                await before.SendAsync(MailLane.Digest);
        }
        await using var app = await StartAsync(settings);
        Assert.Equal(1, await SendUntilHeldAsync(app, MailLane.Digest));
    }
}
