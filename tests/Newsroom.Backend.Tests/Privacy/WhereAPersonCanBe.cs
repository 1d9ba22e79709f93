namespace Newsroom.Backend.Tests.Privacy;

/// <summary>
/// Every text column of the model, in one of two lists: those that can say who somebody is, which export and erasure (IPersonalData) must
/// cover and the erasure test fills, and those that cannot, with the reason. A new column fails here until it is decided where it stands.
/// </summary>
public sealed class WhereAPersonCanBe : IAsyncLifetime
{
    /// <summary>Filled in <see cref="AnErasedReader"/>, and looked for afterwards.</summary>
    internal static readonly string[] Columns =
    [
        "AddressChange.NewAddress", "AddressChange.NewAddressKey", "AddressChange.OldAddress", "Consent.Page", "Consent.Source", "Delivery.Answer", "Donation.Address", "Donation.AddressKey", "Donation.Attribution",
        "Donation.InHonourOf", "Donation.MailingAddress", "Donation.MailingCountry", "Donation.Message", "Donation.Name",
        "Donor.Address", "Donor.AddressKey", "Donor.Name", "MailReport.Diagnostic", "OutgoingMail.Answer", "Receipt.DonorName", "SignUpRequest.Name",
        "Subscriber.Address", "Subscriber.AddressKey", "Subscriber.Language", "Subscriber.Name", "Suppression.Address", "Suppression.Evidence", "SuppressionLift.Why", "WebhookDelivery.Answer",
    ];

