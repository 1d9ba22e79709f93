using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
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

    /// <summary>Nothing was begun: too many checkout pages were opened from where the form comes.</summary>
    /// <param name="Wait">How long until one may be opened again.</param>
    public sealed record TooMany(TimeSpan Wait) : StartDonationOutcome;
}

/// <summary>
/// Takes a gift's intent down, then asks Stripe for its checkout page. The row is committed first and names the idempotency key, so a
/// retry after any crash, time-out or double click finds the page that was made before.
/// </summary>
public sealed class StartDonation(NewsroomDb db, CheckoutPages pages, TimeProvider clock, ILogger<StartDonation> log)
{
    private const int Tries = 3;

    public async Task<StartDonationOutcome> RunAsync(GiftIntent intent, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            db.ChangeTracker.Clear();
            try
            {
                return await OpenAsync(await FindOrAddAsync(intent, cancellationToken), cancellationToken);
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
        var minute = now.ToUnixTimeSeconds() / 60;
        string[] keys = [intent.KeyIn(minute), intent.KeyIn(minute - 1)];
        var known = await db.Donations.Where(d => keys.Contains(d.SubmissionKey)).OrderByDescending(d => d.Id).FirstOrDefaultAsync(cancellationToken);
        // Without a form's id nothing tells a repeated click from a second gift: once the first is paid, or refused, it is a second gift.
        var isAnother = intent.Nonce is null && known is { IsBooked: true } or { Status: DonationStatus.Failed or DonationStatus.Rejected };
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
            SubmissionKey = isAnother ? null : keys[0],
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
