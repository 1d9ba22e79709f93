using System.Net;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Newsroom.Backend.Tests.Subscribers;

/// <summary>
/// Promise 1: whatever order readers, strangers, old links and time come in, nobody gets a newsletter without a consent that lives. Holds
/// every link there ever was, also those that no mail carried: more than anybody outside has. At the end of each life a digest of every
/// newsletter goes to exactly those, of all readers so far, whose last word is yes and whose address is not barred.
/// </summary>
public sealed class ConsentStates(ConsentStates.Room room) : IClassFixture<ConsentStates.Room>
{
    private static readonly string[] Slugs = ["this-week", "breaking"];
    private static int _readers;

    public sealed class Room : IAsyncLifetime
    {
        public NewsroomApp App { get; private set; } = null!;

        /// <summary>Who must get which newsletter, by what this test did: reader to slugs.</summary>
        public Dictionary<string, HashSet<string>> Expected { get; } = [];

        public async ValueTask InitializeAsync()
        {
            App = await NewsroomApp.StartAsync();
            foreach (var slug in Slugs)
                await App.AddNewsletterAsync(slug, slug);
        }

        public ValueTask DisposeAsync() => App.DisposeAsync();
    }

    public abstract record Step
    {
        public sealed record SignUp(int Newsletters) : Step;

        public sealed record Confirm(int Link) : Step;

        public sealed record Renew(int Link) : Step;

        public sealed record OneClick(int Newsletter) : Step;

        public sealed record LeaveAll(int Newsletter) : Step;

        public sealed record Undo(int Newsletter) : Step;

        public sealed record Wait(int Hours) : Step;

        public sealed record Bounce : Step;

        public sealed record Complain : Step;

        public sealed record Import(int Newsletter) : Step;

        public sealed record Erase : Step;
    }

    public static class Steps
    {
        public static Arbitrary<Step[]> Arbitrary()
        {
            var link = Gen.Choose(0, 5);
            var newsletter = Gen.Choose(0, 1);
            var step = Gen.OneOf(
                Gen.Choose(0, 3).Select(n => (Step)new Step.SignUp(n)),
                link.Select(l => (Step)new Step.Confirm(l)),
                link.Select(l => (Step)new Step.Confirm(l)),
                link.Select(l => (Step)new Step.Renew(l)),
                newsletter.Select(n => (Step)new Step.OneClick(n)),
                newsletter.Select(n => (Step)new Step.LeaveAll(n)),
                newsletter.Select(n => (Step)new Step.Undo(n)),
                newsletter.Select(n => (Step)new Step.Import(n)),
                Gen.Elements(1, 12, 30, 170, 400).Select(h => (Step)new Step.Wait(h)));
            // The ends of an address come now and then: most lives should go on.
            step = Gen.Frequency((14, step), (1, Gen.Elements<Step>(new Step.Bounce(), new Step.Complain(), new Step.Erase())));
            return Arb.From(step.ListOf().Where(s => s.Count <= 25).Select(s => s.ToArray()),
                steps => Enumerable.Range(0, steps.Length).Select(i => steps[..i].Concat(steps[(i + 1)..]).ToArray()));
        }
    }

    [Property(Arbitrary = [typeof(Steps)], MaxTest = 40)]
    public async Task No_order_of_events_gives_a_newsletter_without_a_living_consent(Step[] steps)
    {
        var number = Interlocked.Increment(ref _readers);
        var reader = $"reader{number}@example.org";
        var network = new IPAddress([10, (byte)(number >> 16), (byte)(number >> 8), (byte)number]);
        var active = new HashSet<string>();
        var bar = new Bar(null, null);
        var left = new HashSet<string>();
        var (lived, noImport) = (false, false);
        foreach (var step in steps)
        {
            // Two things never happen at one instant of the clock.
            room.App.Clock.Advance(TimeSpan.FromSeconds(1));
            await TakeAsync(step, reader, network);
            var now = room.App.Clock.GetUtcNow();
            bar = step switch
            {
                Step.Bounce => bar with { BouncedAt = now },
                Step.Complain => bar with { ComplainedAt = now },
                _ => bar,
            };
            var (before, isErased) = (active, step is Step.Erase && await room.App.SubscriberAsync(reader) is null && lived);
            active = await CheckAsync(reader, step, step is Step.Erase ? [] : active);
            lived = await room.App.SubscriberAsync(reader) is not null;
            var begun = active.Except(before).ToList();
            if (step is Step.Import)
                Assert.False(noImport && begun.Count > 0 || begun.Exists(left.Contains), "An import brought back who had gone.");
            left.UnionWith(before.Except(active));
            left.ExceptWith(active);
            if (isErased)
                left.Clear();
            noImport = (noImport && !(step is Step.Confirm && await room.App.StatusAsync(reader) == "confirmed")) || isErased || step is Step.Bounce or Step.Complain;
        }
        room.Expected[reader] = await IsBarredAsync(reader, bar) ? [] : active;
        await SendAsync();
    }

    /// <summary>When the address last bounced, and when its owner complained.</summary>
    private sealed record Bar(DateTimeOffset? BouncedAt, DateTimeOffset? ComplainedAt);

