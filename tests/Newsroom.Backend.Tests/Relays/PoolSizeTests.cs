using Microsoft.Extensions.Time.Testing;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Relays;

namespace Newsroom.Backend.Tests.Relays;

public sealed class TheNumberOfConnections
{
    private readonly FakeTimeProvider _clock = new(NewsroomApp.Start);

    /// <summary>Messages through a relay that answers after 60 ms while no more than so many are under way, and later when there are more.</summary>
    private void Send(PoolSize pool, int messages, int capacity, double slower = 1)
    {
        for (var i = 0; i < messages; i++)
        {
            var took = TimeSpan.FromMilliseconds(60 * slower * Math.Max(1, (double)pool.Now / capacity));
            _clock.Advance(took / pool.Now);
            pool.Answered(took, full: true);
        }
    }

    [Fact]
    public void Grows_while_the_relay_takes_more_for_it()
    {
        var pool = new PoolSize(100, _clock);
        Assert.Equal(8, pool.Now);
        Send(pool, 1000, capacity: 1000);
        Assert.Equal(100, pool.Now);
    }

    [Theory]
    [InlineData(8, 8, 16)]
    [InlineData(30, 16, 64)]
    public void Goes_back_when_more_bring_nothing(int capacity, int least, int most)
    {
        var pool = new PoolSize(200, _clock);
        var sizes = new List<int>();
        for (var i = 0; i < 200; i++)
        {
            Send(pool, 50, capacity);
            sizes.Add(pool.Now);
        }
        Assert.InRange(sizes.Max(), least, most);
        // A step that brought nothing is taken back at once and rarely tried again.
        Assert.InRange(sizes.Count(s => s > least * 2), 0, sizes.Count / 5);
    }

    [Fact]
    public void Never_passes_what_is_configured()
    {
        var pool = new PoolSize(5, _clock);
        Send(pool, 5000, capacity: 1000);
        Assert.Equal(5, pool.Now);
    }

    [Fact]
    public void Shrinks_when_answers_take_much_longer_than_they_did()
    {
        var pool = new PoolSize(64, _clock);
        Send(pool, 2000, capacity: 1000);
        Assert.Equal(64, pool.Now);
        Send(pool, 64 * 4 * 3, capacity: 1000, slower: 50);
        Assert.InRange(pool.Now, 1, 43);
    }

    [Fact]
    public void Is_what_the_relay_granted_when_it_refused_another_for_ten_minutes()
    {
        var pool = new PoolSize(64, _clock);
        pool.Refused(5);
        Send(pool, 500, capacity: 1000);
        Assert.Equal(5, pool.Now);
        _clock.Advance(TimeSpan.FromMinutes(10));
        Send(pool, 2000, capacity: 1000);
        Assert.Equal(64, pool.Now);
    }

    [Fact]
    public async Task Follows_a_relay_that_grants_only_three()
    {
        await using var app = await NewsroomApp.StartAsync();
        var (asked, refused) = (0, new TaskCompletionSource());
        app.Smtp.OnAsked = async (step, _) =>
        {
            if (step == SmtpStep.Connect && Interlocked.Increment(ref asked) > 3)
            {
                app.Smtp.On(SmtpStep.Connect, "421 4.7.0 Too many connections from your address");
                refused.TrySetResult();
            }
            // Three lines that were quicker than the messages are made would be enough, and it would never be asked for a fourth.
            if (step == SmtpStep.Mail)
                await refused.Task;
        };
        using var share = app.Join(MailLane.Digest);
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => app.SendAsync(share, $"reader{i}@example.org")));
        Assert.InRange(answers.Count(a => a.Result == HandOverResult.Accepted), 92, 100);
        var relay = (await app.GetAsync("/api/v1/relays"))["items"]![0]!;
        Assert.InRange((int)relay["digestConnections"]!, 1, 4);
        Assert.True((bool)relay["up"]!);
    }

    [Fact]
    public async Task Follows_a_relay_whose_refusals_come_before_its_greetings()
    {
        await using var app = await NewsroomApp.StartAsync();
        var (asked, all, greets) = (0, new TaskCompletionSource(), new TaskCompletionSource());
        app.Smtp.OnAsked = async (step, _) =>
        {
            if (step != SmtpStep.Connect)
                return;
            var number = Interlocked.Increment(ref asked);
            if (number == 8)
                all.SetResult();
            await (number <= 3 ? greets.Task : all.Task);
            if (number > 3)
                app.Smtp.On(SmtpStep.Connect, "421 4.7.0 Too many connections from your address");
        };
        using var share = app.Join(MailLane.Digest);
        var sending = Task.WhenAll(Enumerable.Range(0, 100).Select(i => app.SendAsync(share, $"reader{i}@example.org")));
        try
        {
            await NewsroomApp.UntilAsync(() => app.Smtp.Connections == 8 && app.Smtp.OpenConnections == 3);
        }
        finally
        {
            greets.SetResult();
        }
        Assert.Equal(95, (await sending).Count(a => a.Result == HandOverResult.Accepted));
        Assert.Equal(8, app.Smtp.Connections);
    }

    [Fact]
    public async Task Granted_to_digests_alone_lends_a_single_mail_the_next_line_that_is_free()
    {
        await using var app = await NewsroomApp.StartAsync(new() { ["Mail:Smtp:Connections"] = "1" });
        var (asked, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        app.Smtp.OnAsked = async (step, to) =>
        {
            if (step != SmtpStep.Rcpt || to != "slow@example.org")
                return;
            asked.TrySetResult();
            await goOn.Task;
        };
        var slow = app.SendAsync(MailLane.Digest, "slow@example.org");
        await asked.Task;
        app.Smtp.On(SmtpStep.Connect, "421 4.3.2 Too many concurrent connections", times: 1000);
        var urgent = app.SendAsync(MailLane.Transactional, "urgent@example.org");
        await NewsroomApp.UntilAsync(() => app.Smtp.Connections == 2);
        goOn.SetResult();
        Assert.Equal(HandOverResult.Accepted, (await slow).Result);
        Assert.Equal(HandOverResult.Accepted, (await urgent).Result);
    }

    [Fact]
    public async Task Is_taken_anew_after_five_minutes()
    {
        await using var app = await NewsroomApp.StartAsync();
        for (var i = 0; i < 40; i++)
        {
            await app.SendAsync(MailLane.Digest);
            app.Clock.Advance(TimeSpan.FromSeconds(10));
        }
        Assert.Equal((2, 40), (app.Smtp.Connections, app.Mails.Count));
    }
}
