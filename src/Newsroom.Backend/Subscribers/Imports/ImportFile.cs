using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using CsvHelper;
using CsvHelper.Configuration;

namespace Newsroom.Backend.Subscribers.Imports;

/// <summary>A field and the column it is to be read from, as staff named it. An empty column: none, whatever is recognised.</summary>
public sealed record ColumnChoice(ImportField Field, string Column);

/// <summary>An opened list: which format it has, which columns are used, and its rows one by one.</summary>
internal sealed class ImportFile : IDisposable
{
    /// <summary>Ghost's notes and listmonk's attributes fit. More in one cell is a quote that never ends.</summary>
    private const int LongestCell = 64 * 1024;

    /// <summary>More is no list, and would be held in memory many times over.</summary>
    private const int MostColumns = 1000;

    private readonly RowLimit _limit;
    private readonly FileText _text;
    private readonly CsvParser _rows;

    private ImportFile(FileText text, char delimiter, ImportFormat format)
    {
        (_text, Delimiter, Format) = (text, delimiter, format);
        _limit = new RowLimit(text.Reader);
        _rows = new CsvParser(_limit, Configuration(delimiter, format.Escape));
    }

    public ImportFormat Format { get; }

    public char Delimiter { get; }

    public string EncodingName => _text.EncodingName;

    public IReadOnlyList<string> Header { get; private set; } = [];

    /// <summary>Which columns hold a field, as indices into the header.</summary>
    public IReadOnlyDictionary<ImportField, int[]> Columns { get; private set; } = new Dictionary<ImportField, int[]>();

    /// <exception cref="UnreadableFileException">No list, or none with an address.</exception>
    public static async Task<ImportFile> OpenAsync(Stream stream, IReadOnlyList<ColumnChoice> choices, CancellationToken cancellationToken)
    {
        var file = await PeekAsync(stream, cancellationToken);
        file.Columns = file.Find(choices);
        return file;
    }

    /// <summary>The same with the columns that are recognised, whether they are enough or not: for looking.</summary>
    /// <exception cref="UnreadableFileException">No list.</exception>
    public static async Task<ImportFile> PeekAsync(Stream stream, CancellationToken cancellationToken)
    {
        var text = await FileText.OpenAsync(stream, cancellationToken);
        var head = text.Head;
        // Excel's own first line, "sep=;".
        var declared = head.StartsWith("sep=", StringComparison.OrdinalIgnoreCase) && head.Length > 4 ? head[4] : (char?)null;
        var first = declared is null ? head : head[(head.IndexOf('\n', StringComparison.Ordinal) + 1)..];
        var delimiter = declared ?? MostFrequent(first);
        var file = new ImportFile(text, delimiter, ImportFormat.Of(HeaderOf(first, delimiter)));
        if (declared is not null)
            await file.NextAsync();
        if (!await file.NextAsync())
            throw new UnreadableFileException("The file has no line with the names of its columns.");
        if (file._rows.Count > MostColumns)
            throw new UnreadableFileException($"The first line has {file._rows.Count} cells: a list has at most {MostColumns} columns. Keep those with the address, the name, the state and its dates.");
        file.Header = [.. file._rows.Record!.Select(c => c.Trim('\uFEFF', ' '))];
        file.Columns = file.Recognised();
        return file;
    }

