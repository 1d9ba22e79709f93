using System.Globalization;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Donations.Campaigns.Staff;

/// <param name="Form">What stands in the fields.</param>
/// <param name="Faults">What is wrong with them.</param>
/// <param name="Currencies">To choose from, the first preselected.</param>
public sealed record CampaignFields(CampaignForm Form, IReadOnlyList<FormFault> Faults, IReadOnlyList<Currency> Currencies)
{
    public string? ErrorOf(string field) => Faults.FirstOrDefault(f => f.Field == field)?.WhatToDo;
}

/// <summary>A campaign as the pages' forms send it.</summary>
public sealed class CampaignForm
{
    public string? Slug { get; set; }
    public string? Name { get; set; }
    public string? Why { get; set; }
    public string? Goal { get; set; }
    public string? Currency { get; set; }
    public string? StartsOn { get; set; }
    public string? EndsOn { get; set; }
    public string? MatchedBy { get; set; }
    public string? MatchCap { get; set; }
    public string? MatchPercent { get; set; } = "100";
    public bool OnlySingle { get; set; }

    /// <summary>What the editor had before them, see <see cref="EditCampaign.SeenOf"/>.</summary>
    public string? Seen { get; set; }

    public CampaignText Text => new(Name, Why, Goal, Currency, StartsOn, EndsOn, MatchedBy, MatchCap, MatchPercent, OnlySingle);

    public static CampaignForm Of(Campaign campaign, CultureInfo culture) => new()
    {
        Name = campaign.Name,
        Why = campaign.Why,
        Goal = AmountText.Write(campaign.Goal, culture),
        Currency = campaign.CurrencyCode,
        StartsOn = DayText(campaign.StartsOn),
        EndsOn = campaign.EndsOn is { } last ? DayText(last) : null,
        MatchedBy = campaign.MatchedBy,
        MatchCap = campaign.Match is { } match ? AmountText.Write(match.Cap, culture) : null,
        MatchPercent = (campaign.Match?.Percent ?? 100).ToString(CultureInfo.InvariantCulture),
        OnlySingle = campaign.MatchesOnlySingle,
        Seen = EditCampaign.SeenOf(campaign),
    };

    /// <summary>As a date field wants it.</summary>
    public static string DayText(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>"year-end" begins as "Year end".</summary>
    public static string NameOf(string word) => string.Join(' ', word.Split(['-', '_', ' '], StringSplitOptions.RemoveEmptyEntries)) is { Length: > 0 } name
        ? char.ToUpperInvariant(name[0]) + name[1..] : word;
}
