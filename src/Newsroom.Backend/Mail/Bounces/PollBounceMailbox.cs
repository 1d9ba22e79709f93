using System.Net.Sockets;
using Hangfire;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Search;
using MailKit.Security;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Mail.Alerts;
using Newsroom.Backend.Mail.Relays;

namespace Newsroom.Backend.Mail.Bounces;

/// <summary>
/// Reads the bounce mailbox (RFC 9051). Each message: read, committed, and only then flagged: a stop in between reads it once more, to no effect.
/// A report is marked as read; whatever nobody here could understand stays unread for people, with a keyword of ours so that it is not fetched
/// again. Nothing is ever deleted: the mailbox is the newsroom's.
/// </summary>
/// <remarks>
/// The keyword is the server's own memory of what was seen: unlike a highest UID kept here it is true after a change of UIDVALIDITY, for a mailbox
/// restored from a backup, and for a second reader of the same mailbox.
/// </remarks>
public sealed partial class PollBounceMailbox(
    IOptions<MailOptions> mail, TakeReport take, PollTurns turns, AlertDesk alerts, TimeProvider clock, ILogger<PollBounceMailbox> log)
{
    /// <summary>On every message that was looked at.</summary>
    public const string Keyword = "NewsroomSeen";

    private const string AlertKind = "bounces.mailbox";
    private const int MostAtOnce = 500;

    // Mail servers are restarted and drop a line now and then; the next turn reads what this one did not.
    private const int Patience = 2;

    // A job of under a minute: a stopping server waits for it. What is left comes with the next.
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [AutomaticRetry(Attempts = 0)]
    [DisableConcurrentExecution(5)]
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var imap = mail.Value.Bounces.Imap;
        var now = clock.GetUtcNow();
        if (string.IsNullOrEmpty(imap.Host))
        {
            await alerts.ClearAsync(AlertKind, cancellationToken);
            return;
        }
        if (!turns.IsDue(now, imap.PollEvery))
            return;
        try
        {
            using var client = new ImapClient
            {
                ServerCertificateValidationCallback = Trust(imap).Accepts,
                CheckCertificateRevocation = false,
                Timeout = (int)Deadline.TotalMilliseconds,
            };
            await client.ConnectAsync(imap.Host, imap.EffectivePort, imap.Security.ForMailKit(), cancellationToken);
            await client.AuthenticateAsync(imap.UserName ?? "", imap.Password ?? "", cancellationToken);
            await ReadAsync(client, await client.GetFolderAsync(imap.Folder, cancellationToken), now + Length, cancellationToken);
            await client.DisconnectAsync(quit: true, cancellationToken);
        }
        catch (Exception e) when (IsTheMailboxs(e) && !cancellationToken.IsCancellationRequested)
        {
            LogFailed(e);
            if (turns.Failed() < Patience)
                return;
            await alerts.RaiseAsync(
                AlertKind, $"The bounce mailbox cannot be read, so nobody hears which addresses are gone: {e.Message} See Mail:Bounces:Imap.", cancellationToken);
            return;
        }
        turns.Worked();
        await alerts.ClearAsync(AlertKind, cancellationToken);
    }

    private async Task ReadAsync(ImapClient client, IMailFolder folder, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await folder.OpenAsync(FolderAccess.ReadWrite, cancellationToken);
        if (!folder.PermanentFlags.HasFlag(MessageFlags.UserDefined))
            throw new NotSupportedException($"The folder {folder.FullName} keeps no keywords, so what was read would be read for ever. Take another mailbox.");
        var unseen = await folder.SearchAsync(SearchQuery.NotKeyword(Keyword), cancellationToken);
        foreach (var uid in unseen.Take(MostAtOnce))
        {
            if (clock.GetUtcNow() >= until)
                return;
            if (await FlagsAsync(folder, uid, cancellationToken) is not { } flags)
                continue;
            // It is committed: whatever happens now, the mailbox should know.
            var mark = new StoreFlagsRequest(StoreAction.Add, flags, new HashSet<string>(StringComparer.Ordinal) { Keyword }) { Silent = true };
            await folder.StoreAsync(uid, mark, CancellationToken.None);
        }
    }

    /// <returns>None: people must look at it. Null: it is to be looked at again, if it is still there.</returns>
    private async Task<MessageFlags?> FlagsAsync(IMailFolder folder, UniqueId uid, CancellationToken cancellationToken)
    {
        if (await DownloadAsync(folder, uid, cancellationToken) is not { } message)
            return null;
        var outcomes = (await take.RunAsync(ReportSource.Imap, message, cancellationToken)).Select(t => t.Outcome).ToList();
        if (outcomes.Contains(ReportOutcome.Early))
            return null;
        return outcomes.Contains(ReportOutcome.Waiting) ? MessageFlags.None : MessageFlags.Seen;
    }

    /// <summary>What a report has to say stands in front of the mail it returns, so the beginning is enough of a large one.</summary>
    /// <returns>Null when somebody has taken it away meanwhile: the mailbox is people's too.</returns>
    private static async Task<byte[]?> DownloadAsync(IMailFolder folder, UniqueId uid, CancellationToken cancellationToken)
    {
        var size = (await folder.FetchAsync([uid], MessageSummaryItems.Size, cancellationToken)).FirstOrDefault()?.Size ?? 0;
        try
        {
            await using var stream = size > TakeReport.Largest
                ? await folder.GetStreamAsync(uid, 0, TakeReport.Largest, cancellationToken)
                : await folder.GetStreamAsync(uid, cancellationToken);
            using var copy = new MemoryStream();
            await stream.CopyToAsync(copy, cancellationToken);
            return copy.ToArray();
        }
        catch (MessageNotFoundException)
        {
            return null;
        }
    }

    private static SmtpTrust Trust(BounceImapOptions imap) => imap.TrustedCertificateFile is { Length: > 0 } file ? SmtpTrust.Load(file) : new SmtpTrust(null);

    /// <summary>What network, TLS, sign-in and a server's odd words throw. Anything else, the database's faults too, is not the mailbox's.</summary>
    private static bool IsTheMailboxs(Exception e) => e is IOException or SocketException or TimeoutException or OperationCanceledException
        or ProtocolException or CommandException or FolderNotFoundException or SslHandshakeException or AuthenticationException
        or System.Security.Authentication.AuthenticationException or ServiceNotConnectedException or ServiceNotAuthenticatedException or NotSupportedException;

    [LoggerMessage(LogLevel.Warning, "The bounce mailbox could not be read; it is tried again")]
    private partial void LogFailed(Exception exception);
}

/// <summary>Whose turn it is: once in each span of <c>PollEvery</c>, also when the minute at its beginning was missed; and how many in a row came to nothing.</summary>
public sealed class PollTurns
{
    private readonly Lock _lock = new();
    private DateTimeOffset? _last;
    private int _failed;

    /// <returns>True for the first call in a new span, counted from the start of the Unix epoch.</returns>
    public bool IsDue(DateTimeOffset now, TimeSpan every)
    {
        lock (_lock)
        {
            var before = _last ?? now.AddMinutes(-1);
            _last = now;
            return Span(before) != Span(now);
        }

        long Span(DateTimeOffset at) => at.ToUnixTimeSeconds() / 60 / (long)every.TotalMinutes;
    }

    /// <returns>How many turns in a row could not read the mailbox, this one among them.</returns>
    public int Failed() => Interlocked.Increment(ref _failed);

    public void Worked() => Volatile.Write(ref _failed, 0);
}
