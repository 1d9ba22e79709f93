using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Subscribers;

/// <summary>A new link for a request whose own has expired, by the button on the old link's page. Under the same policy and cool-down as a form.</summary>
public sealed class RenewConfirmation(NewsroomDb db, ConfirmSignUp confirm, SignUpDesk desk)
{
    /// <returns>False: the request does not exist or is not expired, and nothing was written.</returns>
    public async Task<bool> RunAsync(string token, CancellationToken cancellationToken)
    {
        var outcome = await confirm.LookAsync(token, cancellationToken);
        if (outcome.State != ConfirmState.Expired)
            return false;
        var hash = SecretToken.HashOf(token);
        var old = await db.SignUpRequests.Where(r => r.TokenHash == hash)
            .Select(r => new { r.Subscriber.Address, r.Name })
            .SingleAsync(cancellationToken);
        var form = new SignUpForm(old.Address, [.. outcome.Newsletters.Select(n => n.Slug)], old.Name, null, ConsentMethod.ConfirmPage) { WasOnOffer = true };
        return await desk.RunAsync(form, SignUpCaller.Trusted, cancellationToken) is SignUpOutcome.Accepted;
    }
}
