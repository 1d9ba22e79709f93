namespace Newsroom.Backend.Mail.Bounces;

/// <summary>Reads what mail servers send back: reports in the standard forms and the words of those that have none.</summary>
public static class ReportReader
{
    /// <summary>
    /// Never throws, whatever the bytes; reads the first 2 MiB. Programs' own forms come before words for people, and a server's words before
    /// what any mail may say of itself: Postfix marks its reports "auto-replied" too.
    /// </summary>
    /// <param name="message">RFC 5322, as it arrived.</param>
    /// <returns>One verdict for each recipient group that it tells of; never empty.</returns>
    public static IReadOnlyList<BounceVerdict> Read(ReadOnlyMemory<byte> message)
    {
        if (ReturnedMail.TryParse(message) is not { } mail)
            return [Verdicts.ForPeople(null) with { IsForPeople = message.Length > 0 }];
        var marks = MarksInMail.Find(message.Span, mail.Text);
        return [.. Judge(mail).Select(v => v with { MarkedTexts = marks })];
    }

    private static IReadOnlyList<BounceVerdict> Judge(ReturnedMail mail) =>
        ComplaintReport.Read(mail) ?? StatusReport.Read(mail) ?? Receipt.Read(mail) ?? WordedReport.Read(mail) ?? AutomaticMail.Read(mail)
        ?? UnfamiliarReport.Read(mail) ?? [Verdicts.ForPeople(mail.Subject)];
}

/// <summary>Makes verdicts of what was read.</summary>
internal static class Verdicts
{
    private const int DiagnosticLength = 500;

    public static BounceVerdict Of(IReadOnlyList<string> recipients, BounceMeaning meaning, string? words) =>
        new(meaning.Kind, recipients, meaning.Status, meaning.Reason, Line(words));

    public static BounceVerdict Ignored(IReadOnlyList<string> recipients, string reason, string? words, string? status = null) =>
        new(BounceKind.Ignored, recipients, status, reason, Line(words));

    public static BounceVerdict ForPeople(string? words) => Ignored([], BounceReasons.Unknown, words) with { IsForPeople = true };

    public static string? Line(string? words)
    {
        var line = HeaderText.OneLine(words?.Length > 4 * DiagnosticLength ? words[..(4 * DiagnosticLength)] : words);
        if (line is null || line.Length <= DiagnosticLength)
            return line;
        // Not through the middle of a character.
        return line[..(char.IsHighSurrogate(line[DiagnosticLength - 1]) ? DiagnosticLength - 1 : DiagnosticLength)];
    }
}
