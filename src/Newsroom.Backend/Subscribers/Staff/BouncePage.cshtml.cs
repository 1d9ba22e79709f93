using System.Text;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail.Bounces;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Subscribers.Suppressed;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Subscribers.Staff;

/// <summary>One message that came back and that a person must read; what the person says of it has the same consequences as if it had been readable.</summary>
[Authorize(StaffPolicies.Publisher), PrivatePage]
public sealed class BouncePageModel(NewsroomDb db, SettleReport settle, IEnumerable<IMailedBy> mailers, AuditTrail trail) : PageModel
{
    /// <summary>Shown of the message; what a server says stands at its beginning.</summary>
    private const int ShownBytes = 24 * 1024;

    public MailReport Report { get; private set; } = null!;

    /// <summary>Whom the mail went to that it is about, where the message names one of ours. Null: not known, or known by a hash only.</summary>
    public string? Recipient { get; private set; }
    public bool KnowsItsMail { get; private set; }
    public string? Text { get; private set; }
    public bool IsCut { get; private set; }
    public string? Fault { get; private set; }
    public string? Address { get; private set; }

    public static string PathOf(string id) => $"{BouncesModel.Path}/{id}";

    public static string Way(ReportSource source) => source switch
    {
        ReportSource.Api => "by the API",
        ReportSource.Command => "by a command",
        ReportSource.Imap => "from the bounce mailbox",
        ReportSource.Smtp => "the server's own answer",
        _ => $"from {source}",
    };

    public async Task<IActionResult> OnGetAsync(string id, CancellationToken cancellationToken) => await ShowAsync(id, cancellationToken) ? Page() : NotFound();

    public async Task<IActionResult> OnGetMessageAsync(string id, CancellationToken cancellationToken)
    {
        var raw = await db.MailReports.Where(r => r.PublicId == id && r.Raw != null).Select(r => r.Raw).SingleOrDefaultAsync(cancellationToken);
        return raw is null ? NotFound() : File(raw, "message/rfc822", id + ".eml");
    }

    public async Task<IActionResult> OnPostAsync(string id, string? kind, string? address, CancellationToken cancellationToken)
    {
        var given = default(EmailAddress?);
        if (!string.IsNullOrWhiteSpace(address))
        {
            if (!EmailAddress.TryParse(address, out var parsed))
                return await RefuseAsync(id, address, "Give one whole address, for example name@example.org, or leave it empty.", cancellationToken);
            given = parsed;
        }
        // By name only: Enum.TryParse would take numbers too.
        if (!Enum.GetNames<BounceKind>().Contains(kind, StringComparer.Ordinal))
            return BadRequest();
        switch (await settle.RunAsync(id, Enum.Parse<BounceKind>(kind!), given, cancellationToken))
        {
            case SettleReportOutcome.Settled:
                await trail.SayAsync(User, "bounce.settled", id, after: kind);
                this.Toast("Settled. The message itself is forgotten.");
                return LocalRedirect(BouncesModel.Path);
            case SettleReportOutcome.NobodyNamed:
                return await RefuseAsync(id, address, "The message names no mail of ours: give the address that it is about, or say that nothing follows from it.", cancellationToken);
            case SettleReportOutcome.NotWaiting:
                trail.SayNothing();
                this.Toast("Nothing was changed: somebody has settled it already.");
                return LocalRedirect(BouncesModel.Path);
            case SettleReportOutcome.NoSuchReport:
                return NotFound();
            case var other:
                throw new InvalidOperationException($"Unknown outcome {other}.");
        }
    }

    private async Task<IActionResult> RefuseAsync(string id, string? address, string fault, CancellationToken cancellationToken)
    {
        if (!await ShowAsync(id, cancellationToken))
            return NotFound();
        (Fault, Address, Response.StatusCode) = (fault, address, StatusCodes.Status422UnprocessableEntity);
        return Page();
    }

    private async Task<bool> ShowAsync(string id, CancellationToken cancellationToken)
    {
        if (await db.MailReports.AsNoTracking().SingleOrDefaultAsync(r => r.PublicId == id && r.Outcome == ReportOutcome.Waiting, cancellationToken) is not { } report)
            return false;
        Report = report;
        if (report.Mailed is { } mailed && mailers.FirstOrDefault(m => m.Kind == mailed.Kind) is { } mailer && await mailer.FindAsync(db, mailed, cancellationToken) is { } to)
            (KnowsItsMail, Recipient) = (true, to.Address?.Value);
        if (report.Raw is { } raw)
            (Text, IsCut) = (Encoding.UTF8.GetString(raw.AsSpan(0, Math.Min(raw.Length, ShownBytes))), raw.Length > ShownBytes);
        return true;
    }
}
