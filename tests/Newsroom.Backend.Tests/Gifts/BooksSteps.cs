using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Donations;
using Newsroom.Backend.Donations.Books;

namespace Newsroom.Backend.Tests;

/// <summary>Steps of the tests of the books.</summary>
internal static class BooksSteps
{
    /// <summary>A gift of 15.00, heard of and booked.</summary>
    public static async Task<Donation> BookedAsync(this GivingApp app)
    {
        await app.DeliverAsync(app.Pay(await app.OpenCheckoutAsync()));
        await app.Newsroom.RunEnqueuedJobsAsync();
        return (await app.Newsroom.GiftsAsync())[^1];
    }

    /// <summary>A gift of 10.00 every month, heard of and booked; gives the subscription's id.</summary>
    public static async Task<string> BeginPlanAsync(this GivingApp app)
    {
        var session = await app.OpenCheckoutAsync("10", "monthly");
        await app.DeliverAsync(app.Pay(session));
        await app.Newsroom.RunEnqueuedJobsAsync();
        return (string)app.Stripe.Get("checkout.session", session)["subscription"]!;
    }

    /// <summary>Stripe tells all it has to tell.</summary>
    public static async Task HearAsync(this GivingApp app)
    {
        await app.DeliverAsync(app.Stripe.TakeEvents());
        await app.Newsroom.RunEnqueuedJobsAsync();
    }

    public static string ChargeOf(this GivingApp app, Donation gift) => (string)app.Stripe.Get("payment_intent", gift.PaymentIntentId!)["latest_charge"]!;

    public static async Task<long> AccountAsync(this NewsroomApp newsroom, LedgerAccount account)
    {
        var name = JsonNamingPolicy.CamelCase.ConvertName(account.ToString());
        var accounts = (await newsroom.GetAsync("/api/v1/ledger/accounts")).AsArray();
        return accounts.Where(a => (string)a!["account"]! == name).Sum(a => (long)a!["balance"]!["amount"]!);
    }

    /// <summary>Every balance transaction of the account is here once, unchanged, in entries that add up to nothing.</summary>
    /// <param name="app">The account, and a newsroom of it.</param>
    /// <param name="newsroom">Another newsroom of the same account.</param>
    public static async Task AgreesAsync(this GivingApp app, NewsroomApp? newsroom = null)
    {
        var stripes = app.Stripe.List("balance_transaction").Select(t => ((string)t["id"]!, (long)t["amount"]!, (long)t["fee"]!, (long)t["net"]!)).Order().ToList();
        var ours = await (newsroom ?? app.Newsroom).ReadAsync(db => db.StripeTransactions.Include(t => t.Entries).AsNoTracking().ToListAsync());
        Assert.Equal(stripes, ours.Select(t => (t.TransactionId, t.AmountMinor, t.FeeMinor, t.NetMinor)).Order());
        Assert.All(ours, t => Assert.Equal((0, t.NetMinor), (t.Entries.Sum(e => e.AmountMinor), t.Entries.Where(e => e.Account == LedgerAccount.StripeBalance).Sum(e => e.AmountMinor))));
    }
}
