using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Newsletters;

/// <summary>What people subscribe to.</summary>
public sealed class Newsletter
{
    public const int SlugLength = 64;
    public const int NameLength = 120;
    public const int DescriptionLength = 500;

    public int Id { get; private set; }
    public string PublicId { get; private set; } = Primitives.PublicId.New("nl");

    /// <summary>Lower-case ASCII letters, digits and hyphens: in addresses and in the List-Id (RFC 2919), so it never changes.</summary>
    public required string Slug { get; init; }
    public required string Name { get; set; }
    public string? Description { get; set; }

    /// <summary>Subscribed to when a sign-up names no newsletter.</summary>
    public bool IsDefault { get; set; } = true;

    /// <summary>Null when digests are only made by hand.</summary>
    public Cadence? Cadence { get; set; }

    /// <summary>Who its digests are from, beside the address of <c>Mail:From</c>; null: the newsletter's name.</summary>
    public string? SenderName { get; set; }

    /// <summary>Where readers' answers go; null: to the address of <c>Mail:From</c>.</summary>
    public string? ReplyTo { get; set; }

    /// <summary>No form offers it and nobody new can sign up; its readers keep it, and may leave and come back.</summary>
    public bool IsClosed { get; set; }

    /// <summary><see cref="MailLane.Digest"/> or <see cref="MailLane.Breaking"/>: the digests of the one never wait for those of the other.</summary>
    public MailLane Lane { get; set; } = MailLane.Digest;

    public required DateTimeOffset CreatedAt { get; init; }
}

internal sealed class NewsletterMapping : IEntityTypeConfiguration<Newsletter>
{
    public void Configure(EntityTypeBuilder<Newsletter> builder)
    {
        builder.Property(n => n.PublicId).HasMaxLength(PublicId.MaxLength);
        builder.Property(n => n.Slug).HasMaxLength(Newsletter.SlugLength);
        builder.Property(n => n.Name).HasMaxLength(Newsletter.NameLength);
        builder.Property(n => n.Description).HasMaxLength(Newsletter.DescriptionLength);
        builder.Property(n => n.SenderName).HasMaxLength(Newsletter.NameLength);
        builder.Property(n => n.ReplyTo).HasMaxLength(254);
        builder.Property(n => n.Lane).HasDefaultValue(MailLane.Digest);
        builder.HasIndex(n => n.PublicId).IsUnique();
        builder.HasIndex(n => n.Slug).IsUnique();
        builder.OwnsOne(n => n.Cadence, c =>
        {
            c.Property(x => x.Days).HasMaxLength(40);
            c.Property(x => x.TimeZone).HasMaxLength(64);
        });
    }
}
