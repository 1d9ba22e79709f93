using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Newsroom.Backend.Mail;

public enum OutgoingMailState
{
    Waiting,

    /// <summary>Committed before the final dot. A row found here after its lease was being sent when its process died.</summary>
    HandingOver,
    Sent,

    /// <summary>A permanent refusal, or given up after the last attempt.</summary>
    Failed,

    /// <summary>Its cause no longer wants it (confirmed already, erased) or the address is suppressed.</summary>
    Withheld,
    Uncertain,
}

/// <summary>
/// A single mail (confirmation, receipt), written in its cause's transaction. It holds no address, text or token: the
/// <see cref="IMailComposer"/> of its kind makes the message from the cause's own rows at the moment of sending.
/// </summary>
public sealed class OutgoingMail
{
    public long Id { get; private set; }

    /// <summary>Which composer makes it: <c>confirmation</c>, <c>receipt</c> …</summary>
    public required string Kind { get; init; }

    /// <summary>Primary key of the cause. Unique with <see cref="Kind"/>: one cause, one mail.</summary>
    public required long SubjectId { get; init; }
    public OutgoingMailState State { get; set; } = OutgoingMailState.Waiting;
    public int Attempts { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset? NextAttemptAt { get; set; }
    public Guid? LeaseId { get; set; }
    public DateTimeOffset? LeaseUntil { get; set; }
    public DateTimeOffset? SettledAt { get; set; }
    public int? Code { get; set; }

    /// <summary>When it was last handed over, and <see cref="Suppression.AddressHash"/> of whom for: what comes back about it is held against both.</summary>
    public DateTimeOffset? HandedOverAt { get; set; }
    public string? AddressHash { get; set; }
    public string? Answer { get; set; }
}

internal sealed class OutgoingMailMapping : IEntityTypeConfiguration<OutgoingMail>
{
    public void Configure(EntityTypeBuilder<OutgoingMail> builder)
    {
        builder.Property(m => m.Kind).HasMaxLength(32);
        builder.Property(m => m.Answer).HasMaxLength(HandOver.AnswerLength);
        builder.Property(m => m.AddressHash).HasMaxLength(64);
        builder.HasIndex(m => new { m.Kind, m.SubjectId }).IsUnique();
        builder.HasIndex(m => new { m.State, m.NextAttemptAt }).HasDatabaseName("IX_OutgoingMails_Due");
        builder.HasIndex(m => new { m.AddressHash, m.Id }).HasDatabaseName("IX_OutgoingMails_OfAddress").HasFilter("[AddressHash] IS NOT NULL");
    }
}
