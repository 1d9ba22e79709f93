using System.Text.Json.Nodes;
using Newsroom.Backend.Mail;

namespace Newsroom.Backend.Tests.Relays;

public sealed class SeveralRelays : IAsyncLifetime
{
    private readonly SmtpSink _second = SmtpSink.Start();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _second.DisposeAsync();

    private static async Task SendAsync(NewsroomApp app, int count)
    {
        for (var i = 0; i < count; i++)
            Assert.Equal(HandOverResult.Accepted, (await app.SendAsync(MailLane.Digest, $"reader{i}@example.org")).Result);
    }

    private static async Task<JsonNode> RelayAsync(NewsroomApp app, int n) => (await app.GetAsync("/api/v1/relays"))["items"]![n]!;

    [Fact]
    public async Task Share_the_mail_by_weight()
    {
        await using var app = await NewsroomApp.StartAsync(NewsroomApp.WithRelay(_second, new() { ["Mail:Smtp:Weight"] = "3" }));
        await SendAsync(app, 40);
        Assert.Equal((30, 10), (app.Mails.Count, _second.Mails.Count));
    }

    [Fact]
    public async Task Carry_alone_what_another_one_cannot_and_share_again_when_it_is_back()
    {
        await using var app = await NewsroomApp.StartAsync(NewsroomApp.WithRelay(_second));
        await app.Smtp.GoAwayAsync();
        await SendAsync(app, 12);
        Assert.Equal((0, 12), (app.Mails.Count, _second.Mails.Count));
        var down = await RelayAsync(app, 0);
        Assert.False((bool)down["up"]!);
        Assert.False(string.IsNullOrEmpty((string?)down["why"]));
        Assert.True((bool)(await RelayAsync(app, 1))["up"]!);

        app.Smtp.ComeBack();
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        await SendAsync(app, 12);
        Assert.True((bool)(await RelayAsync(app, 0))["up"]!);
        Assert.InRange(app.Mails.Count, 6, 12);
    }

    [Fact]
    public async Task One_that_is_down_is_left_alone_and_asked_again_at_growing_intervals()
    {
        await using var app = await NewsroomApp.StartAsync(NewsroomApp.WithRelay(_second));
        app.Smtp.On(SmtpStep.Connect, "554 5.3.2 Not now", times: 1000);
        await SendAsync(app, 50);
        Assert.Equal(3, app.Smtp.Connections);
        app.Clock.Advance(TimeSpan.FromSeconds(6));
        await SendAsync(app, 20);
        Assert.Equal(4, app.Smtp.Connections);
        app.Clock.Advance(TimeSpan.FromSeconds(6));
        await SendAsync(app, 20);
        Assert.Equal(4, app.Smtp.Connections);
        app.Clock.Advance(TimeSpan.FromSeconds(6));
        await SendAsync(app, 20);
        Assert.Equal(5, app.Smtp.Connections);
    }

    [Fact]
    public async Task All_down_say_so_and_use_up_nothing()
    {
        await using var app = await NewsroomApp.StartAsync(NewsroomApp.WithRelay(_second, new() { ["Mail:Smtp:MaxPerDay"] = "10" }));
        await app.Smtp.GoAwayAsync();
        await _second.GoAwayAsync();
        for (var i = 0; i < 20; i++)
            Assert.Equal((HandOverResult.NotSent, FaultOwner.Server), (await app.SendAsync(MailLane.Digest) is var answer ? answer.Result : default, answer.Owner));
        Assert.Equal(10, (int)(await RelayAsync(app, 0))["leftToday"]!);
        _second.ComeBack();
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        await SendAsync(app, 1);
    }

