using Newsroom.Backend.Demo.Practice;

namespace Newsroom.Backend.Tests;

/// <summary>What may happen to a gift at Stripe, from the checkout to its end. Nothing of it is heard until its events are delivered.</summary>
internal static class GiftStories
{
    public const string Once = "once";
    public const string Monthly = "monthly, three renewals";
    public const string Yearly = "yearly";
    public const string Debit = "bank debit";
    public const string DebitRefused = "bank debit refused";
    public const string DebitFailsLate = "bank debit fails late";
    public const string Refunds = "partial, then full refund";
    public const string RefundFailed = "refund failed";
    public const string DisputeWon = "dispute won";
    public const string DisputeLost = "dispute lost";
    public const string Recovered = "renewal failed, then recovered";
    public const string Cancelled = "cancelled";
    public const string Jpy = "JPY";
    public const string Kwd = "KWD";
    public const string Isk = "ISK";

    /// <returns>Every event of it, as Stripe raised them.</returns>
    public static async Task<IReadOnlyList<PracticeEvent>> HappensAsync(this GivingApp app, string story, string donor)
    {
        var stripe = app.Stripe;
        var session = story switch
        {
            Monthly or Recovered or Cancelled => await app.OpenCheckoutAsync("10", "monthly", donor),
            Yearly => await app.OpenCheckoutAsync("120", "yearly", donor),
            Jpy => await app.OpenCheckoutAsync("1500", "once", donor, ("currency", "JPY")),
            Kwd => await app.OpenCheckoutAsync("1.230", "once", donor, ("currency", "KWD")),
            Isk => await app.OpenCheckoutAsync("500", "once", donor, ("currency", "ISK")),
            _ => await app.OpenCheckoutAsync("15", "once", donor),
        };
        stripe.TakeEvents();
        if (story is Debit or DebitRefused or DebitFailsLate)
        {
            stripe.PayByBankDebit(session, succeeds: story != DebitRefused);
            stripe.Advance(PracticeStripe.BankDebitTakes + TimeSpan.FromSeconds(1));
        }
        else
        {
            stripe.Pay(session);
        }
        Continue(stripe, story, session);
        return stripe.TakeEvents();
    }

    private static void Continue(PracticeStripe stripe, string story, string session)
    {
        switch (story)
        {
            case Monthly:
                for (var month = 0; month < 3; month++)
                    stripe.Renew(Plan());
                break;
            case Yearly:
                stripe.Renew(Plan());
                break;
            case DebitFailsLate:
                stripe.FailLate(Charge());
                break;
            case Refunds:
                stripe.Refund(Charge(), 400);
                stripe.Refund(Charge());
                break;
            case RefundFailed:
                stripe.FailRefund((string)stripe.Refund(Charge())["id"]!);
                break;
            case DisputeWon or DisputeLost:
                stripe.CloseDispute((string)stripe.Dispute(Charge())["id"]!, won: story == DisputeWon);
                break;
            case Recovered:
                stripe.PayInvoice((string)stripe.Renew(Plan(), succeeds: false)["id"]!);
                break;
            case Cancelled:
                stripe.Renew(Plan());
                stripe.CancelPlan(Plan());
                break;
            default:
                break;
        }

        string Plan() => (string)stripe.Get("checkout.session", session)["subscription"]!;

        string Charge() => (string)stripe.Get("payment_intent", (string)stripe.Get("checkout.session", session)["payment_intent"]!)["latest_charge"]!;
    }
}
