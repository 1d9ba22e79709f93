namespace Newsroom.Backend.Subscribers.Imports;

/// <summary>
/// A file's text, of which no row may run on for ever: the parser keeps a row whole, with a place for each cell. What it has read ahead counts for the
/// row, so that <see cref="Longest"/> is a bound and no measure.
/// </summary>
internal sealed class RowLimit(TextReader text) : TextReader
{
    public const int Longest = 1024 * 1024;

    private int _read;

    public sealed class ExceededException : Exception;

    public void RowBegins() => _read = 0;

    public override int Read(char[] buffer, int index, int count) => Counted(text.Read(buffer, index, count));

    public override async Task<int> ReadAsync(char[] buffer, int index, int count) => Counted(await text.ReadAsync(buffer, index, count));

    public override async ValueTask<int> ReadAsync(Memory<char> buffer, CancellationToken cancellationToken = default) => Counted(await text.ReadAsync(buffer, cancellationToken));

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            text.Dispose();
        base.Dispose(disposing);
    }

    private int Counted(int read) => (_read += read) <= Longest ? read : throw new ExceededException();
}
