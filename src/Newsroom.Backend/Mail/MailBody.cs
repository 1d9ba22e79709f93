using System.Security.Cryptography;
using System.Text;
using MimeKit;
using MimeKit.Text;

namespace Newsroom.Backend.Mail;

/// <summary>
/// A message's content, encoded once for all its readers: multipart/alternative, the text first, quoted-printable. What differs between readers
/// stands at marks and is put into the encoded bytes, so that a digest is rendered and encoded once and not 100,000 times (measured
/// 2026-11: 440 against 44 KiB allocated a message, 1.4 against 0.5 CPU-seconds for 1,000).
/// </summary>
public sealed class MailBody
{
    // RFC 2045 §6.7: a line ends at 76, its soft break included.
    private const int LineLength = 76;
    private static readonly byte[] SoftBreak = "=\r\n"u8.ToArray();
    private readonly List<Piece> _pieces = [];

    private MailBody(string boundary) => Boundary = boundary;

    public string Boundary { get; }

    /// <param name="content">With the marks in it.</param>
    /// <param name="boundary">Begins with <c>=_</c>, which cannot occur in quoted-printable text (RFC 2045 §6.7).</param>
    /// <param name="marks">Letters and dashes: the same before and after encoding.</param>
    public static MailBody Of(RenderedMail content, string boundary, params string[] marks)
    {
        var body = new MailBody(boundary);
        body.Cut(Encode(content, boundary), marks);
        return body;
    }

    /// <param name="values">
    /// One for each mark: printable ASCII without "=", as links of this program are (letters, digits, slashes, dots, dashes), the same in HTML and in text.
    /// </param>
    public FilledBody Fill(params string[] values) => new(_pieces, Array.ConvertAll(values, Wrap));

