using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Newsroom.Backend.Donations.Books;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Donations;

/// <summary>One gift: a single one, or one paid month of a <see cref="RecurringPlan"/>.</summary>
public sealed class Donation
{
    public const int NameLength = 120;
    public const int MessageLength = 500;
    public const int CampaignLength = 64;
    public const int AttributionLength = 200;
    public const int InHonourOfLength = 120;
    public const int MailingAddressLength = 300;
    public const int MailingCountryLength = 60;

    public long Id { get; private set; }
    public string PublicId { get; private set; } = Primitives.PublicId.New("don");

    /// <summary>Set when the gift is booked: an attempt never becomes a donor.</summary>
    public long? DonorId { get; private set; }
    public Donor? Donor { get; set; }
    public long? PlanId { get; private set; }
    public RecurringPlan? Plan { get; set; }
    public required string Address
    {
        get;
        set
        {
            field = value;
            AddressKey = EmailAddress.Parse(value).Key;
        }
    }

    /// <summary>In step with <see cref="Address"/>: what one address gave is found by it, paid or not.</summary>
    public string AddressKey { get; private set; } = "";
    public string? Name { get; init; }

    /// <summary>What was asked for (with <see cref="FeeCoverMinor"/>); once paid, what Stripe took.</summary>
    public required long AmountMinor { get; set; }
    public required string CurrencyCode { get; init; }

    /// <summary>The part of <see cref="AmountMinor"/> that the donor added for the card's fee; 0 when another sum was taken than was asked for.</summary>
    public long FeeCoverMinor { get; set; }
    public required Frequency Frequency { get; init; }
    public DonationStatus Status { get; private set; } = DonationStatus.Draft;

    /// <summary>
    /// Unique hash of the form sent: the same form sent twice is one gift. Null for the later gifts of a plan.
    /// </summary>
    public string? SubmissionKey { get; init; }

    /// <summary>Counts checkout sessions asked of Stripe: part of the idempotency key.</summary>
    public int Attempt { get; private set; } = 1;
    public string? SessionId { get; private set; }
    public string? SessionUrl { get; private set; }

    /// <summary>The paid invoice of a plan: unique, so a month is booked once.</summary>
    public string? InvoiceId { get; private set; }
    public string? PaymentIntentId { get; private set; }

    /// <summary>False: made with a test key, or practice. By the key that was configured until Stripe says it.</summary>
    public bool LiveMode { get; set; }
    public bool Anonymous { get; init; }
    public string? Campaign { get; init; }
    public string? Message { get; init; }

    /// <summary>Somebody the gift is made for.</summary>
    public string? InHonourOf { get; init; }

    /// <summary>They have died: in memory of, not in honour of.</summary>
    public bool InMemory { get; init; }

    /// <summary>Several lines; only where the newsroom asks for it.</summary>
    public string? MailingAddress { get; init; }

    /// <summary>As the donor writes it; null: the newsroom's own.</summary>
    public string? MailingCountry { get; init; }

    /// <summary>Where the donor came from (<c>src</c>).</summary>
    public string? Attribution { get; init; }

    /// <summary>Slugs ticked on the form, comma-separated. The readers' own confirmation follows, once the gift is booked.</summary>
    public string? NewsletterOptIn { get; init; }

    /// <summary>Version of the <see cref="ConsentWording"/> beside the box.</summary>
    public string? OptInWording { get; init; }

    /// <summary>How the box was ticked: one of <see cref="ConsentMethod"/>.</summary>
    public string? OptInMethod { get; init; }

    /// <summary>Until then nobody but the job that has it passes <see cref="NewsletterOptIn"/> on.</summary>
    public DateTimeOffset? OptInLeaseUntil { get; private set; }