    private static readonly Dictionary<string, string[]> Elsewhere = new(StringComparer.Ordinal)
    {
        ["the program's own words about itself"] = ["Alert.Kind", "Alert.Message", "Alert.OpenKind", "BreakerRow.Reason", "Digest.Reason", "DigestSlot.Outcome", "Feed.LastError", "MailReport.Note", "OutgoingMail.Kind", "StripeCursor.Name", "StripeEvent.LastError", "UnmatchedPayment.Why", "UploadedList.Fault", "WebhookDelivery.Error"],
        ["an opaque id of ours"] =
        [
            "AddressChange.PublicId", "Alert.PublicId", "ApiKey.PublicId", "Campaign.PublicId", "AuditEntry.Actor", "AuditEntry.Subject", "EntryLink.PublicId", "StaffMember.PublicId", "StaffSession.PublicId", "CheckoutAttempt.ProofId", "Digest.ApartFrom", "Digest.PublicId", "Donation.PublicId", "Donor.PublicId", "Import.PublicId", "MailedLink.PublicId", "MailReport.PublicId",
            "Newsletter.PublicId", "RecurringPlan.PublicId", "SignUpRequest.PublicId", "Story.PublicId",
            "Subscriber.PublicId", "Subscription.PublicId", "Suppression.PublicId", "UnmatchedPayment.GiftId", "UnmatchedPayment.PublicId", "UploadedList.PublicId",
            "Webhook.PreviousSecretId", "Webhook.PublicId", "Webhook.SecretId", "WebhookDelivery.EventId", "WebhookDelivery.PublicId", "WebhookDelivery.Subject",
        ],
        ["a keyed or plain hash of a secret"] =
            ["ApiKey.TokenHash", "CheckoutAttempt.NetworkHash", "Consent.Hash", "Consent.NetworkHash", "Consent.PreviousHash", "Erasure.AddressHash", "GivingRequest.AddressHash", "MailReport.AddressHash", "MailReport.ExternalHash", "MailStateRequest.AddressHash", "OutgoingMail.AddressHash", "SignUpRequest.TokenHash", "Subscriber.ConsentHead", "Subscription.LeaveTokenHash", "Suppression.AddressHash", "SuppressionLift.AddressHash"],
        ["staff's and the server's own"] = ["ApiKey.Name", "ApiKey.Scopes", "AuditEntry.Action", "AuditEntry.After", "AuditEntry.Before", "EntryLink.InvitedBy", "IdentityPasskeyData.Name", "IdentityUserToken`1.LoginProvider", "IdentityUserToken`1.Name", "IdentityUserToken`1.Value", "StaffMember.ConcurrencyStamp", "StaffMember.Email", "StaffMember.Name", "StaffMember.NormalizedEmail", "StaffMember.NormalizedUserName", "StaffMember.PasswordHash", "StaffMember.SecurityStamp", "StaffMember.SpentCode", "StaffMember.UserName", "StaffSession.Device", "StoredSetting.Key", "StoredSetting.Value", "DataProtectionKey.FriendlyName", "DataProtectionKey.Xml", "Import.ConsentText", "Import.FileName", "LinkKey.Name", "RelayCount.Relay", "SuppressionLift.By", "UploadedList.Columns", "UploadedList.ConsentText", "UploadedList.FileName", "Webhook.Name", "Webhook.Url"],
        ["a choice among our own words"] =
        [
            "Campaign.CurrencyCode", "Consent.Method", "Consent.Newsletters", "Consent.Wording", "Consent.WordingVersion", "Delivery.ReturnedStatus", "Donation.Campaign", "Donation.CurrencyCode", "Donation.NewsletterOptIn", "Donation.OptInMethod",
            "Donation.OptInWording", "Import.Format", "LedgerEntry.CurrencyCode", "MailedLink.Method", "MailedLink.Wording", "MailReport.Reason", "MailReport.Status", "Payout.CurrencyCode", "Receipt.CurrencyCode", "RecurringPlan.CurrencyCode", "SignUpRequest.NewsletterIds",
            "StripeTransaction.CurrencyCode", "Webhook.Events", "WebhookDelivery.Type",
        ],
        ["what the newsroom publishes"] =
        [
            "Cadence.Days", "Cadence.TimeZone", "Campaign.MatchedBy", "Campaign.Name", "Campaign.Slug", "Campaign.Why", "Digest.Note", "Digest.Subject", "DigestStory.Author", "DigestStory.ImageUrl", "DigestStory.Language", "DigestStory.Link", "DigestStory.Section", "DigestStory.Summary",
            "DigestStory.Title", "Feed.ETag", "Feed.LastModified", "Feed.Url", "Newsletter.Description", "Newsletter.Name", "Newsletter.ReplyTo", "Newsletter.SenderName", "Newsletter.Slug", "UploadedList.Newsletter", "Receipt.FiscalSponsor", "Receipt.LegalName",
            "Receipt.Statement", "Receipt.TaxLine", "Story.Author", "Story.IdentityHash", "Story.ImageUrl", "Story.Language", "Story.Link", "Story.LinkHash", "Story.Section", "Story.Summary", "Story.Title",
        ],
        ["Stripe's number, which the books need"] =
        [
            "Dispute.DisputeId", "Donation.InvoiceId", "Donation.PaymentIntentId", "Donation.SessionId", "MissedPayment.InvoiceId", "Payout.PayoutId", "RecurringPlan.CustomerId", "RecurringPlan.SubscriptionId", "Refund.RefundId",
            "StripeEvent.ApiVersion", "StripeEvent.EventId", "StripeEvent.ObjectId", "StripeEvent.ObjectType", "StripeEvent.Type",
            "StripeTransaction.SourceId", "StripeTransaction.TransactionId", "UnmatchedPayment.StripeId",
        ],
        ["a word of Stripe's own list"] =
            ["Dispute.Reason", "Dispute.Status", "MissedPayment.Why", "Payout.FailureCode", "Payout.Status", "RecurringPlan.EndReason", "Refund.FailureReason", "Refund.Reason", "Refund.Status", "StripeTransaction.Category"],
        ["ids, states and sums, as the tests of what other systems hear hold"] = ["WebhookDelivery.Payload"],
        ["taken away with the person all the same"] = ["Donation.LastError", "Donation.SessionUrl", "Donation.SubmissionKey", "MissedPayment.PayUrl", "RecurringPlan.PaidBy", "UnmatchedPayment.Note"],
    };

    private NewsroomApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await NewsroomApp.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Is_decided_for_every_text_column_of_the_model()
    {
        var listed = Columns.Concat(Elsewhere.Values.SelectMany(c => c)).ToList();
        var actual = await _app.TextColumnsAsync();
        Assert.Equal(listed.Count, listed.Distinct().Count());
        Assert.True(!actual.Except(listed).Any(), "Can these say who somebody is? Then IPersonalData must show and erase them. " + string.Join(", ", actual.Except(listed)));
        Assert.Empty(listed.Except(actual));
    }
}
