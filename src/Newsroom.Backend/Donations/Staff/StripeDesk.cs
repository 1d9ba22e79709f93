using Microsoft.Extensions.Options;

namespace Newsroom.Backend.Donations.Staff;

/// <summary>Where staff find a thing in Stripe's own dashboard, and which account it is.</summary>
public sealed class StripeDesk(IOptions<StripeOptions> stripe)
{
    private static readonly (string Prefix, string Path)[] Paths =
    [
        ("pi_", "payments"), ("py_", "payments"), ("ch_", "payments"), ("in_", "invoices"), ("sub_", "subscriptions"), ("cus_", "customers"), ("po_", "payouts"), ("dp_", "disputes"), ("du_", "disputes"),
    ];

    /// <summary>"live", "test" or "practice", of something made by a key of this kind.</summary>
    public string ModeOf(bool isLive) => isLive ? "live" : stripe.Value.Mode == StripeMode.Practice ? "practice" : "test";

    /// <param name="id">Stripe's; null gives null.</param>
    /// <param name="isLive">As the thing was made.</param>
    /// <returns>An address; of an account that only speaks like Stripe its desk.</returns>
    public string? PageOf(string? id, bool isLive)
    {
        if (id is null)
            return null;
        if (!isLive && stripe.Value.Mode == StripeMode.Practice)
            return stripe.Value.ApiBase;
        var path = Array.Find(Paths, p => id.StartsWith(p.Prefix, StringComparison.Ordinal)).Path is { } known ? $"{known}/{id}" : $"search?query={Uri.EscapeDataString(id)}";
        return $"https://dashboard.stripe.com/{(isLive ? "" : "test/")}{path}";
    }

    /// <inheritdoc cref="PageOf(string?, bool)"/>
    public string? PageOf(string? id) => PageOf(id, stripe.Value.IsLive);
}
