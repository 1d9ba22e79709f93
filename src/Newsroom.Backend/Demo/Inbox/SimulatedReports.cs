using System.Text;
using MimeKit;
using Newsroom.Backend.Mail.Bounces;

namespace Newsroom.Backend.Demo.Inbox;

/// <summary>
/// Makes what a mail server or a provider would send back about a captured mail (RFC 3464, RFC 5965), and hands it in as the bounce mailbox does: all
/// that follows is the program's own.
/// </summary>
internal static class SimulatedReports
{
    /// <returns>What the program made of it, in words.</returns>
    public static async Task<string> SendAsync(CapturedMail mail, bool complaint, Mailbox mailbox, TakeReport take, TimeProvider time, CancellationToken cancellationToken)
    {
        using var original = MimeMessage.Load(new MemoryStream(await mailbox.ReadAsync(mail, cancellationToken)), cancellationToken);
        using var report = complaint ? Complaint(original, time) : Bounce(original, mail, time);
        using var bytes = new MemoryStream();
        await report.WriteToAsync(bytes, cancellationToken);
        var taken = (await take.RunAsync(ReportSource.Imap, bytes.ToArray(), cancellationToken))[0];
        return $"{taken.Verdict.Kind}{(taken.Verdict.Status is { } status ? " " + status : "")}: {taken.Outcome}. {taken.Note}".TrimEnd();
    }

    private static MimeMessage Bounce(MimeMessage original, CapturedMail mail, TimeProvider time)
    {
        var status = new MessageDeliveryStatus();
        status.StatusGroups.Add(Fields(("Reporting-MTA", "dns; mx.demo.invalid")));
        status.StatusGroups.Add(Fields(("Final-Recipient", $"rfc822; {mail.To}"), ("Action", "failed"), ("Status", "5.1.1"), ("Diagnostic-Code", "smtp; 550 5.1.1 No such user here (simulated)")));
        return Report("delivery-status", "Undelivered Mail Returned to Sender", "The mail could not be delivered: there is no such mailbox.", status, original, time);
    }

    private static MimeMessage Complaint(MimeMessage original, TimeProvider time)
    {
        var feedback = new MimePart("message", "feedback-report")
        {
            Content = new MimeContent(new MemoryStream(Encoding.ASCII.GetBytes("Feedback-Type: abuse\r\nUser-Agent: DemoInbox/1.0\r\nVersion: 1\r\n\r\n"))),
        };
        return Report("feedback-report", "Abuse report", "The reader marked this mail as spam.", feedback, original, time);
    }

    private static MimeMessage Report(string type, string subject, string words, MimeEntity machine, MimeMessage original, TimeProvider time)
    {
        var headers = new StringBuilder();
        foreach (var header in original.Headers.Where(h => h.Id is HeaderId.ReturnPath or HeaderId.From or HeaderId.To or HeaderId.Subject or HeaderId.Date or HeaderId.MessageId))
            headers.Append(header.Field).Append(": ").Append(header.Value).Append("\r\n");
        var body = new Multipart("report") { new TextPart("plain") { Text = words }, machine, new TextPart("rfc822-headers") { Text = headers.ToString() } };
        body.ContentType.Parameters.Add("report-type", type);
        var report = new MimeMessage { Subject = subject, Date = time.GetUtcNow(), Body = body };
        report.From.Add(new MailboxAddress("Mail Delivery System", "MAILER-DAEMON@mx.demo.invalid"));
        report.Headers[HeaderId.ReturnPath] = "<>";
        return report;
    }

    private static HeaderList Fields(params ReadOnlySpan<(string Field, string Value)> fields)
    {
        var list = new HeaderList();
        foreach (var (field, value) in fields)
            list.Add(field, value);
        return list;
    }
}
