using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Newsroom.Backend.Donations.Giving;

public enum PlanChangeKind
{
    Amount,

    /// <summary>Another card or account pays.</summary>
    Card,
    Paused,
    Resumed,

    /// <summary>It ends with the period that is paid.</summary>
    EndScheduled,

    /// <summary>That end was taken back.</summary>
    Kept,
}

/// <summary>
/// One thing that became different about a regular gift, whoever did it (the donor here, staff, Stripe's dashboard or portal): the cause of one mail, written in
/// the commit that brings the plan's row in line with Stripe. So a crash between Stripe and that commit loses no mail: the next look finds the difference.
/// </summary>
public sealed class PlanChange
{
    public long Id { get; private set; }
    public long PlanId { get; private set; }
    public required RecurringPlan Plan { get; init; }
    public required PlanChangeKind Kind { get; init; }

    /// <summary>The sum before, of a changed one, in minor units of the plan's currency.</summary>
    public long? FromMinor { get; init; }
    public long? ToMinor { get; init; }

    /// <summary>When a pause ends by itself.</summary>
    public DateTimeOffset? Until { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>Kinds of which a later one makes the mail about an earlier one untrue.</summary>
    public IReadOnlyList<PlanChangeKind> Rivals => Kind switch
    {
        PlanChangeKind.Paused or PlanChangeKind.Resumed => [PlanChangeKind.Paused, PlanChangeKind.Resumed],
        PlanChangeKind.EndScheduled or PlanChangeKind.Kept => [PlanChangeKind.EndScheduled, PlanChangeKind.Kept],
        _ => [Kind],
    };

    /// <summary>What the donor is to hear of. Nothing of a plan that is over or held: those have words of their own.</summary>
    /// <param name="before">As the row had it.</param>
    /// <param name="plan">As it has it now.</param>
    /// <param name="now">When that was seen.</param>
    public static IReadOnlyList<PlanChange> Between(PlanTerms before, RecurringPlan plan, DateTimeOffset now)
    {
        var changes = new List<PlanChange>();
        if (plan.IsOver || plan.Status is PlanStatus.Held or PlanStatus.Pending || before.Status is PlanStatus.Held or PlanStatus.Pending or PlanStatus.Lapsed)
            return changes;
        if (plan.AmountMinor != before.AmountMinor)
            changes.Add(new PlanChange { Plan = plan, Kind = PlanChangeKind.Amount, FromMinor = before.AmountMinor, ToMinor = plan.AmountMinor, At = now });
        if (before.PaidBy is not null && plan.PaidBy != before.PaidBy)
            changes.Add(new PlanChange { Plan = plan, Kind = PlanChangeKind.Card, At = now });
        if (KindOf(before, plan) is { } kind)
            changes.Add(new PlanChange { Plan = plan, Kind = kind, Until = plan.PausedUntil, At = now });
        return changes;
    }

    private static PlanChangeKind? KindOf(PlanTerms before, RecurringPlan plan) => (before.Status, plan.Status) switch
    {
        (PlanStatus.Paused, PlanStatus.Paused) => before.PausedUntil == plan.PausedUntil ? null : PlanChangeKind.Paused,
        (_, PlanStatus.Paused) => PlanChangeKind.Paused,
        (PlanStatus.CancelScheduled, PlanStatus.CancelScheduled) => null,
        (_, PlanStatus.CancelScheduled) => PlanChangeKind.EndScheduled,
        (PlanStatus.Paused, _) => PlanChangeKind.Resumed,
        (PlanStatus.CancelScheduled, _) => PlanChangeKind.Kept,
        _ => null,
    };
}

/// <summary>Of a plan, what its donor would notice.</summary>
public readonly record struct PlanTerms(PlanStatus Status, long AmountMinor, string? PaidBy, DateTimeOffset? PausedUntil);

internal sealed class PlanChangeMapping : IEntityTypeConfiguration<PlanChange>
{
    public void Configure(EntityTypeBuilder<PlanChange> builder)
    {
        builder.Ignore(c => c.Rivals);
        builder.HasOne(c => c.Plan).WithMany().HasForeignKey(c => c.PlanId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(c => new { c.PlanId, c.Id }).HasDatabaseName("IX_PlanChanges_OfPlan");
    }
}
