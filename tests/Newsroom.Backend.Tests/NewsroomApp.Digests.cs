using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Newsroom.Backend.Data;
using Newsroom.Backend.Digests;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Tests;

public sealed partial class NewsroomApp
{
    private int _storiesPushed;

    /// <summary>Confirmed readers of a newsletter, <c>reader1@readers.example.org</c> and on.</summary>
    public Task AddReadersAsync(int count, string newsletter = "this-week", int from = 1) => ArrangeAsync(async db =>
    {
        var tokens = _program.Services.GetRequiredService<LinkTokens>();
        var newsletterId = await db.Newsletters.Where(n => n.Slug == newsletter).Select(n => n.Id).SingleAsync();
        await ConfirmedReaders.AddAsync(db, tokens, newsletterId, count, from, Clock.GetUtcNow());
    });

    /// <summary>Stories that the site pushes, each with a title of its own.</summary>
    public async Task<IReadOnlyList<string>> PushStoriesAsync(int count = 1)
    {
        var ids = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var n = ++_storiesPushed;
            var story = await PostAsync("/api/v1/stories", new
            {
                url = $"https://www.example.org/stories/{n}",
                title = $"Story {n}: the harbour’s “new” bridge",
                summary = $"What happened on day {n}, and why it matters to those who live by the harbour.",
                section = "Harbour",
                author = "Ada Writer",
            }, HttpStatusCode.Created);
            ids.Add((string)story["id"]!);
        }
        return ids;
    }

    /// <summary>A digest of what is new; gives its id.</summary>
    public async Task<string> ComposeAsync(string newsletter = "this-week") =>
        (string)(await PostAsync("/api/v1/digests", new { newsletter }, HttpStatusCode.Created))["id"]!;

    /// <summary>Lets something happen once, before the program's next read or the so manieth (from 1): another request, another node.</summary>
    public void BeforeRead(int read, Func<Task> happens) => _meanwhile.BeforeRead(read, happens);

    /// <summary>A newsletter with readers and a digest of one new story; gives the digest's id.</summary>
    public async Task<string> ReadyDigestAsync(int readers)
    {
        await AddNewsletterAsync();
        await AddReadersAsync(readers);
        await PushStoriesAsync();
        return await ComposeAsync();
    }

    public Task<JsonNode> StepAsync(string digest, string verb, object? body = null, HttpStatusCode expected = HttpStatusCode.OK) =>
        PostAsync($"/api/v1/digests/{digest}/{verb}", body, expected);

    public Task<JsonNode> DigestAsync(string digest) => GetAsync($"/api/v1/digests/{digest}");

    public async Task<Ledger> LedgerAsync(string digest)
    {
        var ledger = (await DigestAsync(digest))["ledger"]!;
        int Count(string name) => (int)ledger[name]!;
        var read = new Ledger(Count("planned"), Count("accepted"), Count("refused"), Count("withheld"), Count("uncertain"), Count("remaining"));
        Assert.Equal(read.Planned, read.Accepted + read.Refused + read.Withheld + read.Uncertain + read.Remaining);
        return read;
    }

    /// <summary>Envelope recipients at the mail server, in order.</summary>
    public IReadOnlyList<string> Recipients => [.. Mails.Select(m => m.To)];

    /// <summary>For a failed assertion: what the rows that were not accepted say, and how many say it.</summary>
    public async Task<string> RestAsync() => string.Join('\n', await ReadAsync(db => db.Deliveries
        .Where(d => d.State != DeliveryState.Accepted)
        .GroupBy(d => new { d.State, d.Code, d.Answer })
        .Select(g => $"{g.Count()} × {g.Key.State} {g.Key.Code} {g.Key.Answer}").ToListAsync()));

    /// <summary>A reader leaves every newsletter; gives the address.</summary>
    public async Task<string> LeaveAsync(string address)
    {
        await ArrangeAsync(async db =>
        {
            var reader = await db.Subscribers.Include(s => s.Subscriptions).SingleOrDefaultAsync(s => s.AddressKey == address);
            reader?.Subscriptions.ForEach(s => s.Leave(Clock.GetUtcNow()));
            reader?.LeaveIfNothingIsLeft(Clock.GetUtcNow());
        });
        return address;
    }

    /// <summary>Runs each enqueued job several times at once, as two servers may.</summary>
    public Task RaceJobsAsync(int times) => _jobs.RaceAsync(_program.Services, times);

    /// <summary>One recurring job alone; what it enqueues waits.</summary>
    public Task RunOnlyAsync<TJob>() where TJob : class => JobBench.RunOnlyAsync<TJob>(_program.Services);

    /// <summary>Reads JSON with the API key.</summary>
    public async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await Api.GetStringAsync(path))!;

    /// <summary>Posts JSON with the API key; a wrong status shows the body.</summary>
    public async Task<JsonNode> PostAsync(string path, object? body, HttpStatusCode expected)
    {
        var response = await Api.PostAsync(path, body is null ? null : JsonContent.Create(body));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == expected, $"{path}: {(int)response.StatusCode} {text}");
        return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
    }
}

/// <summary>Rows of confirmed readers, as sign-up and confirmation leave them.</summary>
internal static class ConfirmedReaders
{
    public static string Address(int n) => $"reader{n}@readers.example.org";

    // Without tokens nobody can press the unsubscribe links.
    public static async Task AddAsync(NewsroomDb db, LinkTokens? tokens, int newsletterId, int count, int from, DateTimeOffset now)
    {
        for (var n = from; n < from + count; n++)
        {
            var subscriber = new Subscriber { Address = Address(n), AddressKey = Address(n), Name = $"Reader {n}", CreatedAt = now };
            subscriber.Confirm(now);
            var subscription = new Subscription { Subscriber = subscriber, NewsletterId = newsletterId, LeaveTokenHash = "", RequestedAt = now };
            subscription.LeaveTokenHash = tokens is null
                ? SecretToken.New().Hash
                : (await tokens.ForAsync(ReaderLinks.LeavePurpose, subscription.PublicId, CancellationToken.None)).Hash;
            subscription.Activate(now);
            db.Add(subscription);
        }
    }
}
