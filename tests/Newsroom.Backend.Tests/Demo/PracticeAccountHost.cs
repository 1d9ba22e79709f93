using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Newsroom.Backend.Demo.Practice;

namespace Newsroom.Backend.Tests;

/// <summary>The practice account on a loopback port of its own, for the real Stripe.net client.</summary>
internal sealed class PracticeAccountHost : IAsyncDisposable
{
    public const string SecretKey = "sk_test_practice";
    public const string WebhookSecret = "whsec_practice";
    private readonly WebApplication _web;

    private PracticeAccountHost(WebApplication web, PracticeStripe stripe) => (_web, Stripe) = (web, stripe);

    public PracticeStripe Stripe { get; }

    /// <summary>For <c>Stripe:ApiBase</c>.</summary>
    public string Url => Stripe.Account.Url;

    /// <param name="time">The account's clock.</param>
    /// <param name="file">Where it remembers itself; null: nowhere.</param>
    public static async Task<PracticeAccountHost> StartAsync(TimeProvider time, string? file = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var url = $"http://127.0.0.1:{FreePort.Next()}";
        builder.WebHost.UseUrls(url);
        var web = builder.Build();
        var stripe = new PracticeStripe(time, new PracticeAccount(url + "/dev/stripe", SecretKey, WebhookSecret, file));
        web.MapPracticeStripe("/dev/stripe", stripe);
        await web.StartAsync();
        return new PracticeAccountHost(web, stripe);
    }

    public async ValueTask DisposeAsync()
    {
        await _web.StopAsync(CancellationToken.None);
        await _web.DisposeAsync();
    }
}
