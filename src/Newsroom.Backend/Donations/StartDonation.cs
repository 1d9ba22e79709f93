using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Mailed;
using Newsroom.Backend.Donations.Stripe;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Donations;

public abstract record StartDonationOutcome
{
    private StartDonationOutcome() { }

    /// <summary>The donor can pay.</summary>
    /// <param name="DonationId">Public id.</param>
    /// <param name="Url">Stripe's checkout page.</param>
    public sealed record Opened(string DonationId, string Url) : StartDonationOutcome;

    /// <summary>The same form has been paid already: show its thanks instead of charging twice.</summary>
    public sealed record AlreadyGiven(string DonationId, string SessionId) : StartDonationOutcome;

    /// <summary>Stripe gave no checkout page: nothing was charged, the intent is kept, the same form may be sent again.</summary>
    public sealed record Deferred(string DonationId) : StartDonationOutcome;

    /// <summary>Stripe takes the gift neither now nor later as it is: nothing was charged.</summary>
    /// <param name="DonationId">Public id.</param>
    /// <param name="Field">The form's field to change.</param>
    public sealed record Refused(string DonationId, string Field) : StartDonationOutcome;

    /// <summary>Nothing was begun: first the browser is to work a moment for it.</summary>
    public sealed record NeedsProof(ProofChallenge Challenge) : StartDonationOutcome;

    /// <summary>Nothing was begun: at present the checkout opens only by a mailed link, and the form did not ask for one.</summary>
    public sealed record OnlyByMail : StartDonationOutcome;

    /// <summary>The intent is kept, and its donor gets the way to pay by mail.</summary>
    /// <param name="Cause">At once, or when Stripe answers again.</param>
    public sealed record LinkFollows(LinkCause Cause) : StartDonationOutcome;

    /// <summary>Nothing was begun: too many checkout pages were opened from where the form comes.</summary>
    /// <param name="Wait">How long until one may be opened again.</param>
    public sealed record TooMany(TimeSpan Wait) : StartDonationOutcome;
}

/// <summary>
/// Takes a gift's intent down, then asks Stripe for its checkout page. The row is committed first and names the idempotency key, so a
/// retry after any crash, time-out or double click finds the page that was made before.
/// </summary>
public sealed class StartDonation(NewsroomDb db, CheckoutPages pages, IOptions<StripeOptions> stripe, TimeProvider clock, ILogger<StartDonation> log)
{
    private const int Tries = 3;

    public Task<StartDonationOutcome> RunAsync(GiftIntent intent, CancellationToken cancellationToken) =>
        TurnsAsync(async () => await OpenAsync(await FindOrAddAsync(intent, cancellationToken), cancellationToken));

    /// <summary>Opens the checkout of an intent that is kept, or another one where it has expired.</summary>
    public Task<StartDonationOutcome> ResumeAsync(long donationId, CancellationToken cancellationToken) =>
        TurnsAsync(async () => await OpenAsync(await db.Donations.SingleAsync(d => d.Id == donationId, cancellationToken), cancellationToken));

    /// <summary>Takes the intent down and asks Stripe for nothing.</summary>
    /// <returns>Its key.</returns>
    public Task<long> KeepAsync(GiftIntent intent, CancellationToken cancellationToken) => TurnsAsync(async () => (await FindOrAddAsync(intent, cancellationToken)).Id);

    /// <summary>The same form has a checkout, or its gift is made: it opens no checkout more.</summary>
    public async Task<bool> WasBegunAsync(GiftIntent intent, CancellationToken cancellationToken) =>
        await FindAsync(intent, clock.GetUtcNow(), cancellationToken) is
            ({ Status: not (DonationStatus.Draft or DonationStatus.Deferred or DonationStatus.Expired) }, IsAnother: false);

