using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Jobs;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Webhooks;

/// <summary>Something that has become true and that other systems may want to know.</summary>
/// <param name="Type">One of <see cref="EventTypes"/>.</param>
/// <param name="Fact">
/// What tells this event from every other of its type. The same fact told again, also by a database that was restored, is the same event, which a receiver
/// takes once.
/// </param>
/// <param name="Subject">Public id of whom or what it is about.</param>
/// <param name="At">When it became true.</param>
/// <param name="Data">Ids, slugs, states and sums, as the API has them; nothing that says who somebody is. Who may know that asks the API.</param>
public sealed record Announcement(string Type, string Fact, string Subject, DateTimeOffset At, object Data)
{
    private static readonly JsonSerializerOptions Json = MakeJson();

    internal string EventId { get; init; } = "msg_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Type}\n{Fact}")).AsSpan(0, 16));

    internal string Payload => JsonSerializer.Serialize(new { Type, Timestamp = At.UtcDateTime, Data }, Json);

    internal WebhookDelivery For(int webhookId, DateTimeOffset now) => new()
    {
        WebhookId = webhookId,
        EventId = EventId,
        Type = Type,
        Subject = Subject,
        Payload = Payload,
        CreatedAt = now,
        NextAttemptAt = now,
    };

    private static JsonSerializerOptions MakeJson()
    {
        var json = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Api.ConfigureJson(json);
        return json;
    }
}

/// <summary>
/// Tells other systems, by rows that are written in the transaction of what they tell: either both are there or neither. One for a request or a job. What is
/// enqueued after the commit only hastens them; a minutely sweep finds every row that is due.
/// </summary>
public sealed partial class Announcements(IBackgroundJobClient jobs, TimeProvider clock, ILogger<Announcements> log)
{
    private bool _hasSome;

    /// <summary>
    /// Adds a row for each webhook that wants it, none where none does; the caller saves them together with their cause. Where the cause is guarded so that it
    /// becomes true once, it is told once.
    /// </summary>
    public async Task AddAsync(NewsroomDb db, Announcement announcement, CancellationToken cancellationToken)
    {
        var webhooks = await db.Webhooks.Where(h => h.DisabledAt == null).OrderBy(h => h.Id).Take(Webhook.MostOfThem)
            .Select(h => new { h.Id, h.Events }).ToListAsync(cancellationToken);
        var wanting = webhooks.FindAll(h => h.Events.Split(' ').Contains(announcement.Type, StringComparer.Ordinal)).ConvertAll(h => h.Id);
        if (wanting.Count == 0)
            return;
        var told = await db.WebhookDeliveries.Where(d => d.EventId == announcement.EventId).Select(d => d.WebhookId).ToListAsync(cancellationToken);
        var now = clock.GetUtcNow();
        db.AddRange(wanting.Except(told).Select(id => announcement.For(id, now)));
        _hasSome = true;
    }

    /// <summary>Call after the commit; does nothing when nobody wanted to know. Never fails what is committed.</summary>
    public void Ring()
    {
        if (_hasSome && jobs.Ring<DeliverWebhooks>(Queues.Webhooks, j => j.RunAsync(CancellationToken.None)) is { } why)
            LogNotEnqueued(why);
        _hasSome = false;
    }

    /// <summary>For a subject that is erased, in the caller's transaction: what has not left about it stays here.</summary>
    public static Task<int> WithholdAsync(NewsroomDb db, string subject, CancellationToken cancellationToken) =>
        db.WebhookDeliveries.Where(d => d.Subject == subject && d.State == WebhookDeliveryState.Waiting).ExecuteUpdateAsync(
            s => s.SetProperty(d => d.State, WebhookDeliveryState.Withheld).SetProperty(d => d.NextAttemptAt, (DateTimeOffset?)null), cancellationToken);

    [LoggerMessage(LogLevel.Warning, "The job that delivers webhooks could not be enqueued: they wait for the minutely sweep")]
    private partial void LogNotEnqueued(Exception exception);
}
