namespace Newsroom.Backend.Mail.Bounces;

/// <summary>
/// The forms of the servers that report in words, from their sources, manuals and what they are seen to send. The first that fits and names a
/// recipient holds: the ones with the narrower form come first.
/// </summary>
internal static class ReportFamilies
{
    private const string Bracketed = @"^[ \t]*<@@>(?: \(expanded from [^)\n]*\))?:";
    private const string Alone = @"^(?:>>>)?[ \t]*""?<?@@>?""?:?(?: <[^>\n]*>)?[ \t]*$";

    public static readonly ReportFamily[] All = [.. Unix(), .. Windows(), .. Providers(), .. Gateways(), .. Carriers()];

    private static ReportFamily[] Unix() =>
    [
        // qmail, netqmail, qmail-ldap (qmail-send.c, bounce texts of qmail-remote and qmail-local).
        new(["this is the qmail-send program"], Bracketed),
        // Apache James, DSNBounce and NotifyPostmaster mailets.
        new(["this is the james mail server"], Alone),
        // Postfix, bounce(5) default template; Zimbra, Yandex and Proofpoint send with it.
        new(["this is the mail system at host", "this is the postfix program at host", "sorry to have to inform you that"], Bracketed),
        // Zoho writes Exim's sentence, then everything on one line.
        new(["a message that you sent could not be delivered"], @"^[ \t]*<?@@>?:?[ \t]+(?<why>[^\n]*ERROR_CODE[^\n]*(?:\n[^\n]+)*)"),
        // Exim 4, bounce_message_file; GMX, web.de and IONOS with the address in quotes; mail.ru; MXLogic.
        new(["a message that you sent could not be delivered", "a message that you (", "the following address(es) failed",
            "the following address failed", "could not be delivered to all of its recipients",
            "could not be delivered to one or more of its recipients"], Alone),
        // Sendmail 8 (savemail.c), and Active! hunter, which borrows its headings.
        new(["the following addresses had permanent fatal errors", "the following addresses had fatal errors",
            "the following addresses had permanent delivery errors"], Alone),
        // Sendmail 5 and older: nothing but the transcript.
        new(["----- transcript of session follows -----"],
            @"^[45][0-9][0-9] (?:[45]\.[0-9]+\.[0-9]+ )?<?@@>?\.\.\. *(?<why>[^\n]+)", @"^<<< (?<why>[45][0-9][0-9][^\n]*)"),
        // Smail 3, at T-Online and others.
        new(["failed addresses follow"], @"^[ \t]*<?@@>? *\.\.\. *(?<why>[^\n]+)"),
        // OpenSMTPD (queue bounce, bounce.c).
        new(["this is the mailer-daemon, please do not reply"], @"^[ \t]*@@: (?<why>[^\n]+(?:\n[ \t]+[^\n]+)*)"),
        // Courier (submit, courier/dsn templates).
        new(["running the courier mail server"], Bracketed),
        // DragonFly Mail Agent (dma, mail.c).
        new(["dragonfly mail agent"], @"delivering your mail to <?@@>?[.: \n]"),
        // Dovecot LDA and Pigeonhole (rejection_reason).
        new(["was automatically rejected:"], @"message to <@@> was automatically rejected:"),
        // Stalwart; the reason in brackets behind.
        new(["could not be delivered to the following recipients", "to the following recipients:"], @"^[ \t]*<@@> \((?<why>[^\n]+)\)"),
        // Haraka, outbound bounce template.
        new(["intended recipients:"], @"intended recipients: *<?@@>?", @"failure reason: *(?<why>[^\n]+)"),
        // Oracle (Sun, iPlanet) Messaging Server.
        new(["this report relates to a message you sent"], @"^[ \t]*recipient address:[ \t]*<?@@>?"),
        // CommuniGate Pro.
        new(["failed to deliver to '"], @"failed to deliver to '<?@@>?'"),
    ];

