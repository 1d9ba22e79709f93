using MailKit;
using MailKit.Net.Imap;
using MailKit.Search;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Mail.Relays;

namespace Newsroom.Backend.Mail.Doctor;

/// <summary>
/// Sends a test to the newsroom's own mailbox, waits for it there, and reads what the receiver wrote on it. Deletes that one mail and touches no other.
/// </summary>
public sealed class TestMailbox(SendTestMail send, IOptions<DoctorOptions> doctor, TimeProvider clock)
{
    private const string Check = "mailbox";

    internal static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);
    internal static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(3);

    // Without the special-use flags of RFC 6154 a junk folder is known by its name alone.
    private static readonly string[] JunkNames = ["Junk", "Spam", "Junk E-mail", "Junk Email", "Bulk Mail", "Bulk"];

    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellationToken)
    {
        var mailbox = doctor.Value.Mailbox;
        if (string.IsNullOrEmpty(mailbox.Address))
            return [Finding.Skipped(Check, "No mailbox is configured for the test.",
                "Set Mail:Doctor:Mailbox:Address and :Imap to a mailbox of your own, at a big provider best.")];
        using var imap = Client(mailbox.Imap);
        try
        {
            await SignInAsync(imap, mailbox.Imap, cancellationToken);
        }
        catch (Exception e) when (RelayVisit.IsFailure(e))
        {
            return [Finding.Fail(Check, $"The mailbox at {mailbox.Imap.Host} cannot be opened: {HeaderText.OneLine(e.Message)}",
                "Look at Mail:Doctor:Mailbox:Imap; many providers want a password made for programs, and IMAP switched on.")];
        }
        var findings = new List<Finding>();
        var tests = await SendAsync(mailbox.Address, findings, cancellationToken);
        // They are under way all at once, and so waited for.
        var until = clock.GetUtcNow() + LongestWait;
        foreach (var test in tests)
            findings.AddRange(await AwaitAsync(imap, test, until, cancellationToken));
        await imap.DisconnectAsync(quit: true, cancellationToken);
        return findings;
    }

    private async Task<IReadOnlyList<RelayTest>> SendAsync(string address, List<Finding> findings, CancellationToken cancellationToken)
    {
        switch (await send.RunAsync(address, cancellationToken))
        {
            case TestMailOutcome.Tried tried:
                findings.AddRange(tried.Relays.Where(r => !r.Accepted).Select(r => Finding.Fail(Check, r.Meaning, r.Advice!)));
                return [.. tried.Relays.Where(r => r.Accepted)];
            case TestMailOutcome.NotNow notNow:
                findings.Add(Finding.Skipped(Check, notNow.Why));
                return [];
            case var other:
                throw new InvalidOperationException($"The checked address gave {other}.");
        }
    }

    private async Task<IReadOnlyList<Finding>> AwaitAsync(ImapClient imap, RelayTest test, DateTimeOffset until, CancellationToken cancellationToken)
    {
        try
        {
            for (; ; await Task.Delay(BetweenLooks, clock, cancellationToken))
            {
                foreach (var folder in await FoldersAsync(imap, cancellationToken))
                {
                    if (await FindAsync(folder, test.MessageId, imap.Capabilities.HasFlag(ImapCapabilities.UidPlus), cancellationToken) is { } found)
                        return found;
                }
                if (clock.GetUtcNow() >= until)
                    return [Finding.Fail(Check, $"The test that {test.Host} took has not arrived within {LongestWait.TotalMinutes:0} minutes.",
                        "Look for it in the mailbox later, and ask the relay's provider by its Message-ID " + test.MessageId + ".")];
            }
        }
        catch (Exception e) when (RelayVisit.IsFailure(e))
        {
            return [Finding.Fail(Check, $"The mailbox broke off: {HeaderText.OneLine(e.Message)}", "Run it again.")];
        }
    }

    private static async Task<IReadOnlyList<Finding>?> FindAsync(IMailFolder folder, string messageId, bool canExpunge, CancellationToken cancellationToken)
    {
        await folder.OpenAsync(FolderAccess.ReadWrite, cancellationToken);
        // Servers match a header's text anywhere in it (RFC 3501 §6.4.4); our id is nobody else's.
        var ours = SearchQuery.HeaderContains("Message-ID", messageId).Or(SearchQuery.HeaderContains(SendTestMail.MarkHeader, messageId));
        if (await folder.SearchAsync(ours, cancellationToken) is not [var uid, ..])
        {
            await folder.CloseAsync(expunge: false, cancellationToken);
            return null;
        }
        var summary = await folder.FetchAsync([uid], MessageSummaryItems.InternalDate | MessageSummaryItems.UniqueId, cancellationToken);
        using var message = await folder.GetMessageAsync(uid, cancellationToken);
        var isJunk = folder.Attributes.HasFlag(FolderAttributes.Junk) || IsJunk(folder.Name);
        IReadOnlyList<Finding> findings = [.. ArrivedMail.Read(message, isJunk, message.Date, summary.Count > 0 ? summary[0].InternalDate : null)];
        await DeleteAsync(folder, uid, canExpunge, cancellationToken);
        return findings;
    }

    /// <summary>By its own number: a bare EXPUNGE would take what somebody else has marked (RFC 4315 §2.1).</summary>
    private static async Task DeleteAsync(IMailFolder folder, UniqueId uid, bool canExpunge, CancellationToken cancellationToken)
    {
        await folder.AddFlagsAsync([uid], MessageFlags.Deleted, silent: true, cancellationToken);
        if (canExpunge)
            await folder.ExpungeAsync([uid], cancellationToken);
        await folder.CloseAsync(expunge: false, cancellationToken);
    }

    private static async Task<IReadOnlyList<IMailFolder>> FoldersAsync(ImapClient imap, CancellationToken cancellationToken)
    {
        var junk = (imap.Capabilities & (ImapCapabilities.SpecialUse | ImapCapabilities.XList)) != ImapCapabilities.None ? imap.GetFolder(SpecialFolder.Junk) : null;
        if (junk is null && imap.PersonalNamespaces.Count > 0)
            junk = (await imap.GetFoldersAsync(imap.PersonalNamespaces[0], cancellationToken: cancellationToken)).FirstOrDefault(f => IsJunk(f.Name));
        return junk is null ? [imap.Inbox] : [imap.Inbox, junk];
    }

    private static bool IsJunk(string folder) => JunkNames.Contains(folder, StringComparer.OrdinalIgnoreCase);

    private static ImapClient Client(DoctorImapOptions options)
    {
        var trust = options.TrustedCertificateFile is { Length: > 0 } file ? SmtpTrust.Load(file) : new SmtpTrust(null);
        return new ImapClient { CheckCertificateRevocation = false, ServerCertificateValidationCallback = trust.Accepts };
    }

    private static async Task SignInAsync(ImapClient imap, DoctorImapOptions options, CancellationToken cancellationToken)
    {
        await imap.ConnectAsync(options.Host, options.EffectivePort, options.Security.ForMailKit(), cancellationToken);
        await imap.AuthenticateAsync(options.UserName, options.Password, cancellationToken);
    }
}
