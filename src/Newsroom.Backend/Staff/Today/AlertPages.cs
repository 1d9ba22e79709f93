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
        ("gifts.fraud", "/staff/donations"),
        ("stripe.", "/staff/settings#stripe"),
        ("smtp.", "/staff/status"),
    ];

    /// <summary>Digests' alerts end in the digest's id: <c>digest.stopped.dig_…</c>.</summary>
    public static string? Of(string kind) => kind.LastIndexOf(".dig_", StringComparison.Ordinal) is var at and > 0
        ? "/staff/digests/" + kind[(at + 1)..]
        : Array.Find(Known, k => kind.StartsWith(k.Kind, StringComparison.Ordinal)).Page;
}
