using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Mail.Bounces;

/// <param name="Verdict">What is left of it once it is known whom it is about.</param>
/// <param name="Outcome">What is to be done.</param>
/// <param name="Mailed">Which mail; null when no genuine mark names one.</param>
/// <param name="To">Whom that was for; null when it was never handed over.</param>
/// <param name="Note">Why, for staff.</param>
public sealed record Judgement(BounceVerdict Verdict, ReportOutcome Outcome, MailedId? Mailed, MailedTo? To, string? Note);

/// <summary>Decides whether a verdict may have consequences. Anybody can send a report: only a genuine mark of a mail that really left, lately, counts.</summary>
public sealed class JudgeReport(ReportedMarks marks, SuppressionList suppressions, IEnumerable<IMailedBy> mailers)
{
    public async Task<Judgement> RunAsync(NewsroomDb db, BounceVerdict verdict, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var mailed = await marks.FindAsync(verdict.MarkedTexts, cancellationToken);
        if (verdict.IsForPeople)
            return new Judgement(verdict, ReportOutcome.Waiting, mailed, null, "Nobody here could read it.");
        var changes = verdict.Kind != BounceKind.Ignored || verdict.Reason == BounceReasons.Delivered;
        if (mailed is not { } id)
            return changes
                ? new Judgement(verdict, ReportOutcome.Forged, null, null, "It names no mail of ours: no genuine mark is in it.")
                : new Judgement(verdict, ReportOutcome.Ignored, null, null, null);
        if (id.Kind == MailedKind.Test)
            return new Judgement(verdict, ReportOutcome.Ignored, id, null, "About a test that staff sent.");
        var mailer = mailers.FirstOrDefault(m => m.Kind == id.Kind);
        if (mailer is null || await mailer.FindAsync(db, id, cancellationToken) is not { } to)
            return new Judgement(verdict, changes ? ReportOutcome.Forged : ReportOutcome.Ignored, id, null, "That mail was never handed over.");
        return await OfAsync(db, verdict, id, await NamedAsync(verdict, to, cancellationToken), now, cancellationToken);
    }

    private async Task<Judgement> OfAsync(NewsroomDb db, BounceVerdict verdict, MailedId id, MailedTo to, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // Both prove that the mail server had it.
        if (verdict.Reason is BounceReasons.Delivered or BounceReasons.Delayed)
            return new Judgement(verdict, ReportOutcome.Applied, id, to, null);
        if (verdict.Kind == BounceKind.Ignored)
            return Ignored(null);
        if (now - to.HandedOverAt > (verdict.Kind == BounceKind.Complaint ? BounceRules.ComplaintHeard : BounceRules.BounceHeard))
            return Ignored("Too late: that mail left long ago.");
        if (verdict.Kind == BounceKind.Complaint)
            return new Judgement(verdict, ReportOutcome.Applied, id, to, null);
        if (await db.SuppressionLifts.AnyAsync(l => l.AddressHash == to.AddressHash && l.LiftedAt >= to.HandedOverAt, cancellationToken))
            return Ignored("That mail left before the address was lifted from the list.");
        return await IsOfAnotherAsync(verdict, to, cancellationToken)
            ? new Judgement(
                verdict with { Kind = BounceKind.Soft }, ReportOutcome.Applied, id, to,
                "It names another address than ours: a forward or an alias, so it is counted only.")
            : new Judgement(verdict, ReportOutcome.Applied, id, to, null);

        Judgement Ignored(string? note) => new(verdict, ReportOutcome.Ignored, id, to, note);
    }

    /// <summary>
    /// An alias or a forward carries the mail on, and one of those behind it may be gone while our reader is not: what names only other addresses
    /// ends none. One that names nobody (redacted, or words alone) is about the one recipient that each of our mails has.
    /// </summary>
    private async ValueTask<bool> IsOfAnotherAsync(BounceVerdict verdict, MailedTo to, CancellationToken cancellationToken)
    {
        if (verdict.Kind != BounceKind.Hard || verdict.Recipients.Count == 0)
            return false;
        foreach (var recipient in verdict.Recipients)
        {
            if (EmailAddress.TryParse(recipient, out var address) && await suppressions.HashAsync(address, cancellationToken) == to.AddressHash)
                return false;
        }
        return verdict.Recipients.Any(r => EmailAddress.TryParse(r, out _));
    }

    /// <summary>The report itself may give the address in clear that only a hash is kept of.</summary>
    private async ValueTask<MailedTo> NamedAsync(BounceVerdict verdict, MailedTo to, CancellationToken cancellationToken)
    {
        if (to.Address is not null)
            return to;
        foreach (var recipient in verdict.Recipients)
        {
            if (EmailAddress.TryParse(recipient, out var address) && await suppressions.HashAsync(address, cancellationToken) == to.AddressHash)
                return to with { Address = address };
        }
        return to;
    }
}
