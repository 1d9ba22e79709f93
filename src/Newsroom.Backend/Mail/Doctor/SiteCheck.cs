using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Mail.Doctor;

/// <summary>What this machine and its configuration lack.</summary>
public sealed class SiteCheck(IOptions<SiteOptions> site, IOptions<DatabaseOptions> database, IConfiguration configuration)
{
    private const long Little = 1L << 30;
    private const long TooLittle = 100L << 20;

    public IEnumerable<Finding> Run()
    {
        var newsroom = site.Value;
        if (newsroom.PublicUrl.Length > 0)
        {
            yield return newsroom.PublicUrl.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
                ? Finding.Ok("site", $"Links in mails begin with {newsroom.PublicUrl}.")
                : Finding.Fail("site", $"Site:PublicUrl {newsroom.PublicUrl} is not https: mail programs offer no one-click unsubscribe then (RFC 8058).",
                    "Put a proxy with HTTPS before the program, and give its address.");
        }
        if (newsroom.PostalAddress.Length == 0)
            yield return Finding.Fail("site", "Site:PostalAddress is empty: the law asks for it in every newsletter, and no digest starts without it.",
                "Give it at /staff/settings/newsroom, or set Site:PostalAddress.");
        if (string.IsNullOrEmpty(newsroom.AlertAddress))
            yield return Finding.Warn("site", "Site:AlertAddress is empty: nobody is told when sending stops.",
                "Set Site:AlertAddress to a mailbox that somebody reads, at another provider best.");
        if (newsroom.TimeZone == "UTC")
            yield return Finding.Warn("site", "Site:TimeZone is UTC: schedules and dates in mails follow it.",
                "Set the newsroom's own zone, such as America/New_York; leave it when it is UTC.");
        if (database.Value.Provider == DatabaseProvider.Sqlite)
            yield return Disk(Path.GetFullPath(new SqliteConnectionStringBuilder(DatabaseOptions.SqliteConnectionString(configuration)).DataSource));
    }

    private static Finding Disk(string file)
    {
        var free = new DriveInfo(Path.GetDirectoryName(file)!).AvailableFreeSpace;
        var words = $"The disk of the database has {free / (double)(1 << 30):0.0} GiB left.";
        const string Advice = "Make room: a full disk stops sign-ups and sending.";
        return free < TooLittle ? Finding.Fail("disk", words, Advice) : free < Little ? Finding.Warn("disk", words, Advice) : Finding.Ok("disk", words);
    }
}
