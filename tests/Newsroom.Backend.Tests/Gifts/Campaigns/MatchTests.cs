using FsCheck;
using FsCheck.Xunit;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Donations;
using Newsroom.Backend.Donations.Books;
using Newsroom.Backend.Donations.Campaigns;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Tests.Gifts.Campaigns;

/// <summary>Whatever becomes of whatever gifts, no more is said to be matched than the matcher owes.</summary>
public sealed class AMatch : IAsyncLifetime
{
    private NewsroomApp _app = null!;
    private int _case;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public enum Fate
    {
        Stands,
        IsPartlyRefunded,
        IsRefunded,
        IsDisputed,
        IsLost,
        ComesBack,
    }

    public async ValueTask InitializeAsync() => _app = await NewsroomApp.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Property(MaxTest = 40)]
    public async Task Is_never_above_its_cap_and_never_overstated((PositiveInt Cents, bool IsSingle, Fate Fate)[] given, PositiveInt cap, PositiveInt percent, bool onlySingle)
    {
        var word = $"case-{++_case}";
        var match = new CampaignMatch("Somebody", Dollars(cap.Get * 100L), Math.Clamp(percent.Get * 10, CampaignMatch.LeastPercent, CampaignMatch.MostPercent), onlySingle);
        var today = DateOnly.FromDateTime(NewsroomApp.Start.Date);
        var campaign = Campaign.Begin(word, new CampaignTerms("Case", null, Dollars(1_000_000), today, today, match), NewsroomApp.Start);
        var donor = new Donor { Address = $"{word}@example.org", AddressKey = $"{word}@example.org", CreatedAt = NewsroomApp.Start };
        var gifts = given.Select((g, i) => Gift($"{word}-{i}", donor, g.Cents.Get * 7L, g.IsSingle, g.Fate)).ToList();
        await _app.ArrangeAsync(db =>
        {
            db.Add(campaign);
            db.AddRange(gifts.Select(g => g.Gift));
            return Task.CompletedTask;
        });

        var site = Options.Create(new SiteOptions { TimeZone = "America/New_York" });
        var progress = (await _app.ReadAsync(db => new ReadProgress(db, site, Options.Create(new StripeOptions())).RunAsync([campaign], Stop)))[campaign.Id];
        var eligible = gifts.Where(g => g.Gift.Frequency == Frequency.Once || !onlySingle).Sum(g => g.Keeps);
        Assert.Equal(gifts.Sum(g => g.Keeps), progress.Raised.Minor);
        Assert.True(progress.Matched.Minor <= match.Cap.Minor);
        Assert.True(progress.Matched.Minor * 100 <= eligible * match.Percent);
        // And never understated by a whole cent.
        Assert.True(progress.Matched.Minor == match.Cap.Minor || (progress.Matched.Minor + 1) * 100 > eligible * match.Percent);
    }

    /// <summary>With what the newsroom keeps of it.</summary>
    private static (Donation Gift, long Keeps) Gift(string id, Donor donor, long minor, bool isSingle, Fate fate)
    {
        var gift = new Donation
        {
            Address = donor.Address,
            AmountMinor = minor,
            CurrencyCode = "USD",
            Frequency = isSingle ? Frequency.Once : Frequency.Monthly,
            Campaign = id[..id.LastIndexOf('-')],
            CreatedAt = NewsroomApp.Start,
        };
        gift.Apply(new GiftSnapshot { State = GiftState.Paid, Amount = gift.Amount, LiveMode = false, SessionId = "cs_" + id, PaymentIntentId = "pi_" + id, PaidAt = NewsroomApp.Start }, NewsroomApp.Start);
        gift.Donor = donor;
        var back = fate == Fate.IsRefunded ? minor : fate == Fate.IsPartlyRefunded ? minor / 3 : 0;
        gift.Follow(
            new PaymentSnapshot(
                fate == Fate.ComesBack,
                back == 0 ? [] : [new RefundSnapshot("re_" + id, Dollars(back), "succeeded", null, null, null)],
                fate is Fate.IsDisputed or Fate.IsLost ? [new DisputeSnapshot("dp_" + id, Dollars(minor), fate == Fate.IsLost ? "lost" : "needs_response", null, null, null)] : [],
                []),
            rowsChanged: true);
        return (gift, fate is Fate.Stands or Fate.IsPartlyRefunded ? minor - back : 0);
    }

    private static Money Dollars(long minor) => new(minor, Currency.Usd);
}
