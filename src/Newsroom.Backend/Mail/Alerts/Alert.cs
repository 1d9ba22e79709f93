using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Newsroom.Backend.Mail.Alerts;

/// <summary>Something staff should know of or act on: open until what raised it clears it. At most one of a kind is open.</summary>
public sealed class Alert
{
    public const int KindLength = 48;
    public const int MessageLength = 500;

    public long Id { get; private set; }
    public string PublicId { get; private set; } = Primitives.PublicId.New("alr");

    /// <summary>What it is about, <c>feature.what</c>: <c>sign-up.flood</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Sentences for people: what happened, what it means, what to do. No reader's data.</summary>
    public required string Message { get; set; }
    public required DateTimeOffset RaisedAt { get; init; }
    public DateTimeOffset? ClearedAt { get; set; }

    /// <summary><see cref="Kind"/> while open, null afterwards: unique.</summary>
    public string? OpenKind { get; set; }
}

internal sealed class AlertMapping : IEntityTypeConfiguration<Alert>
{
    public void Configure(EntityTypeBuilder<Alert> builder)
    {
        builder.Property(a => a.PublicId).HasMaxLength(Primitives.PublicId.MaxLength);
        builder.Property(a => a.Kind).HasMaxLength(Alert.KindLength);
        builder.Property(a => a.OpenKind).HasMaxLength(Alert.KindLength);
        builder.Property(a => a.Message).HasMaxLength(Alert.MessageLength);
        builder.HasIndex(a => a.PublicId).IsUnique();
        builder.HasIndex(a => a.OpenKind).IsUnique();
    }
}
