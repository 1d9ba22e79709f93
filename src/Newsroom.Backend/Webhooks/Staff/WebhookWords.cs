using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Webhooks.Staff;

/// <summary>Webhooks and what they are told in words, and how that feels.</summary>
public static class WebhookWords
{
    public static string Of(Webhook webhook) => webhook switch
    {
        { IsEnabled: true, FailingSince: null } => "enabled",
        { IsEnabled: true } => "failing",
        _ => "disabled",
    };

    public static Tone ToneOf(Webhook webhook) => webhook switch
    {
        { IsEnabled: true, FailingSince: null } => Tone.Good,
        { IsEnabled: true } => Tone.Warn,
        { DisabledBecause: WebhookStop.ByStaff } => Tone.Neutral,
        _ => Tone.Bad,
    };

    /// <summary>Why it is told nothing, and what to do.</summary>
    public static string Of(WebhookStop stop) => stop switch
    {
        WebhookStop.ByStaff => "Staff disabled it. What happens meanwhile, it will not hear of.",
        WebhookStop.Gone => "Its receiver answered 410: nobody listens there any more. Remove it, or enable it when that was a mistake.",
        WebhookStop.Failing => $"Its receiver took nothing for {WatchWebhooks.GivesUpAfter.TotalDays:0} days. Mend the receiver, send a test, and enable it.",
        _ => throw new ArgumentOutOfRangeException(nameof(stop), stop, "No such reason."),
    };

    public static string Of(WebhookDeliveryState state) => state switch
    {
        WebhookDeliveryState.Waiting => "waiting",
        WebhookDeliveryState.Delivered => "taken",
        WebhookDeliveryState.Failed => "given up",
        WebhookDeliveryState.Withheld => "withheld",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "No such state."),
    };

    public static Tone ToneOf(WebhookDeliveryState state) => state switch
    {
        WebhookDeliveryState.Waiting => Tone.Busy,
        WebhookDeliveryState.Delivered => Tone.Good,
        WebhookDeliveryState.Failed => Tone.Bad,
        _ => Tone.Neutral,
    };

    /// <summary>Who can mend it.</summary>
    public static string Of(WebhookFaultOwner owner) => owner switch
    {
        WebhookFaultOwner.Receiver => "The receiver’s to mend.",
        WebhookFaultOwner.Address => "The address is wrong: change it under “Edit”.",
        WebhookFaultOwner.Newsroom => "Whoever runs this program finds more in its log.",
        _ => throw new ArgumentOutOfRangeException(nameof(owner), owner, "Nobody's."),
    };

    /// <summary>When a type of <see cref="EventTypes.Known"/> is told.</summary>
    public static string Of(string type) => type switch
    {
        EventTypes.SubscriberConfirmed => "a reader said yes to a newsletter",
        EventTypes.SubscriberUnsubscribed => "a reader left a newsletter, or wants no mail ever again",
        EventTypes.SubscriberErased => "a reader was erased: the other program should forget its own record",
        EventTypes.DonationSucceeded => "a gift was booked, each period of a regular one too",
        EventTypes.DonationRefunded => "money went back to a donor",
        EventTypes.SubscriptionStarted => "a regular gift began",
        EventTypes.SubscriptionCancelled => "a regular gift ended",
        EventTypes.SubscriptionPaymentFailed => "a regular gift’s payment failed",
        EventTypes.DigestSent => "every reader of a digest is accounted for",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "No such event."),
    };
}
