using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Donations;

public enum PlanStatus
{
    Pending,
    Active,
    PastDue,
    ActionRequired,
    Paused,
    CancelScheduled,
    Canceled,
    Lapsed,
    Abandoned,
    Failed,
    Held,
}

/// <summary>A monthly or yearly gift: Stripe's subscription as we know it. Its paid invoices are <see cref="Donation"/>s.</summary>
public sealed class RecurringPlan
{
    public long Id { get; private set; }
    public string PublicId { get; private set; } = Primitives.PublicId.New("plan");
    public long DonorId { get; private set; }
    public Donor Donor { get; init; } = null!;
    public required string SubscriptionId { get; init; }
    public required long AmountMinor { get; set; }
    public required string CurrencyCode { get; init; }
    public required Frequency Frequency { get; init; }
    public PlanStatus Status { get; private set; } = PlanStatus.Pending;
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>Changes with every transition; read before Stripe is asked, so that an answer older than another node's is refused.</summary>
    public Guid Version { get; private set; } = Guid.CreateVersion7();
    public Money Amount => new(AmountMinor, Currency.Parse(CurrencyCode));

    private bool HasEnded => Status is PlanStatus.Canceled or PlanStatus.Lapsed or PlanStatus.Failed or PlanStatus.Abandoned;

    /// <summary>The plan that a booked gift of its donor proves.</summary>
    public static RecurringPlan Begin(PlanSnapshot snapshot, Donation gift)
    {
        var plan = new RecurringPlan
        {
            Donor = gift.Donor!,
            SubscriptionId = snapshot.SubscriptionId,
            AmountMinor = gift.AmountMinor,
            CurrencyCode = gift.CurrencyCode,
            Frequency = snapshot.Frequency ?? gift.Frequency,
            CreatedAt = snapshot.CreatedAt ?? gift.PaidAt!.Value,
        };
        plan.Apply(snapshot);
        return plan;
    }

    /// <summary>Takes over what Stripe showed. What has ended at Stripe never runs again there, so nothing leaves an end.</summary>
    public void Apply(PlanSnapshot snapshot)
    {
        // Another currency's number would be another sum.
        var amount = snapshot.Amount is { } told && told.Currency.Code == CurrencyCode ? told.Minor : AmountMinor;
        if (HasEnded || (Status == snapshot.Status && AmountMinor == amount))
            return;
        Status = snapshot.Status;
        AmountMinor = amount;
        EndedAt = snapshot.EndedAt;
        Version = Guid.CreateVersion7();
    }
}

internal sealed class RecurringPlanMapping : IEntityTypeConfiguration<RecurringPlan>
{
    public void Configure(EntityTypeBuilder<RecurringPlan> builder)
    {
        builder.Ignore(p => p.Amount);
        builder.Property(p => p.Version).IsConcurrencyToken();
        builder.Property(p => p.PublicId).HasMaxLength(PublicId.MaxLength);
        builder.Property(p => p.SubscriptionId).HasMaxLength(255);
        builder.Property(p => p.CurrencyCode).HasMaxLength(3);
        builder.HasOne(p => p.Donor).WithMany().HasForeignKey(p => p.DonorId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(p => p.PublicId).IsUnique();
        builder.HasIndex(p => p.SubscriptionId).IsUnique();
    }
}