    private static ReportFamily[] Windows() =>
    [
        // MailEnable; its headline is Exchange 2003's.
        new(["recipient: [smtp:"], @"recipient: \[smtp:@@\]"),
        // hMailServer.
        new(["hmailserver sent:", "remote server replied:"], @"^[ \t]*@@[ \t]*$"),
        // Exchange 5.5 and 2000.
        new(["did not reach the following recipient"], @"^[ \t]*(?:[^\n@]*smtp=)?'?<?@@>?;?'? on [^\n]*$"),
        // Exchange 2000 and 2003 in English, German, French, Spanish.
        new(["the following recipient(s) could not be reached", "the following recipient(s) cannot be reached",
            "die folgenden empfänger konnten nicht erreicht werden", "le ou les destinataires suivants n'ont pas pu être contactés",
            "no se pudo localizar a los siguientes destinatarios"],
            @"^[ \t]*'?<?@@>?'? (?:on|am|le|el) [^\n]*$"),
        // Exchange 2007 and later, Office 365 and Exchange Online.
        new(["delivery has failed to these recipients", "fehler bei der nachrichtenzustellung", "bei der zustellung an folgende empfänger",
            "échec de la remise à", "échec de remise", "error al entregar", "no se pudo entregar el mensaje a", "recapito non riuscito",
            "falha na entrega", "不能传递给这些收件人", "傳遞至以下收件者"],
            @"^(?:[^\n<(@]*[<( \t])?@@[>)]?(?:<mailto:[^>\n]*>)?[ \t]*$"),
        new(["your message to "], @"your message to <?@@>?(?:<mailto:[^>\n]*>)?\s+couldn't be delivered"),
        // Lotus Notes, the old form without a Domino server's report.
        new(["failure reasons  --", "------- failure reasons"], Alone, @"failure reasons[ -]*\s+(?<why>[^\n]+)"),
        // Domino.
        new(["was not delivered to:"], @"^[ \t]+<?@@>?[ \t]*$"),
        // GroupWise 7 and later (GWIA).
        new(["the message that you sent was undeliverable to the following"], @"^[ \t]+<?@@>? \((?<why>[^\n]+)\)"),
        // MDaemon, DELFAIL.DAT.
        new(["permanent fatal delivery errors", "permanent delivery failure"], @"failed address:[ \t]*<?@@>?"),
        // Ipswitch IMail: "Unknown user: reader@example.org".
        new(["original message follows", "unknown user:", "unknown host:", "user mailbox exceeds allowed size:", "undeliverable to ",
            "invalid final delivery userid:"],
            @"^(?<why>(?:unknown user|unknown host|user mailbox exceeds allowed size|invalid final delivery userid|undeliverable to):? *<?@@>?)",
            @"body of message generated response:\s+(?<why>[^\n]+)"),
    ];

    private static ReportFamily[] Providers() =>
    [
        // Gmail until about 2016.
        new(["delivery to the following recipient failed permanently", "delivery to the following recipients failed permanently",
            "technical details of permanent failure"], @"^[ \t]+@@[ \t]*$"),
        // Gmail and Google Workspace since, in English, German, French, Spanish.
        new(["wasn't delivered to"], @"wasn't delivered to\s+<?@@>?(?:[ \n]|$)"),
        new(["wurde nicht an"], @"wurde nicht an\s+<?@@>? "),
        new(["n'a pas pu être remis à", "n'a pas été remis à"], @"n'a pas (?:pu être|été) remis à\s+<?@@>?(?:[ ,\n]|$)"),
        new(["no se ha entregado a", "no se entregó a"], @"no se (?:ha entregado|entregó) a\s+<?@@>?(?:[ ,\n]|$)"),
        // Yahoo, and the hosts that speak like it.
        new(["sorry, we were unable to deliver your message to the following address", "unable to deliver message to the following address"], Bracketed),
        // AOL.
        new(["your mail to the following recipients could not be delivered"], @"^[ \t]+<?@@>?[ \t]*$", @"could not be delivered because (?<why>[^\n]+)"),
        // Amazon SES, PowerMTA, SendGrid: the text beside their standard reports.
        new(["an error occurred while trying to deliver the mail to the following recipients"], Alone),
        new(["delivery failed; will not continue trying"], @"<?@@>?:? +\(?delivery failed; will not continue trying"),
        new(["automatically generated message from sendgrid"], @"^[ \t]*<@@>:?"),
        // mail.ru and Yandex in Russian.
        new(["ваше письмо не может быть доставлено", "письмо не доставлено",
            "не удалось доставить"], @"^[ \t]*<?@@>?:?[ \t]*(?:$|(?<why>[^\n@]+(?:\n[ \t]+[^\n]+)*))"),
        // QQ and NetEase (163, 126): a table; "收件人" is the recipient, "退信原因" the reason.
        new(["退信", "退回"], @"收件人(?:/to)?[ :：\t]*\n*[ \t]*<?@@"),
        // NAVER and Daum.
        new(["메일을 전송하지 못했습니다", "전달되지 못했습니다", "발송되지 못했습니다", "반송"], @"(?:받는 ?사람|수신자)[ :：\t]*\n*[ \t]*<?@@"),
    ];

