using System.Runtime.CompilerServices;

namespace Newsroom.Backend.Mail.Bounces;

/// <param name="Name">File, with the number of the message in an mbox.</param>
/// <param name="Bytes">As it lies there; null when it is larger than <see cref="TakeReport.Largest"/>.</param>
public sealed record StoredMessage(string Name, byte[]? Bytes);

/// <summary>Messages as mail servers and programs keep them: one a file (.eml), many in one (mbox, RFC 4155), a Maildir or any folder of files.</summary>
public static class ReportFiles
{
    /// <summary>Of a file or folder, one by one.</summary>
    /// <exception cref="IOException">Cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Must not be read.</exception>
    public static async IAsyncEnumerable<StoredMessage> ReadAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var file in FilesOf(path))
        {
            await using var stream = File.OpenRead(file);
            await foreach (var message in ReadAsync(file, stream, cancellationToken))
                yield return message;
        }
    }

    /// <summary>One message, or the messages of an mbox.</summary>
    public static async IAsyncEnumerable<StoredMessage> ReadAsync(string name, Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        await stream.CopyToAsync(content, cancellationToken);
        var bytes = content.ToArray();
        if (!bytes.AsSpan().StartsWith("From "u8))
        {
            yield return new StoredMessage(name, bytes.Length <= TakeReport.Largest ? bytes : null);
            yield break;
        }
        var number = 0;
        foreach (var one in SplitMbox(bytes))
            yield return new StoredMessage($"{name} ({++number})", one.Length <= TakeReport.Largest ? one : null);
    }

    private static IEnumerable<string> FilesOf(string path)
    {
        if (!Directory.Exists(path))
            return [path];
        // A Maildir's tmp holds what is being delivered just now.
        var maildir = Directory.Exists(Path.Combine(path, "cur")) && Directory.Exists(Path.Combine(path, "new"));
        var folders = maildir ? new[] { Path.Combine(path, "new"), Path.Combine(path, "cur") } : [path];
        return folders.SelectMany(Directory.EnumerateFiles).Where(f => !Path.GetFileName(f).StartsWith('.')).Order(StringComparer.Ordinal);
    }

    /// <summary>
    /// The bytes between two "From " lines, of which all but the first follow an empty line; a quoted "&gt;From " stays as it is. What is between
    /// need not be a message: a damaged one ends none of the others.
    /// </summary>
    private static IEnumerable<byte[]> SplitMbox(byte[] bytes)
    {
        for (var mark = 0; mark < bytes.Length;)
        {
            var start = Array.IndexOf(bytes, (byte)'\n', mark) + 1;
            if (start == 0)
                yield break;
            mark = NextMark(bytes, start);
            yield return bytes[start..mark];
        }
    }

    /// <returns>Where the next "From " line begins; the end when there is none.</returns>
    private static int NextMark(ReadOnlySpan<byte> bytes, int from)
    {
        while (bytes[from..].IndexOf("\nFrom "u8) is >= 0 and var found)
        {
            var end = from + found;
            from = end + 1;
            if (bytes[..end].EndsWith("\n"u8) || bytes[..end].EndsWith("\n\r"u8))
                return from;
        }
        return bytes.Length;
    }
}
