using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Newsroom.Backend.Donations.Giving;
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

    /// <summary>Stripe's word for why it ended (<c>cancellation_requested</c>, <c>payment_failed</c>, <c>payment_disputed</c>); null while it runs, and when Stripe does not say.</summary>
    public string? EndReason { get; private set; }

    /// <summary>When Stripe begins the next period and asks for its gift (its clock); null while nothing will be asked for.</summary>
    public DateTimeOffset? NextPaymentAt { get; private set; }

    /// <summary>When a pause ends by itself (Stripe's clock); null also for a pause without end.</summary>
    public DateTimeOffset? PausedUntil { get; private set; }

    /// <summary>Stripe's id of who pays: what is told of a customer or a card is told of this plan.</summary>
    public string? CustomerId { get; private set; }

    /// <summary>What pays, so that a donor knows it again: <c>visa 4242</c>. Null when Stripe does not say.</summary>
    public string? PaidBy { get; private set; }

    /// <summary>The last day of the card's last month; null for what does not expire.</summary>
    public DateOnly? CardExpiresOn { get; private set; }

    /// <summary>Changes with every transition; read before Stripe is asked, so that an answer older than another node's is refused.</summary>
    public Guid Version { get; private set; } = Guid.CreateVersion7();
    public Money Amount => new(AmountMinor, Currency.Parse(CurrencyCode));

    /// <summary>No further gift comes of it: Stripe has ended it, or has stopped asking.</summary>
    public bool IsOver => Status is PlanStatus.Canceled or PlanStatus.Lapsed or PlanStatus.Failed or PlanStatus.Abandoned;

    /// <summary>Its donor may change its sum and what pays it.</summary>
    public bool TakesChanges => CanPause || Status == PlanStatus.Paused;

    public bool CanPause => Status is PlanStatus.Active or PlanStatus.PastDue or PlanStatus.ActionRequired;

    public bool CanEnd => !IsOver && Status != PlanStatus.Pending;

    /// <summary>Stripe's <c>unpaid</c> is over and has no end: who pays the open invoice gives again.</summary>
    private bool HasEnded => IsOver && (Status != PlanStatus.Lapsed || EndedAt is not null);

    private (PlanStatus, long, DateTimeOffset?, DateTimeOffset?, DateTimeOffset?, string?, string?, DateOnly?) Shown =>
        (Status, AmountMinor, EndedAt, NextPaymentAt, PausedUntil, CustomerId, PaidBy, CardExpiresOn);

    internal PlanTerms Terms => new(Status, AmountMinor, PaidBy, PausedUntil);

    /// <summary>Until when nothing is collected, so that just so many payments are left out: the day before the next one after them.</summary>
    /// <param name="payments">At least 1.</param>
    /// <exception cref="InvalidOperationException">Nobody knows when the next payment is due.</exception>
    public DateTimeOffset AfterLeavingOut(int payments)
    {
        var next = NextPaymentAt ?? throw new InvalidOperationException("A plan without a next payment has none to leave out.");
        return (Frequency == Frequency.Yearly ? next.AddYears(payments) : next.AddMonths(payments)).AddDays(-1);
    }

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
    /// <param name="snapshot">What Stripe showed.</param>
    /// <param name="known">What our own rows know of it.</param>
    public void Apply(PlanSnapshot snapshot, PlanKnown known = default)
    {
        if (HasEnded)
            return;
        var before = Shown;
        Status = snapshot.Status switch
        {
            PlanStatus.Paused or PlanStatus.PastDue when known.HeldForDispute && snapshot.IsPaused => PlanStatus.Held,
            PlanStatus.PastDue when known.NeedsDonor => PlanStatus.ActionRequired,
            var told => told,
        };
        // Another currency's number would be another sum.
        AmountMinor = snapshot.Amount is { } amount && amount.Currency.Code == CurrencyCode ? amount.Minor : AmountMinor;
        EndedAt = snapshot.EndedAt;
        EndReason = snapshot.EndReason;
        NextPaymentAt = Status is PlanStatus.Active or PlanStatus.PastDue or PlanStatus.ActionRequired ? snapshot.PeriodEndsAt : null;
        PausedUntil = Status is PlanStatus.Paused or PlanStatus.Held ? snapshot.PausedUntil : null;
        CustomerId = snapshot.CustomerId ?? CustomerId;
        // Of one that is over nobody needs it any more, and an erased donor's does not come back.
        if (snapshot.PaidBy is not null && !IsOver)
            (PaidBy, CardExpiresOn) = (snapshot.PaidBy, snapshot.CardExpiresOn);
        if (Shown != before)
            Version = Guid.CreateVersion7();
    }
}

/// <summary>What our own rows know of a plan and Stripe's does not say.</summary>
/// <param name="HeldForDispute">Its collecting was stopped by us, because a gift of it was disputed.</param>
/// <param name="NeedsDonor">The bank wants the donor to approve the payment that is missing.</param>
public readonly record struct PlanKnown(bool HeldForDispute, bool NeedsDonor);

internal sealed class RecurringPlanMapping : IEntityTypeConfiguration<RecurringPlan>
{
    private const int PaidByLength = 64;

    public void Configure(EntityTypeBuilder<RecurringPlan> builder)
    {
        builder.Ignore(p => p.Amount);
        builder.Ignore(p => p.IsOver);
        builder.Ignore(p => p.TakesChanges);
        builder.Ignore(p => p.CanPause);
        builder.Ignore(p => p.CanEnd);
        builder.Property(p => p.Version).IsConcurrencyToken();
        builder.Property(p => p.PublicId).HasMaxLength(PublicId.MaxLength);
        builder.Property(p => p.SubscriptionId).HasMaxLength(255);
        builder.Property(p => p.CurrencyCode).HasMaxLength(3);
        builder.Property(p => p.EndReason).HasMaxLength(64);
        builder.Property(p => p.CustomerId).HasMaxLength(255);
        builder.Property(p => p.PaidBy).HasMaxLength(PaidByLength);
        builder.HasOne(p => p.Donor).WithMany().HasForeignKey(p => p.DonorId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(p => p.PublicId).IsUnique();
        builder.HasIndex(p => p.SubscriptionId).IsUnique();
        builder.HasIndex(p => p.CustomerId);
        builder.HasIndex(p => new { p.Status, p.Id }).HasDatabaseName("IX_RecurringPlans_ListByStatus");
        builder.HasIndex(p => new { p.Status, p.Frequency, p.CurrencyCode, p.AmountMinor }).HasDatabaseName("IX_RecurringPlans_SumByStatus");
    }
}