    /// <summary>When <see cref="NewsletterOptIn"/> was passed on as a sign-up.</summary>
    public DateTimeOffset? OptInPassedOnAt { get; private set; }
    public string? LastError { get; private set; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When Stripe was last asked about it.</summary>
    public DateTimeOffset? CheckedAt { get; set; }

    /// <summary>When Stripe took the money (its clock).</summary>
    public DateTimeOffset? PaidAt { get; private set; }

    /// <summary>Changes with every transition; an update that was decided on an older one is refused.</summary>
    public Guid Version { get; private set; } = Guid.CreateVersion7();

    /// <summary>Given back, or on its way back; what failed on that way does not count.</summary>
    public long RefundedMinor { get; private set; }

    /// <summary>When a bank warned that the card may be stolen (its clock). A refund then is cheaper than the dispute that follows.</summary>
    public DateTimeOffset? FraudWarnedAt { get; private set; }

    public Money Amount => new(AmountMinor, Currency.Parse(CurrencyCode));

    /// <summary>Taken by Stripe at some time, whatever happened to it later.</summary>
    public bool IsBooked => PaidAt is not null;

    /// <summary>The donor can still pay on the checkout page at <see cref="SessionUrl"/>.</summary>
    public bool IsOpen => Status == DonationStatus.CheckoutOpen && SessionUrl is not null;

    /// <summary>Stripe has not said the last word yet.</summary>
    public bool IsUnsettled => Status is DonationStatus.CheckoutOpen or DonationStatus.Processing or DonationStatus.InReview;

    /// <summary>A later period of the plan that began with this gift: the same donor's wishes, no form of its own.</summary>
    public Donation Renewal(DateTimeOffset now) => new()
    {
        Address = Address,
        Name = Name,
        AmountMinor = AmountMinor,
        CurrencyCode = CurrencyCode,
        FeeCoverMinor = FeeCoverMinor,
        Frequency = Frequency,
        LiveMode = LiveMode,
        Anonymous = Anonymous,
        Campaign = Campaign,
        InHonourOf = InHonourOf,
        InMemory = InMemory,
        MailingAddress = MailingAddress,
        MailingCountry = MailingCountry,
        Attribution = Attribution,
        CreatedAt = now,
    };

    /// <summary>Stripe has a checkout page for it.</summary>
    public void OpenCheckout(string sessionId, string url)
    {
        if (Status is not (DonationStatus.Draft or DonationStatus.Deferred or DonationStatus.Expired or DonationStatus.CheckoutOpen))
            throw new InvalidOperationException($"A gift that is {Status} needs no checkout page.");
        SessionId = sessionId;
        SessionUrl = url;
        LastError = null;
        MoveTo(DonationStatus.CheckoutOpen);
    }

    /// <summary>No checkout page could be had: nothing was charged, the intent is kept.</summary>
    /// <param name="why">Stripe's code and words, without the donor's.</param>
    /// <param name="definitive">Stripe will answer this attempt so for ever: the next one asks under a new key.</param>
    public void Defer(string why, bool definitive)
    {
        if (Status is not (DonationStatus.Draft or DonationStatus.Deferred or DonationStatus.Expired))
            return;
        LastError = why.Length <= ErrorLength ? why : why[..ErrorLength];
        if (definitive)
            Attempt++;
        MoveTo(DonationStatus.Deferred);
    }

    /// <summary>The checkout page is gone and the donor wants another one.</summary>
    public void Reopen()
    {
        if (Status != DonationStatus.Expired)
            throw new InvalidOperationException($"Only an expired gift is opened again; this one is {Status}.");
        Attempt++;
        SessionId = null;
        SessionUrl = null;
        MoveTo(DonationStatus.Draft);
    }

    /// <summary>
    /// Takes over what Stripe showed. Monotone: an older or repeated snapshot changes nothing, so any order of them ends alike. Of a
    /// session that is not the present one only a payment counts: the donor may be at the checkout of the present one.
    /// </summary>
    /// <param name="snapshot">What Stripe showed.</param>
    /// <param name="now">The time of a payment that does not say when it was made: money taken never waits for a date.</param>
    public GiftChange Apply(GiftSnapshot snapshot, DateTimeOffset now)
    {
        var paid = snapshot.State == GiftState.Paid;
        if (IsBooked)
            return paid ? Compare(snapshot) : GiftChange.None;
        if (!paid && Differ(SessionId, snapshot.SessionId))
            return GiftChange.None;
        if (paid && snapshot.Amount is { } taken && taken.Currency.Code != CurrencyCode)
            return GiftChange.OtherCurrency;
        SessionId = paid ? snapshot.SessionId ?? SessionId : SessionId ?? snapshot.SessionId;
        if (Rank(StatusOf(snapshot.State)) <= Rank(Status))
            return GiftChange.None;
        MoveTo(StatusOf(snapshot.State));
        LiveMode = snapshot.LiveMode;
        PaymentIntentId = snapshot.PaymentIntentId ?? PaymentIntentId;
        if (Status != DonationStatus.CheckoutOpen)
            SessionUrl = null;
        if (!paid)
            return GiftChange.None;
        InvoiceId = snapshot.InvoiceId;
        Take(snapshot.Amount?.Minor ?? AmountMinor);
        Address = snapshot.Email ?? Address;
        LastError = null;
        PaidAt = snapshot.PaidAt ?? now;
        return GiftChange.Booked;
    }

    /// <summary>A plan's sum may be changed at Stripe: then nobody knows what part of it is for the fee.</summary>
    private void Take(long minor)
    {
        if (minor != AmountMinor)
            FeeCoverMinor = 0;
        AmountMinor = minor;
    }

    /// <summary>
    /// Takes over what became of the payment of a booked gift. Derived from the whole each time: a refund that failed or a dispute that was won brings
    /// back what was before.
    /// </summary>
    /// <param name="payment">All refunds and disputes as Stripe has them now.</param>
    /// <param name="rowsChanged">Refunds or disputes changed, even if that makes no difference here: an answer older than this one must be refused.</param>
    public void Follow(PaymentSnapshot payment, bool rowsChanged)
    {
        if (!IsBooked)
            throw new InvalidOperationException("Nothing becomes of a payment that was not made.");
        var refunded = payment.Refunds.Where(r => r.Counts && r.Amount.Currency.Code == CurrencyCode).Sum(r => r.Amount.Minor);
        var status = payment switch
        {
            { FailedLate: true } => DonationStatus.LateFailed,
            _ when payment.Disputes.Any(d => d.IsLost) => DonationStatus.DisputeLost,
            _ when payment.Disputes.Any(d => d.IsOpen) => DonationStatus.Disputed,
            _ when refunded >= AmountMinor => DonationStatus.Refunded,
            _ when refunded > 0 => DonationStatus.PartiallyRefunded,
            _ => DonationStatus.Succeeded,
        };
        if (status == Status && refunded == RefundedMinor && !rowsChanged)
            return;
        RefundedMinor = refunded;
        MoveTo(status);
    }

    /// <summary>Its receipt is corrected by what was seen of it: an answer older than this one must be refused.</summary>
    public void CorrectReceipt() => MoveTo(Status);

    /// <summary>Is a payment the one that booked this gift? Then what was not known of it is; otherwise the donor has paid twice.</summary>
    private GiftChange Compare(GiftSnapshot paid)
    {
        var isSame = Equal(SessionId, paid.SessionId) || Equal(InvoiceId, paid.InvoiceId) || Equal(PaymentIntentId, paid.PaymentIntentId);
        if (!isSame && (Differ(SessionId, paid.SessionId) || Differ(InvoiceId, paid.InvoiceId) || Differ(PaymentIntentId, paid.PaymentIntentId)))
            return GiftChange.SecondPayment;
        SessionId ??= paid.SessionId;
        InvoiceId ??= paid.InvoiceId;
        PaymentIntentId ??= paid.PaymentIntentId;
        return GiftChange.None;
    }

    private static bool Equal(string? known, string? told) => known is not null && known == told;

    private static bool Differ(string? known, string? told) => known is not null && told is not null && known != told;

    internal const int ErrorLength = 500;

    private void MoveTo(DonationStatus next)
    {
        Status = next;
        Version = Guid.CreateVersion7();
    }

    private static DonationStatus StatusOf(GiftState state) => state switch
    {
        GiftState.Open => DonationStatus.CheckoutOpen,
        GiftState.Expired => DonationStatus.Expired,
        GiftState.Processing => DonationStatus.Processing,
        GiftState.InReview => DonationStatus.InReview,
        GiftState.Failed => DonationStatus.Failed,
        GiftState.Rejected => DonationStatus.Rejected,
        GiftState.Paid => DonationStatus.Succeeded,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };

    /// <summary>How far along a gift is. Nothing goes back; money taken late still counts.</summary>
    private static int Rank(DonationStatus status) => status switch
    {
        DonationStatus.Draft or DonationStatus.Deferred => 0,
        DonationStatus.CheckoutOpen => 1,
        DonationStatus.Expired => 2,
        DonationStatus.Processing => 3,
        DonationStatus.InReview => 4,
        DonationStatus.Failed or DonationStatus.Rejected => 5,
        _ => 6,
    };
}

internal sealed class DonationMapping : IEntityTypeConfiguration<Donation>
{
    public void Configure(EntityTypeBuilder<Donation> builder)
    {
        builder.Ignore(d => d.Amount);
        builder.Ignore(d => d.IsBooked);
        builder.Ignore(d => d.IsOpen);
        builder.Ignore(d => d.IsUnsettled);
        builder.Property(d => d.PublicId).HasMaxLength(PublicId.MaxLength);
        builder.Property(d => d.Address).HasMaxLength(254);
        builder.Property(d => d.AddressKey).HasMaxLength(254);
        builder.Property(d => d.Name).HasMaxLength(Donation.NameLength);
        builder.Property(d => d.CurrencyCode).HasMaxLength(3);
        builder.Property(d => d.SubmissionKey).HasMaxLength(64);
        builder.Property(d => d.Version).IsConcurrencyToken();
        builder.Property(d => d.SessionId).HasMaxLength(255);
        builder.Property(d => d.SessionUrl).HasMaxLength(2000);
        builder.Property(d => d.InvoiceId).HasMaxLength(255);
        builder.Property(d => d.PaymentIntentId).HasMaxLength(255);
        builder.Property(d => d.Campaign).HasMaxLength(Donation.CampaignLength);
        builder.Property(d => d.Message).HasMaxLength(Donation.MessageLength);
        builder.Property(d => d.InHonourOf).HasMaxLength(Donation.InHonourOfLength);
        builder.Property(d => d.MailingAddress).HasMaxLength(Donation.MailingAddressLength);
        builder.Property(d => d.MailingCountry).HasMaxLength(Donation.MailingCountryLength);
        builder.Property(d => d.Attribution).HasMaxLength(Donation.AttributionLength);
        builder.Property(d => d.NewsletterOptIn).HasMaxLength(2000);
        builder.Property(d => d.OptInWording).HasMaxLength(32);
        builder.Property(d => d.OptInMethod).HasMaxLength(32);
        builder.Property(d => d.LastError).HasMaxLength(Donation.ErrorLength);
        builder.HasOne(d => d.Donor).WithMany().HasForeignKey(d => d.DonorId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne(d => d.Plan).WithMany().HasForeignKey(d => d.PlanId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(d => d.PublicId).IsUnique();
        builder.HasIndex(d => d.SubmissionKey).IsUnique();
        builder.HasIndex(d => d.SessionId).IsUnique();
        builder.HasIndex(d => d.InvoiceId).IsUnique();
        builder.HasIndex(d => new { d.Status, d.CheckedAt }).HasDatabaseName("IX_Donations_Unsettled");
        builder.HasIndex(d => d.PaymentIntentId);
        builder.HasIndex(d => d.AddressKey);
        builder.HasIndex(d => d.CreatedAt).HasDatabaseName("IX_Donations_MadeBetween");
        builder.HasIndex(d => new { d.Status, d.Id }).HasDatabaseName("IX_Donations_ListByStatus");
        builder.HasIndex(d => new { d.Frequency, d.Id }).HasDatabaseName("IX_Donations_ListByFrequency");
        builder.HasIndex(d => new { d.Campaign, d.Id }).HasDatabaseName("IX_Donations_ListByCampaign");
        // All that a campaign's sums need, so that they read no row.
        builder.HasIndex(d => new { d.Campaign, d.LiveMode, d.PaidAt, d.CurrencyCode, d.Status, d.Frequency, d.AmountMinor, d.RefundedMinor, d.DonorId }).HasDatabaseName("IX_Donations_OfCampaign");
        // All that a month's sum needs, so that it reads no row.
        builder.HasIndex(d => new { d.LiveMode, d.PaidAt, d.CurrencyCode, d.AmountMinor, d.RefundedMinor }).HasDatabaseName("IX_Donations_PaidInMonth");
    }
}
