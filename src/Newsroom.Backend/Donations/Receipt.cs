using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Donations;

/// <summary>
/// The written acknowledgement of one gift (IRS Pub. 1771). What it says is kept here as it was said: neither a changed setting nor
/// a changed template alters a receipt that was issued.
/// </summary>
public sealed class Receipt
{
    public long Id { get; private set; }

    /// <summary>Unique with <see cref="Revision"/>: one receipt per gift, and one for each sum that was given back of it.</summary>
    public long DonationId { get; private set; }
    public Donation Donation { get; init; } = null!;

    /// <summary>0: the receipt of the gift. Each later one says what stands of it and makes the one before void.</summary>
    public int Revision { get; init; }

    /// <summary>Counts within <see cref="Year"/> from 1, shown as <c>2026-000042</c>.</summary>
    public required int Sequence { get; init; }

    /// <summary>The year the gift was made in, by the organisation's own clock: 11:45 pm on 31 December is still the old year.</summary>
    public required int Year { get; init; }
    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>The day of the gift by the organisation's own clock.</summary>
    public required DateOnly GivenOn { get; init; }

    /// <summary>What stands of the gift; 0 in the notice that nothing does.</summary>
    public required long AmountMinor { get; init; }
    public required string CurrencyCode { get; init; }
    public string? DonorName { get; init; }
    public required string LegalName { get; init; }

    /// <summary>Status and number as the settings had them ("501(c)(3), EIN 00-0000000"); null when they had none.</summary>
    public string? TaxLine { get; init; }
    public string? FiscalSponsor { get; init; }

    /// <summary>The sentence about goods or services; null when the settings make no such statement.</summary>
    public string? Statement { get; init; }

    public Money Amount => new(AmountMinor, Currency.Parse(CurrencyCode));

    public string Number => NumberOf(Year, Sequence);

    /// <summary>The same gift with what stands of it now, under a number of its own.</summary>
    public Receipt Corrected(long standsMinor, int sequence, DateTimeOffset now) => new()
    {
        DonationId = DonationId,
        Revision = Revision + 1,
        Year = Year,
        Sequence = sequence,
        IssuedAt = now,
        GivenOn = GivenOn,
        AmountMinor = standsMinor,
        CurrencyCode = CurrencyCode,
        DonorName = DonorName,
        LegalName = LegalName,
        TaxLine = TaxLine,
        FiscalSponsor = FiscalSponsor,
        Statement = Statement,
    };

    public static string NumberOf(int year, int sequence) => string.Create(CultureInfo.InvariantCulture, $"{year}-{sequence:D6}");
}

internal sealed class ReceiptMapping : IEntityTypeConfiguration<Receipt>
{
    public void Configure(EntityTypeBuilder<Receipt> builder)
    {
        builder.Ignore(r => r.Amount);
        builder.Ignore(r => r.Number);
        builder.Property(r => r.CurrencyCode).HasMaxLength(3);
        builder.Property(r => r.DonorName).HasMaxLength(Donation.NameLength);
        builder.Property(r => r.LegalName).HasMaxLength(OrganisationOptions.TextLength);
        builder.Property(r => r.TaxLine).HasMaxLength(2 * OrganisationOptions.TextLength);
        builder.Property(r => r.FiscalSponsor).HasMaxLength(OrganisationOptions.TextLength);
        builder.Property(r => r.Statement).HasMaxLength(OrganisationOptions.StatementLength);
        builder.HasOne(r => r.Donation).WithMany().HasForeignKey(r => r.DonationId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(r => new { r.DonationId, r.Revision }).IsUnique();
        builder.HasIndex(r => new { r.Year, r.Sequence }).IsUnique();
    }
}
