using System.Buffers;
using System.Globalization;
using System.Net.Mail;
using System.Text;

namespace Newsroom.Backend.Primitives;

/// <summary>
/// One mailbox address as a person typed or pasted it, trimmed and in Unicode NFC. Takes RFC 5321's lengths (local part 64 octets,
/// domain 255, whole 254) and the dot-atom form of RFC 5322 §3.4.1; quoted local parts, comments and address literals, which no
/// reader's mailbox uses, are refused. International domains are kept as A-labels (RFC 5890), so that the address can be sent anywhere.
/// </summary>
public readonly record struct EmailAddress
{
    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    private EmailAddress(string local, string domain)
    {
        Value = $"{local}@{domain}";
        Key = Value.ToLowerInvariant();
        Domain = domain;
    }

    /// <summary>The address to send to: local part as typed, domain in lower case ASCII.</summary>
    public string Value { get; }

    /// <summary>What two addresses of one mailbox share: all in lower case. Made here, never by a database's collation.</summary>
    public string Key { get; }

    public string Domain { get; }

    /// <summary>True when the local part needs SMTPUTF8 (RFC 6531).</summary>
    public bool NeedsSmtpUtf8 => !Ascii.IsValid(Value);

    /// <summary>For logs and shared screens: <c>a***@example.org</c>.</summary>
    public string Masked => $"{Value[..1]}***@{Domain}";

    /// <exception cref="FormatException">The text is not a mailbox address.</exception>
    public static EmailAddress Parse(string text) =>
        TryParse(text, out var address) ? address : throw new FormatException("Not a mail address: expected something like name@example.org.");

    public static bool TryParse(string? text, out EmailAddress address)
    {
        address = default;
        if (text is null || text.Length > 320)
            return false;
        var trimmed = Unwrap(text);
        if (!IsWellFormed(trimmed))
            return false;
        if (!trimmed.IsNormalized(NormalizationForm.FormC))
            trimmed = trimmed.Normalize(NormalizationForm.FormC);
        var at = trimmed.LastIndexOf('@');
        if (at < 1 || at == trimmed.Length - 1)
            return false;
        var local = trimmed[..at];
        if (!IsDotAtom(local) || Encoding.UTF8.GetByteCount(local) > 64 || !TryAsciiDomain(trimmed[(at + 1)..], out var domain))
            return false;
        if (Encoding.UTF8.GetByteCount(local) + 1 + domain.Length > 254 || !MailAddress.TryCreate($"{local}@{domain}", out _))
            return false;
        address = new EmailAddress(local, domain);
        return true;
    }

    /// <summary>
    /// Takes off what pasting brings along and what no address can begin or end with: spaces of any width and none, marks of writing
    /// direction, a mark of punctuation behind, the angle brackets of mail programs, the scheme of a copied link. Inside nothing is touched.
    /// </summary>
    private static string Unwrap(string text)
    {
        var bare = Bare(Bare(text).TrimEnd(".,;"));
        if (bare is ['<', .. var inner, '>'])
            bare = Bare(inner);
        const string Scheme = "mailto:";
        return (bare.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? Bare(bare[Scheme.Length..]) : bare).ToString();
    }

    private static ReadOnlySpan<char> Bare(ReadOnlySpan<char> text)
    {
        static bool IsUnseen(char c) => char.IsWhiteSpace(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format;
        while (!text.IsEmpty && IsUnseen(text[0]))
            text = text[1..];
        while (!text.IsEmpty && IsUnseen(text[^1]))
            text = text[..^1];
        return text;
    }

    // Half a surrogate pair, which JSON can carry, makes normalising throw.
    private static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out _, out var used) != OperationStatus.Done)
                return false;
            text = text[used..];
        }
        return true;
    }

    private static bool IsDotAtom(string local)
    {
        if (local[0] == '.' || local[^1] == '.' || local.Contains("..", StringComparison.Ordinal))
            return false;
        foreach (var rune in local.EnumerateRunes())
        {
            var ok = rune.IsAscii
                ? Rune.IsLetterOrDigit(rune) || ".!#$%&'*+-/=?^_`{|}~".Contains((char)rune.Value, StringComparison.Ordinal)
                : Rune.GetUnicodeCategory(rune) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter
                    or UnicodeCategory.OtherLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.TitlecaseLetter
                    or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.DecimalDigitNumber;
            if (!ok)
                return false;
        }
        return true;
    }

    private static bool TryAsciiDomain(string typed, out string domain)
    {
        domain = "";
        try
        {
            domain = Idn.GetAscii(typed).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            return false;
        }
        var labels = domain.Split('.');
        // A mailbox on the public net needs a dot, and no top-level domain is made of digits alone.
        return domain.Length <= 253 && labels.Length >= 2 && labels[^1].Length >= 2 && !labels[^1].All(char.IsAsciiDigit)
            && labels.All(l => l.Length is > 0 and <= 63 && l[0] != '-' && l[^1] != '-');
    }

    public override string ToString() => Masked;
}
