using System.Text;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Mail;

/// <summary>
/// A finished message: its bytes are what was signed and what is sent. RFC 5322 with CRLF; seven bits, unless the recipient's address itself needs UTF-8.
/// </summary>
/// <param name="Sender">Envelope sender.</param>
/// <param name="To">Envelope recipient.</param>
/// <param name="MessageId">Without angle brackets.</param>
/// <param name="Fields">The header in its order.</param>
/// <param name="Body">The content.</param>
public sealed record BuiltMessage(EmailAddress Sender, EmailAddress To, string MessageId, IReadOnlyList<HeaderField> Fields, FilledBody Body)
{
    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        foreach (var field in Fields)
            bytes.Write(Encoding.UTF8.GetBytes($"{field.Name}:{field.Value}\r\n"));
        bytes.Write("\r\n"u8);
        foreach (var segment in Body.Segments)
            bytes.Write(segment.Span);
        return bytes.ToArray();
    }
}

/// <summary>One header field in the form it travels in.</summary>
/// <param name="Name">Before the colon.</param>
/// <param name="Value">Behind it: folded, encoded, with the space in front and without the line's end.</param>
public readonly record struct HeaderField(string Name, string Value);
