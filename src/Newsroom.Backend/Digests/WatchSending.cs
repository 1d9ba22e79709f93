using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail.Relays;

namespace Newsroom.Backend.Digests;

/// <summary>
/// Every minute: stops a digest whose shares of refusals, bounces or complaints are too high (a slice sees only its own answers, and no reports), keeps
/// frozen ledgers true, and tells staff what needs them (<see cref="SendingAlerts"/>).
/// </summary>
[AutomaticRetry(Attempts = 0)]
public sealed class WatchSending(NewsroomDb db, Ledgers ledgers, SendingAlerts alerts, IOptions<SendingOptions> options, TimeProvider clock)
{
    // A hand-over begun in a digest's last moment may be answered so much later, when it is over.
    private static readonly TimeSpan LateAnswers = SmtpTurn.LongestHandOver + TimeSpan.FromMinutes(5);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await KeepFrozenAsync(now, cancellationToken);
        await StopAsync(cancellationToken);
        await alerts.RunAsync(now, cancellationToken);
    }

    private async Task KeepFrozenAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var over = db.Digests.Where(d => d.Status == DigestStatus.Sent || d.Status == DigestStatus.Cancelled);
        foreach (var id in await over.Where(d => d.AcceptedCount == null).Select(d => d.Id).ToListAsync(cancellationToken))
            await FrozenLedger.FreezeAsync(db, id, now, cancellationToken);
        var since = now - LateAnswers;
        foreach (var id in await over.Where(d => d.UncertainCount > 0 && d.FinishedAt > since).Select(d => d.Id).ToListAsync(cancellationToken))
            await FrozenLedger.RecountAsync(db, id, cancellationToken);
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        var sending = await db.Digests.Where(d => d.Status == DigestStatus.Sending && d.PlannedCount != null && !d.StoppedForShares)
            .Select(d => d.Id).ToListAsync(cancellationToken);
        foreach (var id in sending)
        {
            var returned = await ProgressFigures.ReturnedAsync(db, id, cancellationToken);
            if (ShareFault(await ledgers.OfAsync(db, id, cancellationToken), returned, options.Value.StopAt) is not { } reason)
                continue;
            // Its slice asks the status before each message.
            await db.Digests.Where(d => d.Id == id && d.Status == DigestStatus.Sending).ExecuteUpdateAsync(
                s => s.SetProperty(d => d.Status, DigestStatus.Stopped).SetProperty(d => d.Reason, reason).SetProperty(d => d.StoppedForShares, true), cancellationToken);
        }
    }

    private static string? ShareFault(Ledger ledger, ReturnedShape returned, StopAtOptions stopAt)
    {
        var tried = ledger.Accepted + ledger.Refused + ledger.Uncertain;
        if (tried >= stopAt.AfterMessages && ledger.Refused > stopAt.RefusedShare * tried)
            return StopWords.Refused(ledger.Refused, tried);
        return ReturnedFault(ledger.Accepted, returned, stopAt)?.Words;
    }

    /// <summary>Too much came back of what was accepted. The weightier one first.</summary>
    internal static (string What, string Words)? ReturnedFault(int accepted, ReturnedShape returned, StopAtOptions stopAt)
    {
        if (returned.Complaints >= StopAtOptions.LeastReturned && returned.Complaints > stopAt.ComplaintShare * accepted)
            return ("complaints", StopWords.Complained(returned.Complaints, accepted));
        if (returned.Hard >= StopAtOptions.LeastReturned && returned.Hard > stopAt.BounceShare * accepted)
            return ("bounces", StopWords.Bounced(returned.Hard, accepted));
        return null;
    }
}
