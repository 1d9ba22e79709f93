using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Subscribers.Suppressed;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Subscribers.Staff;

/// <summary>Whom we must not mail, and why, the latest first. Found by a whole address only: of the erased nothing but a keyed hash is left.</summary>
[Authorize(StaffPolicies.Viewer), PrivatePage]
public sealed class SuppressionsModel(NewsroomDb db, SuppressionList suppressions, BarAddress bar, LiftSuppression lift, AuditTrail trail) : PageModel
{
    public const string Path = "/staff/suppressions";

    public static IReadOnlyList<SuppressionReason> Reasons { get; } = Enum.GetValues<SuppressionReason>();

    public IReadOnlyList<Suppression> Entries { get; private set; } = [];
    public string? Address { get; private set; }
    public SuppressionReason? Reason { get; private set; }
    public string? Older { get; private set; }

    /// <summary>What is wrong with the search or the form, by the field's name.</summary>
    public Dictionary<string, string> Faults { get; } = new(StringComparer.Ordinal);
    public string? NewAddress { get; private set; }
    public string? Why { get; private set; }
    public bool IsPublisher => User.MayActAs(StaffRole.Publisher);

    public async Task<IActionResult> OnGetAsync(string? address, string? reason, string? after, CancellationToken cancellationToken)
    {
        if (!Cursor.TryDecode(after, out var before))
            return LocalRedirect(Path);
        Address = string.IsNullOrWhiteSpace(address) ? null : address.Trim();
        Reason = Reasons.Cast<SuppressionReason?>().FirstOrDefault(r => r.ToString()!.Equals(reason, StringComparison.OrdinalIgnoreCase));
        await ShowAsync(before, cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnPostAddAsync(string? newAddress, string? why, CancellationToken cancellationToken)
    {
        if (!IsPublisher)
            return Forbid();
        if (!EmailAddress.TryParse(newAddress, out var parsed))
            Faults["new-address"] = "Give one whole address, for example name@example.org.";
        if (LiftWords.FaultOf(why) is { } fault)
            Faults["why"] = fault;
        if (Faults.Count > 0)
        {
            (NewAddress, Why, Response.StatusCode) = (newAddress, why, StatusCodes.Status422UnprocessableEntity);
            await ShowAsync(null, cancellationToken);
            return Page();
        }
        var barred = await bar.RunAsync(parsed, why!.Trim(), cancellationToken);
        if (barred.IsNew)
            await trail.SayAsync(User, "suppression.added", barred.Entry.PublicId, after: nameof(SuppressionReason.Request));
        else
            trail.SayNothing();
        return Back(LiftWords.Of(barred));
    }

    public async Task<IActionResult> OnPostLiftAsync(string? entry, string? why, bool complaint, CancellationToken cancellationToken)
    {
        if (!IsPublisher)
            return Forbid();
        var fault = LiftWords.FaultOf(why);
        var outcome = fault is null ? await lift.RunAsync(entry ?? "", AuditTrail.ActorOf(User), why!.Trim(), complaint, cancellationToken) : (LiftOutcome?)null;
        if (outcome == LiftOutcome.Lifted)
            await trail.SayAsync(User, "suppression.lifted", entry);
        else
            trail.SayNothing();
        return Back(fault ?? LiftWords.Of(outcome!.Value));
    }

    private LocalRedirectResult Back(string said)
    {
        this.Toast(said);
        return LocalRedirect(Path);
    }

    private async Task ShowAsync(long? before, CancellationToken cancellationToken)
    {
        var entries = db.Suppressions.AsNoTracking();
        if (Address is not null)
        {
            if (!EmailAddress.TryParse(Address, out var address))
            {
                Faults["address"] = "Give the whole address: parts of one are not looked for here.";
                return;
            }
            var hash = await suppressions.HashAsync(address, cancellationToken);
            entries = entries.Where(s => s.AddressHash == hash);
        }
        if (Reason is { } reason)
            entries = entries.Where(s => s.Reason == reason);
        var rows = await entries.Where(s => before == null || s.Id < before).OrderByDescending(s => s.Id).Take(PageCursor.PageSize + 1).ToListAsync(cancellationToken);
        Entries = [.. rows.Take(PageCursor.PageSize)];
        Older = rows.Count > PageCursor.PageSize ? Request.After(rows[PageCursor.PageSize - 1].Id) : null;
    }
}