    private async Task<T> TurnsAsync<T>(Func<Task<T>> turn)
    {
        for (var tries = 1; ; tries++)
        {
            db.ChangeTracker.Clear();
            try
            {
                return await turn();
            }
            catch (DbUpdateException e) when (tries < Tries && (e is DbUpdateConcurrencyException || db.IsUniqueViolation(e)))
            {
                // The same form was sent twice at once and the other one was first: the next round finds its row.
            }
        }
    }

    private async Task<Donation> FindOrAddAsync(GiftIntent intent, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var (known, isAnother) = await FindAsync(intent, now, cancellationToken);
        if (known is not null && !isAnother)
            return known;
        var optsIn = intent.Newsletters.Count > 0;
        var donation = new Donation
        {
            Address = intent.Address.Value,
            Name = intent.Name,
            AmountMinor = intent.Total.Minor,
            FeeCoverMinor = intent.FeeCover,
            CurrencyCode = intent.Gift.Currency.Code,
            Frequency = intent.Frequency,
            LiveMode = stripe.Value.IsLive,
            SubmissionKey = isAnother ? null : intent.KeyIn(Minute(now)),
            Anonymous = intent.Anonymous,
            Campaign = intent.Campaign,
            Message = intent.Message,
            InHonourOf = intent.InHonourOf,
            InMemory = intent.InMemory,
            MailingAddress = intent.MailingAddress,
            MailingCountry = intent.MailingCountry,
            Attribution = intent.Source,
            NewsletterOptIn = optsIn ? string.Join(',', intent.Newsletters) : null,
            OptInWording = optsIn ? ConsentWording.SignUp.Version : null,
            OptInMethod = optsIn ? intent.Method : null,
            CreatedAt = now,
        };
        db.Add(donation);
        await db.SaveChangesAsync(cancellationToken);
        return donation;
    }

    private async Task<(Donation? Known, bool IsAnother)> FindAsync(GiftIntent intent, DateTimeOffset now, CancellationToken cancellationToken)
    {
        string[] keys = [intent.KeyIn(Minute(now)), intent.KeyIn(Minute(now) - 1)];
        var known = await db.Donations.Where(d => keys.Contains(d.SubmissionKey)).OrderByDescending(d => d.Id).FirstOrDefaultAsync(cancellationToken);
        // Without a form's id nothing tells a repeated click from a second gift: once the first is paid, or refused, it is a second gift.
        return (known, intent.Nonce is null && known is { IsBooked: true } or { Status: DonationStatus.Failed or DonationStatus.Rejected });
    }

    private static long Minute(DateTimeOffset now) => now.ToUnixTimeSeconds() / 60;

    private async Task<StartDonationOutcome> OpenAsync(Donation donation, CancellationToken cancellationToken)
    {
        if (donation.IsOpen)
            return new StartDonationOutcome.Opened(donation.PublicId, donation.SessionUrl!);
        if (donation.SessionId is { } session && donation.Status != DonationStatus.Expired)
            return new StartDonationOutcome.AlreadyGiven(donation.PublicId, session);
        if (donation.Status == DonationStatus.Expired)
            donation.Reopen();

        var answer = await pages.OpenAsync(donation, cancellationToken);
        if (answer is CheckoutPage.Open page)
            donation.OpenCheckout(page.SessionId, page.Url);
        else if (answer is CheckoutPage.None none)
        {
            donation.Defer(none.Why, none.Definitive);
            DonationsLog.CheckoutDeferred(log, donation.PublicId, none.Why);
        }
        // Not cancelled with the request: what Stripe has made is worth remembering although the donor's browser went away.
        await db.SaveChangesAsync(CancellationToken.None);
        return answer switch
        {
            CheckoutPage.Open opened => new StartDonationOutcome.Opened(donation.PublicId, opened.Url),
            CheckoutPage.None { Field: { } field } => new StartDonationOutcome.Refused(donation.PublicId, field),
            _ => new StartDonationOutcome.Deferred(donation.PublicId),
        };
    }
}
