using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Donations.Campaigns;

public enum CampaignState
{
    Coming,
    Running,
    Over,
}

/// <summary>What staff decide about a campaign; <see cref="CampaignRules"/> makes it of a form.</summary>
/// <param name="Name">As donors read it.</param>
/// <param name="Why">What the money is for; plain text, several lines.</param>
/// <param name="Goal">In a currency that gifts are taken in.</param>
/// <param name="StartsOn">The first day, in the newsroom's zone.</param>
/// <param name="EndsOn">The last day, inclusive; null: it runs until somebody ends it.</param>
/// <param name="Match">Null: nobody adds anything.</param>
public sealed record CampaignTerms(string Name, string? Why, Money Goal, DateOnly StartsOn, DateOnly? EndsOn, CampaignMatch? Match);

/// <summary>
/// A fund-raising drive: what donors are told about a word that links carry. What it has raised stands in the gifts alone
/// (<see cref="ReadProgress"/>), so that nothing here can drift from them.
/// </summary>
public sealed class Campaign
{
    public const int SlugLength = Donation.CampaignLength;
    public const int NameLength = 120;
    public const int WhyLength = 600;
    public const int MatchedByLength = 120;

    /// <summary>The largest goal or match, in minor units. More than any drive, and a sum of gifts cannot overflow beside it.</summary>
    public const long MostMinor = 99_999_999_999;

    public int Id { get; private set; }
    public string PublicId { get; private set; } = Primitives.PublicId.New("cmp");

    /// <summary>The word in <see cref="Donation.Campaign"/>. It never changes: links and gifts hold on to it.</summary>
    public required string Slug { get; init; }
    public string Name { get; private set; } = "";
    public string? Why { get; private set; }
    public long GoalMinor { get; private set; }
    public string CurrencyCode { get; private set; } = "";
    public DateOnly StartsOn { get; private set; }
    public DateOnly? EndsOn { get; private set; }
    public string? MatchedBy { get; private set; }
    public long MatchCapMinor { get; private set; }
    public int MatchPercent { get; private set; }
    public bool MatchesOnlySingle { get; private set; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Changes with every change; one that was decided on an older one is refused.</summary>
    public Guid Version { get; private set; } = Guid.CreateVersion7();

    public Money Goal => new(GoalMinor, Currency.Parse(CurrencyCode));

    public CampaignMatch? Match => MatchedBy is null ? null : new(MatchedBy, Goal with { Minor = MatchCapMinor }, MatchPercent, MatchesOnlySingle);

    public CampaignTerms Terms => new(Name, Why, Goal, StartsOn, EndsOn, Match);

    /// <summary>Its name in addresses of staff pages: the slug, or where that has what a path cannot carry the public id.</summary>
    public string Key => Slug != "new" && Slug.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? Slug : PublicId;

    /// <summary>The donation page of it, without the site.</summary>
    public string DonatePath => "/donate?campaign=" + Uri.EscapeDataString(Slug);

    public static Expression<Func<Campaign, bool>> IsAt(string key) => c => c.Slug == key || c.PublicId == key;

    public static Campaign Begin(string slug, CampaignTerms terms, DateTimeOffset now)
    {
        var campaign = new Campaign { Slug = slug, CreatedAt = now };
        campaign.Change(terms);
        return campaign;
    }

    /// <param name="today">In the newsroom's zone.</param>
    public CampaignState StateOn(DateOnly today) => today < StartsOn ? CampaignState.Coming : today > EndsOn ? CampaignState.Over : CampaignState.Running;

    public void Change(CampaignTerms terms)
    {
        (Name, Why, GoalMinor, CurrencyCode) = (terms.Name, terms.Why, terms.Goal.Minor, terms.Goal.Currency.Code);
        (StartsOn, EndsOn) = (terms.StartsOn, terms.EndsOn);
        (MatchedBy, MatchCapMinor, MatchPercent, MatchesOnlySingle) = terms.Match is { } match ? (match.By, match.Cap.Minor, match.Percent, match.OnlySingle) : (null, 0, 0, false);
        Version = Guid.CreateVersion7();
    }

    /// <summary>It runs, and would run tomorrow.</summary>
    public bool CanEndOn(DateOnly today) => StateOn(today) == CampaignState.Running && EndsOn != today;

    /// <summary>Today becomes its last day.</summary>
    public void End(DateOnly today)
    {
        if (!CanEndOn(today))
            throw new InvalidOperationException($"A campaign of {StartsOn:yyyy-MM-dd} to {EndsOn:yyyy-MM-dd} cannot be ended on {today:yyyy-MM-dd}.");
        EndsOn = today;
        Version = Guid.CreateVersion7();
    }
}

internal sealed class CampaignMapping : IEntityTypeConfiguration<Campaign>
{
    public void Configure(EntityTypeBuilder<Campaign> builder)
    {
        builder.Ignore(c => c.Goal);
        builder.Ignore(c => c.Match);
        builder.Ignore(c => c.Terms);
        builder.Ignore(c => c.Key);
        builder.Ignore(c => c.DonatePath);
        builder.Property(c => c.PublicId).HasMaxLength(PublicId.MaxLength);
        builder.Property(c => c.Slug).HasMaxLength(Campaign.SlugLength);
        builder.Property(c => c.Name).HasMaxLength(Campaign.NameLength);
        builder.Property(c => c.Why).HasMaxLength(Campaign.WhyLength);
        builder.Property(c => c.CurrencyCode).HasMaxLength(3);
        builder.Property(c => c.MatchedBy).HasMaxLength(Campaign.MatchedByLength);
        builder.Property(c => c.Version).IsConcurrencyToken();
        builder.HasIndex(c => c.PublicId).IsUnique();
        builder.HasIndex(c => c.Slug).IsUnique();
    }
}
