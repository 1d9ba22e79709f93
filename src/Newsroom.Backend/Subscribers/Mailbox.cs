using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Subscribers;

/// <summary>
/// The mailbox that several addresses lead to: most providers deliver <c>ada+anything@</c> to <c>ada@</c> (RFC 5233), and Gmail overlooks dots and has two domains. For
/// limits only, so that nobody floods one mailbox by its many addresses: to subscribe, each address is a reader of its own.
/// </summary>
internal static class Mailbox
{
    private const string Gmail = "gmail.com";
    private const string GmailInGermany = "googlemail.com";

    /// <summary>Equal for addresses that may lead to one mailbox; the <see cref="EmailAddress.Key"/> of the plainest of them.</summary>
    public static string KeyOf(EmailAddress address)
    {
        var (local, isGmail) = (LocalOf(address), IsGmail(address));
        return isGmail ? $"{local.Replace(".", "", StringComparison.Ordinal)}@{Gmail}" : $"{local}@{address.Domain}";
    }

    /// <summary>
    /// Other than the plainest, whose limits are its own: who uses up a mailbox's limits by sub-addresses must not keep its owner from signing up.
    /// </summary>
    public static bool IsVariant(EmailAddress address) => address.Key != KeyOf(address);

    /// <summary>For LIKE: every address key of the mailbox matches one of the two, and with Gmail some others do.</summary>
    public static (string One, string Other) PatternsOf(EmailAddress address)
    {
        var local = LocalOf(address);
        return IsGmail(address)
            ? ($"{LikeText.Escape(local[..1])}%@{Gmail}", $"{LikeText.Escape(local[..1])}%@{GmailInGermany}")
            : (LikeText.Escape($"{local}@{address.Domain}"), $"{LikeText.Escape(local)}+%@{LikeText.Escape(address.Domain)}");
    }

    private static bool IsGmail(EmailAddress address) => address.Domain is Gmail or GmailInGermany;

    private static string LocalOf(EmailAddress address)
    {
        var local = address.Key[..address.Key.LastIndexOf('@')];
        return local.IndexOf('+', StringComparison.Ordinal) is var plus and > 0 ? local[..plus] : local;
    }
}

/// <summary>Mails of sign-ups that nobody has answered yet, of the last day, by the mailbox they go to.</summary>
internal sealed class SharedMailboxes
{
    private readonly Dictionary<string, List<(string AddressKey, DateTimeOffset DueAt)>> _mails = new(StringComparer.Ordinal);

    /// <summary>Only for those of the addresses that are <see cref="Mailbox.IsVariant"/>: nothing is read for any other.</summary>
    public static async Task<SharedMailboxes> LoadAsync(NewsroomDb db, IEnumerable<EmailAddress> addresses, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var loaded = new SharedMailboxes();
        var variants = addresses.Where(Mailbox.IsVariant).ToList();
        if (variants.Count == 0)
            return loaded;
        foreach (var variant in variants)
            loaded._mails[Mailbox.KeyOf(variant)] = [];
        var patterns = variants.Select(Mailbox.PatternsOf).SelectMany(p => new[] { p.One, p.Other }).Distinct(StringComparer.Ordinal).ToArray();
        var found = await Unanswered(db, patterns, now - CoolDown.Day).Select(r => new { r.Subscriber.AddressKey, DueAt = r.MailDueAt!.Value }).ToListAsync(cancellationToken);
        foreach (var mail in found)
            loaded.Note(EmailAddress.Parse(mail.AddressKey), mail.DueAt);
        return loaded;
    }

    /// <summary>When mails went, or go, to the mailbox by other addresses than this one; empty for the plainest.</summary>
    public IReadOnlyList<DateTimeOffset> Elsewhere(EmailAddress address) =>
        Mailbox.IsVariant(address) && _mails.TryGetValue(Mailbox.KeyOf(address), out var mails) ? [.. mails.Where(m => m.AddressKey != address.Key).Select(m => m.DueAt)] : [];

    /// <summary>One more.</summary>
    public void Note(EmailAddress address, DateTimeOffset dueAt)
    {
        if (_mails.TryGetValue(Mailbox.KeyOf(address), out var mails))
            mails.Add((address.Key, dueAt));
    }

    private static IQueryable<SignUpRequest> Unanswered(NewsroomDb db, string[] patterns, DateTimeOffset since)
    {
        // The same by the column that has an index for those which are not confirmed: a mail waits out a few cool-downs at most.
        var expiresAfter = since - (CoolDown.MostMailsADay * CoolDown.BetweenMails) + SignUpRequest.Lifetime;
        return db.SignUpRequests
            .Where(r => r.ConfirmedAt == null && r.ExpiresAt > expiresAfter && r.MailDueAt > since)
            .Where(r => EF.Parameter(patterns).Any(p => EF.Functions.Like(r.Subscriber.AddressKey, p, LikeText.Sign)));
    }
}
