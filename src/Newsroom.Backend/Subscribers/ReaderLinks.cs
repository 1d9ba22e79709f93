using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers;

/// <summary>
/// The links that readers' mails carry. They are derived, not stored, so that a mail made again carries the same ones; each is known
/// by the hash on the row it belongs to, and works for ever.
/// </summary>
public sealed class ReaderLinks(LinkTokens tokens, IOptions<SiteOptions> site)
{
    public const string ConfirmPurpose = "confirm";
    public const string LeavePurpose = "leave";
    public const string NeverPurpose = "never";

    /// <param name="requestPublicId"><see cref="SignUpRequest.PublicId"/>.</param>
    /// <param name="cancellationToken">Cancels reading the key.</param>
    /// <returns>Absolute address of the confirmation page.</returns>
    public async ValueTask<string> ConfirmAsync(string requestPublicId, CancellationToken cancellationToken) =>
        site.Value.Link("/confirm/" + (await tokens.ForAsync(ConfirmPurpose, requestPublicId, cancellationToken)).Text);

    /// <param name="requestPublicId"><see cref="SignUpRequest.PublicId"/>.</param>
    /// <param name="cancellationToken">Cancels reading the key.</param>
    /// <returns>Absolute address of the page with "never write to me again".</returns>
    public async ValueTask<string> NeverAsync(string requestPublicId, CancellationToken cancellationToken) =>
        site.Value.Link("/never/" + await tokens.SignAsync(NeverPurpose, requestPublicId, cancellationToken));

    /// <param name="subscriptionPublicId"><see cref="Subscription.PublicId"/>.</param>
    /// <param name="cancellationToken">Cancels reading the key.</param>
    /// <returns>Absolute address that GET shows and POST leaves (RFC 8058).</returns>
    public async ValueTask<string> UnsubscribeAsync(string subscriptionPublicId, CancellationToken cancellationToken) =>
        site.Value.Link("/unsubscribe/" + (await tokens.ForAsync(LeavePurpose, subscriptionPublicId, cancellationToken)).Text);
}
