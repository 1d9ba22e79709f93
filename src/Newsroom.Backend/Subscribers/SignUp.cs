using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Subscribers;

/// <summary>What a page, an API or a donation form hands over.</summary>
/// <param name="Email">As typed.</param>
/// <param name="Newsletters">Slugs; none means the default ones.</param>
/// <param name="Name">Kept only once the address is confirmed.</param>
/// <param name="Source">What the form calls itself, for the consent record.</param>
/// <param name="Method">One of <see cref="ConsentMethod"/>.</param>
/// <param name="Trap">The field people do not see; a robot that fills it is answered like everybody and nothing is kept.</param>
public sealed record SignUpForm(string? Email, IReadOnlyList<string> Newsletters, string? Name, string? Source, string Method, string? Trap = null)
{
    /// <summary>Name of the trap in forms and JSON.</summary>
    public const string TrapField = "website";

    /// <summary>The sentence that was agreed to.</summary>
    public ConsentWording Wording { get; init; } = ConsentWording.SignUp;

    /// <summary>Address of the page the form stood on, as the browser told it.</summary>
    public string? Page { get; init; }

    /// <summary><see cref="ConsentPlace.NetworkHash"/>.</summary>
    public string? NetworkHash { get; init; }

    /// <summary>True: a flood is on. The sign-up is kept, and its mail waits until staff let it go.</summary>
    public bool Held { get; init; }

    /// <summary>When it was; null: now.</summary>
    public DateTimeOffset? AgreedAt { get; init; }

    /// <summary>True: asked for while it was on offer, so one that was closed since is taken all the same.</summary>
    public bool WasOnOffer { get; init; }
}

public abstract record SignUpOutcome
{
    private SignUpOutcome()
    {
    }

    /// <summary>The answer for every well-formed address, whatever its state: who subscribes is nobody else's business.</summary>
    public sealed record Accepted : SignUpOutcome;

    public sealed record BadAddress : SignUpOutcome;

    /// <summary>Or one that is closed to new readers.</summary>
    public sealed record UnknownNewsletter(string Slug) : SignUpOutcome;

    /// <summary>Nothing can be sent or offered yet, so nothing is taken that would be lost.</summary>
    public sealed record NotConfigured(string Why) : SignUpOutcome;

    /// <summary>A limit is met: nothing was taken, and the same form goes through with an answer to this. Says nothing about the address.</summary>
    public sealed record NeedsProof(ProofChallenge Challenge) : SignUpOutcome;

    /// <summary>Nothing was taken; worth another try after the wait.</summary>
    public sealed record TooMany(TimeSpan Wait) : SignUpOutcome;
}

/// <summary>
/// Takes a sign-up. Request, consent and mail are committed before the answer; a stranger who fills in somebody's address changes nothing
/// that exists. The answer comes at the same moment for an address that is new, waiting, subscribed, gone or barred.
/// </summary>
public sealed class SignUp(AskForConfirmation ask, MailReadiness mail, AnswerPace pace, TimeProvider clock)
{
    public async Task<SignUpOutcome> RunAsync(SignUpForm form, CancellationToken cancellationToken)
    {
        if (mail.Missing is not null)
            return new SignUpOutcome.NotConfigured(SignUpWords.NoMailYet);
        if (!EmailAddress.TryParse(form.Email, out var address))
            return new SignUpOutcome.BadAddress();
        var timeToAnswer = pace.Begin();
        var outcome = string.IsNullOrEmpty(form.Trap) ? await AskAsync(form, address, cancellationToken) : new SignUpOutcome.Accepted();
        await timeToAnswer.StepEndAsync();
        return outcome;
    }

    private async Task<SignUpOutcome> AskAsync(SignUpForm form, EmailAddress address, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var place = new ConsentPlace(OneLine(form.Source, Consent.SourceLength), OneLine(form.Page, Consent.PageLength), form.NetworkHash);
        return await ask.RunAsync(
            new SignUpOrder(
                address,
                form.Newsletters.Where(s => !string.IsNullOrWhiteSpace(s)).Select(s => s.Trim()).ToHashSet(StringComparer.Ordinal),
                OneLine(form.Name, Subscriber.NameLength),
                new Agreement(form.Wording, form.Method, place, form.AgreedAt ?? now),
                form.Held,
                now)
            {
                WasOnOffer = form.WasOnOffer,
            },
            cancellationToken);
    }

    /// <summary>Free text of a stranger: cut to what the column holds, without line breaks or other controls.</summary>
    private static string? OneLine(string? text, int length)
    {
        var clean = string.Concat((text ?? "").Where(c => !char.IsControl(c))).Trim();
        return clean.Length == 0 ? null : clean.Length <= length ? clean : clean[..(char.IsHighSurrogate(clean[length - 1]) ? length - 1 : length)];
    }
}
