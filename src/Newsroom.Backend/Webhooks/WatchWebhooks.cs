using System.Globalization;
using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail.Alerts;

namespace Newsroom.Backend.Webhooks;

/// <summary>
/// Every ten minutes: disables what has taken nothing for days, tells staff what their other systems do not hear of, and ends what is over. All of it
/// from the rows, so that a run that is lost is made up by the next.
/// </summary>
public sealed partial class WatchWebhooks(NewsroomDb db, AlertDesk desk, TimeProvider clock, ILogger<WatchWebhooks> log)
{
    public const string EveryTenMinutes = "*/10 * * * *";
    internal const string Failing = "webhook.failing.";
    internal const string Disabled = "webhook.disabled.";

    /// <summary>Longer than all attempts at one delivery: a receiver that is mended within a long weekend misses nothing.</summary>
    public static readonly TimeSpan GivesUpAfter = TimeSpan.FromDays(5);

    [AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var since = now - GivesUpAfter;
        var gaveUp = await WebhookRows.DisableAsync(db.Webhooks.Where(h => h.FailingSince <= since), WebhookStop.Failing, now, cancellationToken);
        if (gaveUp > 0)
            LogGaveUp(gaveUp);
        var wanted = await WantedAsync(cancellationToken);
        var open = await db.Alerts.Where(a => a.OpenKind != null && (a.OpenKind.StartsWith(Failing) || a.OpenKind.StartsWith(Disabled)))
            .Select(a => new { a.Kind, a.Message }).ToListAsync(cancellationToken);
        foreach (var (kind, message) in wanted.Where(w => !open.Exists(o => o.Kind == w.Key && o.Message == w.Value)))
            await desk.RaiseAsync(kind, message, cancellationToken);
        foreach (var over in open.Where(o => !wanted.ContainsKey(o.Kind)))
            await desk.ClearAsync(over.Kind, cancellationToken);
    }

    private async Task<Dictionary<string, string>> WantedAsync(CancellationToken cancellationToken)
    {
        var webhooks = await db.Webhooks.OrderBy(h => h.Id).Take(Webhook.MostOfThem)
            .Select(h => new
            {
                h.PublicId,
                h.Name,
                h.DisabledBecause,
                Error = db.WebhookDeliveries.Where(d => d.WebhookId == h.Id && d.Error != null && d.LastAttemptAt >= h.FailingSince && d.Type != EventTypes.Test)
                    .OrderByDescending(d => d.LastAttemptAt).Select(d => d.Error).FirstOrDefault(),
                GivenUp = db.WebhookDeliveries.Count(d => d.WebhookId == h.Id && d.State == WebhookDeliveryState.Failed && d.LastAttemptAt >= h.FailingSince && d.Type != EventTypes.Test),
            }).ToListAsync(cancellationToken);
        var wanted = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var one in webhooks)
        {
            var words = string.Create(CultureInfo.InvariantCulture, $"The webhook “{one.Name}”");
            if (one.DisabledBecause == WebhookStop.Gone)
                wanted[Disabled + one.PublicId] = $"{words} is disabled: its receiver answered that it is gone (410). Remove it, or enable it when that was a mistake.";
            else if (one.DisabledBecause == WebhookStop.Failing)
                wanted[Disabled + one.PublicId] = Cut($"{words} is disabled: its receiver took nothing for {GivesUpAfter.TotalDays:0} days. Mend the receiver, try it with a test, and enable it. {one.Error}");
            else if (one is { DisabledBecause: null, GivenUp: > 0 })
                wanted[Failing + one.PublicId] = Cut($"{words} misses {one.GivenUp} event(s): all attempts have failed. Mend the receiver, then send them again. {one.Error}");
        }
        return wanted;
    }

    private static string Cut(string message) => message.Length > Alert.MessageLength ? message[..Alert.MessageLength] : message.TrimEnd();

    [LoggerMessage(LogLevel.Warning, "{Count} webhooks are disabled: their receivers took nothing for days")]
    private partial void LogGaveUp(int count);
}

/// <summary>The log is for looking into what was missed; it goes, and with it what was never taken.</summary>
public sealed class ForgetWebhookDeliveries(NewsroomDb db, TimeProvider clock)
{
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(30);

    internal static string HowLong { get; } = string.Create(CultureInfo.InvariantCulture, $"{KeptFor.TotalDays:0} days");

    [AutomaticRetry(Attempts = 0)]
    public Task RunAsync(CancellationToken cancellationToken)
    {
        var end = clock.GetUtcNow() - KeptFor;
        return db.WebhookDeliveries.Where(d => d.CreatedAt < end).ExecuteDeleteAsync(cancellationToken);
    }
}
