using Hangfire;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Mail;

/// <summary>The outbox's job: enqueued when a mail is written, and each minute for what was lost or is due again.</summary>
public sealed partial class SendOutgoingMails(
    NewsroomDb db, IServiceScopeFactory scopes, MailReadiness readiness, TimeProvider clock, ILogger<SendOutgoingMails> log)
{
    // Ends well before the next sweep; what is left then is taken up by it.
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(50);

    // After so many in a row the server is away, and the rest can wait without each waiting for its time-out.
    private const int Patience = 3;

    [AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var until = clock.GetUtcNow() + Length;
        var abandoned = await OutgoingMailRows.MarkAbandonedAsync(db, clock.GetUtcNow(), cancellationToken);
        if (abandoned > 0)
            LogAbandoned(abandoned);
        if (readiness.Missing is { } missing)
        {
            await OutgoingMailRows.ExplainWaitingAsync(db, missing, cancellationToken);
            return;
        }
        for (var unanswered = 0; unanswered < Patience && clock.GetUtcNow() < until;)
        {
            if (await OutgoingMailRows.NextDueAsync(db, clock.GetUtcNow(), cancellationToken) is not { } id)
                return;
            // A scope each: what one mail's composer leaves behind in its database context is nobody else's.
            await using var scope = scopes.CreateAsyncScope();
            var outcome = await scope.ServiceProvider.GetRequiredService<SendOutgoingMail>().RunAsync(id, cancellationToken);
            unanswered = outcome == OutgoingMailOutcome.NobodyAnswered ? unanswered + 1 : 0;
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Count} outgoing mails were being handed over when their process died: uncertain, not sent again")]
    private partial void LogAbandoned(int count);
}
