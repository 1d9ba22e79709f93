namespace Newsroom.Backend.Subscribers.Imports;

/// <summary>What a column can hold. The names are also those of <c>--map</c>, in lower camel case.</summary>
public enum ImportField
{
    Email,
    Name,
    FirstName,
    LastName,
    ConsentedAt,
    Status,
    LeftAt,
    BouncedAt,
    Newsletters,
    Language,
    PausedUntil,
}

/// <summary>
/// One program's export, known by its header. The columns are those that the programs wrote on 2026-11-24: Mailchimp's audience export,
/// listmonk's <c>cmd/subscribers.go</c>, Ghost's <c>members-csv</c>, MailPoet's <c>ImportExportFactory</c>.
/// </summary>
/// <param name="Name">As people call it.</param>
/// <param name="Signature">The columns that only it has: all of them must be there.</param>
/// <param name="Columns">Where each field may stand. Of several all are read: the worst status, the first instant.</param>
internal sealed record ImportFormat(string Name, string[] Signature, Dictionary<ImportField, string[]> Columns)
{
    /// <summary>What stands before a quote inside a quoted cell. CSV (RFC 4180) doubles it.</summary>
    public char Escape { get; init; } = '"';

    /// <summary>What staff must know of such a file.</summary>
    public string? Note { get; init; }

    public static ImportFormat Newsroom { get; } = new("Newsroom", ["address", "newsletters", "confirmed_at"], new()
    {
        [ImportField.Email] = ["address"],
        [ImportField.Name] = ["name"],
        [ImportField.Status] = ["status"],
        [ImportField.Newsletters] = ["newsletters"],
        [ImportField.ConsentedAt] = ["confirmed_at"],
        [ImportField.LeftAt] = ["left_at"],
        [ImportField.Language] = ["language"],
        [ImportField.PausedUntil] = ["paused_until"],
    });

    public static ImportFormat Mailchimp { get; } = new("Mailchimp", ["email address", "leid"], new()
    {
        [ImportField.Email] = ["email address"],
        [ImportField.Name] = ["name", "full name"],
        [ImportField.FirstName] = ["first name"],
        [ImportField.LastName] = ["last name"],
        [ImportField.ConsentedAt] = ["confirm_time", "optin_time"],
        [ImportField.LeftAt] = ["unsub_time"],
        [ImportField.BouncedAt] = ["clean_time"],
    });

    public static ImportFormat Ghost { get; } = new("Ghost", ["email", "subscribed_to_emails"], new()
    {
        [ImportField.Email] = ["email"],
        [ImportField.Name] = ["name"],
        [ImportField.Status] = ["subscribed_to_emails"],
        [ImportField.ConsentedAt] = ["created_at"],
        [ImportField.LeftAt] = ["deleted_at"],
    });

    public static ImportFormat Listmonk { get; } = new("listmonk", ["email", "attributes", "status"], new()
    {
        [ImportField.Email] = ["email"],
        [ImportField.Name] = ["name"],
        [ImportField.Status] = ["status"],
        [ImportField.ConsentedAt] = ["created_at"],
    })
    {
        Note = "listmonk's file does not say who left a single list: export the list filtered by its subscription status, confirmed ones for one import, unsubscribed ones with --map status=… for another.",
    };

    public static ImportFormat MailPoet { get; } = new("MailPoet", ["email", "list status"], MailPoetColumns()) { Escape = '\\' };

    /// <summary>MailPoet lets staff choose the columns: one of the two states is there.</summary>
    private static readonly ImportFormat MailPoetGlobal = new("MailPoet", ["email", "global status"], MailPoetColumns()) { Escape = '\\' };

    /// <summary>Any other file with a column that is plainly the address.</summary>
    public static ImportFormat Plain { get; } = new("plain", [], new()
    {
        [ImportField.Email] = ["email", "e-mail", "email address", "e-mail address", "email_address", "mail"],
        [ImportField.Name] = ["name", "full name", "full_name"],
        [ImportField.FirstName] = ["first name", "first_name", "firstname"],
        [ImportField.LastName] = ["last name", "last_name", "lastname"],
        [ImportField.ConsentedAt] = ["confirmed_at", "consented_at", "confirm_time", "optin_time", "subscribed_at"],
        [ImportField.Status] = ["status"],
        [ImportField.LeftAt] = ["unsubscribed_at", "unsub_time", "left_at"],
        [ImportField.BouncedAt] = ["bounced_at", "clean_time"],
    });

    private static readonly string[] Noes = ["unsub", "opt out", "optout", "opted out", "optedout", "bounce", "complain", "suppress", "blocklist", "blacklist"];

    private static readonly ImportFormat[] Known = [Newsroom, Mailchimp, Ghost, Listmonk, MailPoet, MailPoetGlobal];

    public static ImportFormat Of(IReadOnlyList<string> header)
    {
        var names = header.Select(Clean).ToHashSet(StringComparer.Ordinal);
        return Array.Find(Known, f => Array.TrueForAll(f.Signature, names.Contains)) ?? Plain;
    }

    /// <summary>A column's name without what programs and hands change about it.</summary>
    public static string Clean(string name) => name.Trim('\uFEFF', ' ', '\t', '"', '\'').ToLowerInvariant();

    /// <summary>A column's <see cref="Clean"/> name says that somebody wants, or can get, no mail; a link to say so is no such word.</summary>
    public static bool SaysNo(string name)
    {
        var words = name.Replace('_', ' ').Replace('-', ' ');
        return Array.Exists(Noes, n => words.Contains(n, StringComparison.Ordinal)) && !words.Contains("url", StringComparison.Ordinal) && !words.Contains("link", StringComparison.Ordinal);
    }

    private static Dictionary<ImportField, string[]> MailPoetColumns() => new()
    {
        [ImportField.Email] = ["email"],
        [ImportField.FirstName] = ["first name"],
        [ImportField.LastName] = ["last name"],
        [ImportField.Status] = ["list status", "global status"],
        [ImportField.ConsentedAt] = ["confirmation time", "subscription time"],
    };
}
