using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace Newsroom.Backend.Subscribers.Imports;

/// <summary>Says what is wrong with a file, in a sentence that says what to do.</summary>
public sealed class UnreadableFileException(string whatToDo) : Exception(whatToDo);

/// <summary>
/// A file's bytes as text, read once from front to end, so that it may come through a pipe: UTF-16 and UTF-8 by their byte order mark, UTF-16
/// without one by its zeros, else UTF-8, in which a byte that cannot be is Windows-1252's, as old spreadsheets write it.
/// </summary>
internal sealed class FileText
{
    private const int HeadLength = 64 * 1024;

    private readonly Windows1252Fallback _fallback = new();
    private readonly Encoding _encoding;

    private FileText(byte[] head, Stream stream)
    {
        var utf16 = Utf16Of(head);
        _encoding = utf16 ?? Encoding.GetEncoding("utf-8", EncoderFallback.ReplacementFallback, _fallback);
        Head = (utf16 ?? Encoding.GetEncoding("utf-8", EncoderFallback.ReplacementFallback, new Windows1252Fallback())).GetString(head).TrimStart('\uFEFF');
        if (Head.Contains('\0', StringComparison.Ordinal))
            throw new UnreadableFileException("This is not a text file. Give a CSV file: the first line names the columns, each further line is one reader.");
        Reader = new StreamReader(stream, _encoding, detectEncodingFromByteOrderMarks: false, HeadLength);
    }

    /// <summary>How it begins, to recognise it by.</summary>
    public string Head { get; }

    public StreamReader Reader { get; }

    /// <summary>As far as it was read.</summary>
    public string EncodingName => _fallback.WasNeeded ? "Windows-1252" : _encoding.WebName.ToUpperInvariant();

    /// <exception cref="UnreadableFileException">It is empty, or no text.</exception>
    public static async Task<FileText> OpenAsync(Stream stream, CancellationToken cancellationToken)
    {
        var pipe = PipeReader.Create(stream);
        var start = await pipe.ReadAtLeastAsync(HeadLength, cancellationToken);
        var head = start.Buffer.Slice(0, Math.Min(start.Buffer.Length, HeadLength)).ToArray();
        pipe.AdvanceTo(start.Buffer.Start);
        if (head.Length == 0)
            throw new UnreadableFileException("The file is empty.");
        if (head.AsSpan().StartsWith("PK\x03\x04"u8) || head.AsSpan().StartsWith<byte>([0xD0, 0xCF, 0x11, 0xE0]))
            throw new UnreadableFileException("This is a ZIP archive or a spreadsheet's own format: unpack it, or save the sheet as CSV, and give that file.");
        return new FileText(head, pipe.AsStream());
    }

    private static UnicodeEncoding? Utf16Of(byte[] head)
    {
        if (head is [0xFF, 0xFE, ..])
            return new UnicodeEncoding(bigEndian: false, byteOrderMark: true);
        if (head is [0xFE, 0xFF, ..])
            return new UnicodeEncoding(bigEndian: true, byteOrderMark: true);
        // Latin letters in UTF-16 have a zero in every other byte.
        var (even, odd) = (0, 0);
        for (var i = 0; i + 1 < head.Length; i += 2)
        {
            even += head[i] == 0 ? 1 : 0;
            odd += head[i + 1] == 0 ? 1 : 0;
        }
        return (even, odd) switch
        {
            (0, _) when odd > head.Length / 4 => new UnicodeEncoding(bigEndian: false, byteOrderMark: false),
            (_, 0) when even > head.Length / 4 => new UnicodeEncoding(bigEndian: true, byteOrderMark: false),
            _ => null,
        };
    }

    private sealed class Windows1252Fallback : DecoderFallback
    {
        public bool WasNeeded { get; private set; }

        public override int MaxCharCount => 4;

        public override DecoderFallbackBuffer CreateFallbackBuffer() => new Buffer(this);

        private sealed class Buffer(Windows1252Fallback owner) : DecoderFallbackBuffer
        {
            private static readonly Encoding Windows1252 = CodePagesEncodingProvider.Instance.GetEncoding(1252)!;
            private string _text = "";
            private int _next;

            public override int Remaining => _text.Length - _next;

            public override bool Fallback(byte[] bytesUnknown, int index)
            {
                owner.WasNeeded = true;
                (_text, _next) = (Windows1252.GetString(bytesUnknown), 0);
                return true;
            }

            public override char GetNextChar() => _next < _text.Length ? _text[_next++] : '\0';

            public override bool MovePrevious()
            {
                if (_next == 0)
                    return false;
                _next--;
                return true;
            }
        }
    }
}
