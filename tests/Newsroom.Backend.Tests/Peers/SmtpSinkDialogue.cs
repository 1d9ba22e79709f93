using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Newsroom.Backend.Tests;

/// <summary>One connection of the sink's.</summary>
internal sealed class SmtpSinkDialogue(SmtpSink sink, TcpClient client)
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private Stream _stream = client.GetStream();
    private int _start;
    private int _end;
    private bool _secure;
    private bool _signedIn;
    private bool _lastWasPositive;
    private string _from = "";
    private string _to = "";

    public async Task RunAsync()
    {
        using (client)
        {
            try
            {
                if (!await AnswerAsync(SmtpStep.Connect, "220 sink.example.org ESMTP"))
                    return;
                while (await ReadLineAsync() is { } line && await HearAsync(line))
                {
                }
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
            {
                // The other side hung up, or the test did.
            }
            finally
            {
                await _stream.DisposeAsync();
            }
        }
    }

    private async Task<bool> HearAsync(string line)
    {
        switch (line.Split(' ')[0].ToUpperInvariant())
        {
            case "EHLO" or "HELO":
                return await AnswerAsync(SmtpStep.Ehlo, Greeting());
            case "STARTTLS" when sink.Certificate is not null:
                return await AnswerAsync(SmtpStep.StartTls, "220 Go ahead") && await SecureAsync();
            case "AUTH" when line.StartsWith("AUTH PLAIN ", StringComparison.OrdinalIgnoreCase):
                _signedIn = Encoding.UTF8.GetString(Convert.FromBase64String(line[11..])) == "\0" + sink.Credentials?.Replace(':', '\0');
                return await AnswerAsync(SmtpStep.Auth, _signedIn ? "235 2.7.0 Welcome" : "535 5.7.8 Wrong user name or password");
            case "MAIL" when (sink.Certificate is not null && !_secure) || (sink.Credentials is not null && !_signedIn):
                return await SayAsync("530 5.7.0 Not like this");
            case "MAIL" when _from.Length > 0:
                return await SayAsync("503 5.5.1 Sender already specified");
            case "MAIL":
                var mailOk = await AnswerAsync(SmtpStep.Mail, "250 2.1.0 Sender ok");
                _from = _lastWasPositive ? Address(line) : "";
                return mailOk;
            case "RCPT":
                _to = Address(line);
                return await AnswerAsync(SmtpStep.Rcpt, "250 2.1.5 Recipient ok");
            case "DATA":
                return await AnswerAsync(SmtpStep.Data, "354 Go ahead") && (!_lastWasPositive || await TakeAsync());
            case "RSET":
                _from = _to = "";
                return await SayAsync("250 2.0.0 Forgotten");
            case "NOOP":
                return await SayAsync("250 2.0.0 Still here");
            case "QUIT":
                await SayAsync("221 2.0.0 Bye");
                return false;
            default:
                return await SayAsync("502 5.5.1 Unknown command");
        }
    }

    private async Task<bool> TakeAsync()
    {
        var content = new MemoryStream();
        while (true)
        {
            // A message is the server's only with its final dot (RFC 5321 §4.1.1.4).
            if (await ReadRawLineAsync() is not { } line)
                return false;
            if (line.AsSpan().SequenceEqual(".\r\n"u8))
                break;
            content.Write(line.AsSpan(line[0] == '.' ? 1 : 0));
        }
        var mail = new ReceivedMail(_from, _to, content.ToArray());
        var scripted = sink.Scripted(SmtpStep.Dot, _to);
        _from = _to = "";
        if (scripted is null or SmtpSink.TakeAndDrop or ['2', ..])
        {
            sink.Take(mail, _secure && _signedIn);
            if (sink.OnTaken is { } act)
                await act(mail);
        }
        return await SayAsync(scripted ?? "250 2.0.0 Taken");
    }

    private string Greeting()
    {
        List<string> lines = ["sink.example.org", .. sink.Extensions];
        if (sink.Certificate is not null && !_secure)
            lines.Add("STARTTLS");
        else if (sink.Credentials is not null)
            lines.Add("AUTH PLAIN");
        return string.Join("\r\n", lines.Select((l, i) => (i == lines.Count - 1 ? "250 " : "250-") + l));
    }

    private async Task<bool> SecureAsync()
    {
        var secure = new SslStream(_stream);
        _stream = secure;
        await secure.AuthenticateAsServerAsync(sink.Certificate!);
        return _secure = true;
    }

    private async Task<bool> AnswerAsync(SmtpStep step, string usual)
    {
        if (sink.OnAsked is { } act)
            await act(step, _to);
        return await SayAsync(sink.Scripted(step, _to) ?? usual);
    }

    /// <returns>False when the line is to be cut.</returns>
    private async Task<bool> SayAsync(string answer)
    {
        if (answer == SmtpSink.Stall)
        {
            sink.Stalled++;
            // Silent until the other side has had enough and hangs up.
            while (await ReadRawLineAsync() is not null)
            {
            }
            return false;
        }
        if (answer is SmtpSink.Drop or SmtpSink.TakeAndDrop)
            return false;
        _lastWasPositive = answer[0] is '2' or '3';
        await _stream.WriteAsync(Encoding.UTF8.GetBytes(answer + "\r\n"));
        return !answer.StartsWith("421", StringComparison.Ordinal);
    }

    private static string Address(string line) => line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..line.IndexOf('>', StringComparison.Ordinal)];

    private async Task<string?> ReadLineAsync() => await ReadRawLineAsync() is { } line ? Encoding.UTF8.GetString(line).TrimEnd('\r', '\n') : null;

    private async Task<byte[]?> ReadRawLineAsync()
    {
        var scanned = _start;
        while (true)
        {
            var newline = Array.IndexOf(_buffer, (byte)'\n', scanned, _end - scanned);
            if (newline >= 0)
            {
                var line = _buffer[_start..(newline + 1)];
                _start = newline + 1;
                return line;
            }
            if (_start > 0)
            {
                Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
                (_start, _end) = (0, _end - _start);
            }
            scanned = _end;
            var read = await _stream.ReadAsync(_buffer.AsMemory(_end));
            if (read == 0)
                return null;
            _end += read;
        }
    }
}
