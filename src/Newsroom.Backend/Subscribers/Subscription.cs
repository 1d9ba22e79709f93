using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Newsroom.Backend.Data;
using Newsroom.Backend.Newsletters;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Subscribers;

public enum SubscriptionState
{
    /// <summary>Asked for, not confirmed: gets nothing but the confirmation mail.</summary>
    Pending,
    Active,
    Left,
}

/// <summary>How often a reader wants a newsletter.</summary>
public enum Rhythm
{
    /// <summary>Each digest as the newsroom sends it.</summary>
    AsPublished,

    /// <summary>A mail for each new story, soon after it came in.</summary>
    EveryStory,
    Daily,
    Weekly,
    Monthly,
}

/// <summary>Subscriber × newsletter.</summary>
public sealed class Subscription
{
    public long Id { get; private set; }

    /// <summary>What the unsubscribe link's token is derived from.</summary>
    public string PublicId { get; private set; } = Primitives.PublicId.New("sn");
    public long SubscriberId { get; init; }
    public Subscriber Subscriber { get; init; } = null!;
    public int NewsletterId { get; init; }
    public Newsletter Newsletter { get; init; } = null!;
    public SubscriptionState State { get; set; } = SubscriptionState.Pending;
    public Rhythm Rhythm { get; set; } = Rhythm.AsPublished;

    /// <summary>
    /// The highest story id this reader was offered, where that is not what the newsletter's own digests say: for a rhythm of the reader's own,
    /// and after it until the next digest has brought the reader back in step. Null: in step with the newsletter's digests.
    /// </summary>
    public long? StoriesThroughId { get; set; }

    /// <summary>SHA-256 of the unsubscribe token (purpose <see cref="ReaderLinks.LeavePurpose"/>).</summary>
    public required string LeaveTokenHash { get; set; }

    /// <summary>The import that made it, for as long as the reader has said nothing since: on the newsroom's word, not the reader's own.</summary>
    public long? ImportId { get; set; }
    public required DateTimeOffset RequestedAt { get; set; }
    public DateTimeOffset? ConfirmedAt { get; set; }
    public DateTimeOffset? LeftAt { get; set; }

    /// <summary>One that waits for its confirmation. The token's hash can only be known once the public id is.</summary>
    internal static async Task<Subscription> NewAsync(Newsletter newsletter, LinkTokens tokens, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var subscription = new Subscription { NewsletterId = newsletter.Id, LeaveTokenHash = "", RequestedAt = now };
        subscription.LeaveTokenHash = (await tokens.ForAsync(ReaderLinks.LeavePurpose, subscription.PublicId, cancellationToken)).Hash;
        return subscription;
    }

    /// <summary>By the button of a confirmation page, or by undoing a leave. The caller writes the consent in the same transaction.</summary>
    public void Activate(DateTimeOffset now)
    {
        State = SubscriptionState.Active;
        ConfirmedAt = now;
        LeftAt = null;
        ImportId = null;
    }

    /// <summary>The same for one that is new or was left: it comes as published, from the next digest on, whatever rhythm was chosen in an earlier life.</summary>
    public void BeginAnew(DateTimeOffset now)
    {
        Activate(now);
        (Rhythm, StoriesThroughId) = (Rhythm.AsPublished, null);
    }

    public void Leave(DateTimeOffset now)
    {
        State = SubscriptionState.Left;
        LeftAt = now;
    }
}

internal sealed class SubscriptionMapping : IEntityTypeConfiguration<Subscription>
{
    public void Configure(EntityTypeBuilder<Subscription> builder)
    {
        builder.Property(s => s.PublicId).HasMaxLength(PublicId.MaxLength);
        // Also of the rows that were here before readers could choose.
        builder.Property(s => s.Rhythm).HasDefaultValue(Rhythm.AsPublished);
        builder.Property(s => s.LeaveTokenHash).HasMaxLength(SecretToken.HashLength);
        builder.HasOne(s => s.Subscriber).WithMany(s => s.Subscriptions).HasForeignKey(s => s.SubscriberId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne(s => s.Newsletter).WithMany().HasForeignKey(s => s.NewsletterId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(s => s.PublicId).IsUnique();
        builder.HasIndex(s => s.LeaveTokenHash).IsUnique();
        builder.HasIndex(s => new { s.SubscriberId, s.NewsletterId }).IsUnique();
        builder.HasIndex(s => new { s.NewsletterId, s.State, s.Rhythm, s.StoriesThroughId, s.SubscriberId }).HasDatabaseName("IX_Subscriptions_Audience");
        builder.HasIndex(s => new { s.NewsletterId, s.SubscriberId }).HasDatabaseName("IX_Subscriptions_ListByNewsletter");
        builder.HasIndex(s => new { s.ImportId, s.Id }).HasDatabaseName("IX_Subscriptions_Import");
    }
}
