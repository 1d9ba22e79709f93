using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Newsroom.Backend.Mail.Bounces;

/// <summary>The way a report came in.</summary>
public enum ReportSource
{
    Api,
    Command,
    Imap,

    /// <summary>No report but the receiving server's own answer while the mail was handed over.</summary>
    Smtp,
    Ses,
    Postmark,
    Sendgrid,
    Mailgun,
}

public enum ReportOutcome
{
    /// <summary>The address was suppressed, or the bounce counted, or what was uncertain is known now.</summary>
    Applied,

    /// <summary>Nothing follows from it.</summary>
    Ignored,

    /// <summary>It tells of a mail that was never sent, or is not signed by our mark: nobody is suppressed for it.</summary>
    Forged,

    /// <summary>Nobody here could read it: people look at it.</summary>
    Waiting,

    /// <summary>People have looked at it.</summary>
    Settled,

    /// <summary>
    /// Its mail is being handed over just now, and whether that succeeds may be what this report tells. Never kept: it is to come again.
    /// </summary>
    Early,
}

/// <summary>
/// One thing that was said about one mail after it was handed over, or while. Its row makes it idempotent and is what soft bounces are counted
/// from. It holds no address in clear: whom it is about is a keyed hash.
/// </summary>
public sealed class MailReport
{
    public const int ReasonLength = 24;
    public const int StatusLength = 16;

    public long Id { get; private set; }
    public string PublicId { get; private set; } = Primitives.PublicId.New("rep");
    public required ReportSource Source { get; init; }

    /// <summary>SHA-256, lower-case hex, of the provider's own id of the event, or of the message's bytes. Unique with source and part.</summary>
    public required string ExternalHash { get; init; }

    /// <summary>A report may tell of several recipients: from 0.</summary>
    public required int Part { get; init; }
    public required DateTimeOffset ReceivedAt { get; init; }

    public required BounceKind Kind { get; set; }
    public string? Reason { get; set; }

    /// <summary>RFC 3463.</summary>
    public string? Status { get; set; }

    /// <summary>The server's words, without the address.</summary>
    public string? Diagnostic { get; set; }

    /// <summary>Which mail: <see cref="Mail.MailedId"/> taken apart. Null when no genuine mark named one.</summary>
    public MailedKind? MailedKind { get; set; }
    public int? MailedDigestId { get; set; }
    public long? MailedRecipientId { get; set; }

    /// <summary><see cref="Suppression.AddressHash"/> of whom that mail was for.</summary>
    public string? AddressHash { get; set; }

    public required ReportOutcome Outcome { get; set; }

    /// <summary>Why this outcome, for staff.</summary>
    public string? Note { get; set; }

    /// <summary>The message as it came, only while it waits for people.</summary>
    public byte[]? Raw { get; set; }

    public MailedId? Mailed
    {
        get => MailedKind is { } kind && MailedDigestId is { } digest && MailedRecipientId is { } recipient ? new MailedId(kind, digest, recipient) : null;
        set => (MailedKind, MailedDigestId, MailedRecipientId) = (value?.Kind, value?.DigestId, value?.RecipientId);
    }
}

internal sealed class MailReportMapping : IEntityTypeConfiguration<MailReport>
{
    public const int NoteLength = 300;

    public void Configure(EntityTypeBuilder<MailReport> builder)
    {
        builder.Ignore(r => r.Mailed);
        builder.Property(r => r.PublicId).HasMaxLength(Primitives.PublicId.MaxLength);
        builder.Property(r => r.ExternalHash).HasMaxLength(64);
        builder.Property(r => r.Reason).HasMaxLength(MailReport.ReasonLength);
        builder.Property(r => r.Status).HasMaxLength(MailReport.StatusLength);
        builder.Property(r => r.Diagnostic).HasMaxLength(HandOver.AnswerLength);
        builder.Property(r => r.AddressHash).HasMaxLength(64);
        builder.Property(r => r.Note).HasMaxLength(NoteLength);
        builder.HasIndex(r => r.PublicId).IsUnique();
        builder.HasIndex(r => new { r.Source, r.ExternalHash, r.Part }).IsUnique();
        builder.HasIndex(r => new { r.AddressHash, r.ReceivedAt }).HasDatabaseName("IX_MailReports_Counted");
        builder.HasIndex(r => new { r.Outcome, r.ReceivedAt }).HasDatabaseName("IX_MailReports_ByOutcome");
    }
}
