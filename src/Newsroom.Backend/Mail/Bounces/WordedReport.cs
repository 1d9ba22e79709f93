using System.Text;

namespace Newsroom.Backend.Mail.Bounces;

/// <summary>A report in words only, of a server whose form is known (<see cref="ReportFamilies"/>).</summary>
internal static class WordedReport
{
    private const int MaxRecipients = 100;

    /// <summary>Where the returned message begins: what is behind are our words, not the server's.</summary>
    private static readonly string[] Copies =
    [
        "below this line is", "this is a copy of", "original message -", "original message follows", "original message headers",
        "message headers follow", "unsent message follows", "the header of the original message", "below is a copy of",
        "-------original message",
        "returned message -", "message text follows", "the body of the message is", "begin message header", "the following is a copy of",
        "content of the message", "original message:", "original message headers:", "copy of the original message",
        "your original message", "undelivered message headers", "--- message header", "message header follows",
        "ursprüngliche nachricht", "ursprüngliche nachrichtenkopfzeilen", "kopfzeilen der ursprünglichen", "en-têtes de message d'origine",
        "message d'origine", "encabezados de mensajes originales", "исходное сообщение", "текст письма", "元のメッセージ", "原始邮件",
        "\nreturn-path: <", "\nreceived: from ", "\nreceived: by ", "\nmessage-id: <", "\ndkim-signature: ",
    ];

    public static IReadOnlyList<BounceVerdict>? Read(ReturnedMail mail)
    {
        if (!mail.IsFromServer)
            return null;
        if (DelayNotice.Is(mail))
            return [Verdicts.Ignored([.. ReportedAddress.FindAll(OwnWords(mail.Text)).Where(a => !IsServer(a)).Take(1)], BounceReasons.Delayed, mail.Subject)];
        return DelayNotice.IsArrival(mail) ? [Verdicts.Ignored([], BounceReasons.Delivered, mail.Subject)] : Failures(mail);
    }

    /// <returns>Null when no known server's form fits.</returns>
    public static IReadOnlyList<BounceVerdict>? Failures(ReturnedMail mail)
    {
        var text = OwnWords(mail.Text);
        foreach (var family in ReportFamilies.All)
        {
            if (family.OpenedAt(text) is { } at && Failures(family, text, at) is { Count: > 0 } failures)
                return failures;
        }
        return null;
    }

    /// <summary>What the server itself says: without the returned copy, and without lines that somebody quotes.</summary>
    public static string OwnWords(string text)
    {
        var end = text.Length;
        foreach (var copy in Copies)
        {
            if (text.AsSpan(0, end).IndexOf(copy, StringComparison.OrdinalIgnoreCase) is > 0 and var at)
                end = at;
        }
        var own = new StringBuilder(end);
        foreach (var line in text.AsSpan(0, end).EnumerateLines())
        {
            // ">>> RCPT TO" is a transcript, "> Hi." a quotation.
            if (line is not ['>', ..] || line.StartsWith(">>>"))
                own.Append(line).Append('\n');
        }
        return own.ToString();
    }

    private static List<BounceVerdict> Failures(ReportFamily family, string text, int at)
    {
        var blocks = Blocks(family, text, at);
        var common = family.CommonWords(text);
        var verdicts = new List<BounceVerdict>();
        foreach (var (recipient, block) in blocks)
        {
            var words = common is null ? block : $"{common} {block}";
            verdicts.Add(Verdicts.Of([recipient], BounceMeaning.Of(null, null, words), words));
        }
        return verdicts;
    }

    /// <summary>Each recipient with the words behind it. Named twice, in a list and in the details, it has both.</summary>
    private static List<KeyValuePair<string, string>> Blocks(ReportFamily family, string text, int at)
    {
        var matches = family.Recipients(text, at).Take(MaxRecipients).ToList();
        var isOnly = matches.Select(m => m.Address).Distinct(StringComparer.OrdinalIgnoreCase).Count() == 1;
        var blocks = new List<KeyValuePair<string, string>>();
        for (var i = 0; i < matches.Count; i++)
        {
            var (address, words, end) = matches[i];
            var next = i + 1 < matches.Count ? matches[i + 1].Start : text.Length;
            // The last of several is followed by words about them all.
            words ??= isOnly ? text[end..Math.Max(end, next)] : Paragraph(text[end..Math.Max(end, next)]);
            var known = blocks.FindIndex(b => b.Key.Equals(address, StringComparison.OrdinalIgnoreCase));
            if (known < 0)
                blocks.Add(new(address, words.Trim()));
            else if (blocks[known].Value.Length < 2000)
                blocks[known] = new(blocks[known].Key, $"{blocks[known].Value} {words.Trim()}");
        }
        return blocks;
    }

    private static string Paragraph(string text)
    {
        var start = text.AsSpan().IndexOfAnyExcept("\n \t\r");
        if (start < 0)
            return "";
        var end = text.IndexOf("\n\n", start, StringComparison.Ordinal);
        return end < 0 ? text[start..] : text[start..end];
    }

    public static bool IsServer(string address) =>
        address.StartsWith("postmaster@", StringComparison.OrdinalIgnoreCase) || address.StartsWith("mailer-daemon@", StringComparison.OrdinalIgnoreCase)
        || address.StartsWith("abuse@", StringComparison.OrdinalIgnoreCase) || address.StartsWith("support@", StringComparison.OrdinalIgnoreCase);
}
