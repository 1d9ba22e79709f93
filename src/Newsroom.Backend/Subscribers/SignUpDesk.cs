using System.Net;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail.Alerts;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers;

/// <summary>Who sends a sign-up.</summary>
/// <param name="Address">Where from; null: from ourselves.</param>
/// <param name="Ticket">Of <see cref="SignUpProof"/>, where one came with the form.</param>
/// <param name="Nonce">What a script found for it.</param>
/// <param name="IsTrusted">A site's own server with an API key, a paid gift, the link of a mail of ours: the address's own limit only, and no proof.</param>
/// <param name="ComesAgain">
/// A job of ours, which tries again later: told when the address's limit is met, where all others are answered as always and what they sent is lost.
/// </param>
public sealed record SignUpCaller(IPAddress? Address, string? Ticket = null, string? Nonce = null, bool IsTrusted = false, bool ComesAgain = false)
{
    public const string TicketField = "ticket";
    public const string NonceField = "nonce";

    /// <summary>From within: what was checked before by other means.</summary>
    public static SignUpCaller Trusted { get; } = new(null, IsTrusted: true);

    /// <inheritdoc cref="ComesAgain"/>
    public static SignUpCaller Job { get; } = Trusted with { ComesAgain = true };

    public string? Network => IsTrusted ? null : NetworkPrefix.Of(Address);
}

/// <summary>
/// Where every sign-up comes in, whatever road it took: judged by <see cref="SignUpPolicy"/>, then taken by <see cref="SignUp"/>. Nothing here looks
/// at what is known of an address, so nothing can tell.
/// </summary>
public sealed class SignUpDesk(
    SignUp signUp, SignUpPolicy policy, SignUpProof proofs, AttackMode attack, HeldSignUps held, MailDomains domains, LinkTokens tokens, AlertDesk alerts, AnswerPace pace, ConsentPlaces places, TimeProvider clock)
{
    public async Task<SignUpOutcome> RunAsync(SignUpForm form, SignUpCaller caller, CancellationToken cancellationToken)
    {
        await attack.LoadAsync(cancellationToken);
        var now = clock.GetUtcNow();
        if (!EmailAddress.TryParse(form.Email, out var address))
        {
            policy.CountNonsense(caller.Network, now);
            return await signUp.RunAsync(form, cancellationToken);
        }
        var judged = await CaseAsync(form, caller, address, now, cancellationToken);
        var verdict = policy.Judge(judged, now);
        if (attack.TakesAlertTurn(now))
            await alerts.RaiseAsync(AttackMode.AlertKind, AttackMode.AlertMessage, CancellationToken.None);
        switch (verdict)
        {
            case SignUpVerdict.Ignored when caller.ComesAgain:
                return new SignUpOutcome.TooMany(SignUpPolicy.PerAddress.Period);
            case SignUpVerdict.Ignored:
                await pace.Begin().StepEndAsync();
                return new SignUpOutcome.Accepted();
            case SignUpVerdict.AskProof:
                await held.NoteAskedAsync(now);
                return new SignUpOutcome.NeedsProof(await proofs.IssueAsync(cancellationToken));
            default:
                return await TakeAsync(form, caller, verdict == SignUpVerdict.Held, cancellationToken);
        }
    }

    private async Task<SignUpCase> CaseAsync(SignUpForm form, SignUpCaller caller, EmailAddress address, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var proof = await proofs.CheckAsync(caller.Ticket, caller.Nonce, cancellationToken);
        return new SignUpCase(
            (await tokens.ForAsync("sign-up-limit", Mailbox.KeyOf(address), cancellationToken)).Hash,
            address.Domain,
            caller.Network,
            proof,
            CanBeAsked: !caller.IsTrusted && (form.Method == ConsentMethod.Form || !string.IsNullOrEmpty(caller.Ticket)),
            IsDoubtful: proof == ProofStrength.Weak && attack.IsOn(now) && await domains.IsDoubtfulAsync(address.Domain, cancellationToken));
    }

    private async Task<SignUpOutcome> TakeAsync(SignUpForm form, SignUpCaller caller, bool hold, CancellationToken cancellationToken)
    {
        if (hold && !await held.HasRoomAsync(cancellationToken))
            return new SignUpOutcome.TooMany(HeldSignUps.WaitWhenFull);
        // What is held is counted, whoever gives up waiting: a flood that hangs up early must not pass by the limit and the alert.
        if (hold)
            cancellationToken = CancellationToken.None;
        var network = caller.Address is null ? null : await places.NetworkHashAsync(caller.Address, cancellationToken);
        var outcome = await signUp.RunAsync(form with { NetworkHash = network, Held = hold }, cancellationToken);
        // What fell into the trap was answered, and is nowhere.
        if (hold && outcome is SignUpOutcome.Accepted && string.IsNullOrEmpty(form.Trap))
            await held.NoteAsync();
        return outcome;
    }
}
