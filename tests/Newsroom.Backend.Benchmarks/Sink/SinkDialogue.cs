using System.Buffers.Text;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Newsroom.Backend.Benchmarks.Sink;

/// <summary>One connection of the sink's: octets in, counts and short answers out; a message is searched for its end and kept nowhere.</summary>
internal sealed class SinkDialogue(SinkServer sink, Socket socket)
{
    private static ReadOnlySpan<byte> End => "\r\n.\r\n"u8;

    private readonly byte[] _in = new byte[64 * 1024];
    private readonly byte[] _out = new byte[1024];
    private int _start;
    private int _end;
    private int _said;
    private long _heardAt;
    private long _lastDue;
    private int _slow;
    private bool _over;
    private bool _silent;
    private bool _hasSender;
    private bool _hasRecipient;
    private int _reader;
    private string? _other;
    private bool _inBody;
    private long _octets;

    public async Task RunAsync()
    {
        try
        {
            _heardAt = Stopwatch.GetTimestamp();
            Answer(SinkStep.Connect, "220 sink.example.org ESMTP\r\n"u8);
            Flush();
            while (!_over && await socket.ReceiveAsync(_in.AsMemory(_end)) is > 0 and var read)
            {
                _heardAt = Stopwatch.GetTimestamp();
                _end += read;
                while (!_over && Hear())
                {
                }
                Flush();
                _in.AsSpan(_start, _end - _start).CopyTo(_in);
                (_start, _end) = (0, _end - _start);
                // A line longer than the buffer is nobody's SMTP.
                _over |= _end == _in.Length;
            }
        }
        catch (SocketException)
        {
            // The other side is gone, perhaps killed.
        }
        finally
        {
            HangUp();
        }
    }

    /// <param name="socket">Where.</param>
    /// <param name="line">Null hangs up.</param>
    public static void Write(Socket socket, byte[]? line)
    {
        try
        {
            if (line is null)
                socket.Dispose();
            else
                socket.Send(line);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The other side is gone: the dialogue's own read says so too.
        }
    }

    /// <returns>False when more must be read first.</returns>
    private bool Hear()
    {
        var heard = _in.AsSpan(_start, _end - _start);
        if (_silent)
        {
            _start = _end;
            return false;
        }
        if (_inBody)
            return HearBody(heard);
        var length = heard.IndexOf((byte)'\n') + 1;
        if (length == 0)
            return false;
        _start += length;
        HearCommand(heard[..length]);
        return true;
    }

    private void HearCommand(ReadOnlySpan<byte> line)
    {
        if (Is(line, "EHLO"u8) || Is(line, "HELO"u8))
            Answer(SinkStep.Ehlo, "250-sink.example.org\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SIZE 52428800\r\n250 ENHANCEDSTATUSCODES\r\n"u8);
        else if (Is(line, "MAIL"u8) && !_hasSender)
            _hasSender = Answer(SinkStep.Mail, "250 2.1.0 Sender ok\r\n"u8);
        else if (Is(line, "RCPT"u8) && _hasSender && !_hasRecipient)
            HearRecipient(line);
        else if (Is(line, "DATA"u8) && _hasRecipient)
            (_inBody, _octets) = (Answer(SinkStep.Data, "354 Go ahead\r\n"u8), 0);
        else if (Is(line, "RSET"u8))
            Forget("250 2.0.0 Forgotten\r\n"u8);
        else if (Is(line, "NOOP"u8))
            Say("250 2.0.0 Still here\r\n"u8);
        else if (Is(line, "QUIT"u8))
            _over = Say("221 2.0.0 Bye\r\n"u8);
        else
            Say(Is(line, "MAIL"u8) || Is(line, "RCPT"u8) || Is(line, "DATA"u8) ? "503 5.5.1 Not now\r\n"u8 : "502 5.5.1 Unknown command\r\n"u8);
    }

