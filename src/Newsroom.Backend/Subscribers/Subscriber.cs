using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Subscribers;

public enum SubscriberStatus
{
    Pending,
    Confirmed,
    Left,
    Bounced,
    Complained,
    Suppressed,
    Erased,
}

/// <summary>A person's address and its state. One row per address for ever; what it subscribes to are <see cref="Subscription"/>s.</summary>
public sealed class Subscriber
{
    public const int NameLength = 120;

    /// <summary>Of the address an erased row has in the place of its own; the top-level domain exists nowhere (RFC 6761 §6.4).</summary>
    public const string ErasedDomain = "erased.invalid";

    public long Id { get; private set; }
    public string PublicId { get; private set; } = Primitives.PublicId.New("sub");
    public required string Address { get; set; }

    /// <summary><see cref="EmailAddress.Key"/>: unique.</summary>
    public required string AddressKey { get; set; }
    public string? Name { get; set; }

    /// <summary>BCP 47, as the reader chose; null: the newsroom's own.</summary>
    public string? Language { get; set; }

    /// <summary>No newsletter before this instant, by the reader's wish. Null or past: not paused.</summary>
    public DateTimeOffset? PausedUntil { get; set; }
    public SubscriberStatus Status { get; set; } = SubscriberStatus.Pending;
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? ConfirmedAt { get; set; }
    public DateTimeOffset? LeftAt { get; set; }

    /// <summary>Raised by whatever decides from this row and its subscriptions, so that of two at once only one is saved.</summary>
    public int Version { get; private set; }
    public List<Subscription> Subscriptions { get; } = [];

    /// <summary>How many links the chain of its consents has, and the last one's hash: a consent cut off at the end would be missed here.</summary>
    public int ConsentCount { get; internal set; }
    public string? ConsentHead { get; internal set; }

    /// <summary>False after a bounce, a complaint, a request or erasure: then a form or an old link changes nothing.</summary>
    public bool MayBeMailed => Status is SubscriberStatus.Pending or SubscriberStatus.Confirmed or SubscriberStatus.Left;

    /// <summary>
    /// True also after a bounce or an erasure: the button of a new confirmation mail, which only the mailbox's owner can press, ends either. A complaint
    /// and "never again" are never lifted so.
    /// </summary>
    public bool MayBeAsked => MayBeMailed || Status is SubscriberStatus.Bounced or SubscriberStatus.Erased;

    /// <summary>Leaving is the later word: it takes back what was asked before it, confirmed or not.</summary>
    public bool HasLeftSince(int newsletterId, DateTimeOffset instant) =>
        Subscriptions.Exists(s => s.NewsletterId == newsletterId && s.State == SubscriptionState.Left && s.LeftAt > instant);

    /// <summary>Lets nobody else decide from what was read here.</summary>
    public void Touch() => Version++;

    /// <exception cref="InvalidOperationException">The address must not be mailed.</exception>
    public void Confirm(DateTimeOffset now)
    {
        if (!MayBeAsked)
            throw new InvalidOperationException($"A subscriber that is {Status} cannot confirm.");
        Status = SubscriberStatus.Confirmed;
        ConfirmedAt = now;
        LeftAt = null;
        Touch();
    }

    /// <summary>The owner of the address asked never to hear from us again. What was or might have become active is left.</summary>
    /// <returns>The subscriptions that this ended.</returns>
    public IReadOnlyList<Subscription> Suppress(DateTimeOffset now)
    {
        var ended = Subscriptions.FindAll(s => s.State != SubscriptionState.Left);
        foreach (var subscription in ended)
            subscription.Leave(now);
        Status = SubscriberStatus.Suppressed;
        LeftAt = now;
        Touch();
        return ended;
    }

    /// <summary>Takes <see cref="Suppress"/> back: what was confirmed is active again, what was not waits again.</summary>
    /// <returns>The subscriptions that are active again.</returns>
    /// <exception cref="InvalidOperationException">Not suppressed.</exception>
    public IReadOnlyList<Subscription> Unsuppress(DateTimeOffset now)
    {
        if (Status != SubscriberStatus.Suppressed)
            throw new InvalidOperationException("Only a suppressed subscriber can come back so.");
        var ended = Subscriptions.FindAll(s => s.State == SubscriptionState.Left && s.LeftAt == LeftAt);
        foreach (var subscription in ended)
        {
            if (subscription.ConfirmedAt is not null)
                subscription.Activate(now);
            else
                (subscription.State, subscription.LeftAt) = (SubscriptionState.Pending, null);
        }
        var active = ended.FindAll(s => s.State == SubscriptionState.Active);
        Status = ConfirmedAt is null ? SubscriberStatus.Pending : SubscriberStatus.Left;
        if (active.Count > 0)
            Confirm(now);
        Touch();
        return active;
    }

