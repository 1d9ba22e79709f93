using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Mail.Alerts;

/// <summary>
/// Tells staff: a row, a line in the log, and a mail to <c>Site:AlertAddress</c> when there is one. Safe to call from many threads and
/// again and again: each call has a database context of its own, and an open alert is not raised twice.
/// </summary>
public sealed partial class AlertDesk(IServiceScopeFactory scopes, Outbox outbox, TimeProvider clock, ILogger<AlertDesk> logger)
{
    /// <param name="kind">See <see cref="Alert.Kind"/>.</param>
    /// <param name="message">See <see cref="Alert.Message"/>; cut to what the column holds.</param>
    /// <param name="cancellationToken">Cancels before the save.</param>
    /// <returns>False: one of this kind is open already; only its words were brought up to date.</returns>
    public async Task<bool> RaiseAsync(string kind, string message, CancellationToken cancellationToken)
    {
        message = message.Length > Alert.MessageLength ? message[..Alert.MessageLength] : message;
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<NewsroomDb>();
        var now = clock.GetUtcNow();
        if (!await db.RetryingAsync(token => WriteAsync(db, kind, message, now, token), cancellationToken))
            return false;
        LogRaised(kind, message);
        outbox.EnqueueDue();
        return true;
    }

    /// <returns>False: one is open already. When another request or node was first, the second turn finds it.</returns>
    private async Task<bool> WriteAsync(NewsroomDb db, string kind, string message, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await db.Alerts.Where(a => a.OpenKind == kind).ExecuteUpdateAsync(s => s.SetProperty(a => a.Message, message), cancellationToken) > 0)
            return false;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var alert = new Alert { Kind = kind, OpenKind = kind, Message = message, RaisedAt = now };
        db.Add(alert);
        await db.SaveChangesAsync(cancellationToken);
        outbox.Add(db, AlertComposer.MailKind, alert.Id, now);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <returns>False: none of this kind was open.</returns>
    public async Task<bool> ClearAsync(string kind, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<NewsroomDb>();
        var now = clock.GetUtcNow();
        if (await db.Alerts.Where(a => a.OpenKind == kind).ExecuteUpdateAsync(
            s => s.SetProperty(a => a.OpenKind, (string?)null).SetProperty(a => a.ClearedAt, now), cancellationToken) == 0)
            return false;
        LogCleared(kind);
        return true;
    }

    [LoggerMessage(LogLevel.Warning, "Alert {Kind}: {Message}")]
    private partial void LogRaised(string kind, string message);

    [LoggerMessage(LogLevel.Information, "Alert {Kind} is over")]
    private partial void LogCleared(string kind);
}
