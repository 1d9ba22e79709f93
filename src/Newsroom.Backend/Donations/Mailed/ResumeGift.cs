using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Stripe;

namespace Newsroom.Backend.Donations.Mailed;

public enum ResumeState
{
    /// <summary>Cut off, altered, or the gift was erased.</summary>
    Unknown,
    Expired,

    /// <summary>Paid, or being paid.</summary>
    UnderWay,
    Ready,
}

/// <param name="State">What the link leads to.</param>
/// <param name="Gift">As it is now; null when unknown.</param>
public sealed record ResumeView(ResumeState State, Donation? Gift);

/// <summary>The mailed link to a gift's payment: looking changes nothing, the button opens the checkout or opens it again.</summary>
public sealed class ResumeGift(NewsroomDb db, LinkTokens tokens, StartDonation start, SyncGift sync, TimeProvider clock, ILogger<ResumeGift> log)
{
    public const string Purpose = "resume-gift";
    public const string Path = "/donate/resume/";

    /// <summary>Nothing is left for the donor to do, or not now.</summary>
    public static bool IsUnderWay(Donation gift) => gift.IsBooked || gift.Status is DonationStatus.Processing or DonationStatus.InReview;

    public async Task<ResumeView> LookAsync(string token, CancellationToken cancellationToken)
    {
        if (await tokens.OpenUntilAsync(Purpose, token, clock.GetUtcNow(), cancellationToken) is not var (publicId, isExpired)
            || await db.MailedLinks.AsNoTracking().Where(l => l.PublicId == publicId).Select(l => l.Donation).SingleOrDefaultAsync(cancellationToken) is not { } gift)
        {
            return new ResumeView(ResumeState.Unknown, null);
        }
        return new ResumeView(IsUnderWay(gift) ? ResumeState.UnderWay : isExpired ? ResumeState.Expired : ResumeState.Ready, gift);
    }

    /// <returns>Null when the link leads nowhere, as <see cref="LookAsync"/> says.</returns>
    public async Task<StartDonationOutcome?> RunAsync(string token, CancellationToken cancellationToken)
    {
        if (await LookAsync(token, cancellationToken) is not { State: ResumeState.Ready, Gift: { } gift })
            return null;
        if (gift is { IsOpen: true, SessionId: { } session })
        {
            // A page opened when the mail was written may be gone, or paid, before its event has come.
            try
            {
                await sync.RunAsync(new GiftObject.Checkout(session), cancellationToken);
            }
            catch (StripeUnavailableException e)
            {
                DonationsLog.CheckFailed(log, gift.PublicId, e.Message);
                return new StartDonationOutcome.Deferred(gift.PublicId);
            }
        }
        return await start.ResumeAsync(gift.Id, cancellationToken);
    }
}
