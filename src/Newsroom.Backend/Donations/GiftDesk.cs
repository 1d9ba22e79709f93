using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations;

/// <summary>What the donation page and its JSON twin share: whether gifts are taken, what may be ticked, and the road from form to checkout.</summary>
public sealed class GiftDesk(
    NewsroomDb db, StartDonation start, GivingTerms terms, [FromKeyedServices(CheckoutLimit.Opened)] NetworkLimit limit, IOptions<StripeOptions> stripe, IOptions<SiteOptions> site, TimeProvider clock)
{
    public const string Closed = "Gifts are not possible yet: this newsroom has not set up its payments. Please come back later.";
    public const string Unreachable = "The payment service does not answer at the moment. Nothing was charged. Please try again in a few minutes.";
    public const string TooMany = "Many gifts have been started from your network just now. Nothing was charged. Please wait half a minute.";

    private static readonly FormFault TryAgain = new("", "Please send the form again.");

    public bool IsOpen => stripe.Value.IsConfigured;

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
            faults.Add(new("newsletter", $"There is no newsletter '{unknown}': leave it out."));
        if (intent is null || faults.Count > 0)
            return (null, faults);
        intent = intent with { Newsletters = [.. known.Where(n => Holds(form.Newsletter, n)).Select(n => n.Slug).Order(StringComparer.Ordinal)] };
        if (!limit.Allows(from, out var wait))
            return (new StartDonationOutcome.TooMany(wait), []);
        var outcome = await start.RunAsync(intent, cancellationToken);
        return outcome is StartDonationOutcome.Refused(_, var field) ? (null, [RefusalOf(field)]) : (outcome, []);
    }

    private static FormFault RefusalOf(string field) => new(field, field switch
    {
        "email" => "The payment service does not take this address: look for a typing slip, or give another one.",
        "amount" => "The payment service does not take a sum as small or as large as this: choose another one.",
        _ => "The payment service does not take this from us: choose another one.",
    });

    private sealed record Known(string Slug, string Name, bool IsDefault);

    private Task<List<Known>> KnownAsync(NewsletterBox box, CancellationToken cancellationToken) =>
        db.Newsletters.Where(n => n.IsDefault || box.Slugs.Contains(n.Slug)).OrderBy(n => n.Id).Select(n => new Known(n.Slug, n.Name, n.IsDefault)).ToListAsync(cancellationToken);

    private static string? UnknownOf(NewsletterBox box, List<Known> known) => box.Slugs.FirstOrDefault(s => !known.Exists(n => n.Slug == s));

    private static bool Holds(NewsletterBox box, Known newsletter) => box.Slugs.Contains(newsletter.Slug) || (box.TakesOffer && newsletter.IsDefault);
}
