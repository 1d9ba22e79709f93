using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Subscribers.Imports;

/// <summary>What a file says of an address.</summary>
internal enum FileWord
{
    Subscribed,
    NoConsent,

    /// <summary>In words that are not known: better to ask than to write to somebody who left.</summary>
    Unclear,
    Left,
    Suppressed,
}

/// <param name="Line">Where the row begins.</param>
/// <param name="Text">The address as the file has it.</param>
/// <param name="Name">On one line, as long as a reader's may be.</param>
/// <param name="Says">The worst of what the row's cells say.</param>
/// <param name="Because">A sentence with its full stop; empty for <see cref="FileWord.Subscribed"/>.</param>
/// <param name="Evidence">For <see cref="FileWord.Suppressed"/>: which kind.</param>
/// <param name="SaidAt">When the reader left or bounced. Null: the file does not say.</param>
/// <param name="ConsentedAt">When the reader agreed. Null: the file does not say, or not credibly.</param>
internal sealed record FileRow(
    int Line, string Text, string? Name, FileWord Says, string Because, SuppressionReason Evidence, DateTimeOffset? SaidAt, DateTimeOffset? ConsentedAt)
{
    public EmailAddress Address { get; init; }

    /// <summary>Why <see cref="Address"/> is none; null when it is one.</summary>
    public string? Fault { get; init; }

    public Rhythm Rhythm { get; init; }
    public string? Language { get; init; }
    public DateTimeOffset? PausedUntil { get; init; }
}

internal static class AddressFaults
{
    public static string? Of(string text, out EmailAddress address)
    {
        if (EmailAddress.TryParse(text, out address))
            return null;
        if (text.Length == 0)
            return "There is no address.";
        if (text.AsSpan().ContainsAny('\r', '\n'))
            return "The address runs over several lines: a quote in this or the line before is not closed.";
        if (text.Length > 254)
            return "The address is longer than 254 characters.";
        var at = text.LastIndexOf('@');
        if (at < 0)
            return "The address has no @.";
        if (text.Any(char.IsWhiteSpace))
            return "The address has a space in it.";
        if (text.AsSpan(0, at).Contains('@'))
            return "The address has more than one @.";
        if (at == 0)
            return "Nothing stands before the @.";
        return text.AsSpan(at).Contains('.') ? "This is not how an address is written." : "The address has no domain such as example.org.";
    }
}