    private void HearRecipient(ReadOnlySpan<byte> line)
    {
        var address = line[(line.IndexOf((byte)'<') + 1)..line.IndexOf((byte)'>')];
        _other = address.StartsWith("reader"u8) && Utf8Parser.TryParse(address[6..], out _reader, out _) && _reader is > 0 and <= SinkTally.MostReaders
            ? null
            : Encoding.UTF8.GetString(address);
        _hasRecipient = Answer(SinkStep.Rcpt, "250 2.1.5 Recipient ok\r\n"u8);
    }

    private bool HearBody(ReadOnlySpan<byte> heard)
    {
        if (_octets == 0 && heard.Length > 0 && sink.Script.Next(SinkStep.Body) is { } deed)
        {
            Do(deed, default);
            if (_over || _silent)
                return true;
        }
        var length = _octets == 0 && heard.StartsWith(End[2..]) ? -2 : heard.IndexOf(End);
        if (length == -1)
        {
            // The end may be cut in two.
            var kept = Math.Min(heard.Length, End.Length - 1);
            _octets += heard.Length - kept;
            _start = _end - kept;
            return false;
        }
        _octets += length + 2;
        _start += length + End.Length;
        _inBody = false;
        if (sink.Script.Next(SinkStep.Dot) is not { } atDot)
        {
            Take();
            Forget("250 2.0.0 Taken\r\n"u8);
            return true;
        }
        if (atDot is SinkDeed.TakeAndDrop or SinkDeed.Slow || atDot is SinkDeed.Reply { IsPositive: true })
            Take();
        Do(atDot, "250 2.0.0 Taken\r\n"u8);
        Forget(default);
        return true;
    }

    private void Take() => sink.Tally.Took(_reader, _other, _octets);

    private void Forget(ReadOnlySpan<byte> answer)
    {
        (_hasSender, _hasRecipient, _reader, _other) = (false, false, 0, null);
        Say(answer);
    }

    /// <returns>True when the answer was the usual one, or another positive one.</returns>
    private bool Answer(SinkStep step, ReadOnlySpan<byte> usual) => sink.Script.Next(step) is { } deed ? Do(deed, usual) : Say(usual);

    private bool Do(SinkDeed deed, ReadOnlySpan<byte> usual)
    {
        switch (deed)
        {
            case SinkDeed.Reply reply:
                Say(reply.Line);
                _over |= reply.Closes;
                return reply.IsPositive;
            case SinkDeed.Slow(var milliseconds):
                Flush();
                _slow = milliseconds;
                return Say(usual);
            case SinkDeed.Stall:
                _silent = true;
                return false;
            default:
                _over = true;
                return false;
        }
    }

    private bool Say(ReadOnlySpan<byte> line)
    {
        if (_said + line.Length > _out.Length)
            Flush();
        line.CopyTo(_out.AsSpan(_said));
        _said += line.Length;
        return true;
    }

    /// <summary>All that was heard at once is answered at once, as long after as the network would take.</summary>
    private void Flush()
    {
        if (_said == 0)
            return;
        if (Due() is { } due)
            sink.Late.Add(socket, _out[.._said], due);
        else
            socket.Send(_out.AsSpan(0, _said));
        _said = 0;
    }

    private void HangUp()
    {
        sink.Tally.Closed();
        if (Due() is { } due)
            sink.Late.Add(socket, null, due);
        else
            socket.Dispose();
    }

    /// <returns>Null: now.</returns>
    private long? Due()
    {
        var late = sink.Latency + TimeSpan.FromMilliseconds(_slow);
        _slow = 0;
        // Nothing overtakes what was said before, which may be written some milliseconds after it was due.
        if (late == TimeSpan.Zero && (_lastDue == 0 || Stopwatch.GetElapsedTime(_lastDue) > TimeSpan.FromMilliseconds(50)))
            return null;
        return _lastDue = Math.Max(_lastDue, _heardAt + (long)(late.TotalSeconds * Stopwatch.Frequency));
    }

    private static bool Is(ReadOnlySpan<byte> line, ReadOnlySpan<byte> verb) => line.Length > verb.Length && Ascii.EqualsIgnoreCase(line[..verb.Length], verb);
}
