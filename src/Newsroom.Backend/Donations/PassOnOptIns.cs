using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Donations;

/// <summary>
/// Hands the newsletter boxes ticked on donation forms to the readers' own sign-up, which asks for confirmation. Only once a gift is
/// booked: an attempt costs nothing, so it must not make mail.
/// </summary>
public sealed class PassOnOptIns(NewsroomDb db, SignUp signUp, TimeProvider clock, ILogger<PassOnOptIns> log)
{
    /// <summary>For the consent record.</summary>
    internal const string Source = "donation form";
    private const int BatchSize = 100;

    [AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var due = await db.Donations.Where(d => d.NewsletterOptIn != null && d.OptInPassedOnAt == null && d.PaidAt != null)
            .OrderBy(d => d.Id).Take(BatchSize).Select(d => new { d.Id, d.PublicId, d.Address, d.Name, d.NewsletterOptIn }).ToListAsync(cancellationToken);
        foreach (var gift in due)
        {
            // Claimed first: a sign-up asked for twice would be two mails, one lost in a crash is a box to tick again.
            var claimed = await db.Donations.Where(d => d.Id == gift.Id && d.OptInPassedOnAt == null)
                .ExecuteUpdateAsync(d => d.SetProperty(x => x.OptInPassedOnAt, clock.GetUtcNow()), cancellationToken);
            if (claimed == 0)
                continue;
            var outcome = await signUp.RunAsync(
                new SignUpForm(gift.Address, gift.NewsletterOptIn!.Split(','), gift.Name, Source, ConsentMethod.Form), CancellationToken.None);
            if (outcome is SignUpOutcome.NotConfigured)
            {
                // Nothing was taken and nothing sent: it waits until the newsroom has its mail or its newsletter again.
                await db.Donations.Where(d => d.Id == gift.Id).ExecuteUpdateAsync(d => d.SetProperty(x => x.OptInPassedOnAt, (DateTimeOffset?)null), CancellationToken.None);
                return;
            }
            if (outcome is not SignUpOutcome.Accepted)
                DonationsLog.OptInRefused(log, gift.PublicId, outcome.GetType().Name);
        }
    }
}
