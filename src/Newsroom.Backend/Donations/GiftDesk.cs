using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations;

/// <summary>What the donation page and its JSON twin share: whether gifts are taken, what may be ticked, and the road from form to checkout.</summary>
public sealed class GiftDesk(
    NewsroomDb db, StartDonation start, GivingTerms terms, [FromKeyedServices(CheckoutLimit.Opened)] NetworkLimit limit, IOptions<StripeOptions> stripe, IOptions<SiteOptions> site)
{
    public const string Closed = "Gifts are not possible yet: this newsroom has not set up its payments. Please come back later.";
    public const string Unreachable = "The payment service does not answer at the moment. Nothing was charged. Please try again in a few minutes.";
    public const string TooMany = "Many gifts have been started from your network just now. Nothing was charged. Please wait half a minute.";

    private static readonly FormFault TryAgain = new("", "Please send the form again.");

    public bool IsOpen => stripe.Value.IsConfigured;

    /// <summary>Slug and name of the newsletters that one box on the form stands for; none: there is no box.</summary>
    public async Task<IReadOnlyList<(string Slug, string Name)>> NewslettersAsync(CancellationToken cancellationToken) =>
        (await db.Newsletters.Where(n => n.IsDefault).OrderBy(n => n.Id).Select(n => new { n.Slug, n.Name }).ToListAsync(cancellationToken))
            .ConvertAll(n => (n.Slug, n.Name));

    /// <param name="form">As sent.</param>
    /// <param name="wantsNewsletters">The newsletter box is ticked.</param>
    /// <param name="from">The donor's network.</param>
    /// <param name="cancellationToken">Ends the work before Stripe is asked.</param>
    /// <returns>Either what became of it, or at least one fault.</returns>
    public async Task<(StartDonationOutcome? Outcome, IReadOnlyList<FormFault> Faults)> TakeAsync(GiftForm form, bool wantsNewsletters, IPAddress? from, CancellationToken cancellationToken)
    {
        // A robot that filled the field people do not see: it learns nothing and costs no session.
        if (!string.IsNullOrEmpty(form.Trap))
            return (null, [TryAgain]);
        var faults = new List<FormFault>();
        var slugs = wantsNewsletters ? (await NewslettersAsync(cancellationToken)).Select(n => n.Slug).ToList() : [];
        if (new GiftRules(terms, site.Value).Read(form with { Newsletters = slugs }, faults) is not { } intent)
            return (null, faults);
        return limit.Allows(from, out var wait) ? (await start.RunAsync(intent, cancellationToken), []) : (new StartDonationOutcome.TooMany(wait), []);
    }
}
