using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Digests;
using Newsroom.Backend.Donations;
using Newsroom.Backend.Donations.Books;
using Newsroom.Backend.Donations.Campaigns;
using Newsroom.Backend.Donations.CardTesting;
using Newsroom.Backend.Donations.Giving;
using Newsroom.Backend.Donations.Mailed;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Alerts;
using Newsroom.Backend.Mail.Relays;
using Newsroom.Backend.Newsletters;
using Newsroom.Backend.Staff;
using Newsroom.Backend.Staff.Accounts;
using Newsroom.Backend.Stories;
using Newsroom.Backend.Subscribers;
using Newsroom.Backend.Subscribers.Help;
using Newsroom.Backend.Subscribers.Imports;
using Newsroom.Backend.Subscribers.Preferences;
using Newsroom.Backend.Subscribers.Privacy;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.Details;
using Newsroom.Backend.Webhooks;

namespace Newsroom.Backend.Data;

/// <summary>
/// The one model, for both databases. It names every entity, the one exception to the direction of dependencies; each entity's
/// mapping stands at the foot of its own file. Only the owning feature writes a table.
/// </summary>
public abstract class NewsroomDb(DbContextOptions options) : DbContext(options), IDataProtectionKeyContext
{
    public DbSet<Newsletter> Newsletters => Set<Newsletter>();
    public DbSet<Subscriber> Subscribers => Set<Subscriber>();
    public DbSet<ReaderDay> ReaderDays => Set<ReaderDay>();
    public DbSet<Subscription> Subscriptions => Set<Subscription>();
    public DbSet<SignUpRequest> SignUpRequests => Set<SignUpRequest>();
    public DbSet<Consent> Consents => Set<Consent>();
    public DbSet<Import> Imports => Set<Import>();
    public DbSet<UploadedList> UploadedLists => Set<UploadedList>();
    public DbSet<UploadedFile> UploadedFiles => Set<UploadedFile>();
    public DbSet<AddressChange> AddressChanges => Set<AddressChange>();
    public DbSet<MailStateRequest> MailStateRequests => Set<MailStateRequest>();
    public DbSet<DataRequest> DataRequests => Set<DataRequest>();
    public DbSet<Feed> Feeds => Set<Feed>();
    public DbSet<Story> Stories => Set<Story>();
    public DbSet<Digest> Digests => Set<Digest>();
    public DbSet<DigestStory> DigestStories => Set<DigestStory>();
    public DbSet<DigestSlot> DigestSlots => Set<DigestSlot>();
    public DbSet<Delivery> Deliveries => Set<Delivery>();
    public DbSet<OutgoingMail> OutgoingMails => Set<OutgoingMail>();
    public DbSet<RelayCount> RelayCounts => Set<RelayCount>();
    public DbSet<Suppression> Suppressions => Set<Suppression>();
    public DbSet<SuppressionLift> SuppressionLifts => Set<SuppressionLift>();
    public DbSet<Mail.Bounces.MailReport> MailReports => Set<Mail.Bounces.MailReport>();
    public DbSet<Alert> Alerts => Set<Alert>();
    public DbSet<Webhook> Webhooks => Set<Webhook>();
    public DbSet<WebhookDelivery> WebhookDeliveries => Set<WebhookDelivery>();
    public DbSet<Donor> Donors => Set<Donor>();
    public DbSet<Donation> Donations => Set<Donation>();
    public DbSet<Campaign> Campaigns => Set<Campaign>();
    public DbSet<RecurringPlan> RecurringPlans => Set<RecurringPlan>();
    public DbSet<PlanChange> PlanChanges => Set<PlanChange>();
    public DbSet<GivingRequest> GivingRequests => Set<GivingRequest>();
    public DbSet<MissedPayment> MissedPayments => Set<MissedPayment>();
    public DbSet<Receipt> Receipts => Set<Receipt>();
    public DbSet<StripeEvent> StripeEvents => Set<StripeEvent>();
    public DbSet<MailedLink> MailedLinks => Set<MailedLink>();
    public DbSet<CheckoutAttempt> CheckoutAttempts => Set<CheckoutAttempt>();
    public DbSet<BreakerRow> BreakerRows => Set<BreakerRow>();
    public DbSet<Refund> Refunds => Set<Refund>();
    public DbSet<Dispute> Disputes => Set<Dispute>();
    public DbSet<StripeTransaction> StripeTransactions => Set<StripeTransaction>();
    public DbSet<LedgerEntry> LedgerEntries => Set<LedgerEntry>();
    public DbSet<Payout> Payouts => Set<Payout>();
    public DbSet<UnmatchedPayment> UnmatchedPayments => Set<UnmatchedPayment>();
    public DbSet<StripeCursor> StripeCursors => Set<StripeCursor>();
    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();
    public DbSet<StaffMember> StaffMembers => Set<StaffMember>();
    public DbSet<StaffSession> StaffSessions => Set<StaffSession>();
    public DbSet<EntryLink> EntryLinks => Set<EntryLink>();
    public DbSet<AuditEntry> AuditEntries => Set<AuditEntry>();
    public DbSet<StoredSetting> StoredSettings => Set<StoredSetting>();
    public DbSet<Erasure> Erasures => Set<Erasure>();
    public DbSet<LinkKey> LinkKeys => Set<LinkKey>();
    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    /// <summary>True when <paramref name="exception"/> says that a unique index refused the row: somebody else was first.</summary>
    public abstract bool IsUniqueViolation(DbUpdateException exception);

    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(NewsroomDb).Assembly);

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcInstantConverter>();
        configurationBuilder.Properties<Enum>().HaveConversion<string>().HaveMaxLength(24);
    }
}
