using System.Globalization;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Donations.Giving;

/// <summary>What the page says after a form. Only these keys are heeded: an address must not put words onto our page.</summary>
internal static class GivingNotice
{
    public const string Amount = "amount";
    public const string Paused = "paused";
    public const string GoesOn = "goes-on";
    public const string Kept = "kept";
    public const string Ended = "ended";
    public const string Card = "card";

    public static string? Of(string? key) => key switch
    {
        Amount => "The new sum is taken from the next payment on. We confirm it by mail.",
        Paused => "Paused. We confirm it by mail.",
        GoesOn => "Your gift goes on, from the next payment on. Thank you.",
        Kept => "Your gift goes on. Thank you.",
        Ended => "Your gift has ended: nothing more is charged. Thank you for all you gave.",
        Card => "Back from Stripe's page. If you gave another card, it shows below within a minute, and we confirm it by mail.",
        _ => null,
    };
}

/// <summary>How a regular gift stands, to its donor.</summary>
public static class PlanWords
{
    /// <param name="plan">The regular gift.</param>
    /// <param name="local">Writes a day in the newsroom's zone.</param>
    public static string Of(RecurringPlan plan, Func<DateTimeOffset, string> local) => plan.Status switch
    {
        PlanStatus.Active when plan.NextPaymentAt is { } next => $"The next payment is on {local(next)}.",
        PlanStatus.Active => "It runs.",
        PlanStatus.PastDue or PlanStatus.ActionRequired => "It runs, and a payment is missing.",
        PlanStatus.Paused when plan.PausedUntil is { } until => $"Paused until {local(until)}: nothing is charged before then.",
        PlanStatus.Paused => "Paused until you go on: nothing is charged meanwhile.",
        PlanStatus.CancelScheduled => "It ends with the period that is paid: nothing more is charged.",
        PlanStatus.Held => "On hold, because a bank asks about one of its payments: nothing is charged meanwhile. Write to us if that is a mistake.",
        PlanStatus.Pending => "Its first payment is being confirmed.",
        PlanStatus.Lapsed when plan.EndedAt is null => "It has stopped, because its payment could not be taken. Nothing more is charged by itself.",
        PlanStatus.Lapsed => "It has ended, because its payment could not be taken.",
        _ => plan.EndedAt is { } ended ? $"It ended on {local(ended)}." : "It has ended.",
    };
}

/// <summary>What became of a gift, to its donor.</summary>
public static class GiftNote
{
    /// <returns>Null: it was paid, and that is all.</returns>
    public static string? Of(GivingGift gift, CultureInfo culture) => gift.Status switch
    {
        DonationStatus.PartiallyRefunded => $"{new Money(gift.Given.Minor - gift.Stands.Minor, gift.Given.Currency).Format(culture)} given back",
        DonationStatus.Refunded => "given back",
        DonationStatus.Disputed => "in question at your bank",
        DonationStatus.DisputeLost => "taken back by your bank",
        DonationStatus.LateFailed => "came back unpaid",
        _ => null,
    };
}
