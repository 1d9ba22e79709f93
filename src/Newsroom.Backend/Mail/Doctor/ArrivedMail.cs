using System.Text.RegularExpressions;
using MimeKit;
using MimeKit.Cryptography;

namespace Newsroom.Backend.Mail.Doctor;

/// <summary>Reads a mail of ours where it arrived: what the receiver made of it.</summary>
internal static partial class ArrivedMail
{
    private const string Check = "mailbox";

    private static readonly string[] Judged = ["spf", "dkim", "dmarc"];

    /// <param name="message">As fetched.</param>
    /// <param name="isJunk">It lay among the spam.</param>
    /// <param name="sentAt">Its own date.</param>
    /// <param name="arrivedAt">When the mailbox's server took it, by its own clock.</param>
    public static IEnumerable<Finding> Read(MimeMessage message, bool isJunk, DateTimeOffset sentAt, DateTimeOffset? arrivedAt)
    {
        yield return isJunk
            ? Finding.Warn(Check, "The test arrived among the spam.",
                "Put right what fails here first; then let readers move mail to the inbox, and begin with small digests (warm-up).")
            : Finding.Ok(Check, "The test arrived in the inbox.");
        foreach (var finding in Verdicts(message))
            yield return finding;
        if (arrivedAt is { } at)
            yield return Delay(at - sentAt);
        yield return Hops(message);
        if (message.Headers.Count(h => h.Id == HeaderId.ArcSeal) is > 0 and var seals)
            yield return Finding.Ok(Check, $"Somebody on the way passed it on and vouches for it (ARC, {seals}×).");
    }

    /// <summary>Only the uppermost Authentication-Results is the receiver's own: anybody can write one below (RFC 8601 §5).</summary>
    private static IEnumerable<Finding> Verdicts(MimeMessage message)
    {
        var header = message.Headers.FirstOrDefault(h => h.Id == HeaderId.AuthenticationResults);
        if (header is null || !AuthenticationResults.TryParse(header.RawValue, out var results))
        {
            yield return Finding.Skipped(Check, "The receiver does not say what it thinks of SPF, DKIM and DMARC.",
                "Take a mailbox at a provider that does, such as Gmail, for Mail:Doctor:Mailbox.");
            yield break;
        }
        foreach (var method in Judged)
        {
            var judged = results.Results.Where(r => r.Method.Equals(method, StringComparison.OrdinalIgnoreCase)).ToList();
            var best = judged.Find(r => IsPass(r)) ?? (judged.Count > 0 ? judged[0] : null);
            if (best is null)
                yield return Finding.Skipped(Check, $"{results.AuthenticationServiceIdentifier} says nothing of {method}.");
            else if (IsPass(best))
                yield return Finding.Ok(Check, $"{results.AuthenticationServiceIdentifier} says {method}=pass{Of(best)}.");
            else
            {
                var why = best.Reason is { Length: > 0 } reason ? $": {reason}" : "";
                yield return Finding.Fail(Check, $"{results.AuthenticationServiceIdentifier} says {method}={best.Result}{Of(best)}{why}.", Advice(method));
            }
        }
    }

    private static Finding Delay(TimeSpan delay)
    {
        var words = $"It was under way for {Math.Max(0, delay.TotalSeconds):0} seconds.";
        if (delay < TimeSpan.FromMinutes(-1))
            return Finding.Warn(Check, $"By the receiver's clock it arrived {-delay.TotalSeconds:0} seconds before it was sent.",
                "Set this machine's clock by NTP: mail from the future looks like spam, and signatures carry the time.");
        return delay > TimeSpan.FromMinutes(5)
            ? Finding.Warn(Check, words, "Either this machine's clock is slow (use NTP), or the relay or the receiver held it back: look at the Received lines.")
            : Finding.Ok(Check, words);
    }

    /// <summary>RFC 3848: the S in ESMTPS says that the hop was encrypted.</summary>
    private static Finding Hops(MimeMessage message)
    {
        string[] hops =
        [
            .. message.Headers.Where(h => h.Id == HeaderId.Received).Select(h => h.Value.ReplaceLineEndings(" "))
                .Where(h => h.TrimStart().StartsWith("from ", StringComparison.OrdinalIgnoreCase)),
        ];
        var open = hops.Count(h => !Encrypted().IsMatch(h) && !Local().IsMatch(h));
        return open == 0
            ? Finding.Ok(Check, $"It came over {hops.Length} servers, always encrypted.")
            : Finding.Warn(Check, $"Of {hops.Length} hops {open} were not encrypted, as far as their Received lines tell.",
                "Use StartTls or Tls to the relay, and a relay that encrypts to receivers.");
    }

    private static bool IsPass(AuthenticationMethodResult result) => result.Result.Equals("pass", StringComparison.OrdinalIgnoreCase);

    private static string Of(AuthenticationMethodResult result) =>
        result.Properties.FirstOrDefault(p => p.Property is "d" or "mailfrom" or "from" or "i") is { } property
            ? $" ({property.PropertyType}.{property.Property}={property.Value})" : "";

    private static string Advice(string method) => method switch
    {
        "spf" => "Let the SPF record of the envelope sender's domain name the relay that sends: see the findings on spf.",
        "dkim" => "See the findings on dkim. When they are right, something on the way altered the mail: switch off footers and link tracking at the relay.",
        _ => "See the findings on dmarc and alignment: SPF or DKIM must pass for the domain of Mail:From.",
    };

    [GeneratedRegex(@"\bwith\s+(UTF8)?(E?SMTPSA?|LMTPSA?)\b|TLS|HTTPS", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Encrypted();

    [GeneratedRegex(
        @"^\s*from\s+(localhost\b|\S*\s*\([^)]*\[(127\.|::1|10\.|192\.168\.))",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Local();
}
