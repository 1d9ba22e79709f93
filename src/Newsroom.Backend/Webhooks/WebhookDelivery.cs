using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Webhooks;

public enum WebhookDeliveryState
{
    /// <summary>For its first attempt or the next one; while its webhook is disabled, for that to end.</summary>
    Waiting,

    /// <summary>Answered with 2xx.</summary>
    Delivered,

    /// <summary>Given up after the last attempt.</summary>
    Failed,

    /// <summary>Whom it is about has been erased before it left.</summary>
    Withheld,
}

/// <summary>Who can mend what went wrong.</summary>
public enum WebhookFaultOwner
{
    /// <summary>The receiver: its answer, its silence, its certificate.</summary>
    Receiver,

    /// <summary>Whoever registered the webhook: its address leads nowhere, or where this program does not go.</summary>
    Address,

    /// <summary>This program.</summary>
    Newsroom,
}

/// <summary>
/// One event for one webhook, written in the transaction of what it tells. It goes out at least once, in no order, always under the same
/// <see cref="EventId"/>: so nothing is held after a restore either, where it may go out again. It says what happened to which id, never who that is.
/// </summary>
public sealed class WebhookDelivery
{
    public const int EventIdLength = 40;
    public const int PayloadLength = 4000;
    public const int AnswerLength = 1024;
    public const int ErrorLength = 500;

    public long Id { get; private set; }
    public string PublicId { get; private set; } = Primitives.PublicId.New("dlv");

    /// <summary>No foreign key: that a webhook is removed at this moment must not fail what is told.</summary>
    public required int WebhookId { get; init; }

    /// <summary>The header <c>webhook-id</c>: the same for each attempt and for each webhook that hears of it.</summary>
    public required string EventId { get; init; }
    public required string Type { get; init; }

    /// <summary>Public id of whom or what it is about.</summary>
    public required string Subject { get; init; }

    /// <summary>The body as it is signed and sent: <c>{"type":…,"timestamp":…,"data":{…}}</c>.</summary>
    public required string Payload { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public WebhookDeliveryState State { get; set; } = WebhookDeliveryState.Waiting;

    /// <summary>Made so far; begins anew when people send it again.</summary>
    public int Attempts { get; set; }

    /// <summary>Null when no further one follows by itself.</summary>
    public required DateTimeOffset? NextAttemptAt { get; set; }
    public Guid? LeaseId { get; set; }
    public DateTimeOffset? LeaseUntil { get; set; }

    public DateTimeOffset? LastAttemptAt { get; set; }

    /// <summary>The HTTP status of the last attempt; null when there was no answer.</summary>
    public int? Status { get; set; }

    /// <summary>Of the last attempt, in one sentence; null when it was taken.</summary>
    public string? Error { get; set; }
    public WebhookFaultOwner? Owner { get; set; }

    /// <summary>The beginning of what the receiver answered. Its own words: they may name somebody it looked up.</summary>
    public string? Answer { get; set; }
}

internal sealed class WebhookDeliveryMapping : IEntityTypeConfiguration<WebhookDelivery>
{
    public void Configure(EntityTypeBuilder<WebhookDelivery> builder)
    {
        builder.Property(d => d.PublicId).HasMaxLength(PublicId.MaxLength);
        builder.Property(d => d.EventId).HasMaxLength(WebhookDelivery.EventIdLength);
        builder.Property(d => d.Type).HasMaxLength(64);
        builder.Property(d => d.Subject).HasMaxLength(PublicId.MaxLength);
        builder.Property(d => d.Payload).HasMaxLength(WebhookDelivery.PayloadLength);
        builder.Property(d => d.Error).HasMaxLength(WebhookDelivery.ErrorLength);
        builder.Property(d => d.Answer).HasMaxLength(WebhookDelivery.AnswerLength);
        builder.HasIndex(d => d.PublicId).IsUnique();
        builder.HasIndex(d => new { d.EventId, d.WebhookId }).IsUnique();
        builder.HasIndex(d => new { d.WebhookId, d.State, d.NextAttemptAt }).HasDatabaseName("IX_WebhookDeliveries_Due");
        builder.HasIndex(d => new { d.WebhookId, d.Id }).HasDatabaseName("IX_WebhookDeliveries_List");
        builder.HasIndex(d => d.CreatedAt).HasDatabaseName("IX_WebhookDeliveries_Age");
    }
}
