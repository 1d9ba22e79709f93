using System.Globalization;
using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail.Alerts;

namespace Newsroom.Backend.Mail.Bounces;

/// <summary>Tells staff when what nobody here could read has waited for them: it may say that an address is gone, or that a reader complained.</summary>
public sealed class WatchWaitingReports(NewsroomDb db, AlertDesk alerts, TimeProvider clock)
{
    /// <summary>Whoever looks once a day is never disturbed.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromDays(1);

    private const string AlertKind = "bounces.waiting";

    [AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var end = clock.GetUtcNow() - Patience;
        var waiting = db.MailReports.Where(r => r.Outcome == ReportOutcome.Waiting && r.ReceivedAt <= end);
        if (await waiting.MinAsync(r => (DateTimeOffset?)r.ReceivedAt, cancellationToken) is { } oldest)
            await alerts.RaiseAsync(AlertKind, Message(await waiting.CountAsync(cancellationToken), oldest), cancellationToken);
        else
            await alerts.ClearAsync(AlertKind, cancellationToken);
    }

    private static string Message(int count, DateTimeOffset oldest) => string.Create(
        CultureInfo.InvariantCulture,
        $"{count} {(count == 1 ? "message that came back waits" : "messages that came back wait")} for somebody to read {(count == 1 ? "it" : "them")}, "
        + $"since {oldest:yyyy-MM-dd}: nobody here could tell whether an address is gone or a reader complained. "
        + $"See GET /api/v1/bounces?waiting=true, read …/{{id}}/message and settle …/{{id}}/settle. After {ForgetReports.HowLong} they are forgotten.");
}
