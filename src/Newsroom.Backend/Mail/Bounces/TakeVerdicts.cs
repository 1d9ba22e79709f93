using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Mail.Bounces;

/// <summary>What came in, read.</summary>
/// <param name="Source">The way it came.</param>
/// <param name="ExternalHash">See <see cref="MailReport.ExternalHash"/>.</param>
/// <param name="Verdicts">What it says, one for each recipient group.</param>
/// <param name="Raw">The message itself, in case people must read it.</param>
public sealed record IncomingReport(ReportSource Source, string ExternalHash, IReadOnlyList<BounceVerdict> Verdicts, ReadOnlyMemory<byte> Raw = default)
{
    public static string HashOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public static string HashOf(string id) => HashOf(Encoding.UTF8.GetBytes(id));
}

/// <summary>What one verdict came to.</summary>
/// <param name="Verdict">As it was read.</param>
/// <param name="Outcome">What was done.</param>
/// <param name="Note">Why, for staff.</param>
/// <param name="ReportId">The row's opaque id; null when it is not kept.</param>
public sealed record TakenVerdict(BounceVerdict Verdict, ReportOutcome Outcome, string? Note, string? ReportId);

/// <summary>
/// Stores a report and does what follows from it, in one transaction: twice is once, whichever way and order things come in. Only what names a
/// mail by a genuine mark, and one that was really handed over not long ago, has consequences.
/// </summary>
public sealed class TakeVerdicts(NewsroomDb db, JudgeReport judge, IEnumerable<IMailedBy> mailers, TimeProvider clock)
{
    // Somebody who floods the bounce address fills neither the disk nor the staff's day.
    private const int MostOfNobodyADay = 1000;
    private const int MostWaiting = 1000;

    // Of one mail three or four things may come back. The reader knows its mark, and could send in any number.
    private const int MostOfOneMail = 20;
    private const int LargestRaw = 256 * 1024;

    public Task<IReadOnlyList<TakenVerdict>> RunAsync(IncomingReport report, CancellationToken cancellationToken) =>
        db.RetryingAsync(turn => TakeAsync(report, turn), cancellationToken);

    /// <summary>For what is known without a report: whose mail it was needs no proof.</summary>
    /// <returns>True when the address is on the list now because of it.</returns>
    internal Task<bool> HeedAsync(IncomingReport report, MailedId mailed, MailedTo to, CancellationToken cancellationToken) => db.RetryingAsync(
        async turn =>
        {
            if (await db.MailReports.AnyAsync(r => r.Source == report.Source && r.ExternalHash == report.ExternalHash, turn))
                return false;
            await using var transaction = await db.Database.BeginTransactionAsync(turn);
            var judgement = new Judgement(report.Verdicts[0], ReportOutcome.Applied, mailed, to, null);
            var (row, _) = await StoreAsync(report, 0, judgement, to.HandedOverAt, turn);
            var suppressed = await SuppressAsync(row, judgement.Verdict, to, to.HandedOverAt, turn);
            // A digest's slice tells its reader itself; a refusal is no bounce in its ledger.
            if (suppressed is not null && mailed.Kind == MailedKind.Single)
                await TellAsync(mailed, judgement.Verdict with { Kind = BounceKind.Hard }, to, to.HandedOverAt, turn);
            await db.SaveChangesAsync(turn);
            await transaction.CommitAsync(turn);
            return suppressed is not null;
        },
        cancellationToken);

    /// <summary>What follows from a judged verdict. Works in the caller's transaction; the caller saves <paramref name="row"/>.</summary>
    internal async Task ApplyAsync(MailReport row, Judgement judgement, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (judgement is not { Outcome: ReportOutcome.Applied, To: { } to })
            return;
        var heard = judgement.Verdict;
        // Enough soft ones weigh as a hard one.
        if (await SuppressAsync(row, heard, to, now, cancellationToken) == SuppressionReason.HardBounce)
            heard = heard with { Kind = BounceKind.Hard };
        // People may say of an address alone that it is gone.
        if (judgement.Mailed is { } mailed)
            await TellAsync(mailed, heard, to, now, cancellationToken);
    }

