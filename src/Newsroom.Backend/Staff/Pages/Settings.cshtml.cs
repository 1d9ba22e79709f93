using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations;
using Newsroom.Backend.Donations.Stripe;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Doctor;
using Newsroom.Backend.Staff.House;
using Newsroom.Backend.Staff.Today;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Staff.Pages;

/// <param name="Name">Where in DNS.</param>
/// <param name="Text">What must stand there.</param>
public sealed record DnsRecord(string Name, string Text);

/// <summary>What is set, where it was set, and whether the others agree: DNS, Stripe. What staff may change is on a page of its own (<see cref="NewsroomModel"/>); the rest is files and environment.</summary>
[Authorize(StaffPolicies.Administrator)]
public sealed class SettingsModel(
    NewsroomDb db, ReadSettings settings, CheckStripe checkStripe, Examine examine, AuditTrail trail, IOptions<MailOptions> mail, IOptions<SiteOptions> site, IOptions<StripeOptions> stripe) : PageModel
{
    public IReadOnlyList<SettingGroup> Groups { get; private set; } = [];
    public IReadOnlyList<DnsRecord> DkimRecords { get; private set; } = [];
    public DateTimeOffset? StripeHeardAt { get; private set; }
    public IReadOnlyList<Finding>? StripeFindings { get; private set; }
    public IReadOnlyList<Finding>? MailFindings { get; private set; }

    /// <summary>What both sides said of the test mail, by relay.</summary>
    public IReadOnlyList<RelayTest>? Tests { get; private set; }

    /// <summary>Why no test was sent.</summary>
    public string? TestRefused { get; private set; }

    public StripeMode Mode => stripe.Value.Mode;
    public string WebhookAddress => site.Value.Link("/webhooks/stripe");
    public string? DkimDomain => mail.Value.DkimDomain;

    public static Tone ToneOf(CheckResult result) => result switch
    {
        CheckResult.Ok => Tone.Good,
        CheckResult.Warn => Tone.Warn,
        CheckResult.Fail => Tone.Bad,
        CheckResult.Skipped => Tone.Neutral,
        _ => throw new ArgumentOutOfRangeException(nameof(result), result, "No such result."),
    };

    public Task OnGetAsync(CancellationToken cancellationToken) => LookAsync(cancellationToken);

    /// <summary>Asks Stripe; changes nothing there or here, so the answer is shown at once.</summary>
    public async Task OnPostStripeAsync(CancellationToken cancellationToken)
    {
        StripeFindings = await checkStripe.RunAsync(cancellationToken);
        await LookAsync(cancellationToken);
    }

    /// <summary>Sends one mail over each relay. Nothing of it is kept but that it was done.</summary>
    public async Task OnPostTestAsync(string? to, [FromServices] SendTestMail test, CancellationToken cancellationToken)
    {
        switch (await test.RunAsync(to, cancellationToken))
        {
            case TestMailOutcome.Tried tried:
                Tests = tried.Relays;
                await trail.SayAsync(User, "mail.tested", after: tried.Relays.All(r => r.Accepted) ? "accepted" : "not accepted");
                break;
            case TestMailOutcome.NotNow(var why):
                TestRefused = why;
                break;
            default:
                TestRefused = "No test was sent: give one mail address, for example you@example.org.";
                break;
        }
        await LookAsync(cancellationToken);
    }

    /// <summary>Looks at DNS and the relay. What it found stands in the audit log, where the dashboard's checklist finds it.</summary>
    public async Task OnPostMailAsync(CancellationToken cancellationToken)
    {
        var found = await examine.RunAsync(cancellationToken);
        MailFindings = found.Findings;
        var isLooked = found.Findings.Any(f => f.Result != CheckResult.Skipped);
        await trail.SayAsync(User, Checklist.Examined, after: (isLooked ? found.Result : CheckResult.Skipped).ToString());
        await LookAsync(cancellationToken);
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        Groups = settings.Run();
        if (DkimDomain is { } domain)
            DkimRecords = [.. DkimKeys.Configured(mail.Value.Dkim).Select(k => new DnsRecord(k.NameUnder(domain), k.Record))];
        StripeHeardAt = await db.StripeEvents.OrderByDescending(e => e.Id).Select(e => (DateTimeOffset?)e.ReceivedAt).FirstOrDefaultAsync(cancellationToken);
    }
}
