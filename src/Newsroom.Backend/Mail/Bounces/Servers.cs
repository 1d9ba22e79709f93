namespace Newsroom.Backend.Mail.Bounces;

/// <summary>Tells mails that servers write from those of people.</summary>
internal static class Servers
{
    private static readonly string[] LocalParts =
    [
        "mailer-daemon", "mailer_daemon", "mailerdaemon", "mail-daemon", "mail.daemon", "maildaemon", "mdaemon", "postmaster",
        "post-master", "mta", "bounce", "bounces", "mailerrors",
        "mail-delivery-subsystem", "no-reply", "noreply", "do-not-reply", "donotreply", "microsoftexchange", "sysadmin", "smtp",
        "mailadmin", "system", "mail-noreply", "mailsystem",
    ];

    private static readonly string[] Names = ["mail delivery", "mail deliver system", "mail administrator", "delivery subsystem",
        "system administrator", "mailer-daemon", "mailer daemon", "postmaster", "systemadministrator", "administrateur système"];

    public static bool Wrote(ReturnedMail mail)
    {
        if (mail.DeliveryStatus is not null || mail.Headers["X-Failed-Recipients"] is not null)
            return true;
        // RFC 5321 §4.5.5: a report has no return path.
        if (mail.Headers["Return-Path"]?.Trim() is "<>")
            return true;
        var from = mail.From.ToLowerInvariant();
        return LocalParts.Any(part => from == part || from.Contains($"<{part}", StringComparison.Ordinal)
            || from.Contains($"{part}@", StringComparison.Ordinal))
            || Names.Any(name => from.Contains(name, StringComparison.Ordinal));
    }
}
