using System.CommandLine;
using Newsroom.Backend.Donations.Books;
using Newsroom.Backend.Donations.Stripe;
using Newsroom.Backend.Mail.Doctor;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Cli;

internal static class StripeVerbs
{
    public static Command Create(VerbHost host) => new("stripe", "Compares gifts and books with Stripe.") { Reconcile(host), Check(host) };

    private static Command Reconcile(VerbHost host)
    {
        var json = CommonOptions.Json();
        const string What = "Asks Stripe about every gift, plan, movement of the balance and payout that may have been missed. Ends with 1 when something does not agree.";
        var command = new Command("reconcile", What) { json };
        command.SetAction((parsed, cancellationToken) => host.RunAsync(
            async services =>
            {
                var result = await services.GetRequiredService<Reconcile>().RunAsync(cancellationToken);
                if (parsed.GetValue(json))
                    VerbHost.PrintJson(result);
                else
                    Print(result);
                return result.Agrees ? VerbHost.Done : VerbHost.Failed;
            },
            cancellationToken));
        return command;
    }

    private static Command Check(VerbHost host)
    {
        var json = CommonOptions.Json();
        var command = new Command("check", "Looks at the key and at the webhook endpoint at Stripe. Ends with 1 when something fails.") { json };
        command.SetAction((parsed, cancellationToken) => host.RunAsync(
            async services =>
            {
                var findings = await services.GetRequiredService<CheckStripe>().RunAsync(cancellationToken);
                if (parsed.GetValue(json))
                    VerbHost.PrintJson(new { findings });
                else
                    findings.ToList().ForEach(DoctorVerb.Print);
                return findings.Any(f => f.Result == CheckResult.Fail) ? VerbHost.Failed : VerbHost.Done;
            },
            cancellationToken));
        return command;
    }

    private static void Print(Reconciliation result)
    {
        Console.WriteLine($"{result.NewTransactions} movement(s) of the balance that were not in the books yet.");
        foreach (var balance in result.Balances)
            Console.WriteLine($"At Stripe by the books: {new Money(balance.Amount, Currency.Parse(balance.Currency))}");
        foreach (var other in result.BalancesThatDiffer)
        {
            var currency = Currency.Parse(other.Currency);
            Console.WriteLine($"Stripe's own balance is another: {new Money(other.Stripe, currency)} and not {new Money(other.Books, currency)}. Look for movements that could not be read in the log.");
        }
        if (result.PayoutsThatDiffer.Count > 0)
            Console.WriteLine($"Payouts that are not the sum of their transactions: {string.Join(", ", result.PayoutsThatDiffer)} (GET /api/v1/payouts/ID)");
        if (result.GiftsWithoutMoney.Count > 0)
            Console.WriteLine($"Gifts without money in the books: {string.Join(", ", result.GiftsWithoutMoney)}");
        if (result.MoneyWithoutGift > 0)
            Console.WriteLine($"Payments without a gift: {result.MoneyWithoutGift} (GET /api/v1/unmatched?settled=false)");
        if (result.FailedEvents > 0)
            Console.WriteLine($"Events of the last 30 days that could not be applied: {result.FailedEvents}. What they told of was read from Stripe just now.");
        if (result.StoppedBecause is not null)
            Console.Error.WriteLine($"Stripe could not be asked to the end: {result.StoppedBecause} What was read is kept; run it again.");
        else if (result.Agrees)
            Console.WriteLine("The books agree with Stripe.");
    }
}
