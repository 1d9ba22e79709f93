using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Staff;

/// <summary>A key of an integration. Shown once when made; only its hash is kept.</summary>
public sealed class ApiKey
{
    public const int NameLength = 120;

    public int Id { get; private set; }
    public string PublicId { get; private set; } = Primitives.PublicId.New("key");
    public required string Name { get; init; }
    public required string TokenHash { get; init; }

    /// <summary>Space-separated; empty: everything.</summary>
    public required string Scopes { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? RevokedAt { get; set; }

    /// <summary>To five minutes.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }
}

internal sealed class ApiKeyMapping : IEntityTypeConfiguration<ApiKey>
{
    public void Configure(EntityTypeBuilder<ApiKey> builder)
    {
        builder.Property(k => k.PublicId).HasMaxLength(PublicId.MaxLength);
        builder.Property(k => k.Name).HasMaxLength(ApiKey.NameLength);
        builder.Property(k => k.TokenHash).HasMaxLength(SecretToken.HashLength);
        builder.Property(k => k.Scopes).HasMaxLength(400);
        builder.HasIndex(k => k.PublicId).IsUnique();
        builder.HasIndex(k => k.TokenHash).IsUnique();
    }
}
