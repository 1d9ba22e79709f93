using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Donations;

/// <summary>
/// Hands the newsletter boxes ticked on donation forms to the readers' own sign-up, which asks for confirmation. Only once a gift is
/// booked: an attempt costs nothing, so it must not make mail.
/// </summary>
public sealed class PassOnOptIns(NewsroomDb db, SignUpDesk signUps, TimeProvider clock, ILogger<PassOnOptIns> log)
{
    /// <summary>For the consent record.</summary>
    internal const string Source = "donation form";
    private const int BatchSize = 100;

    /// <summary>
    /// Long enough for one sign-up, and shorter than <see cref="CoolDown.BetweenMails"/>: the repeat of one that was made just before a
    /// crash makes no second mail.
    /// </summary>
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    [AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var due = await Waiting(clock.GetUtcNow()).OrderBy(d => d.Id).Take(BatchSize)
            .Select(d => new { d.Id, d.PublicId, d.Address, d.Name, d.NewsletterOptIn, d.OptInMethod, d.OptInWording, d.CreatedAt }).ToListAsync(cancellationToken);
        foreach (var gift in due)
        {
            var now = clock.GetUtcNow();
            var claimed = await Waiting(now).Where(d => d.Id == gift.Id).ExecuteUpdateAsync(d => d.SetProperty(x => x.OptInLeaseUntil, now + Lease), cancellationToken);
            if (claimed == 0)
                continue;
            var outcome = await signUps.RunAsync(new SignUpForm(gift.Address, gift.NewsletterOptIn!.Split(','), gift.Name, Source, gift.OptInMethod!)
            {
                Wording = ConsentWording.SignUpOf(gift.OptInWording!),
                AgreedAt = gift.CreatedAt,
                WasOnOffer = true,
            }, SignUpCaller.Job, CancellationToken.None);
            // Nothing was taken and nothing sent: it waits until the newsroom has its mail or its newsletter again.
            if (outcome is SignUpOutcome.NotConfigured)
                return;
            // The same for this address alone: somebody floods it just now.
            if (outcome is SignUpOutcome.TooMany)
                continue;
            await db.Donations.Where(d => d.Id == gift.Id).ExecuteUpdateAsync(d => d.SetProperty(x => x.OptInPassedOnAt, now), CancellationToken.None);
            if (outcome is not SignUpOutcome.Accepted)
                DonationsLog.OptInRefused(log, gift.PublicId, outcome.GetType().Name);
        }
    }

    private IQueryable<Donation> Waiting(DateTimeOffset now) => db.Donations.Where(d =>
        d.NewsletterOptIn != null && d.OptInPassedOnAt == null && d.PaidAt != null && (d.OptInLeaseUntil == null || d.OptInLeaseUntil <= now));
}
