using System.Data;
using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers.Help;

public enum MailStateOutcome
{
    /// <summary>The answer for every well-formed address.</summary>
    Accepted,
    BadAddress,

    /// <summary>This newsroom cannot send mail yet.</summary>
    NotConfigured,
}

/// <summary>
/// Tells an address by mail how it stands: that way only its owner learns it. Does the same reads and writes for every address, and at most one mail
/// in <see cref="CoolDown"/> and <see cref="MostADay"/> a day go to one mailbox.
/// </summary>
public sealed class AskHowMailStands(NewsroomDb db, LinkTokens tokens, SuppressionList suppressions, MailReadiness mail, Outbox outbox, AnswerPace pace, TimeProvider clock)
{
    public static readonly TimeSpan CoolDown = TimeSpan.FromMinutes(10);
    public const int MostADay = 3;

    /// <summary>Name of its limit per network, see <see cref="PostLimitAttribute"/>.</summary>
    public const string Limit = "mail-state";

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    public async Task<MailStateOutcome> RunAsync(string? typed, CancellationToken cancellationToken)
    {
        if (!EmailAddress.TryParse(typed, out var address))
            return MailStateOutcome.BadAddress;
        if (mail.Missing is not null)
            return MailStateOutcome.NotConfigured;
        var timeToAnswer = pace.Begin();
        var now = clock.GetUtcNow();
        var hash = await HashAsync(tokens, address, cancellationToken);
        var isSuppressed = await suppressions.HoldsAsync(address, cancellationToken);
        await db.RetryingAsync(async turn =>
        {
            // Serializable: what is counted here is so until the commit, however many ask at once.
            await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.Serializable, turn);
            var known = await db.Subscribers.Where(s => s.AddressKey == address.Key).Select(s => new { s.Id, s.Status }).SingleOrDefaultAsync(turn);
            var today = await db.MailStateRequests.AsNoTracking().Where(r => r.AddressHash == hash && r.IsMailed && r.RequestedAt > now - Day)
                .OrderByDescending(r => r.RequestedAt).Take(MostADay).Select(r => r.RequestedAt).ToListAsync(turn);
            var mayBeMailed = known?.Status is SubscriberStatus.Pending or SubscriberStatus.Confirmed or SubscriberStatus.Left && !isSuppressed;
            var request = new MailStateRequest
            {
                SubscriberId = known?.Id,
                AddressHash = hash,
                RequestedAt = now,
                IsMailed = mayBeMailed && today.Count < MostADay && !today.Exists(t => t > now - CoolDown),
            };
            db.Add(request);
            await db.SaveChangesAsync(turn);
            outbox.AddOrWithhold(db, MailStateComposer.MailKind, request.Id, request.IsMailed ? now : null, now);
            await db.SaveChangesAsync(turn);
            await transaction.CommitAsync(turn);
            return true;
        }, cancellationToken);
        outbox.EnqueueDue(pace.Answered);
        await timeToAnswer.StepEndAsync();
        return MailStateOutcome.Accepted;
    }

    /// <summary><see cref="MailStateRequest.AddressHash"/>.</summary>
    internal static async ValueTask<string> HashAsync(LinkTokens tokens, EmailAddress address, CancellationToken cancellationToken) =>
        (await tokens.ForAsync("mail-state", Mailbox.KeyOf(address), cancellationToken)).Hash;
}

/// <summary>Forgets who asked (GDPR Art. 5(1)(e)): only the last day counts.</summary>
public sealed class PurgeMailStateRequests(NewsroomDb db, TimeProvider clock)
{
    public static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    [AutomaticRetry(Attempts = 0)]
    public Task RunAsync(CancellationToken cancellationToken)
    {
        var end = clock.GetUtcNow() - Kept;
        return db.MailStateRequests.Where(r => r.RequestedAt <= end).ExecuteDeleteAsync(cancellationToken);
    }
}