    private static ReportFamily[] Gateways() =>
    [
        // Momentum (ecelerity), which the Symantec Messaging Gateway (once Brightmail) sends with: ">>> reader@example.org (after RCPT TO): 550 …".
        new(["by the mail system (ecelerity)"], @"^(?:>>>)?[ \t]*<?@@>?[ \t]+(?<why>\([^)\n]+\): [^\n]+(?:\n[^\n>]+)*)"),
        // Barracuda's firewall, without a standard report.
        new(["your message to: "], @"^your message to:[ \t]*<?@@>?[^\n]*\n(?<why>was blocked by our [^\n]+(?:\n[^\n]+)*)"),
        // MessageLabs, now Symantec.cloud.
        new(["mail delivery agent at messagelabs", "i was unable to deliver your message to the following addresses"], @"^[ \t]*<?@@>?:?[ \t]*$"),
        // McAfee Email Gateway; Biglobe lists the address alone under the same heading.
        new(["the following addresses had delivery problems"], @"^[ \t]*<?@@>?[ \t]+\((?<why>[^\n]+)\)"),
        new(["the following addresses had delivery problems"], Alone),
        // An appliance that puts the reason in square brackets.
        new(["the following addresses had delivery errors"], @"^[ \t]*@@ \[(?<why>[^\]\n]+)\]"),
        // MailMarshal: the reason stands first.
        new(["the following recipients were affected"], @"^[ \t]+<?@@>?[ \t]*$", @"could not be delivered because of:?\s+(?<why>[^\n]+)"),
        // MailFoundry.
        new(["unable to deliver message to: <"], @"unable to deliver message to: <@@>"),
        // Trend Micro InterScan: the dialogue stands first.
        new(["unable to deliver message to <"], @"unable to deliver message to <@@>", @"received >>> (?<why>[^\n]+)"),
        // m-FILTER.
        new(["-------server message"], @"<@@>", @"-------server message\s+(?<why>[^\n]+)"),
        new(["we had trouble delivering your message"], @"rejected recipient <@@>"),
        // Barracuda, SurfControl and others who name it in the sentence.
        new(["could not be delivered to <", "couldn't be delivered to <", "not delivered to <",
            "could not be delivered to:"], @"(?:could not be|couldn't be|not) delivered to:?\s+<@@>"),
    ];

    private static ReportFamily[] Carriers() =>
    [
        // KDDI (au one net, ezweb).
        new(["could not be delivered to: <"], @"could not be delivered to: <@@>"),
        new(["the user(s) account is", "each of the following recipients was rejected by a remote mail server",
            "the following recipients did not receive this message"], @"^[ \t]*(?:recipient: )?<@@>", @"(?<why>the user\(s\) account is [^\n]+)"),
        // Verizon (vtext, vzwpix) and AT&T: mail to a telephone.
        new(["could not be delivered to mobile", "no valid recipients"], @"^to:[ \t]*<?@@>?", @"^error:[ \t]*(?<why>[^\n]+)"),
    ];
}
