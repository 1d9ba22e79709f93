using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Digests;
using Newsroom.Backend.Mail;

namespace Newsroom.Backend.Tests.Relays;

public sealed class ALane
{
    private readonly TaskCompletionSource _goOn = new();

    private void HoldBack(NewsroomApp app, string who) =>
        app.Smtp.OnAsked = (step, to) => step == SmtpStep.Rcpt && to.StartsWith(who, StringComparison.Ordinal) ? _goOn.Task : Task.CompletedTask;

    [Fact]
    public async Task Never_waits_for_another_whose_server_is_silent()
    {
        await using var app = await NewsroomApp.StartAsync(new() { ["Mail:Smtp:Connections"] = "8" });
        HoldBack(app, "slow");
        using var digest = app.Join(MailLane.Digest);
        using var breaking = app.Join(MailLane.Breaking);
        Assert.Equal((8, 2), (digest.MaxConnections, breaking.MaxConnections));
        var slow = Enumerable.Range(0, 20).Select(i => app.SendAsync(digest, $"slow{i}@example.org")).ToList();
        await NewsroomApp.UntilAsync(() => app.Smtp.OpenConnections == 8);
        slow.AddRange(Enumerable.Range(20, 5).Select(i => app.SendAsync(breaking, $"slow{i}@example.org")));
        await NewsroomApp.UntilAsync(() => app.Smtp.OpenConnections == 10);
        Assert.Equal(HandOverResult.Accepted, (await app.SendAsync(MailLane.Transactional, "quick@example.org")).Result);
        Assert.Equal("quick@example.org", Assert.Single(app.Mails).To);
        _goOn.SetResult();
        Assert.All(await Task.WhenAll(slow), a => Assert.Equal(HandOverResult.Accepted, a.Result));
        Assert.InRange(app.Smtp.Connections, 10, 11);
    }

    [Fact]
    public async Task Gives_turns_to_all_who_share_it_however_many_messages_each_has()
    {
        await using var app = await NewsroomApp.StartAsync(new() { ["Mail:Smtp:Connections"] = "1" });
        HoldBack(app, "first");
        using var large = app.Join(MailLane.Digest);
        using var small = app.Join(MailLane.Digest);
        var sending = new List<Task<HandOver>> { app.SendAsync(large, "first@example.org") };
        await NewsroomApp.UntilAsync(() => app.Smtp.OpenConnections == 1);
        sending.AddRange(Enumerable.Range(0, 30).Select(i => app.SendAsync(large, $"large{i}@example.org")));
        await NewsroomApp.UntilAsync(() => large.Waiting.Count == 30);
        sending.AddRange(Enumerable.Range(0, 5).Select(i => app.SendAsync(small, $"small{i}@example.org")));
        await NewsroomApp.UntilAsync(() => small.Waiting.Count == 5);
        _goOn.SetResult();
        await Task.WhenAll(sending);
        var order = app.Recipients.ToList();
        Assert.Equal(36, order.Count);
        Assert.InRange(order.FindLastIndex(r => r.StartsWith("small", StringComparison.Ordinal)), 5, 11);
    }

    [Fact]
    public async Task That_is_urgent_is_served_first_when_all_wait_for_the_pace()
    {
        await using var app = await NewsroomApp.StartAsync(new() { ["Mail:Smtp:MaxPerSecond"] = "1" });
        using var digest = app.Join(MailLane.Digest);
        await app.SendAsync(digest, "first@example.org");
        var digests = Enumerable.Range(0, 5).Select(i => app.SendAsync(digest, $"digest{i}@example.org")).ToList();
        await NewsroomApp.UntilAsync(() => digest.Waiting.Count == 5);
        using var breaking = app.Join(MailLane.Breaking);
        using var single = app.Join(MailLane.Transactional);
        var urgent = new[] { app.SendAsync(breaking, "breaking@example.org"), app.SendAsync(single, "single@example.org") };
        await NewsroomApp.UntilAsync(() => breaking.Waiting.Count + single.Waiting.Count == 2);
        for (var sent = 2; sent <= 8; sent++)
        {
            app.Clock.Advance(TimeSpan.FromSeconds(1));
            await NewsroomApp.UntilAsync(() => app.Mails.Count == sent);
        }
        await Task.WhenAll([.. digests, .. urgent]);
        Assert.Equal(["first@example.org", "single@example.org", "breaking@example.org", "digest0@example.org"], app.Recipients.Take(4));
    }

