using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Subscribers.Suppressed;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Subscribers.Staff;

/// <summary>One reader: what is known, what was agreed to, what was sent; and what publishers do on a reader's word.</summary>
[Authorize(StaffPolicies.Viewer), PrivatePage]
public sealed class ReaderModel(
    OpenReader open, MailsOfReader mails, MailConfirmationAgain mailAgain, LeaveOnRequest leave, BarAddress bar, LiftSuppression lift, AuditTrail trail, TimeProvider clock) : PageModel
{
    /// <summary>The position in the list of the reader's mails.</summary>
    public const string MailsCursor = "mails";

    public ReaderFile Record { get; private set; } = null!;
    public IReadOnlyList<DigestLine> Digests { get; private set; } = [];
    public IReadOnlyList<SingleMailLine> SingleMails { get; private set; } = [];

    /// <summary>Where the older digests are; null when there are none.</summary>
    public string? Older { get; private set; }

    public bool IsPublisher => User.MayActAs(StaffRole.Publisher);
    public bool IsPaused => Record.Reader.PausedUntil > clock.GetUtcNow();

    public static string PathOf(string id) => $"{SubscribersModel.Path}/{Uri.EscapeDataString(id)}";

    public async Task<IActionResult> OnGetAsync(string id, string? mails, CancellationToken cancellationToken)
    {
        if (!Cursor.TryDecode(mails, out var before))
            return LocalRedirect(PathOf(id));
        return await ShowAsync(id, before, cancellationToken) ? Page() : NotFound();
    }

    public async Task<IActionResult> OnPostConfirmationAsync(string id, CancellationToken cancellationToken)
    {
        if (!IsPublisher)
            return Forbid();
        var outcome = await mailAgain.RunAsync(id, cancellationToken);
        return await DoneAsync(outcome == MailAgainOutcome.Mailed, "subscriber.confirmation-mailed", id, null, outcome switch
        {
            MailAgainOutcome.Mailed => "The mail that asks for confirmation is on its way again.",
            MailAgainOutcome.NoSuchReader => Gone,
            MailAgainOutcome.NothingToConfirm => "Nothing was sent: nothing waits for a confirmation any more.",
            MailAgainOutcome.Barred => "Nothing was sent: this address must not be mailed. Lift what bars it first.",
            MailAgainOutcome.TooSoon => "Nothing was sent: that mail left less than ten minutes ago, or three times today. Have the reader look in the spam folder, and try again later.",
            MailAgainOutcome.NoMail => "Nothing was sent: mail is not set up yet. The page Status says what is missing.",
            _ => throw new InvalidOperationException($"Unknown outcome {outcome}."),
        });
    }

    public async Task<IActionResult> OnPostLeaveAsync(string id, string? newsletter, CancellationToken cancellationToken)
    {
        if (!IsPublisher)
            return Forbid();
        var outcome = await leave.RunAsync(id, string.IsNullOrEmpty(newsletter) ? null : newsletter, cancellationToken);
        return await DoneAsync(outcome == LeaveOnRequestOutcome.Left, "subscriber.unsubscribed", id, newsletter ?? "all", outcome switch
        {
            LeaveOnRequestOutcome.Left => "Unsubscribed. That the reader asked you for it stands in the evidence.",
            LeaveOnRequestOutcome.NoSuchReader => Gone,
            LeaveOnRequestOutcome.NothingToLeave => "Nothing was changed: the reader had left already.",
            _ => throw new InvalidOperationException($"Unknown outcome {outcome}."),
        });
    }

    public async Task<IActionResult> OnPostSuppressAsync(string id, string? why, CancellationToken cancellationToken)
    {
        if (!IsPublisher)
            return Forbid();
        if (await open.FindAsync(id, cancellationToken) is not { Status: not SubscriberStatus.Erased } reader)
            return NotFound();
        if (LiftWords.FaultOf(why) is { } fault)
            return await DoneAsync(false, "", id, null, fault);
        var barred = await bar.RunAsync(EmailAddress.Parse(reader.Address), why!.Trim(), cancellationToken);
        return await DoneAsync(barred.IsNew, "subscriber.suppressed", id, null, LiftWords.Of(barred));
    }

    public async Task<IActionResult> OnPostLiftAsync(string id, string? entry, string? why, bool complaint, CancellationToken cancellationToken)
    {
        if (!IsPublisher)
            return Forbid();
        if (LiftWords.FaultOf(why) is { } fault)
            return await DoneAsync(false, "", id, null, fault);
        var outcome = await lift.RunAsync(entry ?? "", AuditTrail.ActorOf(User), why!.Trim(), complaint, cancellationToken);
        return await DoneAsync(outcome == LiftOutcome.Lifted, "suppression.lifted", id, null, LiftWords.Of(outcome));
    }

    private const string Gone = "Nothing was changed: this reader is not there any more.";

    private async Task<IActionResult> DoneAsync(bool done, string action, string id, string? after, string said)
    {
        if (done)
            await trail.SayAsync(User, action, id, after: after);
        else
            trail.SayNothing();
        this.Toast(said);
        return LocalRedirect(PathOf(id));
    }

    private async Task<bool> ShowAsync(string id, long? before, CancellationToken cancellationToken)
    {
        if (await open.FindAsync(id, cancellationToken) is not { } reader)
            return false;
        Record = await open.RunAsync(reader, cancellationToken);
        var digests = await mails.DigestsAsync(reader.Id, before, cancellationToken);
        Digests = [.. digests.Take(MailsOfReader.PageSize)];
        Older = digests.Count > MailsOfReader.PageSize ? Request.After(Digests[^1].Key, MailsCursor) : null;
        SingleMails = await mails.SingleAsync(reader.Id, EmailAddress.Parse(reader.Address), cancellationToken);
        return true;
    }
}
