using MimeKit;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Mail.Doctor;

/// <summary>Whether a digest's mail has what the big mailbox providers ask for, read from the bytes of one.</summary>
internal sealed class SampleCheck(SampleMail sample) : ICheck
{
    /// <summary>Gmail hides what comes after about 102 kB, the link to unsubscribe too.</summary>
    private const int MostBytes = 100_000;

    // RFC 8058 §4 asks for the two of them; without the others a signature says little.
    private static readonly string[] MustBeSigned = ["From", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post"];

    public string Name => "message";

    public async Task<IReadOnlyList<Finding>> RunAsync(Examined examined, CancellationToken cancellationToken)
    {
        using var message = Read(examined.Sample);
        using var another = Read(await sample.BuildAsync(EmailAddress.Parse("another@" + examined.From.Domain), examined.Now.AddSeconds(1), cancellationToken));
        return [Signature(message), .. Headers(message, examined), FeedbackId(message, another), Size(message, examined.Sample)];
    }

    /// <summary>Gmail's rules (support.google.com/mail/answer/6254652): four parts, a SenderId of 5 to 15 characters, and nothing of the recipient.</summary>
    /// <returns>What is wrong, a clause; null when nothing is.</returns>
    public static string? FeedbackIdFault(string? value, string? anothers)
    {
        if (value is null)
            return "is missing";
        var parts = value.Split(':');
        if (parts.Length != 4)
            return $"has {parts.Length} parts, not four";
        if (parts[3].Length is < 5 or > 15)
            return $"has a SenderId of {parts[3].Length} characters, not 5 to 15";
        if (parts.Where(p => p.Length > 0).Distinct(StringComparer.Ordinal).Count() != parts.Count(p => p.Length > 0))
            return "says the same thing in two parts";
        return value == anothers ? null : "differs from recipient to recipient";
    }

    private Finding Signature(MimeMessage message)
    {
        string[] signatures = [.. message.Headers.Where(h => h.Id == HeaderId.DkimSignature).Select(h => TagList.Parse(h.Value, out _)?["h"] ?? "")];
        if (signatures.Length == 0)
            return Finding.Warn(Name, "A digest leaves here unsigned: one-click unsubscribe counts only in signed mail (RFC 8058).",
                "Sign by Mail:Dkim, or make sure that the relay's signature covers List-Unsubscribe and List-Unsubscribe-Post.");
        var unsigned = MustBeSigned.Where(field => signatures.Any(s => !s.Split(':').Any(h => h.Trim().Equals(field, StringComparison.OrdinalIgnoreCase)))).ToList();
        return unsigned.Count == 0
            ? Finding.Ok(Name, $"A digest is signed ({signatures.Length}×), its list headers too.")
            : Finding.Fail(Name, $"The signature of a digest leaves out {string.Join(", ", unsigned)}.", "This is a fault of the program: report it.");
    }

    private IEnumerable<Finding> Headers(MimeMessage message, Examined examined)
    {
        var link = message.Headers[HeaderId.ListUnsubscribe];
        yield return link?.StartsWith("<https://", StringComparison.OrdinalIgnoreCase) == true
            && message.Headers[HeaderId.ListUnsubscribePost] == "List-Unsubscribe=One-Click"
            ? Finding.Ok(Name, "A digest has the headers of one-click unsubscribe.")
            : Finding.Fail(Name, $"List-Unsubscribe of a digest is {link ?? "missing"}, no https link.", "Give Site:PublicUrl an https address.");
        if (message.MessageId?.EndsWith("@" + examined.From.Domain, StringComparison.OrdinalIgnoreCase) != true)
            yield return Finding.Warn(Name, $"The Message-ID is not of {examined.From.Domain}, the domain of From.",
                "Set Mail:From to an address of the newsroom's own domain.");
        if (string.IsNullOrWhiteSpace(message.TextBody))
            yield return Finding.Warn(Name, "A digest has no text part: filters count that against it.", "Look at your own copy of digest.text.liquid.");
    }

    private static Finding FeedbackId(MimeMessage message, MimeMessage another) =>
        FeedbackIdFault(message.Headers["Feedback-ID"], another.Headers["Feedback-ID"]) is { } fault
            ? Finding.Warn("feedback-id", $"Feedback-ID of a digest {fault}.", "This is a fault of the program: report it.")
            : Finding.Ok("feedback-id", $"Gmail's Postmaster Tools tell complaints apart by Feedback-ID {message.Headers["Feedback-ID"]}.");

    private Finding Size(MimeMessage message, BuiltMessage built)
    {
        var html = message.HtmlBody?.Length ?? 0;
        var length = built.ToBytes().Length;
        var words = $"The sample digest has {length / 1000} kB, {html / 1000} kB of HTML.";
        return Math.Max(length, html) < MostBytes
            ? Finding.Ok(Name, words)
            : Finding.Warn(Name, words, "Gmail cuts at 102 kB: shorten your own copy of the digest's template.");
    }

    private static MimeMessage Read(BuiltMessage built)
    {
        using var bytes = new MemoryStream(built.ToBytes(), writable: false);
        return MimeMessage.Load(bytes);
    }
}
