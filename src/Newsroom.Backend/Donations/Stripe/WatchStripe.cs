using Hangfire;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Mail.Alerts;
using Newsroom.Backend.Mail.Doctor;

namespace Newsroom.Backend.Donations.Stripe;

/// <summary>Does what <c>stripe check</c> does once a day and tells staff: an endpoint that was switched off is silent, and silence looks like a quiet week.</summary>
public sealed class WatchStripe(CheckStripe check, AlertDesk alerts, IOptions<StripeOptions> options)
{
    public const string Daily = "9 5 * * *";
    private const string AlertKind = "gifts.stripe";

    [AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var failed = options.Value.IsConfigured ? (await check.RunAsync(cancellationToken)).Where(f => f.Result == CheckResult.Fail).ToList() : [];
        if (failed.Count == 0)
            await alerts.ClearAsync(AlertKind, cancellationToken);
        else
            await alerts.RaiseAsync(AlertKind, $"Stripe's side is not as it should be (`stripe check`): {string.Join(" ", failed.Select(f => $"{f.Words} {f.Advice}"))}", cancellationToken);
    }
}
