using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace Newsroom.Backend.Data;

/// <summary>Section <c>Privacy</c>.</summary>
public sealed class PrivacyOptions
{
    public const string Section = "Privacy";

    /// <summary>
    /// The file of <see cref="Data.ErasureLog"/>. Null: <c>erasures.log</c> beside the SQLite file, or in <c>data</c> with SQL Server. Keep it
    /// outside the database's backups: it is what tells an old backup whom it must forget.
    /// </summary>
    public string? ErasureLog { get; set; }
}

/// <param name="At">UTC.</param>
/// <param name="AddressHash"><see cref="Erasure.AddressHash"/>.</param>
/// <param name="ReaderHash">Keyed hash of the subscriber's public id, by which an old backup's row is found that still has an earlier address. Null: no subscriber.</param>
public sealed record ErasureEntry(DateTimeOffset At, string AddressHash, string? ReaderHash = null);

/// <summary>
/// A text file, one erasure a line: its instant, the keyed hash of the address and that of the reader. Only ever appended to, and on the disk before the
/// database commits, so that no backup, restored or copied over the database by hand, brings anybody back.
/// </summary>
public sealed class ErasureLog(IConfiguration configuration, IOptions<DatabaseOptions> database, IOptions<PrivacyOptions> options)
{
    private const int Tries = 200;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    public string Path { get; } = options.Value.ErasureLog is { Length: > 0 } named ? named : System.IO.Path.Combine(Folder(configuration, database.Value), "erasures.log");

    /// <summary>Returns once the line is on the disk.</summary>
    /// <exception cref="IOException">It cannot be written: then nobody must be told that the erasure is done.</exception>
    public async Task AppendAsync(ErasureEntry entry, CancellationToken cancellationToken)
    {
        if (System.IO.Path.GetDirectoryName(Path) is { Length: > 0 } folder)
            Directory.CreateDirectory(folder);
        await using var file = await OpenAsync(cancellationToken);
        var line = $"{entry.At.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)} {entry.AddressHash}{(entry.ReaderHash is { } reader ? ' ' + reader : "")}\n";
        // A line that a crash cut off must not swallow this one.
        if (file.Length > 0)
        {
            file.Seek(-1, SeekOrigin.End);
            if (file.ReadByte() != '\n')
                line = '\n' + line;
        }
        file.Seek(0, SeekOrigin.End);
        await file.WriteAsync(Encoding.ASCII.GetBytes(line), CancellationToken.None);
        file.Flush(flushToDisk: true);
    }

    /// <returns>Every whole line. A half one is a crash's, before its erasure was said to be done.</returns>
    public async Task<IReadOnlyList<ErasureEntry>> ReadAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(Path))
            return [];
        var entries = new List<ErasureEntry>();
        await foreach (var line in File.ReadLinesAsync(Path, cancellationToken))
        {
            if (line.Split(' ') is [var at, { Length: 64 } hash, .. var reader] && reader is [] or [{ Length: 64 }]
                && DateTimeOffset.TryParseExact(at, "O", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant))
                entries.Add(new ErasureEntry(instant, hash, reader is [var one] ? one : null));
        }
        return entries;
    }

    /// <summary>A command may run beside the server: one writes, the other waits its milliseconds.</summary>
    private async Task<FileStream> OpenAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return new FileStream(Path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (attempt < Tries)
            {
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }

    private static string Folder(IConfiguration configuration, DatabaseOptions database) =>
        database.Provider == DatabaseProvider.Sqlite
            ? System.IO.Path.GetDirectoryName(new SqliteConnectionStringBuilder(DatabaseOptions.SqliteConnectionString(configuration)).DataSource) ?? ""
            : "data";
}
