using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.CardTesting;
using Newsroom.Backend.Donations.Mailed;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Newsletters;
using Newsroom.Backend.Subscribers;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations;

/// <summary>What the donation page and its JSON twin share: whether gifts are taken, what may be ticked, and the road from form to checkout.</summary>
public sealed class GiftDesk(
    NewsroomDb db, StartDonation start, GivingTerms terms, CheckoutGate gate, AskForLink links, LinkTokens tokens, MailReadiness mail, TimeProvider clock,
    [FromKeyedServices(CheckoutLimit.Opened)] NetworkLimit limit, [FromKeyedServices(MailedSetup.Limit)] NetworkLimit mails, IOptions<StripeOptions> stripe, IOptions<SiteOptions> site)
{
    public const string Closed = "Gifts are not possible yet: this newsroom has not set up its payments. Please come back later.";
    public const string Unreachable = "The payment service does not answer at the moment. Nothing was charged. Please try again in a few minutes.";
    public const string TooMany = "Many gifts have been started from your network just now. Nothing was charged. Please wait half a minute.";

    /// <summary>Beside a challenge: what the form's script does by itself.</summary>
    public const string ProofNeeded = "Just now programs try stolen cards on pages like this one. Your browser can show that a person sends the form; nothing was charged.";

    public const string MailNeeded = "Just now programs try stolen cards on pages like this one. To keep them out, we send you the way to the payment page by email; nothing was charged.";

    private const string MailWhenOpen = "mail-when-open";

    /// <summary>How long the button under "try again later" works.</summary>
    private static readonly TimeSpan OfferLasts = TimeSpan.FromHours(2);

    private static readonly FormFault TryAgain = new("", "Please send the form again.");

    public bool IsOpen => stripe.Value.IsConfigured;

    /// <summary>Whether the way to pay can be mailed: else nobody is offered it.</summary>
    public bool CanMail => mail.Missing is null;

    /// <summary>The box to show after <paramref name="box"/> was sent: what it named, else the newsletters offered to everybody. Null: there is none.</summary>
    public async Task<NewsletterOffer?> OfferAsync(NewsletterBox box, CancellationToken cancellationToken)
    {
        var known = await KnownAsync(box, cancellationToken);
        var isSensible = UnknownOf(box, known) is null;
        var named = isSensible && box.Slugs.Count > 0;
        var chosen = named ? known.FindAll(n => Holds(box, n)) : known.FindAll(n => n.IsDefault);
        return chosen.Count == 0 ? null : new(named ? string.Join(',', chosen.Select(n => n.Slug)) : "true", chosen.ConvertAll(n => n.Name), isSensible && box.IsTicked);
    }

    /// <param name="form">As sent.</param>
    /// <param name="from">The donor's network.</param>
    /// <param name="cancellationToken">Ends the work before Stripe is asked.</param>
    /// <returns>Either what became of it, or at least one fault.</returns>
    public async Task<(StartDonationOutcome? Outcome, IReadOnlyList<FormFault> Faults)> TakeAsync(GiftForm form, IPAddress? from, CancellationToken cancellationToken)
    {
        // A robot that filled the field people do not see: it learns nothing and costs no session.
        if (!string.IsNullOrEmpty(form.Trap))
            return (null, [TryAgain]);
        var faults = new List<FormFault>();
        var intent = new GiftRules(terms, site.Value).Read(form, site.Value.DayOf(clock.GetUtcNow()), faults);
        var known = await KnownAsync(form.Newsletter, cancellationToken);
        if (UnknownOf(form.Newsletter, known) is { } unknown)
            faults.Add(new("newsletter", $"There is no newsletter '{unknown}' to sign up for: leave it out."));
        if (intent is null || faults.Count > 0)
            return (null, faults);
        intent = intent with { Newsletters = [.. known.Where(n => Holds(form.Newsletter, n)).Select(n => n.Slug).Order(StringComparer.Ordinal)] };
        if (!limit.Allows(from, out var wait))
            return (new StartDonationOutcome.TooMany(wait), []);
        // A second press of the same button is no second attempt.
        var verdict = await start.WasBegunAsync(intent, cancellationToken) ? new GateVerdict.Through() : await gate.JudgeAsync(intent.Gift, form, from, cancellationToken);
        return verdict switch
        {
            GateVerdict.Through => await OpenAsync(intent, form, from, cancellationToken),
            GateVerdict.TooSmall(var minimum) => (null, [new FormFault("amount", $"Just now the smallest gift we can take here is {minimum.Format(site.Value.Culture)}: type that or more.")]),
            GateVerdict.NeedsProof(var challenge) => (new StartDonationOutcome.NeedsProof(challenge), []),
            GateVerdict.ByMail => (await MailAsync(() => start.KeepAsync(intent, cancellationToken), LinkCause.CardTesting, form.Method, from, cancellationToken), []),
            GateVerdict.OnlyByMail => (new StartDonationOutcome.OnlyByMail(), []),
            _ => throw new InvalidOperationException($"Unknown verdict {verdict}."),
        };
    }

    /// <summary>For the button beside "the payment service does not answer": proves itself for a while which gift it is about. Null: no mail can leave.</summary>
    public async ValueTask<string?> OfferMailAsync(string donationId, CancellationToken cancellationToken) =>
        CanMail ? await tokens.SignUntilAsync(MailWhenOpen, donationId, clock.GetUtcNow() + OfferLasts, cancellationToken) : null;

    /// <summary>That button was pressed.</summary>
    /// <param name="ticket">Of <see cref="OfferMailAsync"/>.</param>
    /// <param name="from">The donor's network.</param>
    /// <param name="cancellationToken">Ends the work before it is taken down.</param>
    /// <returns>Null: the ticket is none, or too old.</returns>
    public async Task<StartDonationOutcome?> MailWhenOpenAsync(string? ticket, IPAddress? from, CancellationToken cancellationToken)
    {
        if (await tokens.OpenUntilAsync(MailWhenOpen, ticket, clock.GetUtcNow(), cancellationToken) is not (var publicId, false)
            || await db.Donations.Where(d => d.PublicId == publicId && !d.AddressKey.EndsWith("@" + DonorPersonalData.ErasedDomain)).Select(d => (long?)d.Id).SingleOrDefaultAsync(cancellationToken) is not { } id)
        {
            return null;
        }
        return await MailAsync(() => Task.FromResult(id), LinkCause.StripeDown, ConsentMethod.Form, from, cancellationToken);
    }

    private async Task<(StartDonationOutcome?, IReadOnlyList<FormFault>)> OpenAsync(GiftIntent intent, GiftForm form, IPAddress? from, CancellationToken cancellationToken)
    {
        var outcome = await start.RunAsync(intent, cancellationToken);
        if (outcome is StartDonationOutcome.Deferred && form.ByMail && CanMail)
            outcome = await MailAsync(() => start.KeepAsync(intent, cancellationToken), LinkCause.StripeDown, form.Method, from, cancellationToken);
        return outcome is StartDonationOutcome.Refused(_, var field) ? (null, [RefusalOf(field)]) : (outcome, []);
    }

    private async Task<StartDonationOutcome> MailAsync(Func<Task<long>> gift, LinkCause cause, string method, IPAddress? from, CancellationToken cancellationToken)
    {
        if (!mails.Allows(from, out var wait))
            return new StartDonationOutcome.TooMany(wait);
        await links.RunAsync(await gift(), cause, method, cancellationToken);
        return new StartDonationOutcome.LinkFollows(cause);
    }

    private static FormFault RefusalOf(string field) => new(field, field switch
    {
        "email" => "The payment service does not take this address: look for a typing slip, or give another one.",
        "amount" => "The payment service does not take a sum as small or as large as this: choose another one.",
        _ => "The payment service does not take this from us: choose another one.",
    });

    private sealed record Known(string Slug, string Name, bool IsDefault);

    private Task<List<Known>> KnownAsync(NewsletterBox box, CancellationToken cancellationToken) =>
        db.NewslettersOnOffer().Where(n => n.IsDefault || box.Slugs.Contains(n.Slug)).Select(n => new Known(n.Slug, n.Name, n.IsDefault)).ToListAsync(cancellationToken);

    private static string? UnknownOf(NewsletterBox box, List<Known> known) => box.Slugs.FirstOrDefault(s => !known.Exists(n => n.Slug == s));

    private static bool Holds(NewsletterBox box, Known newsletter) => box.Slugs.Contains(newsletter.Slug) || (box.TakesOffer && newsletter.IsDefault);
}
