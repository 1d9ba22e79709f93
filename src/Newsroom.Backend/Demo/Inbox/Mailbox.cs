using System.Globalization;
using System.Text;
using MimeKit;

namespace Newsroom.Backend.Demo.Inbox;

/// <summary>A line of the inbox.</summary>
/// <param name="Id">The file's name without <c>.eml</c>; sorts by time.</param>
/// <param name="ReceivedAt">This machine's clock.</param>
/// <param name="To">The envelope's recipients, comma-separated.</param>
/// <param name="From">As the header says.</param>
/// <param name="Subject">Decoded.</param>
/// <param name="Kind">What a reader would call it: "Newsletter" for list mail, otherwise "Single mail".</param>
/// <param name="Size">Bytes.</param>
public sealed record CapturedMail(string Id, DateTimeOffset ReceivedAt, string To, string From, string Subject, string Kind, long Size);

/// <summary>Captured mails as <c>.eml</c> files in a folder, the newest 500, listed from memory.</summary>
internal sealed class Mailbox
{
    private const int Kept = 500;
    private const string IdFormat = "yyyyMMdd-HHmmss-fff";

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly string _folder;
    private readonly List<CapturedMail> _newestLast = [];
    private int _count;

    public Mailbox(TimeProvider time, string folder)
    {
        _time = time;
        _folder = folder;
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.EnumerateFiles(folder, "*.eml").Order(StringComparer.Ordinal).TakeLast(Kept))
        {
            if (TimeOf(Path.GetFileNameWithoutExtension(file)) is { } at)
                _newestLast.Add(Summarise(Path.GetFileNameWithoutExtension(file), at, File.ReadAllBytes(file)));
        }
    }

    /// <summary>Newest first; <paramref name="to"/> is a part of a recipient's address.</summary>
    public IReadOnlyList<CapturedMail> List(string? to = null)
    {
        lock (_gate)
            return [.. _newestLast.AsEnumerable().Reverse().Where(m => string.IsNullOrWhiteSpace(to) || m.To.Contains(to.Trim(), StringComparison.OrdinalIgnoreCase))];
    }

    public CapturedMail? Find(string id)
    {
        lock (_gate)
            return _newestLast.Find(m => m.Id == id);
    }

    public Task<byte[]> ReadAsync(CapturedMail mail, CancellationToken cancellationToken) => File.ReadAllBytesAsync(FileOf(mail.Id), cancellationToken);

    /// <summary>Keeps a message with the trace lines of a final delivery (RFC 5321 §4.4) on top.</summary>
    public async Task<string> AddAsync(string from, IReadOnlyList<string> to, byte[] message, CancellationToken cancellationToken)
    {
        var at = _time.GetUtcNow();
        var id = at.ToString(IdFormat, CultureInfo.InvariantCulture) + "-" + (Interlocked.Increment(ref _count) % 10_000).ToString("D4", CultureInfo.InvariantCulture);
        var trace = $"Return-Path: <{from}>\r\n" + string.Concat(to.Select(t => $"Delivered-To: {t}\r\n"));
        byte[] kept = [.. Encoding.UTF8.GetBytes(trace), .. message];
        await File.WriteAllBytesAsync(FileOf(id), kept, cancellationToken);
        lock (_gate)
        {
            _newestLast.Add(Summarise(id, at, kept));
            while (_newestLast.Count > Kept)
            {
                File.Delete(FileOf(_newestLast[0].Id));
                _newestLast.RemoveAt(0);
            }
        }
        return id;
    }

    public void Clear()
    {
        lock (_gate)
        {
            _newestLast.ForEach(m => File.Delete(FileOf(m.Id)));
            _newestLast.Clear();
        }
    }

    private string FileOf(string id) => Path.Combine(_folder, id + ".eml");

    private static DateTimeOffset? TimeOf(string id) => id.Length >= IdFormat.Length && DateTimeOffset.TryParseExact(
        id[..IdFormat.Length], IdFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;

    private static CapturedMail Summarise(string id, DateTimeOffset at, byte[] message)
    {
        using var stream = new MemoryStream(message);
        var headers = HeaderList.Load(stream);
        var to = string.Join(", ", headers.Where(h => h.Field == "Delivered-To").Select(h => h.Value));
        return new CapturedMail(id, at, to, headers[HeaderId.From] ?? "", headers[HeaderId.Subject] ?? "(no subject)",
            headers.Contains(HeaderId.ListUnsubscribe) ? "Newsletter" : "Single mail", message.Length);
    }
}
