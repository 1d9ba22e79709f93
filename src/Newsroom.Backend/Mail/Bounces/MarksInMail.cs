using System.Buffers;
using System.Text;

namespace Newsroom.Backend.Mail.Bounces;

/// <summary>
/// Finds what may be marks of ours (<see cref="MailMarks"/>) wherever servers put them: in the report's own recipient (To, Delivered-To,
/// X-Original-To), in the returned Return-Path and Message-ID, attached or pasted into a text, or carried on by SRS and BATV. Each is to be proved
/// by its signature.
/// </summary>
internal static class MarksInMail
{
    // A report is about one mail of ours, and a mail has one mark. More only means that somebody tries.
    private const int MaxMarks = 8;

    private static readonly SearchValues<char> Letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ234567");

    public static IReadOnlyList<string> Find(ReadOnlySpan<byte> message, string text)
    {
        var marks = new List<string>();
        Find(Encoding.Latin1.GetString(message[..Math.Min(message.Length, ReturnedMail.MaxBytes)]), marks);
        // Decoded: a soft break of quoted-printable or base64 hides one in the bytes.
        Find(text, marks);
        return marks;
    }

    private static void Find(ReadOnlySpan<char> text, List<string> marks)
    {
        for (var at = 0; marks.Count < MaxMarks;)
        {
            var next = text[at..].IndexOfAny('@', '=', '%');
            if (next < 0)
                return;
            var end = at + next;
            at = end + 1;
            var start = end - MailMarks.Length;
            if (start < 0 || start > 0 && char.IsAsciiLetterOrDigit(text[start - 1]))
                continue;
            var candidate = text[start..end];
            if (candidate.IndexOfAnyExcept(Letters) >= 0)
                continue;
            var mark = candidate.ToString().ToLowerInvariant();
            if (!marks.Contains(mark))
                marks.Add(mark);
        }
    }
}
