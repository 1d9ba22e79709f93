using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Newsroom.Backend.Newsletters;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Subscribers;

/// <summary>One sign-up by one form: what its confirmation mail's button confirms, and nothing else.</summary>
public sealed class SignUpRequest
{
    /// <summary>How long a confirmation link works.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    /// <summary>The kinds of mails whose cause is a request.</summary>
    internal static readonly string[] MailKinds = [ConfirmationComposer.MailKind, AlreadySubscribedComposer.MailKind];

    public long Id { get; private set; }
    public string PublicId { get; private set; } = Primitives.PublicId.New("req");
    public long SubscriberId { get; init; }
    public Subscriber Subscriber { get; init; } = null!;

    /// <summary>Ids of the newsletters asked for, ascending, comma-separated.</summary>
    public required string NewsletterIds { get; init; }

    /// <summary>The name that came with the form: the subscriber's once this request is confirmed, not before, since anybody may send a form.</summary>
    public string? Name { get; init; }

    /// <summary>SHA-256 of the confirmation token (purpose <see cref="ReaderLinks.ConfirmPurpose"/>).</summary>
    public required string TokenHash { get; set; }
    public required DateTimeOffset RequestedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When its mail is to leave: at once, or when the cool-down ends. Null: none was made, for the cool-down or because we may not write there.</summary>
    public DateTimeOffset? MailDueAt { get; init; }
    public DateTimeOffset? ConfirmedAt { get; private set; }

    /// <summary>Set while a flood of sign-ups keeps its mail back; null once staff let it go, or when none did.</summary>
    public DateTimeOffset? HeldAt { get; set; }

    public IReadOnlyList<int> Newsletters => [.. NewsletterIds.Split(',').Select(id => int.Parse(id, CultureInfo.InvariantCulture))];

    public static string Join(IEnumerable<Newsletter> newsletters) =>
        string.Join(',', newsletters.Select(n => n.Id).Order().Select(id => id.ToString(CultureInfo.InvariantCulture)));

    public bool IsOpen(DateTimeOffset now) => ConfirmedAt is null && now < ExpiresAt;

    /// <summary>Whether the mail of this one does for another that asks for these newsletters: its button still brings all of them.</summary>
    /// <param name="newsletterIds">As <see cref="NewsletterIds"/> has them.</param>
    /// <param name="subscriber">Whose request it is, with the subscriptions.</param>
    internal bool StillBrings(string newsletterIds, Subscriber subscriber) =>
        NewsletterIds == newsletterIds && !Newsletters.Any(id => subscriber.HasLeftSince(id, RequestedAt));

    /// <exception cref="InvalidOperationException">Confirmed already or expired.</exception>
    public void Confirm(DateTimeOffset now)
    {
        if (!IsOpen(now))
            throw new InvalidOperationException("Only an open request can be confirmed.");
        ConfirmedAt = now;
    }
}

internal sealed class SignUpRequestMapping : IEntityTypeConfiguration<SignUpRequest>
{
    public void Configure(EntityTypeBuilder<SignUpRequest> builder)
    {
        builder.Property(r => r.PublicId).HasMaxLength(PublicId.MaxLength);
        builder.Property(r => r.NewsletterIds).HasMaxLength(400);
        builder.Property(r => r.Name).HasMaxLength(Subscriber.NameLength);
        builder.Property(r => r.TokenHash).HasMaxLength(SecretToken.HashLength);
        builder.HasIndex(r => r.TokenHash).IsUnique();
        builder.HasIndex(r => new { r.SubscriberId, r.MailDueAt }).HasDatabaseName("IX_SignUpRequests_CoolDown");
        builder.HasIndex(r => r.HeldAt).HasDatabaseName("IX_SignUpRequests_Held").HasFilter("[HeldAt] IS NOT NULL");
        builder.HasIndex(r => new { r.ConfirmedAt, r.ExpiresAt }).HasDatabaseName("IX_SignUpRequests_Purge");
    }
}