    /// <summary>To an address whose owner has just agreed. A bounce was the old mailbox's.</summary>
    public void MoveTo(EmailAddress address)
    {
        (Address, AddressKey) = (address.Value, address.Key);
        if (Status == SubscriberStatus.Bounced)
            Status = Subscriptions.Exists(s => s.State == SubscriptionState.Active) ? SubscriberStatus.Confirmed : SubscriberStatus.Left;
        Touch();
    }

    /// <summary>
    /// The address is off the suppression list. After a bounce what was confirmed still stands; a complaint or "never again" was the reader's own word
    /// and ended it: only a new sign-up begins again.
    /// </summary>
    public void Readmit(DateTimeOffset now)
    {
        if (Status is SubscriberStatus.Complained or SubscriberStatus.Suppressed)
        {
            foreach (var subscription in Subscriptions.Where(s => s.State != SubscriptionState.Left))
                subscription.Leave(now);
            (Status, LeftAt) = (SubscriberStatus.Left, LeftAt ?? now);
        }
        else if (Status == SubscriberStatus.Bounced)
        {
            Status = Subscriptions.Exists(s => s.State == SubscriptionState.Active) ? SubscriberStatus.Confirmed : ConfirmedAt is null ? SubscriberStatus.Pending : SubscriberStatus.Left;
        }
        Touch();
    }

    /// <summary>
    /// Takes the person out and leaves the row, so that what counts it still adds up and its old links are answered. Twice is once. The caller
    /// deletes its consents in the same transaction.
    /// </summary>
    public void Erase(DateTimeOffset now)
    {
        Touch();
        if (Status == SubscriberStatus.Erased)
            return;
        (Status, LeftAt) = (SubscriberStatus.Erased, LeftAt ?? now);
        // With the opaque id: anybody could sign up an address made of a number, and so keep the next reader from being erased.
        Address = AddressKey = $"erased-{PublicId}@{ErasedDomain}";
        (Name, Language, PausedUntil, ConsentCount, ConsentHead) = (null, null, null, 0, null);
        foreach (var subscription in Subscriptions.Where(s => s.State != SubscriptionState.Left))
            subscription.Leave(now);
    }

    /// <summary>Follows what its subscriptions became: without an active one, a reader has left.</summary>
    public void LeaveIfNothingIsLeft(DateTimeOffset now)
    {
        Touch();
        if (Status is not (SubscriberStatus.Confirmed or SubscriberStatus.Pending) || Subscriptions.Exists(s => s.State == SubscriptionState.Active))
            return;
        Status = SubscriberStatus.Left;
        LeftAt = now;
    }
}

internal sealed class SubscriberMapping : IEntityTypeConfiguration<Subscriber>
{
    public void Configure(EntityTypeBuilder<Subscriber> builder)
    {
        builder.Property(s => s.PublicId).HasMaxLength(PublicId.MaxLength);
        builder.Property(s => s.Address).HasMaxLength(254);
        builder.Property(s => s.AddressKey).HasMaxLength(254);
        builder.Property(s => s.Name).HasMaxLength(Subscriber.NameLength);
        builder.Property(s => s.Language).HasMaxLength(35);
        builder.Property(s => s.ConsentHead).HasMaxLength(Consent.HashLength);
        builder.Property(s => s.Version).IsConcurrencyToken();
        builder.HasIndex(s => s.PublicId).IsUnique();
        builder.HasIndex(s => s.AddressKey).IsUnique();
        builder.HasIndex(s => new { s.Status, s.Id }).HasDatabaseName("IX_Subscribers_ListByStatus");
        // Read from one end to the other by a search, so it holds nothing but names.
        builder.HasIndex(s => s.Name).HasFilter("[Name] IS NOT NULL").HasDatabaseName("IX_Subscribers_SearchByName");
        builder.HasIndex(s => s.ConfirmedAt).HasDatabaseName("IX_Subscribers_Joined");
        builder.HasIndex(s => s.LeftAt).HasDatabaseName("IX_Subscribers_Left");
    }
}
