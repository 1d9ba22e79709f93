namespace Newsroom.Backend.Mail.Relays;

/// <summary>
/// A line whose writes leave together when they are flushed, or before the next read: MailKit writes a message in pieces of 4 KiB, each of which would
/// be a system call, a packet and, under TLS, a record sent by itself. One reader and one writer in turn.
/// </summary>
internal sealed class GatheringStream(Stream line) : Stream
{
    private readonly byte[] _gathered = new byte[32 * 1024];
    private int _count;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override bool CanTimeout => line.CanTimeout;

    public override int ReadTimeout
    {
        get => line.ReadTimeout;
        set => line.ReadTimeout = value;
    }

    public override int WriteTimeout
    {
        get => line.WriteTimeout;
        set => line.WriteTimeout = value;
    }

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        Flush();
        return line.Read(buffer);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_count > 0)
            await FlushAsync(cancellationToken);
        return await line.ReadAsync(buffer, cancellationToken);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_count + buffer.Length > _gathered.Length)
            Flush();
        if (buffer.Length > _gathered.Length)
        {
            line.Write(buffer);
            return;
        }
        buffer.CopyTo(_gathered.AsSpan(_count));
        _count += buffer.Length;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_count + buffer.Length > _gathered.Length)
            await FlushAsync(cancellationToken);
        if (buffer.Length > _gathered.Length)
        {
            await line.WriteAsync(buffer, cancellationToken);
            return;
        }
        buffer.CopyTo(_gathered.AsMemory(_count));
        _count += buffer.Length;
    }

    public override void Flush()
    {
        if (_count > 0)
            line.Write(_gathered, 0, Taken());
        line.Flush();
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (_count > 0)
            await line.WriteAsync(_gathered.AsMemory(0, Taken()), cancellationToken);
        await line.FlushAsync(cancellationToken);
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>What was not flushed by now is not sent: whoever cuts a line before the final dot means it.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            line.Dispose();
        base.Dispose(disposing);
    }

    private int Taken()
    {
        var count = _count;
        _count = 0;
        return count;
    }
}