    [Fact]
    public async Task One_whose_allowance_is_used_up_leaves_the_rest_to_the_others()
    {
        await using var app = await NewsroomApp.StartAsync(NewsroomApp.WithRelay(_second, new() { ["Mail:Smtp:MaxPerDay"] = "10" }));
        await SendAsync(app, 40);
        Assert.Equal((9, 31), (app.Mails.Count, _second.Mails.Count));
        var first = await RelayAsync(app, 0);
        Assert.Equal((9, 1), ((int)first["lastDay"]!, (int)first["leftToday"]!));
    }

    [Fact]
    public async Task Get_nothing_while_all_mail_is_captured()
    {
        await using var app = await NewsroomApp.StartAsync(NewsroomApp.WithRelay(_second, new() { ["Mail:Transport"] = "Capture" }));
        await SendAsync(app, 10);
        Assert.Equal((10, 0), (app.Mails.Count, _second.Connections));
    }

    [Fact]
    public async Task One_for_single_mails_alone_carries_no_digest()
    {
        await using var app = await NewsroomApp.StartAsync(NewsroomApp.WithRelay(_second, new() { ["Mail:Relays:0:Lanes:0"] = "Transactional" }));
        await SendAsync(app, 10);
        for (var i = 0; i < 10; i++)
            await app.SendAsync(MailLane.Transactional);
        Assert.Equal((15, 5), (app.Mails.Count, _second.Mails.Count));
    }

    [Fact]
    public async Task One_that_asks_for_a_pause_gets_it()
    {
        await using var app = await NewsroomApp.StartAsync(NewsroomApp.WithRelay(_second));
        app.Smtp.On(SmtpStep.Mail, "421 4.7.0 Too many messages, try again in 300 seconds");
        var answers = new List<HandOver>();
        for (var i = 0; i < 20; i++)
            answers.Add(await app.SendAsync(MailLane.Digest));
        Assert.Equal(TimeSpan.FromMinutes(5), Assert.Single(answers, a => a.Result == HandOverResult.Later).RetryAfter);
        Assert.InRange(app.Mails.Count, 0, 1);
        app.Clock.Advance(TimeSpan.FromSeconds(290));
        await SendAsync(app, 4);
        Assert.InRange(app.Mails.Count, 0, 1);
        app.Clock.Advance(TimeSpan.FromSeconds(11));
        await SendAsync(app, 10);
        Assert.InRange(app.Mails.Count, 5, 11);
    }

    [Theory]
    [InlineData(SmtpStep.Connect, false)]
    [InlineData(SmtpStep.Mail, true)]
    public async Task One_that_asks_for_a_pause_at_the_greeting_or_on_a_line_that_waited_gets_it_too(SmtpStep step, bool waited)
    {
        await using var app = await NewsroomApp.StartAsync(NewsroomApp.WithRelay(_second));
        await SendAsync(app, waited ? 2 : 0);
        app.Smtp.On(step, "421 4.7.0 Too many of yours, try again in 300 seconds");
        for (var i = 0; i < 20; i++)
            await app.SendAsync(MailLane.Digest);
        app.Clock.Advance(TimeSpan.FromSeconds(290));
        await SendAsync(app, 4);
        Assert.Equal((1, waited ? 1 : 0), (app.Smtp.Connections, app.Mails.Count));
        var paused = await RelayAsync(app, 0);
        Assert.False((bool)paused["up"]!);
        Assert.Contains("300 seconds", (string?)paused["why"], StringComparison.Ordinal);
        app.Clock.Advance(TimeSpan.FromSeconds(11));
        await SendAsync(app, 10);
        Assert.InRange(app.Mails.Count, 5, 11);
        Assert.True((bool)(await RelayAsync(app, 0))["up"]!);
    }
}

/// <summary>What a relay says of how much it wants.</summary>
public sealed class ARelayThatWantsLess
{
    private static async Task<int> DigestConnectionsAsync(NewsroomApp app) => (int)(await app.GetAsync("/api/v1/relays"))["items"]![0]!["digestConnections"]!;

