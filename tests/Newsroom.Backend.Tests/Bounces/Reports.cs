using Newsroom.Backend.Mail.Bounces;

namespace Newsroom.Backend.Tests.Bounces;

/// <summary>Messages that come back, in the standard forms (RFC 3464, RFC 5965).</summary>
internal static class Reports
{
    public static string Dsn(string recipient, string mark, string status = "5.1.1", string action = "failed", string words = "550 5.1.1 No such user here", string? to = null) => $"""
        Return-Path: <>
        From: Mail Delivery System <MAILER-DAEMON@mx.example.net>
        To: {to ?? "bounces@bounces.example.org"}
        Subject: Undelivered Mail Returned to Sender
        Date: Tue, 24 Nov 2026 12:00:00 +0000
        Message-ID: <{Guid.CreateVersion7():n}@mx.example.net>
        Auto-Submitted: auto-replied
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"

        --=_b
        Content-Type: text/plain

        It could not be delivered.

        --=_b
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.example.net

        Final-Recipient: rfc822; {recipient}
        Action: {action}
        Status: {status}
        Diagnostic-Code: smtp; {words}

        --=_b
        Content-Type: text/rfc822-headers

        From: The Test Gazette <news@news.example.org>
        To: {recipient}
        Subject: Anything
        Message-ID: <{mark}@news.example.org>

        --=_b--

        """.ReplaceLineEndings("\r\n");

    public static string Complaint(string mark) => $"""
        Return-Path: <>
        From: Feedback <fbl@mx.example.net>
        To: bounces@bounces.example.org
        Subject: Abuse report
        Date: Tue, 24 Nov 2026 12:00:00 +0000
        Message-ID: <{Guid.CreateVersion7():n}@mx.example.net>
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=feedback-report; boundary="=_b"

        --=_b
        Content-Type: text/plain

        This is an abuse report.

        --=_b
        Content-Type: message/feedback-report

        Feedback-Type: abuse
        User-Agent: ExampleFBL/1.0
        Version: 1
        Original-Rcpt-To: redacted@example.net

        --=_b
        Content-Type: message/rfc822

        From: The Test Gazette <news@news.example.org>
        To: redacted@example.net
        Subject: Anything
        Message-ID: <{mark}@news.example.org>

        Words.

        --=_b--

        """.ReplaceLineEndings("\r\n");

    public static BounceVerdict Hard(string recipient, string mark) =>
        new(BounceKind.Hard, [recipient], "5.1.1", BounceReasons.UserUnknown, $"<{recipient}> no such user") { MarkedTexts = [$"<{mark}@news.example.org>"] };

    public static BounceVerdict Soft(string recipient, string mark, string status = "5.2.2", string reason = BounceReasons.MailboxFull) =>
        new(BounceKind.Soft, [recipient], status, reason, "over quota") { MarkedTexts = [$"bounces+{mark.ToUpperInvariant()}@BOUNCES.example.org"] };

    public static BounceVerdict Spam(string mark) => new(BounceKind.Complaint, [], null, BounceReasons.Feedback, null) { MarkedTexts = [mark] };

    public static BounceVerdict Delivered(string recipient, string mark) => new(BounceKind.Ignored, [recipient], null, BounceReasons.Delivered, null) { MarkedTexts = [mark] };
}
