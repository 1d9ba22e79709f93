using System.Data;
using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Donations.Giving;

public enum AskForGivingOutcome
{
    /// <summary>The answer for every well-formed address.</summary>
    Accepted,
    BadAddress,

    /// <summary>This newsroom cannot send mail yet.</summary>
    NotConfigured,
}

/// <summary>
/// Mails a donor the link to the gifts: the mailbox is what proves the person. Does the same reads and writes for every address, so that nobody learns who
/// gave; at most one mail in <see cref="BetweenMails"/> and <see cref="MostADay"/> a day go to one mailbox.
/// </summary>
public sealed class AskForGiving(NewsroomDb db, LinkTokens tokens, MailReadiness mail, Outbox outbox, AnswerPace pace, TimeProvider clock)
{
    public static readonly TimeSpan BetweenMails = TimeSpan.FromMinutes(10);
    public const int MostADay = 3;
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    public async Task<AskForGivingOutcome> RunAsync(string? typed, CancellationToken cancellationToken)
    {
        if (!EmailAddress.TryParse(typed, out var address))
            return AskForGivingOutcome.BadAddress;
        if (mail.Missing is not null)
            return AskForGivingOutcome.NotConfigured;
        var timeToAnswer = pace.Begin();
        var now = clock.GetUtcNow();
        var hash = await HashAsync(tokens, address, cancellationToken);
        await db.RetryingAsync(async turn =>
        {
            // Serializable: what is counted here is so until the commit, however many ask at once.
            await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.Serializable, turn);
            var donor = await db.Donors.Where(d => d.AddressKey == address.Key).Select(d => (long?)d.Id).SingleOrDefaultAsync(turn);
            var today = await db.GivingRequests.AsNoTracking().Where(r => r.AddressHash == hash && r.IsMailed && r.RequestedAt > now - Day)
                .OrderByDescending(r => r.RequestedAt).Take(MostADay).Select(r => r.RequestedAt).ToListAsync(turn);
            var request = new GivingRequest
            {
                DonorId = donor,
                AddressHash = hash,
                RequestedAt = now,
                IsMailed = donor is not null && today.Count < MostADay && !today.Exists(t => t > now - BetweenMails),
            };
            db.Add(request);
            await db.SaveChangesAsync(turn);
            outbox.AddOrWithhold(db, GivingLinkComposer.MailKind, request.Id, request.IsMailed ? now : null, now);
            await db.SaveChangesAsync(turn);
            await transaction.CommitAsync(turn);
            return true;
        }, cancellationToken);
        outbox.EnqueueDue(pace.Answered);
        await timeToAnswer.StepEndAsync();
        return AskForGivingOutcome.Accepted;
    }

    /// <summary><see cref="GivingRequest.AddressHash"/>.</summary>
    internal static async ValueTask<string> HashAsync(LinkTokens tokens, EmailAddress address, CancellationToken cancellationToken) =>
        (await tokens.ForAsync("giving-request", Mailbox.KeyOf(address), cancellationToken)).Hash;
}

/// <summary>Forgets who asked (GDPR Art. 5(1)(e)): only the last day counts.</summary>
public sealed class PurgeGivingRequests(NewsroomDb db, TimeProvider clock)
{
    public const string Daily = "43 3 * * *";
    public static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    [AutomaticRetry(Attempts = 0)]
    public Task RunAsync(CancellationToken cancellationToken)
    {
        var end = clock.GetUtcNow() - Kept;
        return db.GivingRequests.Where(r => r.RequestedAt <= end).ExecuteDeleteAsync(cancellationToken);
    }
}