    [Theory]
    [InlineData("MaxPerMinute", 20)]
    [InlineData("MaxPerHour", 20)]
    [InlineData("MaxPerDay", 20)]
    public async Task That_is_urgent_has_a_part_of_each_allowance_to_itself(string limit, int most)
    {
        await using var app = await NewsroomApp.StartAsync(new() { ["Mail:Smtp:" + limit] = most.ToString(CultureInfo.InvariantCulture) });
        Assert.Equal(18, await SentAsync(app, MailLane.Digest));
        Assert.Equal(1, await SentAsync(app, MailLane.Breaking));
        Assert.Equal(1, await SentAsync(app, MailLane.Transactional));
        Assert.Equal(most, app.Mails.Count);
    }

    /// <summary>How many leave before one is put off or must wait.</summary>
    private static async Task<int> SentAsync(NewsroomApp app, MailLane lane)
    {
        using var share = app.Join(lane);
        for (var sent = 0; ; sent++)
        {
            var next = app.SendAsync(share);
            await NewsroomApp.UntilAsync(() => next.IsCompleted || share.Waiting.Count > 0);
            if (!next.IsCompleted || (await next).Result == HandOverResult.NotSent)
                return sent;
        }
    }

    [Theory]
    [InlineData(MailLane.Digest, "sending")]
    [InlineData(MailLane.Breaking, "breaking")]
    public async Task Has_workers_of_its_own(MailLane lane, string queue)
    {
        await using var app = await NewsroomApp.StartAsync();
        var digest = await app.ReadyDigestAsync(1);
        await app.ArrangeAsync(async db => (await db.Newsletters.SingleAsync(TestContext.Current.CancellationToken)).Lane = lane);
        await app.StepAsync(digest, "send");
        Assert.Equal([queue], app.QueuesOf<SendSlice>());
        app.LoseEnqueuedJobs();
        await app.RunOnlyAsync<TendDigests>();
        Assert.Equal([queue], app.QueuesOf<SendSlice>());
    }

    [Fact]
    public async Task Whose_turn_was_not_used_has_used_up_nothing()
    {
        await using var app = await NewsroomApp.StartAsync(new() { ["Mail:Smtp:MaxPerDay"] = "3" });
        using var share = app.Join(MailLane.Transactional);
        for (var i = 0; i < 10; i++)
            await (await share.TakeTurnAsync(TestContext.Current.CancellationToken)).DisposeAsync();
        for (var i = 0; i < 3; i++)
            Assert.Equal(HandOverResult.Accepted, (await app.SendAsync(share)).Result);
        Assert.Equal(HandOverResult.NotSent, (await app.SendAsync(share)).Result);
    }

    [Fact]
    public async Task Who_gives_up_waiting_costs_nobody_a_turn()
    {
        await using var app = await NewsroomApp.StartAsync(new() { ["Mail:Smtp:Connections"] = "1" });
        using var share = app.Join(MailLane.Digest);
        var first = await share.TakeTurnAsync(TestContext.Current.CancellationToken);
        using var impatience = new CancellationTokenSource();
        var impatient = share.TakeTurnAsync(impatience.Token);
        var patient = app.SendAsync(share);
        await NewsroomApp.UntilAsync(() => share.Waiting.Count == 2);
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        await first.DisposeAsync();
        Assert.Equal(HandOverResult.Accepted, (await patient).Result);
    }
}
