namespace Newsroom.Backend.Subscribers.Imports;

/// <summary>How a list begins, for staff to say what its columns are.</summary>
/// <param name="Format">What it was taken for.</param>
/// <param name="Encoding">As far as it was read.</param>
/// <param name="Delimiter">What parts its cells.</param>
/// <param name="Header">The columns' names.</param>
/// <param name="Recognised">By field, the columns that are read when staff say nothing.</param>
/// <param name="Rows">The first few.</param>
/// <param name="UnreadNo">A column that seems to say who wants no mail, and is not recognised; null: none.</param>
/// <param name="Note">What staff must know of files of this format.</param>
public sealed record ListPreview(
    string Format, string Encoding, char Delimiter, IReadOnlyList<string> Header, IReadOnlyDictionary<ImportField, string[]> Recognised, IReadOnlyList<string[]> Rows,
    string? UnreadNo, string? Note)
{
    private const int FirstRows = 10;

    /// <exception cref="UnreadableFileException">It is no list.</exception>
    public static async Task<ListPreview> OfAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var file = await ImportFile.PeekAsync(stream, cancellationToken);
        var rows = new List<string[]>();
        await foreach (var (_, cells) in file.RowsAsync(cancellationToken))
        {
            rows.Add(cells);
            if (rows.Count == FirstRows)
                break;
        }
        return new ListPreview(
            file.Format.Name, file.EncodingName, file.Delimiter, file.Header, file.Columns.ToDictionary(c => c.Key, c => c.Value.Select(i => file.Header[i]).ToArray()), rows,
            file.UnreadNo, file.Format.Note);
    }
}