    /// <summary>Every row that has anything in it, with the line it begins in.</summary>
    public async IAsyncEnumerable<(int Line, string[] Cells)> RowsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await NextAsync())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_rows.Record is { } cells && Array.Exists(cells, c => !string.IsNullOrWhiteSpace(c)))
                yield return (_rows.RawRow - LineBreaksIn(_rows.RawRecord), cells);
        }
    }

    public void Dispose() => _rows.Dispose();

    private static CsvConfiguration Configuration(char delimiter, char escape) => new(CultureInfo.InvariantCulture)
    {
        Delimiter = delimiter.ToString(),
        Escape = escape,
        BadDataFound = null,
        MaxFieldSize = LongestCell,
        BufferSize = 64 * 1024,
    };

    private async Task<bool> NextAsync()
    {
        var line = _rows.RawRow + 1;
        _limit.RowBegins();
        try
        {
            return await _rows.ReadAsync();
        }
        catch (RowLimit.ExceededException)
        {
            throw new UnreadableFileException($"Line {line} runs to more than {RowLimit.Longest} characters: this is not a list with one reader in each line. Save it anew as CSV.");
        }
        catch (MaxFieldSizeException)
        {
            throw new UnreadableFileException(
                $"From line {line} on one cell runs to more than {LongestCell} characters: a quote is opened there and never closed. Close it, or save the file anew.");
        }
    }

    private static int LineBreaksIn(string raw)
    {
        var row = raw.AsSpan().TrimEnd("\r\n");
        var feeds = row.Count('\n');
        return feeds > 0 ? feeds : row.Count('\r');
    }

    private static List<string> HeaderOf(string head, char delimiter)
    {
        using var parser = new CsvParser(new StringReader(head), Configuration(delimiter, '"'));
        try
        {
            return parser.Read() ? [.. parser.Record!] : [];
        }
        catch (MaxFieldSizeException)
        {
            return [];
        }
    }

    /// <summary>Of the four that lists are written with, the one that the header has most of outside its quotes.</summary>
    private static char MostFrequent(string head)
    {
        var counts = new Dictionary<char, int> { [','] = 0, [';'] = 0, ['\t'] = 0, ['|'] = 0 };
        var quoted = false;
        foreach (var c in head.AsSpan().TrimStart("\r\n"))
        {
            if (c == '"')
                quoted = !quoted;
            else if (!quoted && c is '\r' or '\n')
                break;
            else if (!quoted && counts.TryGetValue(c, out var count))
                counts[c] = count + 1;
        }
        return counts.MaxBy(c => c.Value).Key;
    }

    /// <summary>A column that plainly says who left, and is not among those recognised; null: none.</summary>
    public string? UnreadNo => NoThatIsUnread(Columns);

    private string? NoThatIsUnread(IReadOnlyDictionary<ImportField, int[]> found)
    {
        if (Format != ImportFormat.Plain)
            return null;
        var read = found.Values.SelectMany(i => i).ToHashSet();
        return Header.Where((name, i) => !read.Contains(i) && ImportFormat.SaysNo(ImportFormat.Clean(name))).FirstOrDefault();
    }

    /// <summary>A column that plainly says who left, and that nobody reads, would bring them all back. Of the formats we know, we know what each column says.</summary>
    private void RefuseUnreadNo(Dictionary<ImportField, int[]> found)
    {
        if (NoThatIsUnread(found) is { } unread)
            throw new UnreadableFileException(
                $"The column '{PlainText.OneLine(unread, 40)}' seems to say who left or bounced, and would not be read. Say what it is with --map leftAt=COLUMN, bouncedAt=COLUMN or status=COLUMN, or take it out of the file.");
    }

    /// <summary>The columns' names in a sentence; they are what a stranger's file says.</summary>
    private string Names()
    {
        var names = PlainText.OneLine(string.Join(", ", Header.Take(30)), 600);
        return Header.Count > 30 ? $"{names} and {Header.Count - 30} more" : names;
    }

    private List<string> CleanHeader => [.. Header.Select(ImportFormat.Clean)];

    private Dictionary<ImportField, int[]> Recognised()
    {
        var clean = CleanHeader;
        return Format.Columns
            .Select(c => (Field: c.Key, At: c.Value.Select(n => clean.IndexOf(n)).Where(i => i >= 0).ToArray()))
            .Where(c => c.At.Length > 0).ToDictionary(c => c.Field, c => c.At);
    }

    private Dictionary<ImportField, int[]> Find(IReadOnlyList<ColumnChoice> choices)
    {
        var (clean, found) = (CleanHeader, Recognised());
        foreach (var none in choices.Where(c => c.Column.Length == 0))
            found.Remove(none.Field);
        choices = [.. choices.Where(c => c.Column.Length > 0)];
        foreach (var chosen in choices.GroupBy(c => c.Field))
            found[chosen.Key] = [.. chosen.Select(c => clean.IndexOf(ImportFormat.Clean(c.Column)) is var i and >= 0 ? i
                : throw new UnreadableFileException($"The file has no column '{c.Column}'. Its columns are: {Names()}."))];
        // What staff chose for the name is the whole name.
        if (choices.Any(c => c.Field == ImportField.Name))
            found.Keys.Where(f => f is ImportField.FirstName or ImportField.LastName).Where(f => choices.All(c => c.Field != f)).ToList().ForEach(f => found.Remove(f));
        RefuseUnreadNo(found);
        return found.ContainsKey(ImportField.Email) ? found : throw new UnreadableFileException(
            $"No column of the file is plainly the address. Its columns are: {Names()}. Name it with --map {JsonNamingPolicy.CamelCase.ConvertName(nameof(ImportField.Email))}=COLUMN.");
    }
}
