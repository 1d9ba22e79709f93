using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Newsroom.Backend.Data;
using Newsroom.Backend.Digests;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Bounces;

namespace Newsroom.Backend.Tests;

public sealed partial class NewsroomApp
{
    public Task<JsonNode> ProgressAsync(string digest) => GetAsync($"/api/v1/digests/{digest}/progress");

    /// <summary>The open stream of a digest's progress: each event's name and data, as they come.</summary>
    public IAsyncEnumerable<(string Event, string Data)> WatchAsync(string digest, CancellationToken gone) => EventsAsync(Api, $"/api/v1/digests/{digest}/progress", gone);

    /// <summary>An open stream of server-sent events: each one's name and data, as they come.</summary>
    public static async IAsyncEnumerable<(string Event, string Data)> EventsAsync(HttpClient http, string path, [EnumeratorCancellation] CancellationToken gone)
    {
        using var response = await AskForEventsAsync(http, path, gone);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(gone));
        var (name, data) = ("", "");
        while (await reader.ReadLineAsync(gone) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal))
                name = line[7..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
                data = line[6..];
            else if (line.Length == 0 && name.Length > 0)
            {
                yield return (name, data);
                (name, data) = ("", "");
            }
        }
    }

    public static async Task<HttpResponseMessage> AskForEventsAsync(HttpClient http, string path, CancellationToken gone)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, gone);
    }

    /// <summary>Moves the clock a second at a time until something has happened; how many seconds that took.</summary>
    public async Task<int> SecondsUntilAsync(Task happened, int atMost = 3000)
    {
        for (var second = 0; ; second++)
        {
            if (happened.IsCompleted)
                return second;
            Assert.True(second < atMost, $"Nothing happened in {atMost} seconds.");
            Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(10);
        }
    }

    /// <summary>A report about one reader's copy, as whoever reads reports gives it to the feature that mailed.</summary>
    public async Task HearAsync(string digest, string address, BounceKind kind, string? reason = null, string? status = null)
    {
        await using var scope = _program.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<NewsroomDb>();
        var mailer = scope.ServiceProvider.GetServices<IMailedBy>().Single(m => m.Kind == MailedKind.Digest);
        var mailed = await MailedAsync(db, digest, address);
        await using var transaction = await db.Database.BeginTransactionAsync();
        await mailer.HearAsync(db, mailed, new BounceVerdict(kind, [address], status, reason, "the words of the report"), Clock.GetUtcNow(), CancellationToken.None);
        await transaction.CommitAsync();
    }

    /// <summary>Whom a digest's mail really went to; null when it was never handed over.</summary>
    public async Task<MailedTo?> FindMailedAsync(string digest, string address)
    {
        await using var scope = _program.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<NewsroomDb>();
        return await scope.ServiceProvider.GetServices<IMailedBy>().Single(m => m.Kind == MailedKind.Digest)
            .FindAsync(db, await MailedAsync(db, digest, address), CancellationToken.None);
    }

    /// <summary>A digest's next slice, as Hangfire runs it while its server may stop.</summary>
    public async Task RunSliceAsync(string digest, CancellationToken stopping)
    {
        LoseEnqueuedJobs();
        await using var scope = _program.Services.CreateAsyncScope();
        var id = await ReadAsync(db => db.Digests.Where(d => d.PublicId == digest).Select(d => d.Id).SingleAsync());
        await scope.ServiceProvider.GetRequiredService<SendSlice>().RunAsync(id, stopping);
    }

    public Task<Delivery> DeliveryAsync(string digest, string address) => ReadAsync(db => (
        from delivery in db.Deliveries
        join subscriber in db.Subscribers on delivery.SubscriberId equals subscriber.Id
        where subscriber.Address == address && db.Digests.Any(d => d.Id == delivery.DigestId && d.PublicId == digest)
        select delivery).AsNoTracking().SingleAsync());

    /// <summary>Kinds and messages of what staff are told now.</summary>
    public async Task<IReadOnlyDictionary<string, string>> OpenAlertsAsync() =>
        (await GetAsync("/api/v1/alerts?open=true"))["items"]!.AsArray().ToDictionary(a => (string)a!["kind"]!, a => (string)a!["message"]!);

    /// <summary>
    /// What is kept of a digest that is over must be what its rows say; null when nothing is kept.
    /// </summary>
    public async Task<Ledger?> FrozenAsync(string digest)
    {
        var (kept, rows) = await ReadAsync(async db =>
        {
            var found = await db.Digests.AsNoTracking().SingleAsync(d => d.PublicId == digest);
            return (found, await db.Deliveries.Where(r => r.DigestId == found.Id).GroupBy(r => r.State).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count));
        });
        if (kept.AcceptedCount is null)
            return null;
        var counted = Ledger.Of(kept.PlannedCount, rows);
        Assert.Equal(counted, new Ledger(counted.Planned, kept.AcceptedCount.Value, kept.RefusedCount!.Value, kept.WithheldCount!.Value, kept.UncertainCount!.Value, 0));
        return counted;
    }

    internal CountedLately<T> CountedLately<T>(Func<NewsroomDb, int, CancellationToken, Task<T>> count, Func<T, int> rowsOf) =>
        new(_program.Services.GetRequiredService<IServiceScopeFactory>(), count, rowsOf);

    private static async Task<MailedId> MailedAsync(NewsroomDb db, string digest, string address) => MailedId.Digest(
        await db.Digests.Where(d => d.PublicId == digest).Select(d => d.Id).SingleAsync(),
        await db.Subscribers.Where(s => s.Address == address).Select(s => s.Id).SingleAsync());
}
