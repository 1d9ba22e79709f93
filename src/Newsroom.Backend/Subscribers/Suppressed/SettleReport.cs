using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Bounces;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Subscribers.Suppressed;

public enum SettleReportOutcome
{
    Settled,
    NoSuchReport,

    /// <summary>Nobody needs to read it (any more).</summary>
    NotWaiting,

    /// <summary>It names no mail of ours: people must say whose address it is about.</summary>
    NobodyNamed,
}

/// <summary>People have read what nobody here could: it has the same consequences as if it had been readable, and the message itself is forgotten.</summary>
public sealed class SettleReport(NewsroomDb db, TakeVerdicts take, SuppressionList suppressions, IEnumerable<IMailedBy> mailers, TimeProvider clock)
{
    /// <param name="id">Public id.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="address">Whom it is about, where the mail itself does not say so.</param>
    /// <param name="cancellationToken">Cancels before the commit.</param>
    public Task<SettleReportOutcome> RunAsync(string id, BounceKind kind, EmailAddress? address, CancellationToken cancellationToken) => db.RetryingAsync(
        async turn =>
        {
            if (await db.MailReports.SingleOrDefaultAsync(r => r.PublicId == id, turn) is not { } row)
                return SettleReportOutcome.NoSuchReport;
            if (row.Outcome != ReportOutcome.Waiting)
                return SettleReportOutcome.NotWaiting;
            var now = clock.GetUtcNow();
            var (mailed, to) = await FindAsync(row, address, turn);
            if (to is null && kind != BounceKind.Ignored)
                return SettleReportOutcome.NobodyNamed;
            await using var transaction = await db.Database.BeginTransactionAsync(turn);
            if (await db.MailReports.Where(r => r.Id == row.Id && r.Outcome == ReportOutcome.Waiting)
                .ExecuteUpdateAsync(s => s.SetProperty(r => r.Outcome, ReportOutcome.Settled), turn) == 0)
                return SettleReportOutcome.NotWaiting;
            (row.Outcome, row.Kind, row.Raw, row.Mailed, row.AddressHash, row.Note) = (ReportOutcome.Settled, kind, null, mailed, to?.AddressHash, "Settled by staff.");
            await db.SaveChangesAsync(turn);
            if (to is not null && kind != BounceKind.Ignored)
                await ApplyAsync(row, kind, to, now, turn);
            await db.SaveChangesAsync(turn);
            await transaction.CommitAsync(turn);
            return SettleReportOutcome.Settled;
        },
        cancellationToken);

    private async Task ApplyAsync(MailReport row, BounceKind kind, MailedTo to, DateTimeOffset now, CancellationToken turn)
    {
        var verdict = new BounceVerdict(kind, [], null, null, "Read by staff in a message that came back.");
        await take.ApplyAsync(row, new Judgement(verdict, ReportOutcome.Applied, row.Mailed, to, null), now, turn);
        // Of a mail that nobody knows only the address is left to say it of.
        if (row.Mailed is null && to.Address is { } address)
            await ReaderStatus.FollowAsync(db, address, kind, turn);
    }

    /// <summary>Whom it is about, and in which mail: an address that people give and that mail did not go to leaves only the address.</summary>
    private async Task<(MailedId? Mailed, MailedTo? To)> FindAsync(MailReport row, EmailAddress? address, CancellationToken cancellationToken)
    {
        var to = row.Mailed is { } mailed && mailers.FirstOrDefault(m => m.Kind == mailed.Kind) is { } mailer
            ? await mailer.FindAsync(db, mailed, cancellationToken) : null;
        if (address is not { } given)
            return (row.Mailed, to);
        var hash = await suppressions.HashAsync(given, cancellationToken);
        return to is not null && to.AddressHash == hash ? (row.Mailed, to with { Address = given }) : (null, new MailedTo(hash, given, row.ReceivedAt));
    }
}
