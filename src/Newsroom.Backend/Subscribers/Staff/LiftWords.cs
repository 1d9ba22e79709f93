using Newsroom.Backend.Mail;
using Newsroom.Backend.Subscribers.Suppressed;

namespace Newsroom.Backend.Subscribers.Staff;

/// <summary>What staff read about addresses that must not be mailed.</summary>
internal static class LiftWords
{
    public static string Of(SuppressionReason reason) => reason switch
    {
        SuppressionReason.HardBounce => "no such mailbox",
        SuppressionReason.Complaint => "called our mail spam",
        SuppressionReason.Request => "asked for it",
        SuppressionReason.Erased => "erased",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "No such reason."),
    };

    public static string Of(LiftOutcome outcome) => outcome switch
    {
        LiftOutcome.Lifted => "Lifted. No consent comes back by it: who had left or complained gets mail again only after a new sign-up.",
        LiftOutcome.NoSuchSuppression => "Nothing was changed: the address is not barred any more.",
        LiftOutcome.IsAComplaint => "Nothing was changed: its owner called our mail spam. To lift that all the same, tick that you know it.",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "No such outcome."),
    };

    public static string Of(Barred barred) => barred.IsNew
        ? "This address gets no mail from now on, whoever signs it up."
        : "Nothing was changed: its owner's wish stood on the list already.";

    /// <returns>What to do about the reason given; null when it can be kept.</returns>
    public static string? FaultOf(string? why) => (why?.Trim().Length ?? 0) switch
    {
        0 => "Nothing was changed: say why, for whoever asks later.",
        > SuppressionLift.WhyLength => $"Nothing was changed: say why in at most {SuppressionLift.WhyLength} characters.",
        _ => null,
    };
}
