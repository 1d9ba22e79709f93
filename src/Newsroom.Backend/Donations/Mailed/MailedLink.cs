using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Newsroom.Backend.Donations.Mailed;

public enum LinkCause
{
    /// <summary>Stripe gave no checkout page: the mail waits until it does.</summary>
    StripeDown,

    /// <summary>Cards are being tested: who has the mailbox may pay, at once.</summary>
    CardTesting,
}

/// <summary>What the buttons say, kept with the gift as the consent to one mail; a changed sentence is a new version.</summary>
public sealed record LinkWording(string Version, string Text)
{
    public static LinkWording Later { get; } = new("gift-link-later-1", "We write to you once, as soon as payments work again, with a link to finish your gift. Your address is used for nothing else.");

    public static LinkWording Now { get; } = new("gift-link-now-1", "We send you one email with a link that opens the payment page. Your address is used for nothing else.");

    public static LinkWording Of(LinkCause cause) => cause == LinkCause.StripeDown ? Later : Now;
}

/// <summary>
/// A donor's wish to be mailed the way to pay, one for a gift and one mail for it. The address is the gift's; the link is derived from
/// <see cref="PublicId"/> and not stored.
/// </summary>
public sealed class MailedLink
{
    /// <summary>Stripe is asked for so long; and so long the link opens from its mail on.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    public long Id { get; private set; }
    public string PublicId { get; private set; } = Primitives.PublicId.New("glk");
    public required long DonationId { get; init; }
    public Donation Donation { get; init; } = null!;
    public required LinkCause Cause { get; init; }

    /// <summary>Version of the <see cref="LinkWording"/> beside the button.</summary>
    public required string Wording { get; init; }

    /// <summary>How it was pressed: one of <see cref="Subscribers.ConsentMethod"/>.</summary>
    public required string Method { get; init; }
    public required DateTimeOffset AskedAt { get; init; }

    /// <summary>Not before: what one address gets is limited. Null: it gets none.</summary>
    public required DateTimeOffset? MailDueAt { get; init; }

    /// <summary>When Stripe is asked next for a page; null: not (any more).</summary>
    public required DateTimeOffset? NextAttemptAt { get; set; }
    public int Attempts { get; set; }

    /// <summary>When its mail was written.</summary>
    public DateTimeOffset? MailedAt { get; set; }

    /// <summary>Until when the link opens.</summary>
    public DateTimeOffset ExpiresAt => (MailedAt ?? AskedAt) + Lifetime;

    /// <summary>Before the next question after so many.</summary>
    public static TimeSpan Pause(int attempts) => TimeSpan.FromMinutes(Math.Min(LongestPause.TotalMinutes, 1 << Math.Min(attempts, 10)));
}

internal sealed class MailedLinkMapping : IEntityTypeConfiguration<MailedLink>
{
    public void Configure(EntityTypeBuilder<MailedLink> builder)
    {
        builder.Ignore(l => l.ExpiresAt);
        builder.Property(l => l.PublicId).HasMaxLength(Primitives.PublicId.MaxLength);
        builder.Property(l => l.Wording).HasMaxLength(32);
        builder.Property(l => l.Method).HasMaxLength(32);
        builder.HasOne(l => l.Donation).WithMany().HasForeignKey(l => l.DonationId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(l => l.PublicId).IsUnique();
        builder.HasIndex(l => l.DonationId).IsUnique();
        builder.HasIndex(l => l.NextAttemptAt).HasDatabaseName("IX_MailedLinks_Due");
        builder.HasIndex(l => l.AskedAt);
    }
}
