namespace Newsroom.Backend.Mail.Bounces;

/// <summary>
/// A server's report in words that no known form fits. Judged only when it plainly says that it failed and whom for: one address, or those in
/// X-Failed-Recipients. The rest is for people.
/// </summary>
internal static class UnfamiliarReport
{
    private static readonly string[] Failed =
    [
        "undeliver", "delivery fail", "failed delivery", "delivery status notification (failure)", "returned mail", "returned to sender",
        "mail delivery failed", "could not be delivered", "couldn't be delivered", "not delivered", "cannot be delivered",
        "was not delivered", "unable to deliver", "failure notice", "delivery error", "delivery has failed", "delivery problem",
        "nondeliverable", "non-deliver", "mail failure", "message rejected", "permanent failure", "permanent error",
        "returning message to sender",
        "unzustellbar", "nicht zugestellt", "zustellung fehlgeschlagen", "non remis", "échec de la remise", "échec de remise",
        "non distribu", "no se pudo entregar", "no entregado", "devuelto", "não entregue", "não pôde ser entregue", "devolvid",
        "mancato recapito", "non recapitabile", "impossibile consegnare", "onbestelbaar", "niet bezorgd", "kunde inte levereras",
        "olevererbart", "nie dostarczon", "nedoručiteln", "не доставлен", "не может быть доставлено", "недоставлен",
        "не удалось доставить", "iletilemedi", "退信", "退回", "無法傳遞", "无法投递", "未送达", "配信できませんでした", "配信不能", "届けられません", "送信できませんでした", "반송",
        "전달되지",
    ];

    public static IReadOnlyList<BounceVerdict>? Read(ReturnedMail mail)
    {
        if (!mail.IsFromServer)
            return null;
        var text = WordedReport.OwnWords(mail.Text);
        if (!Failed.Any(w => mail.Subject.Contains(w, StringComparison.OrdinalIgnoreCase) || text.Contains(w, StringComparison.OrdinalIgnoreCase)))
            return null;
        var recipients = Recipients(mail, text);
        if (recipients.Length == 0)
            return null;
        var words = Reason(text);
        var meaning = BounceMeaning.Of(null, null, words);
        return meaning.Reason == BounceReasons.Unknown
            ? [Verdicts.Ignored(recipients, BounceReasons.Unknown, words) with { IsForPeople = true }]
            : [Verdicts.Of(recipients, meaning, words)];
    }

    private static string[] Recipients(ReturnedMail mail, string text)
    {
        var failed = ReportedAddress.FindAll(mail.Headers["X-Failed-Recipients"] ?? "").Take(20).ToArray();
        if (failed.Length > 0)
            return failed;
        // Ours and theirs are named in many reports as well.
        var others = ReportedAddress.FindAll($"{mail.Headers["To"]} {mail.From}").ToHashSet(StringComparer.OrdinalIgnoreCase);
        var named = ReportedAddress.FindAll(text).Where(a => !WordedReport.IsServer(a) && !others.Contains(a)).Take(2).ToArray();
        return named.Length == 1 ? named : [];
    }

    /// <summary>The server's answer where one is quoted, with its next line, or else all it says.</summary>
    private static string Reason(string text)
    {
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (ServerWords.Read(lines[i]) is { Code: not null } or { Status: not null })
                return $"{lines[i].Trim()} {(i + 1 < lines.Length ? lines[i + 1].Trim() : "")}";
        }
        return text;
    }
}
