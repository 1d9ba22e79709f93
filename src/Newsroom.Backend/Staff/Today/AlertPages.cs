namespace Newsroom.Backend.Staff.Today;

/// <summary>On which page staff do something about an alert.</summary>
internal static class AlertPages
{
    private static readonly (string Kind, string Page)[] Known =
    [
        ("gifts.disputes", "/staff/donations?status=Disputed"),
        ("gifts.held", "/staff/plans?status=Held"),
        ("gifts.stuck", "/staff/donations?status=Processing"),
        ("gifts.unmatched", "/staff/unmatched"),
        ("gifts.payouts", "/staff/payouts?agreement=Differs"),
        ("gifts.stripe", "/staff/settings#stripe"),
        // Fraud, card testing, events that could not be applied.
        ("gifts.", "/staff/donations"),
        ("digest.slot-overdue", "/staff/newsletters"),
        ("mail.dns", "/staff/settings#mail"),
        ("smtp.", "/staff/status"),
        ("disk.", "/staff/status"),
        ("jobs.", "/staff/status"),
        ("bounces.mailbox", "/staff/settings#mail"),
        ("bounces.waiting", "/staff/bounces"),
        ("sign-up.", "/staff/bounces"),
    ];

    /// <summary>Alerts of a digest or a webhook end in its id: <c>digest.stopped.dig_…</c>, <c>webhook.failing.hook_…</c>.</summary>
    public static string? Of(string kind) => IdIn(kind, ".dig_") is { } digest ? "/staff/digests/" + digest
        : IdIn(kind, ".hook_") is { } webhook ? "/staff/webhooks/" + webhook
        : Array.Find(Known, k => kind.StartsWith(k.Kind, StringComparison.Ordinal)).Page;

    private static string? IdIn(string kind, string beginning) => kind.LastIndexOf(beginning, StringComparison.Ordinal) is var at and > 0 ? kind[(at + 1)..] : null;
}
