using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Newsroom.Backend.Donations.Books;

/// <summary>Money that Stripe took for a gift of ours which no gift here can have: a person must look.</summary>
public sealed class UnmatchedPayment
{
    public const int NoteLength = 500;

    public long Id { get; private set; }
    public string PublicId { get; private set; } = Primitives.PublicId.New("unm");

    /// <summary>The checkout session or invoice that was paid: unique, so that what is seen twice is one.</summary>
    public required string StripeId { get; init; }

    /// <summary>The public id of the gift it was made for, whether or not that gift is here.</summary>
    public required string GiftId { get; init; }
    public required string Why { get; init; }
    public required DateTimeOffset FoundAt { get; init; }
    public DateTimeOffset? SettledAt { get; set; }

    /// <summary>What a person did about it.</summary>
    public string? Note { get; set; }
}

internal sealed class UnmatchedPaymentMapping : IEntityTypeConfiguration<UnmatchedPayment>
{
    public void Configure(EntityTypeBuilder<UnmatchedPayment> builder)
    {
        builder.Property(u => u.PublicId).HasMaxLength(Primitives.PublicId.MaxLength);
        builder.Property(u => u.StripeId).HasMaxLength(StripeTransaction.IdLength);
        builder.Property(u => u.GiftId).HasMaxLength(Primitives.PublicId.MaxLength);
        builder.Property(u => u.Why).HasMaxLength(200);
        builder.Property(u => u.Note).HasMaxLength(UnmatchedPayment.NoteLength);
        builder.HasIndex(u => u.PublicId).IsUnique();
        builder.HasIndex(u => u.StripeId).IsUnique();
        builder.HasIndex(u => new { u.SettledAt, u.Id }).HasDatabaseName("IX_UnmatchedPayments_Open");
    }
}