    [Theory]
    [InlineData(SmtpStep.Mail, "450 4.7.1 Error: too much mail from 192.0.2.1", 6)]
    [InlineData(SmtpStep.Rcpt, "421 4.7.0 Too many messages", 6)]
    [InlineData(SmtpStep.Mail, "421 4.7.0 Too many messages in this connection", 8)]
    [InlineData(SmtpStep.Dot, "451 4.7.1 Greylisted, come back in 5 minutes", 8)]
    [InlineData(SmtpStep.Rcpt, "450 4.7.1 Rate limit exceeded", 8)]
    public async Task Gets_fewer_lines_and_is_told_from_a_receiver_and_from_a_line_that_carried_its_share(SmtpStep step, string answer, int lines)
    {
        await using var app = await NewsroomApp.StartAsync();
        app.Smtp.On(step, answer);
        Assert.Equal(HandOverResult.Later, (await app.SendAsync(MailLane.Digest)).Result);
        Assert.Equal(lines, await DigestConnectionsAsync(app));
        // Nobody else is held up.
        Assert.Equal(HandOverResult.Accepted, (await app.SendAsync(MailLane.Digest)).Result);
    }

    [Fact]
    public async Task Says_so_once_however_many_messages_were_under_way()
    {
        await using var app = await NewsroomApp.StartAsync();
        var (asked, goOn) = (0, new TaskCompletionSource());
        app.Smtp.OnAsked = (step, _) =>
        {
            if (step != SmtpStep.Rcpt)
                return Task.CompletedTask;
            Interlocked.Increment(ref asked);
            return goOn.Task;
        };
        app.Smtp.On(SmtpStep.Rcpt, "421 4.7.0 Too many messages", times: 8);
        using var share = app.Join(MailLane.Digest);
        var sending = Enumerable.Range(0, 8).Select(i => app.SendAsync(share, $"reader{i}@example.org")).ToList();
        await NewsroomApp.UntilAsync(() => Volatile.Read(ref asked) == 8);
        goOn.SetResult();
        Assert.All(await Task.WhenAll(sending), a => Assert.Equal(HandOverResult.Later, a.Result));
        Assert.Equal(6, await DigestConnectionsAsync(app));
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        app.Smtp.On(SmtpStep.Rcpt, "421 4.7.0 Too many messages");
        await app.SendAsync(share);
        Assert.Equal(4, await DigestConnectionsAsync(app));
    }

    [Fact]
    public async Task Has_its_pause_though_a_line_that_was_on_its_way_opens_meanwhile()
    {
        await using var app = await NewsroomApp.StartAsync();
        var (first, second) = (new TaskCompletionSource(), new TaskCompletionSource());
        app.Smtp.OnAsked = (step, to) => (step, to, app.Smtp.Connections) switch
        {
            (SmtpStep.Rcpt, "first@example.org", _) => first.Task,
            (SmtpStep.Connect, _, 2) => second.Task,
            _ => Task.CompletedTask,
        };
        app.Smtp.On(SmtpStep.Rcpt, "421 4.7.0 Too many messages, try again in 300 seconds", to: "first@example.org");
        using var share = app.Join(MailLane.Digest);
        var sending = new List<Task<HandOver>> { app.SendAsync(share, "first@example.org") };
        await NewsroomApp.UntilAsync(() => app.Smtp.Connections == 1);
        sending.Add(app.SendAsync(share, "second@example.org"));
        await NewsroomApp.UntilAsync(() => app.Smtp.Connections == 2);
        first.SetResult();
        Assert.Equal(HandOverResult.Later, (await sending[0]).Result);
        second.SetResult();
        Assert.Equal(HandOverResult.Accepted, (await sending[1]).Result);
        Assert.Equal(HandOverResult.NotSent, (await app.SendAsync(share)).Result);
        app.Clock.Advance(TimeSpan.FromSeconds(301));
        Assert.Equal(HandOverResult.Accepted, (await app.SendAsync(share)).Result);
    }
}