    private async Task TellAsync(MailedId mailed, BounceVerdict heard, MailedTo to, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (mailers.FirstOrDefault(m => m.Kind == mailed.Kind) is { } mailer)
            await mailer.HearAsync(db, mailed, heard with { Recipients = to.Address is { } address ? [address.Value] : [] }, now, cancellationToken);
    }

    private async Task<IReadOnlyList<TakenVerdict>> TakeAsync(IncomingReport report, CancellationToken turn)
    {
        var known = await db.MailReports.AsNoTracking()
            .Where(r => r.Source == report.Source && r.ExternalHash == report.ExternalHash).OrderBy(r => r.Part).ToListAsync(turn);
        var now = clock.GetUtcNow();
        var taken = new List<TakenVerdict>();
        await using var transaction = await db.Database.BeginTransactionAsync(turn);
        for (var part = 0; part < report.Verdicts.Count; part++)
        {
            var verdict = report.Verdicts[part];
            taken.Add(known.Find(r => r.Part == part) is { } before
                ? new TakenVerdict(verdict, before.Outcome, before.Note, before.PublicId)
                : await TakeAsync(report, part, await judge.RunAsync(db, verdict, now, turn), now, turn));
        }
        await transaction.CommitAsync(turn);
        return taken;
    }

    private async Task<TakenVerdict> TakeAsync(IncomingReport report, int part, Judgement judgement, DateTimeOffset now, CancellationToken turn)
    {
        // Heard now it would be used up: and if the program is killed before its own answer is committed, nobody would settle what is uncertain.
        if (judgement is { Outcome: ReportOutcome.Applied, To.IsInHand: true })
            return new TakenVerdict(judgement.Verdict, ReportOutcome.Early, "That mail is being handed over just now: bring it again in a minute.", null);
        var (row, isKept) = await StoreAsync(report, part, judgement, now, turn);
        await ApplyAsync(row, judgement, now, turn);
        await db.SaveChangesAsync(turn);
        return new TakenVerdict(judgement.Verdict, row.Outcome, row.Note, isKept ? row.PublicId : null);
    }

    private async Task<(MailReport Row, bool IsKept)> StoreAsync(IncomingReport report, int part, Judgement judgement, DateTimeOffset now, CancellationToken turn)
    {
        var verdict = judgement.Verdict;
        var row = new MailReport
        {
            Source = report.Source,
            ExternalHash = report.ExternalHash,
            Part = part,
            ReceivedAt = now,
            Kind = verdict.Kind,
            Reason = Cut(verdict.Reason, MailReport.ReasonLength),
            Status = Cut(verdict.Status, MailReport.StatusLength),
            Outcome = judgement.Outcome,
            Note = judgement.Note,
            // A stranger's words about nobody are not kept.
            Diagnostic = judgement.To is { } to ? Cut(Without(verdict.Diagnostic, verdict.Recipients, to.Address), HandOver.AnswerLength) : null,
            Mailed = judgement.Mailed,
            AddressHash = judgement.To?.AddressHash,
            Raw = judgement.Outcome == ReportOutcome.Waiting && report.Raw.Length is > 0 and <= LargestRaw ? report.Raw.ToArray() : null,
        };
        if (!await IsKeptAsync(row, now, turn))
            return (row, false);
        db.Add(row);
        // Before it is counted; and a second one of the same report ends here.
        await db.SaveChangesAsync(turn);
        return (row, true);
    }

