using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace Newsroom.Backend.Demo.Inbox;

/// <summary>
/// One connection, RFC 5321 with PIPELINING, 8BITMIME, SIZE and SMTPUTF8. A message is answered with 250 after it is on disk.
/// </summary>
internal sealed class SmtpSession(Stream stream, Mailbox mailbox)
{
    private const int MaxMessage = 25 * 1024 * 1024;
    private const int MaxLine = 64 * 1024;

    private readonly PipeReader _reader = PipeReader.Create(stream);
    private readonly List<string> _to = [];
    private string? _from;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await ReplyAsync("220 demo inbox ESMTP: nothing leaves this machine");
        while (await ReadLineAsync(cancellationToken) is { } line)
        {
            var command = Encoding.UTF8.GetString(line).TrimEnd('\r', '\n');
            if (command.StartsWith("QUIT", StringComparison.OrdinalIgnoreCase))
            {
                await ReplyAsync("221 2.0.0 Bye");
                return;
            }
            await ReplyAsync(command.StartsWith("DATA", StringComparison.OrdinalIgnoreCase) ? await TakeDataAsync(cancellationToken) : Answer(command));
        }
    }

    private string Answer(string command)
    {
        switch (command.Split(' ', ':')[0].ToUpperInvariant())
        {
            case "EHLO":
                Reset();
                return $"250-demo inbox\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n250 SIZE {MaxMessage}";
            case "HELO":
                Reset();
                return "250 demo inbox";
            case "MAIL":
                if (_from is not null)
                    return "503 5.5.1 Sender already given";
                _from = Path(command);
                return _from is null ? "501 5.5.4 Syntax: MAIL FROM:<address>" : "250 2.1.0 OK";
            case "RCPT":
                if (_from is null)
                    return "503 5.5.1 MAIL first";
                if (Path(command) is not { Length: > 0 } recipient)
                    return "501 5.5.4 Syntax: RCPT TO:<address>";
                _to.Add(recipient);
                return "250 2.1.5 OK";
            case "RSET":
                Reset();
                return "250 2.0.0 OK";
            case "NOOP":
                return "250 2.0.0 OK";
            default:
                return "502 5.5.2 Not known here";
        }
    }

    private async Task<string> TakeDataAsync(CancellationToken cancellationToken)
    {
        if (_to.Count == 0)
            return "503 5.5.1 RCPT first";
        await ReplyAsync("354 End data with <CR><LF>.<CR><LF>");
        using var message = new MemoryStream();
        var afterCrLf = true;
        while (true)
        {
            var line = await ReadLineAsync(cancellationToken) ?? throw new IOException("Gone within DATA.");
            // Only a dot between two CRLF ends a message (RFC 5321 §4.1.1.4); bare line feeds must not (SMTP smuggling).
            if (afterCrLf && line.AsSpan().SequenceEqual(".\r\n"u8))
                break;
            if (message.Length <= MaxMessage)
                message.Write(afterCrLf && line[0] == (byte)'.' ? line.AsSpan(1) : line);
            afterCrLf = line.AsSpan().EndsWith("\r\n"u8);
        }
        var (from, to) = (_from!, _to.ToArray());
        Reset();
        if (message.Length > MaxMessage)
            return "552 5.3.4 Message too big";
        var id = await mailbox.AddAsync(from, to, message.ToArray(), cancellationToken);
        return $"250 2.0.0 Kept as {id}";
    }

    private void Reset()
    {
        _from = null;
        _to.Clear();
    }

    /// <summary>What stands between the angle brackets; the null sender is empty.</summary>
    private static string? Path(string command)
    {
        var start = command.IndexOf('<', StringComparison.Ordinal);
        var end = command.IndexOf('>', StringComparison.Ordinal);
        return start > 0 && end > start ? command[(start + 1)..end] : null;
    }

    /// <summary>A line with its line feed; null at the end.</summary>
    private async Task<byte[]?> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await _reader.ReadAsync(cancellationToken);
            var end = read.Buffer.PositionOf((byte)'\n');
            if (end is not null)
            {
                var line = read.Buffer.Slice(0, read.Buffer.GetPosition(1, end.Value));
                var bytes = line.ToArray();
                _reader.AdvanceTo(line.End);
                return bytes;
            }
            if (read.IsCompleted || read.Buffer.Length > MaxLine)
                return null;
            _reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private Task ReplyAsync(string reply) => stream.WriteAsync(Encoding.UTF8.GetBytes(reply + "\r\n")).AsTask();
}