    private static byte[] Encode(RenderedMail content, string boundary)
    {
        // The text first, so that a reader who can takes the last (RFC 2046 §5.1.4).
        using var both = new MultipartAlternative(Part(TextFormat.Plain, content.Text), Part(TextFormat.Html, content.Html)) { Boundary = boundary };
        var format = FormatOptions.Default.Clone();
        format.NewLineFormat = NewLineFormat.Dos;
        both.Prepare(EncodingConstraint.SevenBit, LineLength);
        using var bytes = new MemoryStream();
        both.WriteTo(format, bytes, contentOnly: true, CancellationToken.None);
        if (!bytes.GetBuffer().AsSpan(0, (int)bytes.Length).EndsWith("\r\n"u8))
            bytes.Write("\r\n"u8);
        return Shorten(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }

    private static TextPart Part(TextFormat format, string text)
    {
        var part = new TextPart(format) { ContentTransferEncoding = ContentEncoding.QuotedPrintable };
        part.SetText(Encoding.UTF8, text.ReplaceLineEndings("\r\n"));
        return part;
    }

    private void Cut(byte[] encoded, string[] marks)
    {
        var from = 0;
        for (var at = 0; at < encoded.Length; at++)
        {
            var (mark, end) = MarkAt(encoded, at, marks);
            if (mark < 0)
                continue;
            Add(encoded, from, at, mark);
            (from, at) = (end, end - 1);
        }
        Add(encoded, from, encoded.Length, -1);
    }

    /// <summary>Which mark stands there, and where it ends: the encoder may have broken a line inside it.</summary>
    private static (int Mark, int End) MarkAt(byte[] encoded, int at, string[] marks)
    {
        for (var mark = 0; mark < marks.Length; mark++)
        {
            var (end, matched) = (at, 0);
            while (matched < marks[mark].Length && end < encoded.Length)
            {
                if (matched > 0 && encoded.AsSpan(end).StartsWith(SoftBreak))
                    end += SoftBreak.Length;
                if (encoded[end++] != marks[mark][matched++])
                    break;
                if (matched == marks[mark].Length)
                    return (mark, end);
            }
        }
        return (-1, at);
    }

    /// <summary>A value has lines of its own, between soft breaks: what stands around it is no longer than it was.</summary>
    private void Add(byte[] encoded, int from, int to, int mark)
    {
        var bytes = new List<byte>(to - from + 2 * SoftBreak.Length);
        if (_pieces.Count > 0 && !encoded.AsSpan(from).StartsWith("\r\n"u8) && !encoded.AsSpan(from).StartsWith(SoftBreak))
            bytes.AddRange(SoftBreak);
        bytes.AddRange(encoded.AsSpan(from, to - from));
        if (mark >= 0 && bytes is not [] and not [.., (byte)'\n'])
            BreakSoftly(bytes);
        var piece = bytes.ToArray();
        _pieces.Add(new Piece(piece, Stuff(piece, isLineStart: _pieces.Count == 0), Relax(piece), mark));
    }

    private static void BreakSoftly(List<byte> bytes)
    {
        Shorten(bytes, bytes.LastIndexOf((byte)'\n') + 1, LineLength - 1);
        bytes.AddRange(SoftBreak);
    }

    /// <summary>Breaks a line that is too long before its end, and not inside an "=C3".</summary>
    private static void Shorten(List<byte> bytes, int start, int longest)
    {
        if (bytes.Count - start <= longest)
            return;
        var at = start + LineLength - 6;
        while (bytes[at - 1] == '=' || bytes[at - 2] == '=')
            at--;
        bytes.InsertRange(at, SoftBreak);
    }

    /// <summary>MimeKit's lines have up to 78 characters (4.18.2), whatever it is told.</summary>
    private static byte[] Shorten(ReadOnlySpan<byte> encoded)
    {
        var bytes = new List<byte>(encoded.Length + 64);
        foreach (var range in encoded.Split("\r\n"u8))
        {
            if (range.Start.Value > 0)
                bytes.AddRange("\r\n"u8);
            var start = bytes.Count;
            bytes.AddRange(encoded[range]);
            Shorten(bytes, start, LineLength);
        }
        return [.. bytes];
    }

    private static byte[] Wrap(string value)
    {
        if (value.AsSpan().ContainsAnyExceptInRange('!', '~') || value.Contains('=', StringComparison.Ordinal))
            throw new ArgumentException("A reader's value must be printable ASCII without '='.", nameof(value));
        var bytes = new List<byte>(value.Length + 8);
        for (var at = 0; at < value.Length; at += LineLength - 1)
        {
            if (at > 0)
                bytes.AddRange(SoftBreak);
            bytes.AddRange(Encoding.ASCII.GetBytes(value, at, Math.Min(LineLength - 1, value.Length - at)));
        }
        return [.. bytes];
    }

    /// <summary>RFC 5321 §4.5.2: a dot at a line's start is doubled on its way.</summary>
    internal static byte[] Stuff(byte[] bytes, bool isLineStart)
    {
        List<byte>? stuffed = null;
        for (var at = 0; at < bytes.Length; at++)
        {
            if (bytes[at] == '.' && (at == 0 ? isLineStart : bytes[at - 1] == '\n'))
                (stuffed ??= [.. bytes[..at]]).Add((byte)'.');
            stuffed?.Add(bytes[at]);
        }
        return stuffed is null ? bytes : [.. stuffed];
    }

    /// <summary>RFC 6376 §3.4.4, for a piece: white space inside a line is one space, at its end none.</summary>
    private static byte[] Relax(byte[] piece)
    {
        var relaxed = new List<byte>(piece.Length);
        for (var at = 0; at < piece.Length; at++)
        {
            if (piece[at] is not ((byte)' ' or (byte)'\t'))
            {
                relaxed.Add(piece[at]);
                continue;
            }
            while (at + 1 < piece.Length && piece[at + 1] is (byte)' ' or (byte)'\t')
                at++;
            if (at + 1 >= piece.Length || piece[at + 1] != '\r')
                relaxed.Add((byte)' ');
        }
        return [.. relaxed];
    }

    /// <param name="Bytes">As they are.</param>
    /// <param name="Stuffed">As they travel in SMTP; the same array where no line begins with a dot.</param>
    /// <param name="Relaxed">As they are signed.</param>
    /// <param name="Mark">Which value follows; -1: none.</param>
    internal sealed record Piece(byte[] Bytes, byte[] Stuffed, byte[] Relaxed, int Mark);
}

/// <summary>One reader's content: what all share, and what is this reader's own.</summary>
public sealed class FilledBody
{
    private readonly List<MailBody.Piece> _pieces;
    private readonly byte[][] _values;

    internal FilledBody(List<MailBody.Piece> pieces, byte[][] values) => (_pieces, _values) = (pieces, values);

    /// <summary>The bytes in order, lines ended by CRLF.</summary>
    internal IEnumerable<ReadOnlyMemory<byte>> Segments
    {
        get
        {
            foreach (var piece in _pieces)
            {
                yield return piece.Bytes;
                if (piece.Mark >= 0)
                    yield return _values[piece.Mark];
            }
        }
    }

    /// <summary><see cref="Segments"/> as they travel in SMTP. A value begins a line wherever it is put.</summary>
    internal IEnumerable<ReadOnlyMemory<byte>> Stuffed
    {
        get
        {
            foreach (var piece in _pieces)
            {
                yield return piece.Stuffed;
                if (piece.Mark >= 0)
                    yield return MailBody.Stuff(_values[piece.Mark], isLineStart: true);
            }
        }
    }

    /// <summary>What a signature says of the content (<c>bh=</c>): SHA-256 over its relaxed form. It ends in a line that is not empty.</summary>
    internal byte[] Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var piece in _pieces)
        {
            hash.AppendData(piece.Relaxed);
            if (piece.Mark >= 0)
                hash.AppendData(_values[piece.Mark]);
        }
        return hash.GetHashAndReset();
    }
}