    private async Task<SuppressionReason?> SuppressAsync(MailReport row, BounceVerdict verdict, MailedTo to, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await ReasonAsync(row, verdict, to, now, cancellationToken) is not { } reason)
            return null;
        await SuppressionList.SuppressAsync(
            db, to.AddressHash, to.Address, reason, Without(Evidence(verdict, reason), verdict.Recipients, to.Address), now, cancellationToken);
        return reason;
    }

    /// <summary>Whether the mail's own news puts the address on the list, and why; null when not (yet).</summary>
    private async Task<SuppressionReason?> ReasonAsync(MailReport row, BounceVerdict verdict, MailedTo to, DateTimeOffset now, CancellationToken cancellationToken)
    {
        switch (verdict.Kind)
        {
            case BounceKind.Complaint:
                return SuppressionReason.Complaint;
            case BounceKind.Hard:
                return SuppressionReason.HardBounce;
            case BounceKind.Soft when BounceRules.LimitOf(verdict) is { } limit:
                var soft = await CountedAsync(to.AddressHash, limit, now, cancellationToken);
                if (soft.Count < limit.Mails || soft[^1] - soft[0] < limit.Over)
                    return null;
                row.Note = $"Counts as hard: {soft.Count} mails came back since {soft[0]:yyyy-MM-dd}.";
                return SuppressionReason.HardBounce;
            default:
                return null;
        }
    }

    /// <summary>
    /// When each mail that came back softly did so, since the last that is known to have arrived or the last lift. One instant for each mail. Against a
    /// strict limit only those count that it is for: one slip in a zone after a full mailbox is no second slip.
    /// </summary>
    private async Task<List<DateTimeOffset>> CountedAsync(string addressHash, SoftLimit limit, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var since = now - BounceRules.Window;
        var theirs = db.MailReports.Where(r => r.AddressHash == addressHash && r.ReceivedAt > since && r.Outcome != ReportOutcome.Forged);
        var arrived = await theirs.Where(r => r.Reason == BounceReasons.Delivered).MaxAsync(r => (DateTimeOffset?)r.ReceivedAt, cancellationToken);
        var lifted = await db.SuppressionLifts.Where(l => l.AddressHash == addressHash).MaxAsync(l => (DateTimeOffset?)l.LiftedAt, cancellationToken);
        var rows = await theirs.Where(r => r.Kind == BounceKind.Soft && (arrived == null || r.ReceivedAt > arrived) && (lifted == null || r.ReceivedAt > lifted))
            .OrderBy(r => r.Id).Select(r => new { r.MailedKind, r.MailedDigestId, r.MailedRecipientId, r.ReceivedAt, r.Reason, r.Status }).ToListAsync(cancellationToken);
        return [.. rows.Where(r => BounceRules.LimitOf(new BounceVerdict(BounceKind.Soft, [], r.Status, r.Reason, null)) is { } its && (its == limit || limit == SoftLimit.Passing))
            .DistinctBy(r => (r.MailedKind, r.MailedDigestId, r.MailedRecipientId)).Select(r => r.ReceivedAt)];
    }

    /// <summary>A provider tells of every mail that arrived: only what ends a count is worth a row. Of anything else a flood is not kept.</summary>
    private async Task<bool> IsKeptAsync(MailReport row, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (row.Outcome == ReportOutcome.Waiting)
            return await db.MailReports.CountAsync(r => r.Outcome == ReportOutcome.Waiting, cancellationToken) < MostWaiting;
        if (row.AddressHash is null)
        {
            var dayBefore = now.AddDays(-1);
            var nobodys = db.MailReports.Where(r => r.Outcome == row.Outcome && r.ReceivedAt > dayBefore && r.AddressHash == null);
            return await nobodys.CountAsync(cancellationToken) < MostOfNobodyADay;
        }
        var theirs = db.MailReports.Where(r => r.AddressHash == row.AddressHash);
        if (row.Reason == BounceReasons.Delivered)
            return await theirs.AnyAsync(r => r.Kind == BounceKind.Soft, cancellationToken);
        var mails = theirs.Where(r => r.MailedKind == row.MailedKind && r.MailedDigestId == row.MailedDigestId && r.MailedRecipientId == row.MailedRecipientId);
        return await mails.CountAsync(cancellationToken) < MostOfOneMail;
    }

    private static string Evidence(BounceVerdict verdict, SuppressionReason reason)
    {
        var words = string.Join(' ', new[] { verdict.Status, verdict.Diagnostic }.Where(w => !string.IsNullOrEmpty(w)));
        return words.Length > 0 ? words : reason == SuppressionReason.Complaint ? "Called spam by the reader." : verdict.Reason ?? "Mail to it came back.";
    }

    private static string? Without(string? words, IReadOnlyList<string> recipients, EmailAddress? address)
    {
        foreach (var one in recipients.Append(address?.Value).Where(a => !string.IsNullOrWhiteSpace(a)))
            words = words?.Replace(one!, "(the address)", StringComparison.OrdinalIgnoreCase);
        return words;
    }

    private static string? Cut(string? text, int length) => text?.Length > length ? text[..length] : text;
}
