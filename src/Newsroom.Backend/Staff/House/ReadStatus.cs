using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Jobs;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Relays;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Staff.House;

/// <param name="Url">As configured, without a password that may stand in it.</param>
/// <param name="ReadAt">The last poll that went well; null: none yet.</param>
/// <param name="Error">Why the last poll failed; null after a good one.</param>
public sealed record FeedLine(string Url, DateTimeOffset? ReadAt, string? Error);

/// <param name="Provider">Sqlite or SqlServer.</param>
/// <param name="Applied">How many migrations.</param>
/// <param name="Newest">The last of them.</param>
/// <param name="Pending">Those of this program that the database lacks.</param>
/// <param name="Disk">Null where the database is a server's.</param>
public sealed record DatabaseState(string Provider, int Applied, string? Newest, IReadOnlyList<string> Pending, DiskSpace? Disk);

/// <param name="StripeHeardAt">The last webhook that came.</param>
/// <param name="MailReportedAt">The last bounce or complaint that came.</param>
/// <param name="MailHandedOverAt">When the five minutes began in which a relay was last given something.</param>
/// <param name="MailsWaiting">Single mails that have not left.</param>
/// <param name="OldestWaitingAt">Since when the first of them waits.</param>
public sealed record Traffic(DateTimeOffset? StripeHeardAt, DateTimeOffset? MailReportedAt, DateTimeOffset? MailHandedOverAt, int MailsWaiting, DateTimeOffset? OldestWaitingAt);

public sealed record StatusView(
    string Version, DateTimeOffset StartedAt, DatabaseState Database, JobsView Jobs, IReadOnlyList<FeedLine> Feeds, Traffic Traffic, IReadOnlyList<RelayShape> Relays, string? MailMissing);

/// <summary>Whether everything runs that must, without a secret or a person's data.</summary>
public sealed class ReadStatus(NewsroomDb db, DatabaseStart database, ReadJobs jobs, SmtpRelay relay, MailReadiness mail)
{
    private const int MostFeeds = 50;

    /// <summary>As the build has it, without the commit behind the plus sign.</summary>
    public static string Version { get; } = (typeof(ReadStatus).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown").Split('+')[0];

    public async Task<StatusView> RunAsync(CancellationToken cancellationToken)
    {
        var (applied, pending) = await database.StatusAsync(cancellationToken);
        var feeds = await db.Feeds.OrderBy(f => f.Id).Take(MostFeeds).Select(f => new { f.Url, f.LastReadAt, f.LastError }).ToListAsync(cancellationToken);
        return new StatusView(
            Version,
            new DateTimeOffset(System.Diagnostics.Process.GetCurrentProcess().StartTime.ToUniversalTime()),
            new DatabaseState(db.Database.IsSqlite() ? "SQLite" : "SQL Server", applied.Count, applied.Count == 0 ? null : applied[^1], pending, DiskSpace.Of(db)),
            jobs.Run(),
            feeds.ConvertAll(f => new FeedLine(UrlText.WithoutPassword(f.Url), f.LastReadAt, f.LastError)),
            await TrafficAsync(cancellationToken),
            relay.Read(now => relay.Relays.Select(r => RelayShape.Of(r, now)).ToList()),
            mail.Missing);
    }

    private async Task<Traffic> TrafficAsync(CancellationToken cancellationToken)
    {
        var waiting = db.OutgoingMails.Where(m => m.State == OutgoingMailState.Waiting);
        return new Traffic(
            await db.StripeEvents.OrderByDescending(e => e.Id).Select(e => (DateTimeOffset?)e.ReceivedAt).FirstOrDefaultAsync(cancellationToken),
            await db.MailReports.OrderByDescending(r => r.Id).Select(r => (DateTimeOffset?)r.ReceivedAt).FirstOrDefaultAsync(cancellationToken),
            await db.RelayCounts.OrderByDescending(c => c.StepAt).Select(c => (DateTimeOffset?)c.StepAt).FirstOrDefaultAsync(cancellationToken),
            await waiting.CountAsync(cancellationToken),
            await waiting.OrderBy(m => m.NextAttemptAt).Select(m => (DateTimeOffset?)m.CreatedAt).FirstOrDefaultAsync(cancellationToken));
    }
}
