using System.Text;

namespace Newsroom.Backend.Demo.Practice;

/// <summary>Carries the practice account's events to the newsroom's real endpoint, signed, once a second and when the checkout asks.</summary>
internal sealed class PracticeWebhooks(PracticeStripe stripe, IHttpClientFactory clients, TimeProvider time, string endpoint) : BackgroundService
{
    /// <summary>Posts what is due. The checkout waits for it before it sends the donor back, as Stripe's does.</summary>
    public Task DeliverDueAsync(CancellationToken cancellationToken) => stripe.DeliverDueAsync(e => PostAsync(e, cancellationToken));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        stripe.WebhookUrl ??= endpoint;
        using var tick = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        try
        {
            while (await tick.WaitForNextTickAsync(stoppingToken))
                await DeliverDueAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            // Stopping: what was not posted is in the account's file.
        }
        finally
        {
            stripe.Save();
        }
    }

    private async Task<bool> PostAsync(PracticeEvent posted, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint);
        request.Content = new StringContent(posted.Json, Encoding.UTF8, "application/json");
        request.Headers.Add("Stripe-Signature", stripe.Sign(posted.Json, time.GetUtcNow()));
        try
        {
            using var answer = await clients.CreateClient(nameof(PracticeWebhooks)).SendAsync(request, cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