    /// <summary>A complaint is for ever. A bounce ends when the owner, asked after it, confirms again.</summary>
    private async Task<bool> IsBarredAsync(string reader, Bar bar)
    {
        if (bar.ComplainedAt is not null)
            return true;
        if (bar.BouncedAt is not { } since)
            return false;
        var after = (await room.App.SubscriberAsync(reader))?["consents"]!.AsArray()
            .Where(c => (DateTimeOffset)c!["at"]! > since).Select(c => ((string)c!["event"]!, (string)c["method"]!)).ToList() ?? [];
        var asked = after.FindIndex(c => c.Item1 == "requested");
        return asked < 0 || after.FindIndex(asked, c => c == ("confirmed", "confirm-page")) < 0;
    }

    /// <summary>To those and to nobody else, whoever else there ever was.</summary>
    private async Task SendAsync()
    {
        await room.App.RunDueJobsAsync();
        foreach (var slug in Slugs)
        {
            await room.App.PushStoriesAsync();
            var before = room.App.Mails.Count;
            await room.App.StepAsync(await room.App.ComposeAsync(slug), "send");
            await room.App.RunDueJobsAsync();
            Assert.Equal(room.Expected.Where(e => e.Value.Contains(slug)).Select(e => e.Key).Order(), room.App.Recipients.Skip(before).Order());
        }
    }

    private async Task TakeAsync(Step step, string reader, IPAddress network)
    {
        var app = room.App;
        switch (step)
        {
            case Step.SignUp(var chosen):
                Assert.Equal(303, await app.SignUpFromAsync(network, reader, [.. Slugs.Where((_, i) => (chosen & (1 << i)) != 0)]));
                break;
            case Step.Confirm(var link) when await app.ConfirmLinksAsync(reader) is { Count: > 0 } links:
                await app.PostFormAsync(links[link % links.Count]);
                break;
            case Step.Renew(var link) when await app.ConfirmLinksAsync(reader) is { Count: > 0 } links:
                await app.PostFormAsync(links[link % links.Count], ("again", "yes"));
                break;
            case Step.OneClick(var newsletter) when await LeaveLinkAsync(reader, newsletter) is { } link:
                await app.PostFormAsync(link, ("List-Unsubscribe", "One-Click"));
                break;
            case Step.LeaveAll(var newsletter) when await LeaveLinkAsync(reader, newsletter) is { } link:
                await app.PostFormAsync(link, ("from", "page"), ("all", "yes"));
                break;
            case Step.Undo(var newsletter) when await LeaveLinkAsync(reader, newsletter) is { } link:
                await app.PostFormAsync(link, ("from", "page"), ("undo", "yes"));
                break;
            case Step.Import(var list):
                await app.ImportBytesAsync(Encoding.UTF8.GetBytes($"email\n{reader}\n"), newsletter: Slugs[list]);
                break;
            case Step.Erase:
                await app.EraseAsync(reader);
                break;
            case Step.Bounce:
                await app.BounceAsync(reader);
                break;
            case Step.Complain:
                await app.ComplainAsync(reader);
                break;
            case Step.Wait(var hours):
                await app.AdvanceAsync(TimeSpan.FromHours(hours));
                break;
        }
    }

    private async Task<HashSet<string>> CheckAsync(string reader, Step step, HashSet<string> before)
    {
        var subscriber = await room.App.SubscriberAsync(reader);
        if (subscriber is null)
        {
            Assert.Empty(before);
            return before;
        }
        var now = subscriber["newsletters"]!.AsArray().Where(n => (string?)n!["state"] == "active").Select(n => (string)n!["newsletter"]!).ToHashSet();
        var consents = subscriber["consents"]!.AsArray()
            .Select(c => (Event: (string)c!["event"]!, Method: (string)c["method"]!, Newsletters: c["newsletters"]!.AsArray().Select(n => (string)n!).ToList())).ToList();
        foreach (var slug in Slugs)
        {
            var told = consents.Where(c => c.Newsletters.Contains(slug)).Select(c => c.Method == "import" ? "import" : c.Event).ToList();
            var lastWord = told.LastOrDefault(e => e != "requested");
            Assert.Equal(now.Contains(slug), lastWord is "confirmed" or "import");
            if (now.Contains(slug))
                Assert.Contains(told.TakeWhile(e => e != "confirmed"), e => e is "requested" or "import");
        }
        Assert.Equal("intact", (string?)subscriber["consentChain"]!["state"]);
        if ((string?)subscriber["status"] is not ("bounced" or "complained"))
            Assert.Equal(now.Count > 0, (string?)subscriber["status"] == "confirmed");
        if (step is not (Step.Confirm or Step.Undo or Step.Import))
            Assert.Subset(before, now);
        if (step is Step.SignUp or Step.Wait or Step.Confirm or Step.Renew or Step.Undo)
            Assert.Superset(before, now);
        if (step is Step.LeaveAll(var newsletter) && subscriber["newsletters"]!.AsArray().Any(n => (string?)n!["newsletter"] == Slugs[newsletter]))
            Assert.Empty(now);
        return now;
    }

    private async Task<string?> LeaveLinkAsync(string reader, int newsletter) =>
        (await room.App.SubscriberAsync(reader))?["newsletters"]!.AsArray().Any(n => (string?)n!["newsletter"] == Slugs[newsletter]) == true
            ? await room.App.LeaveLinkAsync(reader, Slugs[newsletter])
            : null;
}
