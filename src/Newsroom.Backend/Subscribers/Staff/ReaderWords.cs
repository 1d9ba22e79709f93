using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Subscribers.Staff;

/// <summary>How things of readers are called on staff's pages, and how they feel.</summary>
internal static class ReaderWords
{
    public static string Of(SubscriberStatus status) => status switch
    {
        SubscriberStatus.Pending => "not confirmed",
        SubscriberStatus.Confirmed => "confirmed",
        SubscriberStatus.Left => "left",
        SubscriberStatus.Bounced => "bounced",
        SubscriberStatus.Complained => "complained",
        SubscriberStatus.Suppressed => "never mailed",
        SubscriberStatus.Erased => "erased",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "No such status."),
    };

    public static Tone ToneOf(SubscriberStatus status) => status switch
    {
        SubscriberStatus.Confirmed => Tone.Good,
        SubscriberStatus.Pending => Tone.Busy,
        SubscriberStatus.Bounced or SubscriberStatus.Complained or SubscriberStatus.Suppressed => Tone.Bad,
        _ => Tone.Neutral,
    };

    /// <summary>What the status means for mail, in a sentence.</summary>
    public static string Meaning(SubscriberStatus status) => status switch
    {
        SubscriberStatus.Pending => "Gets nothing but the mail that asks for confirmation.",
        SubscriberStatus.Confirmed => "Gets the newsletters below.",
        SubscriberStatus.Left => "Gets no newsletter.",
        SubscriberStatus.Bounced => "The mailbox does not exist, as its server said: nothing is sent there.",
        SubscriberStatus.Complained => "Called our mail spam: nothing is sent there any more.",
        SubscriberStatus.Suppressed => "Asked never to be written to.",
        SubscriberStatus.Erased => "Everything about this person was erased. The row stays so that old figures still add up.",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "No such status."),
    };

    public static string Of(SubscriptionState state) => state switch
    {
        SubscriptionState.Pending => "not confirmed",
        SubscriptionState.Active => "gets it",
        SubscriptionState.Left => "left",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "No such state."),
    };

    public static Tone ToneOf(SubscriptionState state) => state switch
    {
        SubscriptionState.Active => Tone.Good,
        SubscriptionState.Pending => Tone.Busy,
        _ => Tone.Neutral,
    };

    public static string Of(ConsentEvent what) => what switch
    {
        ConsentEvent.Requested => "Asked for",
        ConsentEvent.Confirmed => "Agreed to",
        ConsentEvent.Withdrawn => "Took back",
        _ => throw new ArgumentOutOfRangeException(nameof(what), what, "No such event."),
    };

    /// <summary>Where a consent was said: <see cref="ConsentMethod"/> in words.</summary>
    public static string Method(string method) => method switch
    {
        ConsentMethod.Form => "in a form",
        ConsentMethod.Api => "in a form of another site",
        ConsentMethod.Import => "in a list that staff brought in",
        ConsentMethod.ConfirmPage => "on the confirmation page",
        ConsentMethod.OneClick => "by the mail program's own button",
        ConsentMethod.UnsubscribePage => "on the unsubscribe page",
        ConsentMethod.NeverPage => "on the page \"this wasn't me\"",
        ConsentMethod.PreferencesPage => "in the preferences",
        ConsentMethod.AddressPage => "on the page of a new address",
        ConsentMethod.Staff => "to staff, who entered it",
        _ => method,
    };
}
