using System.Globalization;
using System.Text;
using Hangfire;
using Microsoft.EntityFrameworkCore;
using MimeKit;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Mail.Bounces;

/// <summary>What came back is for counting and for looking into a fault: afterwards only the suppression with its evidence stays.</summary>
public sealed class ForgetReports(NewsroomDb db, TimeProvider clock)
{
    /// <summary>Longer than <see cref="BounceRules.Window"/> and than any report is still heard.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(90);

    internal static string HowLong { get; } = string.Create(CultureInfo.InvariantCulture, $"{KeptFor.TotalDays:0} days");

    [AutomaticRetry(Attempts = 0)]
    public Task RunAsync(CancellationToken cancellationToken)
    {
        var end = clock.GetUtcNow() - KeptFor;
        return db.MailReports.Where(r => r.ReceivedAt < end).ExecuteDeleteAsync(cancellationToken);
    }
}

/// <param name="Kind">What was said.</param>
/// <param name="Status">RFC 3463.</param>
/// <param name="Words">The mail server's.</param>
/// <param name="At">UTC.</param>
public sealed record ReportExport(BounceKind Kind, string? Status, string? Words, DateTimeOffset At);

/// <summary>What came back about mails to a person: found by the keyed hash, and by looking into the messages that wait for people.</summary>
internal sealed class ReportPersonalData(NewsroomDb db, SuppressionList suppressions) : IPersonalData
{
    public string Section => "bounces";

    public async Task<PersonalSection?> ExportAsync(Person person, CancellationToken cancellationToken)
    {
        var hash = await suppressions.HashAsync(person.Address, cancellationToken);
        var rows = await db.MailReports.Where(r => r.AddressHash == hash).OrderBy(r => r.Id)
            .Select(r => new ReportExport(r.Kind, r.Status, r.Diagnostic, r.ReceivedAt)).ToListAsync(cancellationToken);
        var waiting = await WaitingWithAsync(person, cancellationToken);
        if (rows.Count + waiting.Count == 0)
            return null;
        return new PersonalSection(
            new { reports = rows, messagesThatWaitToBeRead = waiting.Count },
            [$"{rows.Count + waiting.Count} reports that mail servers sent back about mails to you, or that you marked as spam."],
            []);
    }

    public async Task EraseAsync(Person person, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var hash = await suppressions.HashAsync(person.Address, cancellationToken);
        var waiting = await WaitingWithAsync(person, cancellationToken);
        await db.MailReports.Where(r => r.AddressHash == hash || waiting.Contains(r.Id)).ExecuteDeleteAsync(cancellationToken);
        await db.SuppressionLifts.Where(l => l.AddressHash == hash && l.Why != null).ExecuteUpdateAsync(s => s.SetProperty(l => l.Why, (string?)null), cancellationToken);
    }

    /// <summary>None in clear but in messages that nobody could read.</summary>
    public IAsyncEnumerable<string> AddressesAsync() => AsyncEnumerable.Empty<string>();

    /// <summary>One by one: a database cannot look into bytes, and a message may be a quarter of a megabyte. There are seldom any.</summary>
    private async Task<List<long>> WaitingWithAsync(Person person, CancellationToken cancellationToken)
    {
        var found = new List<long>();
        foreach (var id in await db.MailReports.Where(r => r.Raw != null).OrderBy(r => r.Id).Select(r => r.Id).ToListAsync(cancellationToken))
        {
            if (await db.MailReports.Where(r => r.Id == id).Select(r => r.Raw).SingleOrDefaultAsync(cancellationToken) is { } raw && Names(raw, person.Address.Key))
                found.Add(id);
        }
        return found;
    }

    private static bool Names(byte[] raw, string address)
    {
        if (Encoding.UTF8.GetString(raw).Contains(address, StringComparison.OrdinalIgnoreCase))
            return true;
        try
        {
            using var message = MimeMessage.Load(new MemoryStream(raw));
            return message.BodyParts.OfType<TextPart>().Any(p => p.Text?.Contains(address, StringComparison.OrdinalIgnoreCase) == true);
        }
        catch (FormatException)
        {
            // No message at all: its bytes were looked through.
            return false;
        }
    }
}
