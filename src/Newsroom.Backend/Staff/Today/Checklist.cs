using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Doctor;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Staff.Today;

/// <param name="What">What should be so.</param>
/// <param name="WhatToDo">While it is not.</param>
/// <param name="Page">Where; null: nowhere here.</param>
/// <param name="IsDone">Seen just now, not remembered.</param>
public sealed record ChecklistItem(string What, string WhatToDo, string? Page, bool IsDone);

/// <summary>What a newsroom should have seen to before its first real mail. Each tick is looked up anew: nobody ticks by hand what can be seen.</summary>
public sealed class Checklist(NewsroomDb db, MailReadiness mail, IOptions<MailOptions> mailOptions, IOptions<SiteOptions> site, IOptions<StripeOptions> stripe)
{
    public const string Examined = "mail.examined";

    /// <summary>By <c>backup</c>, or on an administrator's word where backups are made by other means.</summary>
    public const string BackedUp = "database.backed-up";

    public const string BackupItem = "A backup was made";

    public async Task<IReadOnlyList<ChecklistItem>> RunAsync(CancellationToken cancellationToken) =>
    [
        new("The address readers reach", "Set Site:PublicUrl to the https address of this program, as your proxy shows it.", "/staff/settings", site.Value.PublicUrl.StartsWith("https:", StringComparison.OrdinalIgnoreCase)),
        new("The newsroom's details", "Give its name, its postal address and the sender of its mails.", Pages.NewsroomModel.Path,
            site.Value.Name != new SiteOptions().Name && site.Value.PostalAddress.Length > 0 && mailOptions.Value.From.Length > 0),
        new("Mail may go to lists", mail.MissingForLists ?? "", "/staff/settings#mail", mail.MissingForLists is null),
        new("Your domain vouches for your mail", DomainAdvice, "/staff/settings#mail", await IsVouchedForAsync(cancellationToken)),
        new("A mail left by your relay", "Invite somebody, or sign yourself up: the first mail that the relay takes ticks this.", "/staff/people",
            mailOptions.Value.Transport == MailTransport.Smtp && await db.OutgoingMails.AnyAsync(m => m.State == OutgoingMailState.Sent, cancellationToken)),
        new("A feed was read", "Set Stories:Feeds:0:Url to your site's feed, or push stories by the API.", "/staff/settings", await db.Stories.AnyAsync(cancellationToken)),
        new("The form on your site was used", "Put the sign-up form on your site and sign yourself up.", null, await db.Subscriptions.AnyAsync(s => s.ImportId == null, cancellationToken)),
        new("Stripe is set and was heard", "Set Stripe:SecretKey and Stripe:WebhookSecret, then give yourself a small gift: the webhook shows up here.", "/staff/settings#stripe",
            stripe.Value.IsConfigured && await db.StripeEvents.AnyAsync(cancellationToken)),
        new("A second administrator", "Invite one under People: a lost phone must not lock the newsroom out.", "/staff/people",
            await db.StaffMembers.CountAsync(m => m.Role == StaffRole.Administrator && m.IsEnrolled && m.DisabledAt == null, cancellationToken) > 1),
        new(BackupItem, "Run the command 'backup FILE' each night, or say below that somebody else makes them.", null, await db.AuditEntries.AnyAsync(a => a.Action == BackedUp, cancellationToken)),
    ];

    private string DomainAdvice => mailOptions.Value.DkimDomain is null
        ? "Set Mail:From first; then publish SPF, DKIM and DMARC for its domain."
        : $"Publish SPF, DKIM and DMARC for {mailOptions.Value.DkimDomain}, then let the doctor look.";

    /// <summary>The doctor's last word, which is on the audit log.</summary>
    private async Task<bool> IsVouchedForAsync(CancellationToken cancellationToken)
    {
        var last = await db.AuditEntries.Where(a => a.Action == Examined).OrderByDescending(a => a.Id).Select(a => a.After).FirstOrDefaultAsync(cancellationToken);
        return last is nameof(CheckResult.Ok) or nameof(CheckResult.Warn);
    }
}
