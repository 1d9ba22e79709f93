using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Bounces;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Digests;

/// <summary>Where one reader's copy stands. The first four are "remaining" in the ledger; the others are final.</summary>
public enum DeliveryState
{
    Planned,

    /// <summary>Taken by a slice, under its lease; goes back to Planned when the lease runs out.</summary>
    Claimed,

    /// <summary>Committed before the message's final dot; becomes Uncertain when its process dies.</summary>
    HandingOver,

    /// <summary>Not taken this time (4yz, no connection, our own fault); due again at <see cref="Delivery.NextAttemptAt"/>.</summary>
    Deferred,

    Accepted,
    Refused,

    /// <summary>Left, suppressed or erased since planning, or the digest was cancelled before its turn: not sent.</summary>
    Withheld,

    /// <summary>Nobody can know whether the server took it. Never sent again by itself.</summary>
    Uncertain,
}

/// <summary>
/// One digest to one subscriber; its rows are the ledger. They change only by guarded updates (<see cref="DeliveryRows"/>), whose row
/// counts decide who may send.
/// </summary>
public sealed class Delivery
{
    public long Id { get; private set; }
    public int DigestId { get; init; }
    public long SubscriberId { get; init; }
    public long SubscriptionId { get; init; }
    public DeliveryState State { get; private set; } = DeliveryState.Planned;
    public int Attempts { get; private set; }
    public DateTimeOffset? NextAttemptAt { get; private set; }

    /// <summary>The slice that holds the row, and until when.</summary>
    public Guid? LeaseId { get; private set; }
    public DateTimeOffset? LeaseUntil { get; private set; }

    /// <summary>When the hand-over began: the message's Date.</summary>
    public DateTimeOffset? HandedOverAt { get; private set; }
    public DateTimeOffset? SettledAt { get; private set; }

    /// <summary>The server's last answer: SMTP reply code and enhanced status with its text.</summary>
    public int? Code { get; private set; }
    public string? Answer { get; private set; }

    /// <summary>Whose fault it is that it was not accepted; null when it was, or when no server was asked.</summary>
    public FaultOwner? Owner { get; private set; }

    /// <summary>When staff decided to leave an uncertain row as it is: it stays uncertain, which is the truth, and is no longer asked about.</summary>
    public DateTimeOffset? DecidedAt { get; private set; }

    /// <summary>Withheld only because the digest was cancelled before this reader's turn: it may be sent on to (<see cref="SendToTheMissing"/>).</summary>
    public bool CancelledBeforeTurn { get; private set; }

    /// <summary>
    /// What came back after the hand-over: a bounce or a complaint, the weightiest heard. An accepted row stays accepted: the mail server took it.
    /// </summary>
    public BounceKind? Returned { get; private set; }
    public DateTimeOffset? ReturnedAt { get; private set; }

    /// <summary>RFC 3463, as <c>5.1.1</c>; null when the report had none.</summary>
    public string? ReturnedStatus { get; private set; }
}

internal sealed class DeliveryMapping : IEntityTypeConfiguration<Delivery>
{
    public void Configure(EntityTypeBuilder<Delivery> builder)
    {
        builder.Property(d => d.ReturnedStatus).HasMaxLength(16);
        builder.Property(d => d.Answer).HasMaxLength(HandOver.AnswerLength);
        builder.HasOne<Digest>().WithMany().HasForeignKey(d => d.DigestId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Subscriber>().WithMany().HasForeignKey(d => d.SubscriberId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(d => new { d.DigestId, d.SubscriberId }).IsUnique();
        // In the order they are taken: what was never tried has no next attempt and comes first, by id; what was put off, by when it is due.
        builder.HasIndex(d => new { d.DigestId, d.State, d.NextAttemptAt, d.Id }).HasDatabaseName("IX_Deliveries_Claim");
        // Holds only what came back, so it costs the hand-over nothing.
        builder.HasIndex(d => new { d.DigestId, d.Returned }).HasFilter("[Returned] IS NOT NULL").HasDatabaseName("IX_Deliveries_Returned");
    }
}
