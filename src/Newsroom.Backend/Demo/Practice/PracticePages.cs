using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Demo.Practice;

/// <summary>What people see of the practice account: the checkout, and a desk from which to make things happen.</summary>
internal static class PracticePages
{
    public static void MapPracticePages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/dev/stripe/checkout/{id}", Checkout);
        routes.MapPost("/dev/stripe/checkout/{id}", DecideAsync);
        routes.MapGet("/dev/stripe", IResult (PracticeStripe stripe, IOptions<SiteOptions> site) => new RazorComponentResult<DashboardPage>(new
        {
            Charges = stripe.Newest("charge", 50, _ => true, "balance_transaction"),
            Refunds = stripe.Newest("refund", 100, _ => true),
            Disputes = stripe.Newest("dispute", 20, _ => true, "charge"),
            Payouts = stripe.Newest("payout", 20, _ => true),
            Plans = stripe.Newest("subscription", 50, _ => true, "customer"),
            Unpaid = stripe.Newest("invoice", 20, i => PracticeView.Text(i, "status") == "open"),
            Open = stripe.Newest("checkout.session", 20, s => PracticeView.Text(s, "status") == "open"),
            Events = stripe.Newest("event", 40, _ => true),
            Travel = stripe.WebhooksTravel,
            FaultsWaiting = stripe.Faults.Waiting,
            site.Value.Zone,
        }));
        routes.MapAct("/dev/stripe/charges/{id}/refund", (stripe, id) => stripe.Refund(id));
        routes.MapAct("/dev/stripe/charges/{id}/dispute", (stripe, id) => stripe.Dispute(id));
        routes.MapAct("/dev/stripe/charges/{id}/fail", (stripe, id) => stripe.FailLate(id));
        routes.MapAct("/dev/stripe/refunds/{id}/fail", (stripe, id) => stripe.FailRefund(id));
        routes.MapAct("/dev/stripe/sessions/{id}/expire", (stripe, id) => stripe.Expire(id));
        routes.MapAct("/dev/stripe/payouts/{id}/fail", (stripe, id) => stripe.FailPayout(id));
        // Nobody wants to wait here for two days until the money is available.
        routes.MapPost("/dev/stripe/payouts", (PracticeStripe stripe, PracticeWebhooks webhooks, CancellationToken cancellationToken) =>
            ActAsync(() => stripe.PayOut(all: true), webhooks, cancellationToken));
        routes.MapPost("/dev/stripe/plans/{id}", ChangePlanAsync);
        routes.MapPost("/dev/stripe/disputes/{id}", DecideDisputeAsync);
        routes.MapAct("/dev/stripe/charges/{id}/warn", (stripe, id) => stripe.WarnOfFraud(id));
        routes.MapAct("/dev/stripe/invoices/{id}/retry", (stripe, id) => stripe.RetryInvoice(id));
        routes.MapGet("/dev/stripe/invoices/{id}", PracticeKnobs.Invoice);
        routes.MapPost("/dev/stripe/invoices/{id}", PracticeKnobs.PayAsync);
        routes.MapGet("/dev/stripe/portal/{id}", PracticeKnobs.Portal);
        routes.MapPost("/dev/stripe/portal/{id}", PracticeKnobs.GiveCardAsync);
        routes.MapPost("/dev/stripe/webhooks", PracticeKnobs.SetTravelAsync);
        routes.MapPost("/dev/stripe/faults", PracticeKnobs.SetFaultAsync);
    }

    private static void MapAct(this IEndpointRouteBuilder routes, string path, Func<PracticeStripe, string, JsonObject> act) =>
        routes.MapPost(path, (string id, PracticeStripe stripe, PracticeWebhooks webhooks, CancellationToken cancellationToken) =>
            ActAsync(() => act(stripe, id), webhooks, cancellationToken));

    private static async Task<SeeOther> ChangePlanAsync(
        string id, HttpRequest request, PracticeStripe stripe, PracticeWebhooks webhooks, CancellationToken cancellationToken)
    {
        var wish = (await request.ReadFormAsync(cancellationToken))["do"].ToString();
        return await ActAsync(() => wish switch
        {
            "refuse" => stripe.Renew(id, succeeds: false),
            "confirm" => stripe.Renew(id, Renewal.NeedsDonor),
            "card" => stripe.UpdateCard(id, "1881", 5, 2035),
            "pause" => stripe.PausePlan(id),
            "resume" => stripe.ResumePlan(id),
            "cancel" => stripe.CancelPlan(id),
            "forget" => stripe.DeleteCustomer(PracticeView.Text(stripe.Get("subscription", id), "customer")),
            _ => stripe.Renew(id),
        }, webhooks, cancellationToken);
    }

    private static async Task<SeeOther> DecideDisputeAsync(
        string id, HttpRequest request, PracticeStripe stripe, PracticeWebhooks webhooks, CancellationToken cancellationToken)
    {
        var wish = (await request.ReadFormAsync(cancellationToken))["do"].ToString();
        return await ActAsync(
            () => wish == "answer" ? stripe.UpdateDispute(id) : stripe.CloseDispute(id, won: wish == "win"), webhooks, cancellationToken);
    }

    private static IResult Checkout(string id, bool? declined, PracticeStripe stripe, IOptions<SiteOptions> site)
    {
        try
        {
            var session = stripe.Get("checkout.session", id);
            var line = stripe.LineOf(id);
            return new RazorComponentResult<CheckoutPage>(new
            {
                Session = session,
                Merchant = site.Value.Name,
                Line = PracticeView.Text(line, "name"),
                Interval = PracticeStore.Text(line, "recurring", "interval"),
                Declined = declined == true,
            });
        }
        catch (StripeErrorException)
        {
            return Results.NotFound();
        }
    }

    private static async Task<IResult> DecideAsync(string id, HttpRequest request, PracticeStripe stripe, PracticeWebhooks webhooks, CancellationToken cancellationToken)
    {
        var form = await request.ReadFormAsync(cancellationToken);
        var email = form["email"].ToString() is { Length: > 0 } typed ? typed : null;
        try
        {
            var session = form["do"].ToString() switch
            {
                "pay" => stripe.Pay(id, email),
                "late" => stripe.Pay(id, email, webhooks: WebhookTravel.Late),
                "twice" => stripe.Pay(id, email, webhooks: WebhookTravel.Twice),
                "backwards" => stripe.Pay(id, email, webhooks: WebhookTravel.Backwards),
                "lost" => stripe.Pay(id, email, webhooks: WebhookTravel.Lost),
                "debit" => stripe.PayByBankDebit(id, succeeds: true, email),
                "debit-fails" => stripe.PayByBankDebit(id, succeeds: false, email),
                "decline" => stripe.Decline(id),
                _ => stripe.Get("checkout.session", id),
            };
            await webhooks.DeliverDueAsync(cancellationToken);
            return new SeeOther(Next(session, form["do"] == "decline"));
        }
        catch (StripeErrorException)
        {
            // Pressed twice, or expired meanwhile: the page says which.
            return new SeeOther($"/dev/stripe/checkout/{Uri.EscapeDataString(id)}");
        }
    }

    private static string Next(JsonObject session, bool declined)
    {
        var id = PracticeView.Text(session, "id");
        if (PracticeView.Text(session, "status") == "complete")
            return PracticeView.Text(session, "success_url").Replace("{CHECKOUT_SESSION_ID}", id, StringComparison.Ordinal);
        return declined ? $"/dev/stripe/checkout/{id}?declined=true" : PracticeStore.Text(session, "cancel_url") ?? "/dev/stripe";
    }

    internal static async Task<SeeOther> ActAsync(Func<object> act, PracticeWebhooks webhooks, CancellationToken cancellationToken)
    {
        try
        {
            act();
        }
        catch (StripeErrorException)
        {
            // Pressed twice: the desk shows where it stands.
        }
        await webhooks.DeliverDueAsync(cancellationToken);
        return new SeeOther("/dev/stripe");
    }
}
