using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Mail.Bounces;

/// <param name="AddressHash"><see cref="Suppression.AddressHash"/> of whom it was handed over for.</param>
/// <param name="Address">In clear, where it is still known.</param>
/// <param name="HandedOverAt">When.</param>
/// <param name="IsInHand">True until the mail server's answer is committed, or known to be lost.</param>
public sealed record MailedTo(string AddressHash, EmailAddress? Address, DateTimeOffset HandedOverAt, bool IsInHand = false);

/// <summary>One for each feature that mails: it knows what was really sent, and hears what came back about it.</summary>
public interface IMailedBy
{
    MailedKind Kind { get; }

    /// <returns>Null when no such mail was ever handed over: then a report about it is forged or about nothing.</returns>
    Task<MailedTo?> FindAsync(NewsroomDb db, MailedId mailed, CancellationToken cancellationToken);

    /// <summary>Works in the caller's transaction, and may be run again with the same verdict.</summary>
    Task HearAsync(NewsroomDb db, MailedId mailed, BounceVerdict verdict, DateTimeOffset now, CancellationToken cancellationToken);
}
