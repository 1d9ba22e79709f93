using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Newsroom.Backend.Web.Details;

/// <summary>A detail of the newsroom that staff gave on a page (<see cref="StorableSetting"/>). Never a secret, and nothing that lets mail or money move.</summary>
public sealed class StoredSetting
{
    public const int KeyLength = 64;
    public const int ValueLength = 500;

    /// <summary>As configuration has it, parts joined by colons.</summary>
    public required string Key { get; init; }
    public required string Value { get; set; }
    public required DateTimeOffset ChangedAt { get; set; }
}

internal sealed class StoredSettingMapping : IEntityTypeConfiguration<StoredSetting>
{
    public void Configure(EntityTypeBuilder<StoredSetting> builder)
    {
        builder.HasKey(s => s.Key);
        builder.Property(s => s.Key).HasMaxLength(StoredSetting.KeyLength);
        builder.Property(s => s.Value).HasMaxLength(StoredSetting.ValueLength);
    }
}
