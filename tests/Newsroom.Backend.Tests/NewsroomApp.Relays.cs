using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Relays;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Tests;

public sealed partial class NewsroomApp
{
    private long _messages;

    public ReceivingLimits ReceivingLimits => _program.Services.GetRequiredService<ReceivingLimits>();

    /// <summary>Takes part in a lane, as a digest or the outbox does.</summary>
    public LaneShare Join(MailLane lane) => _program.Services.GetRequiredService<SmtpRelay>().Join(lane);

    /// <summary>One message with a turn of the share.</summary>
    public async Task<HandOver> SendAsync(LaneShare share, string to = "reader@example.org")
    {
        var message = await BuildAsync(new MessageParts
        {
            To = EmailAddress.Parse(to),
            Content = new RenderedMail("Good morning", "<p>Text.</p>\n", "Text.\n"),
            Date = Clock.GetUtcNow(),
            Mailed = MailedId.Single(Interlocked.Increment(ref _messages)),
        });
        await using var turn = await share.TakeTurnAsync(TestContext.Current.CancellationToken);
        return turn.Unopened ?? await turn.SendAsync(message);
    }

    public async Task<HandOver> SendAsync(MailLane lane, string to = "reader@example.org")
    {
        using var share = Join(lane);
        return await SendAsync(share, to);
    }

    /// <summary>The queues in which jobs of a kind wait.</summary>
    public IReadOnlyList<string> QueuesOf<TJob>() => [.. _jobs.Waiting.Where(j => j.Job == typeof(TJob)).Select(j => j.Queue)];

    /// <summary>Settings of a further relay.</summary>
    public static Dictionary<string, string?> WithRelay(SmtpSink sink, Dictionary<string, string?>? settings = null)
    {
        var with = new Dictionary<string, string?>
        {
            ["Mail:Relays:0:Name"] = "second",
            ["Mail:Relays:0:Host"] = "127.0.0.1",
            ["Mail:Relays:0:Port"] = sink.Port.ToString(CultureInfo.InvariantCulture),
            ["Mail:Relays:0:Security"] = "None",
        };
        foreach (var (key, value) in settings ?? [])
            with[key] = value;
        return with;
    }

    /// <summary>Waits in real time for what other threads do; fails when they do not.</summary>
    public static Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    /// <inheritdoc cref="UntilAsync(Func{bool})"/>
    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var attempt = 0; !await condition(); attempt++)
        {
            Assert.True(attempt < 2000, "It does not happen.");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Moves the clock until the relays' counts stand in rows. One jump is not enough: the program's timer may begin behind it.</summary>
    public async Task CountsAreWrittenAsync()
    {
        for (var attempt = 0; await ReadAsync(db => db.RelayCounts.SumAsync(c => c.ListCount, Cancelled)) == 0; attempt++)
        {
            Assert.True(attempt < 1000, "No count is written.");
            Clock.Advance(TimeSpan.FromSeconds(10));
            await Task.Delay(10, Cancelled);
        }
    }
}
