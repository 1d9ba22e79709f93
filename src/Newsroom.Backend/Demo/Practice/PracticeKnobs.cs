using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Demo.Practice;

/// <summary>The pages of an unpaid invoice and of another card, and what the desk lets go wrong.</summary>
internal static class PracticeKnobs
{
    public static IResult Invoice(string id, PracticeStripe stripe, IOptions<SiteOptions> site)
    {
        try
        {
            return new RazorComponentResult<InvoicePage>(new { Invoice = stripe.Get("invoice", id), Merchant = site.Value.Name });
        }
        catch (StripeErrorException)
        {
            return Results.NotFound();
        }
    }

    public static async Task<SeeOther> PayAsync(string id, HttpRequest request, PracticeStripe stripe, PracticeWebhooks webhooks, CancellationToken cancellationToken)
    {
        var wish = (await request.ReadFormAsync(cancellationToken))["do"].ToString();
        if (wish is not ("pay" or "refuse"))
            return new SeeOther("/dev/stripe");
        await PracticePages.ActAsync(() => stripe.PayInvoice(id, succeeds: wish == "pay"), webhooks, cancellationToken);
        return new SeeOther($"/dev/stripe/invoices/{Uri.EscapeDataString(id)}");
    }

    public static IResult Portal(string id, PracticeStripe stripe, IOptions<SiteOptions> site)
    {
        try
        {
            return new RazorComponentResult<PortalPage>(new { Id = PracticeView.Text(stripe.Get("billing_portal.session", id), "id"), Merchant = site.Value.Name });
        }
        catch (StripeErrorException)
        {
            return Results.NotFound();
        }
    }

    public static async Task<IResult> GiveCardAsync(string id, HttpRequest request, PracticeStripe stripe, PracticeWebhooks webhooks, CancellationToken cancellationToken)
    {
        var gives = (await request.ReadFormAsync(cancellationToken))["do"] == "card";
        try
        {
            var session = gives ? stripe.GiveCard(id, "1881", 5, 2035) : stripe.Get("billing_portal.session", id);
            await webhooks.DeliverDueAsync(cancellationToken);
            return new SeeOther(PracticeView.Text(session, "return_url"));
        }
        catch (StripeErrorException)
        {
            return Results.NotFound();
        }
    }

    public static async Task<SeeOther> SetTravelAsync(HttpRequest request, PracticeStripe stripe, CancellationToken cancellationToken)
    {
        if (Enum.TryParse<WebhookTravel>((await request.ReadFormAsync(cancellationToken))["travel"].ToString(), out var travel) && Enum.IsDefined(travel))
            stripe.WebhooksTravel = travel;
        return new SeeOther("/dev/stripe#knobs");
    }

    public static async Task<SeeOther> SetFaultAsync(HttpRequest request, PracticeStripe stripe, CancellationToken cancellationToken)
    {
        var form = await request.ReadFormAsync(cancellationToken);
        var calls = int.TryParse(form["calls"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) ? Math.Clamp(wanted, 1, 20) : 1;
        // The button that takes back comes after the list: the last one counts.
        switch (form["fault"] is [.., var last] ? last : null)
        {
            case "limit":
                stripe.Faults.Next(PracticeFault.RateLimited, calls);
                break;
            case "error":
                stripe.Faults.Next(PracticeFault.ServerError, calls);
                break;
            case "lost":
                stripe.Faults.Next(PracticeFault.Drop, calls, afterEffect: true);
                break;
            case "html":
                stripe.Faults.Next(PracticeFault.Html, calls);
                break;
            case "none":
                stripe.Faults.Clear();
                break;
        }
        return new SeeOther("/dev/stripe#knobs");
    }
}
