using System.Globalization;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Donations.Campaigns;

/// <summary>A campaign on one of the newsroom's days, in words, for donors and staff alike.</summary>
/// <param name="Campaign">Itself.</param>
/// <param name="Progress">By its gifts.</param>
/// <param name="Today">In the newsroom's zone.</param>
/// <param name="Culture">Whose way of writing.</param>
public sealed record CampaignView(Campaign Campaign, CampaignProgress Progress, DateOnly Today, CultureInfo Culture)
{
    public CampaignState State => Campaign.StateOn(Today);

    /// <summary>"$4,120 of $10,000".</summary>
    public string RaisedOfGoal => $"{Text(Progress.Raised)} of {Text(Campaign.Goal)}";

    /// <summary>Whole per cent of the goal, rounded down.</summary>
    public long Percent => Campaign.GoalMinor == 0 ? 0 : (long)((Int128)Progress.Raised.Minor * 100 / Campaign.GoalMinor);

    public string People => Progress.Donors == 1 ? "one person" : Progress.Donors.ToString("N0", Culture) + " people";

    /// <summary>Today is one of them; null: it has no end, or does not run.</summary>
    public string? DaysLeft => State != CampaignState.Running || Campaign.EndsOn is not { } last ? null
        : last == Today ? "today is the last day" : $"{(last.DayNumber - Today.DayNumber + 1).ToString("N0", Culture)} days left";

    /// <summary>"1 November 2026 to 31 December 2026".</summary>
    public string Dates => Campaign.EndsOn is { } last ? $"{Day(Campaign.StartsOn)} to {Day(last)}" : $"from {Day(Campaign.StartsOn)}, without an end";

    /// <summary>What the matcher adds, as a sentence for donors; null: nobody does.</summary>
    public string? MatchSentence => Campaign.Match is not { } match ? null
        : Progress.Matched.Minor >= match.Cap.Minor ? $"{match.By} adds {Text(match.Cap)}: the match is used up."
        : match.Percent == 100 && Progress.Matched.Minor > 0 ? $"{Text(Progress.Matched)} of it doubled by {match.By}, who doubles {(match.OnlySingle ? "single gifts" : "gifts")} up to {Text(match.Cap)}."
        : Progress.Matched.Minor > 0 ? $"{match.By} adds {Text(Progress.Matched)} to it: {PromiseOf(match)}."
        : $"{match.By} {PromiseOf(match)}.";

    public string Text(Money sum) => sum.Format(Culture, brief: true);

    public string Day(DateOnly day) => day.ToString("d MMMM yyyy", Culture);

    private string PromiseOf(CampaignMatch match)
    {
        var gifts = match.OnlySingle ? "single gifts" : "gifts";
        return match.Percent switch
        {
            100 => $"doubles {gifts} up to {Text(match.Cap)}",
            200 => $"triples {gifts} until {Text(match.Cap)} are added",
            _ => $"adds {match.Percent.ToString(Culture)} % to {gifts}, up to {Text(match.Cap)}",
        };
    }
}
