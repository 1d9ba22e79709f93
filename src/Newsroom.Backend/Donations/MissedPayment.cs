using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Donations;

public enum MissedPaymentState
{
    /// <summary>Stripe tries again, or waits for the donor.</summary>
    Open,

    /// <summary>Nobody asks for it any more; who has its page can still pay it.</summary>
    GivenUp,

    /// <summary>Paid after all: that gift is booked like any other.</summary>
    Recovered,
}

/// <summary>A period of a plan whose payment could not be had when it was due. It is no gift, and stays as a fact when it becomes one.</summary>
public sealed class MissedPayment
{
    public long Id { get; private set; }
    public long PlanId { get; private set; }
    public required RecurringPlan Plan { get; init; }

    /// <summary>Stripe's, unique: a period is missed once.</summary>
    public required string InvoiceId { get; init; }

    /// <summary>In the plan's currency.</summary>
    public required long AmountMinor { get; init; }
    public MissedPaymentState State { get; private set; }

    /// <summary>How often Stripe tried by its own timetable.</summary>
    public int Attempts { get; private set; }

    /// <summary>Stripe's clock; null when it will not try again by itself.</summary>
    public DateTimeOffset? NextAttemptAt { get; private set; }

    /// <summary>The bank wants the donor's approval.</summary>
    public bool NeedsDonor { get; private set; }

    /// <summary>Stripe's code for the refusal.</summary>
    public string? Why { get; private set; }

    /// <summary>Stripe's page where the donor pays this one; gone once it is settled.</summary>
    public string? PayUrl { get; private set; }
    public required DateTimeOffset FirstSeenAt { get; init; }
    public DateTimeOffset? SettledAt { get; private set; }

    public Money Amount => new(AmountMinor, Currency.Parse(Plan.CurrencyCode));

    /// <summary>Takes over what Stripe showed. Monotone: no state goes back, and an answer of fewer attempts is an older one.</summary>
    public void Apply(DunningSnapshot snapshot, DateTimeOffset now)
    {
        if (snapshot.State < State || (snapshot.State == State && snapshot.Attempts < Attempts))
            return;
        Attempts = Math.Max(Attempts, snapshot.Attempts);
        Why = snapshot.Why ?? Why;
        if (snapshot.State == MissedPaymentState.Open)
            (NextAttemptAt, NeedsDonor, PayUrl) = (snapshot.NextAttemptAt, snapshot.NeedsDonor, snapshot.PayUrl);
        else
            Settle(snapshot.State, now);
    }

    /// <summary>The plan has ended: Stripe does not try again.</summary>
    public void GiveUp(DateTimeOffset now)
    {
        if (State == MissedPaymentState.Open)
            Settle(MissedPaymentState.GivenUp, now);
    }

    private void Settle(MissedPaymentState state, DateTimeOffset now)
    {
        State = state;
        (NextAttemptAt, NeedsDonor, PayUrl) = (null, false, null);
        SettledAt ??= now;
    }
}

internal sealed class MissedPaymentMapping : IEntityTypeConfiguration<MissedPayment>
{
    public void Configure(EntityTypeBuilder<MissedPayment> builder)
    {
        builder.Ignore(m => m.Amount);
        // What decides is guarded: of two answers taken over at once, the second is decided again.
        builder.Property(m => m.State).IsConcurrencyToken();
        builder.Property(m => m.Attempts).IsConcurrencyToken();
        builder.Property(m => m.InvoiceId).HasMaxLength(255);
        builder.Property(m => m.Why).HasMaxLength(64);
        builder.Property(m => m.PayUrl).HasMaxLength(2000);
        builder.HasOne(m => m.Plan).WithMany().HasForeignKey(m => m.PlanId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(m => m.InvoiceId).IsUnique();
        builder.HasIndex(m => new { m.PlanId, m.State });
    }
}
