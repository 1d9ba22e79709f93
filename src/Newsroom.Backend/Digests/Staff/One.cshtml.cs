using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Digests.Staff;

/// <summary>One digest: how far it is, renewed by itself, and every step that its state allows, by the operations the API calls.</summary>
[Authorize(StaffPolicies.Viewer)]
public sealed class OneModel(NewsroomDb db, Ledgers ledgers, ReadProgress progress, AuditTrail trail, IOptions<SiteOptions> site) : PageModel
{
    public DigestShape Digest { get; private set; } = null!;
    public ProgressShape Progress { get; private set; } = null!;
    public string Zone => site.Value.TimeZone;

    /// <summary>How far it is, in a sentence; null while nobody is to get it.</summary>
    public string? Settled => Progress.Ledger is not { Planned: > 0 } ledger ? null
        : $"{ledger.Planned - ledger.Remaining:N0} of {ledger.Planned:N0} readers settled{(Progress.RatePerMinute > 0 ? $", {Progress.RatePerMinute:N0} a minute" : "")}{(Left(Progress) is { } left ? $", about {left} left" : "")}.";

    /// <summary>State and progress for whoever hears the page.</summary>
    public string Says => $"{DigestStates.Of(Digest.Status)}{(Settled is null ? "" : ": ")}{Settled}";

    public async Task<IActionResult> OnGetAsync(string id, CancellationToken cancellationToken)
    {
        if (await DigestShape.FindAsync(db, ledgers, id, cancellationToken) is not { } digest || await progress.RunAsync(id, cancellationToken) is not { } counted)
            return NotFound();
        (Digest, Progress) = (digest, counted);
        return Page();
    }

    /// <summary>The page renews itself while anything of it can change, a draft's state too: somebody else may send it.</summary>
    public Task<IActionResult> OnGetLiveAsync(string id) => this.WatchAsync(async (services, ends) =>
    {
        if (await services.GetRequiredService<ReadProgress>().RunAsync(id, ends) is not { } now)
            return null;
        var scheduled = await services.GetRequiredService<NewsroomDb>().Digests.Where(d => d.PublicId == id).Select(d => d.ScheduledAt).SingleOrDefaultAsync(ends);
        return ($"{now.Mark()} {Left(now)} {scheduled:O}", now.IsFinal);
    });

    public Task<IActionResult> OnPostSendAsync(string id, [FromServices] SendDigest send, CancellationToken cancellationToken) =>
        StepAsync(id, "digest.sent", "It is on its way.", () => send.RunAsync(id, cancellationToken));

    public Task<IActionResult> OnPostPauseAsync(string id, [FromServices] PauseDigest pause, CancellationToken cancellationToken) =>
        StepAsync(id, "digest.paused", "Paused. What was in hand is finished.", () => pause.RunAsync(id, cancellationToken));

    public Task<IActionResult> OnPostResumeAsync(string id, [FromServices] ResumeDigest resume, CancellationToken cancellationToken) =>
        StepAsync(id, "digest.resumed", "It goes on.", () => resume.RunAsync(id, cancellationToken));

    public Task<IActionResult> OnPostCancelAsync(string id, [FromServices] CancelDigest cancel, CancellationToken cancellationToken) =>
        StepAsync(id, "digest.cancelled", "Cancelled. Nobody else gets it.", () => cancel.RunAsync(id, cancellationToken));

    public Task<IActionResult> OnPostScheduleAsync(string id, string? at, [FromServices] ScheduleDigest schedule, CancellationToken cancellationToken) =>
        StepAsync(id, "digest.scheduled", $"Scheduled for {at?.Replace('T', ' ')}, {Zone}.", () => schedule.RunAsync(id, at, Zone, cancellationToken));

    public async Task<IActionResult> OnPostMissingAsync(string id, [FromServices] SendToTheMissing send, CancellationToken cancellationToken)
    {
        if (!User.MayActAs(StaffRole.Publisher))
            return Forbid();
        return await send.RunAsync(id, cancellationToken) switch
        {
            MissingOutcome.Opened(var refused, var cancelled, _) => await DoneAsync(id, "digest.sent-to-missing", $"It goes to {refused + cancelled} more readers."),
            MissingOutcome.NotNow(var why) => Back(id, why),
            _ => NotFound(),
        };
    }

    public async Task<IActionResult> OnPostUncertainAsync(string id, UncertainDecision decision, [FromServices] SettleUncertain settle, CancellationToken cancellationToken)
    {
        if (!User.MayActAs(StaffRole.Publisher))
            return Forbid();
        return await settle.RunAsync(id, decision, null, cancellationToken) switch
        {
            SettleOutcome.Settled(var count) => await DoneAsync(id, "digest.uncertain-settled", $"{count} readers: {(decision == UncertainDecision.Send ? "it goes to them again" : "left as they are")}.", decision.ToString()),
            SettleOutcome.NotNow(var why) => Back(id, why),
            _ => NotFound(),
        };
    }

    public async Task<IActionResult> OnPostTestAsync(string id, string? to, [FromServices] SendTest send, CancellationToken cancellationToken)
    {
        if (!User.MayActAs(StaffRole.Editor))
            return Forbid();
        return await send.RunAsync(id, to, cancellationToken) switch
        {
            TestOutcome.Answered(var answer) => await DoneAsync(id, "digest.tested", $"The mail server said: {answer.Code} {answer.Answer}"),
            TestOutcome.BadAddress => Back(id, "No test was sent: give one mail address, for example you@example.org."),
            TestOutcome.NotNow(var why) => Back(id, why),
            _ => NotFound(),
        };
    }

    /// <summary>The time left, in words; null when nobody can say.</summary>
    private static string? Left(ProgressShape progress) => progress.EtaSeconds switch
    {
        null => null,
        < 90 => "a minute",
        < 5400 and var seconds => $"{seconds / 60} minutes",
        var seconds => $"{seconds / 3600} hours",
    };

    private async Task<IActionResult> StepAsync(string id, string action, string done, Func<Task<DigestStep>> step)
    {
        if (!User.MayActAs(StaffRole.Publisher))
            return Forbid();
        return await step() switch
        {
            DigestStep.Done => await DoneAsync(id, action, done),
            DigestStep.NotNow(var why) => Back(id, why),
            DigestStep.Invalid(_, var why) => Back(id, why),
            _ => NotFound(),
        };
    }

    private async Task<IActionResult> DoneAsync(string id, string action, string said, string? after = null)
    {
        await trail.SayAsync(User, action, id, after: after);
        return Back(id, said);
    }

    private LocalRedirectResult Back(string id, string said)
    {
        trail.SayNothing();
        this.Toast(said);
        return LocalRedirect("/staff/digests/" + id);
    }
}
