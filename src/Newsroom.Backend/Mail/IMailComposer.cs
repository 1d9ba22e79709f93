using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Mail;

/// <summary>Makes the mails of one kind from their cause's rows. Each feature brings its own.</summary>
public interface IMailComposer
{
    /// <summary>The <see cref="OutgoingMail.Kind"/> it makes.</summary>
    string Kind { get; }

    /// <summary>Null when the cause no longer wants the mail. Called again for each attempt: the same links, the same words.</summary>
    Task<ComposedMail?> ComposeAsync(long subjectId, CancellationToken cancellationToken);
}

/// <param name="To">The one recipient.</param>
/// <param name="ToName">Display name; null in every mail whose address nobody has confirmed yet.</param>
/// <param name="Template">Name of the pair <c>templates/email/NAME.html.liquid</c> and <c>NAME.text.liquid</c>; the subject is the template's too.</param>
/// <param name="Model">What the template may use, beside <c>site</c>.</param>
/// <param name="ReachesSuppressed">True for receipts: a donor gets them whatever became of the newsletters.</param>
/// <param name="AsksToConfirm">True for confirmations: <see cref="SuppressionList.BlocksConfirmationAsync"/> decides, not the whole list.</param>
public sealed record ComposedMail(
    EmailAddress To, string? ToName, string Template, IReadOnlyDictionary<string, object?> Model, bool ReachesSuppressed = false,
    bool AsksToConfirm = false);
