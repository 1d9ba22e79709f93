using System.Globalization;
using Hangfire.Storage.Monitoring;
using Newsroom.Backend.Data;
using Newsroom.Backend.Jobs;
using Newsroom.Backend.Staff.House;
using Newsroom.Backend.Tests.Subscribers.Pages;

namespace Newsroom.Backend.Tests.Staff;

/// <summary>What the status page shows of disk and jobs is told to staff by itself, once, and ends by itself.</summary>
public sealed class WhatStaffAreToldOfTheMachine : StaffTests
{
    protected override Dictionary<string, string?> Settings() => new() { ["Site:AlertAddress"] = "desk@example.org" };

    [Fact]
    public async Task A_disk_that_is_nearly_full()
    {
        App.AnnounceServer("default");
        App.SwellDatabase();
        var found = await App.WatchHouseAsync();
        Assert.Contains("disk.short", found);
        Assert.Empty(await App.OpenAlertsAsync());
        await App.WatchHouseAsync(found);
        await App.WatchHouseAsync(found);
        Assert.Contains("Make room", (await App.OpenAlertsAsync())["disk.short"], StringComparison.Ordinal);
        await App.RunEnqueuedJobsAsync();
        Assert.Contains("Make room", Assert.Single(App.MailsTo("desk@example.org")).Text, StringComparison.Ordinal);
        var page = await Administrator.ReadAsync("/staff");
        Assert.Contains("href=\"/staff/status\"", page[page.IndexOf("Make room", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.Contains("Make room", await Administrator.ReadAsync("/staff/status"), StringComparison.Ordinal);

        await App.ShrinkDatabaseAsync();
        Assert.DoesNotContain("disk.short", await App.WatchHouseAsync(found));
        Assert.Empty(await App.OpenAlertsAsync());
    }

    [Theory]
    [InlineData(2.0, 0.5, false, true)]
    [InlineData(1.05, 0.5, false, false)]
    [InlineData(0.9, 0.5, true, false)]
    [InlineData(3.0, 4.0, true, false)]
    [InlineData(5.0, 4.0, false, true)]
    public void A_disk_around_its_limit_once(double free, double database, bool isShort, bool hasRoom)
    {
        const double GB = 1024 * 1024 * 1024;
        var disk = new DiskSpace("/data", (long)(database * GB), (long)(free * GB), (long)(100 * GB));
        Assert.Equal((isShort, hasRoom), (disk.IsShort, disk.HasRoomAgain));
    }

    [Fact]
    public async Task A_job_that_gave_up_until_somebody_sees_to_it()
    {
        App.AnnounceServer("default");
        var job = App.FailJob();
        Assert.Equal(["jobs.failing"], await TwiceAsync());
        Assert.Contains("RunList", (await App.OpenAlertsAsync())["jobs.failing"], StringComparison.Ordinal);
        App.DeleteJob(job);
        Assert.Empty(await TwiceAsync());
        Assert.Empty(await App.OpenAlertsAsync());
    }

    [Fact]
    public async Task A_line_of_the_timetable_whose_last_run_gave_up_until_one_goes_well()
    {
        App.AnnounceServer("default");
        var job = App.FailJob();
        App.SetLine("digests.tend", TimeProvider.System.GetUtcNow().AddMinutes(1), job);
        Assert.Equal(["jobs.failing"], await TwiceAsync());
        Assert.Contains("digests.tend", (await App.OpenAlertsAsync())["jobs.failing"], StringComparison.Ordinal);
        App.SetLine("digests.tend", TimeProvider.System.GetUtcNow().AddMinutes(1));
        App.DeleteJob(job);
        Assert.Empty(await TwiceAsync());
    }

    [Fact]
    public async Task A_job_that_should_have_run()
    {
        App.AnnounceServer("default");
        App.SetLine("digests.tend", App.Clock.GetUtcNow().AddMinutes(-4));
        Assert.Empty(await TwiceAsync());
        App.SetLine("digests.tend", App.Clock.GetUtcNow().AddMinutes(-6));
        Assert.Equal(["jobs.overdue"], await TwiceAsync());
        Assert.Contains("digests.tend", (await App.OpenAlertsAsync())["jobs.overdue"], StringComparison.Ordinal);
        App.SetLine("digests.tend", App.Clock.GetUtcNow().AddMinutes(1));
        Assert.Empty(await TwiceAsync());
        Assert.Empty(await App.OpenAlertsAsync());
    }

    [Fact]
    public async Task That_nobody_runs_jobs_once_one_is_overdue()
    {
        Assert.Empty(await TwiceAsync());
        App.SetLine("digests.tend", App.Clock.GetUtcNow().AddMinutes(-6));
        Assert.Equal(["jobs.overdue"], await TwiceAsync());
        Assert.Contains("Nobody runs jobs", (await App.OpenAlertsAsync())["jobs.overdue"], StringComparison.Ordinal);
    }

    /// <summary>Jobs' storage in memory dates what waits by the machine's own clock, so the rule is asked itself.</summary>
    [Theory]
    [InlineData("bulk", 6, true, true)]
    [InlineData("bulk", 4, true, false)]
    [InlineData("default", 6, true, false)]
    [InlineData("default", 6, false, true)]
    public void A_queue_that_nobody_takes_from(string queue, int minutes, bool isAlive, bool isLeft)
    {
        var now = NewsroomApp.Start;
        var waiting = new QueueWithTopEnqueuedJobsDto
        {
            Name = queue,
            Length = 1,
            FirstJobs = new JobList<EnqueuedJobDto>([KeyValuePair.Create("1", new EnqueuedJobDto { EnqueuedAt = now.AddMinutes(-minutes).UtcDateTime })]),
        };
        Assert.Equal(isLeft, ReadJobs.IsLeft(waiting, [new JobServer("a", ["critical", "default"], 1, now, isAlive)], now));
        var view = new JobsView([new JobServer("b", ["breaking"], 1, now, true)], [new JobQueue(queue, 1, isLeft)], [], 0, [], []);
        Assert.Equal(isLeft, Troubles.Of(null, view, CultureInfo.InvariantCulture).Any(t => t.Kind == "jobs.left" && t.Words.Contains(queue, StringComparison.Ordinal)));
    }

    [Fact]
    public void All_of_it_in_words_that_fit_an_alert()
    {
        var names = Enumerable.Range(1, 40).Select(n => $"privacy.forget-something-{n}").ToList();
        var jobs = new JobsView([], [], names.ConvertAll(n => new JobTrouble(n, null)), 40, [], names);
        foreach (var view in new[] { jobs, jobs with { Servers = [new JobServer("a", ["default"], 1, null, true)] } })
            Assert.All(Troubles.Of(null, view, CultureInfo.InvariantCulture), t => Assert.InRange(t.Words.Length, 20, Mail.Alerts.Alert.MessageLength));
    }

    /// <summary>What two looks in a row find.</summary>
    private async Task<IReadOnlyCollection<string>> TwiceAsync() => await App.WatchHouseAsync(await App.WatchHouseAsync());
}
