using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers;

/// <summary>
/// The links that readers' mails carry. They are derived, not stored, so that a mail made again carries the same ones. Those to confirm and to leave
/// are known by the hash on the row they belong to; the others prove themselves (<see cref="LinkTokens.SignAsync"/>).
/// </summary>
public sealed class ReaderLinks(LinkTokens tokens, IOptions<SiteOptions> site)
{
    public const string ConfirmPurpose = "confirm";
    public const string LeavePurpose = "leave";
    public const string NeverPurpose = "never";
    public const string PreferencesPurpose = "preferences";
    public const string NewAddressPurpose = "new-address";
    public const string OldAddressPurpose = "old-address";

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

    /// <param name="subscriberPublicId"><see cref="Subscriber.PublicId"/>.</param>
    /// <param name="cancellationToken">Cancels reading the key.</param>
    /// <returns>Absolute address of the reader's own preferences.</returns>
    public async ValueTask<string> PreferencesAsync(string subscriberPublicId, CancellationToken cancellationToken) =>
        site.Value.Link("/preferences/" + await tokens.SignAsync(PreferencesPurpose, subscriberPublicId, cancellationToken));

    /// <param name="changePublicId"><see cref="Preferences.AddressChange.PublicId"/>.</param>
    /// <param name="cancellationToken">Cancels reading the key.</param>
    /// <returns>Absolute address of the page whose button moves the reader to the new address.</returns>
    public async ValueTask<string> NewAddressAsync(string changePublicId, CancellationToken cancellationToken) =>
        site.Value.Link("/preferences/address/" + await tokens.SignAsync(NewAddressPurpose, changePublicId, cancellationToken));

    /// <param name="changePublicId"><see cref="Preferences.AddressChange.PublicId"/>.</param>
    /// <param name="cancellationToken">Cancels reading the key.</param>
    /// <returns>Absolute address of the page whose button takes the change back.</returns>
    public async ValueTask<string> OldAddressAsync(string changePublicId, CancellationToken cancellationToken) =>
        site.Value.Link("/preferences/address/undo/" + await tokens.SignAsync(OldAddressPurpose, changePublicId, cancellationToken));
}
