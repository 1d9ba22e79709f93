using System.Globalization;
using System.Text;
using CsvHelper;

namespace Newsroom.Backend.Subscribers;

/// <summary>
/// CSV that a spreadsheet opens as text only: a cell that it would take for a formula gets an apostrophe in front (OWASP, CSV injection), and so does
/// what follows a semicolon or a tab inside a cell: where the comma is the decimal sign, a double click parts a file there.
/// A name is what a stranger typed into a form. UTF-8 with a byte order mark, by which Excel knows it.
/// </summary>
internal static class SafeCsv
{
    // The apostrophe too, so that taking it away again gives what was there. The wide forms start formulas in Japanese Excel.
    private const string Dangerous = "=+-@'＝＋－＠";

    public static CsvWriter Writer(Stream stream, bool leaveOpen) =>
        new EscapingWriter(new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: leaveOpen));

    /// <summary>A file that nobody but its owner may read: it holds addresses.</summary>
    public static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    public static string Escape(string cell)
    {
        var safe = new StringBuilder(cell.Length + 1);
        for (var i = 0; i < cell.Length; i++)
        {
            if (Begins(cell, i) && IsDangerous(cell, i, isFirst: i == 0))
                safe.Append('\'');
            safe.Append(cell[i]);
        }
        return safe.ToString();
    }

    /// <summary>What <see cref="Escape"/> was given.</summary>
    public static string Unescape(string cell)
    {
        var bare = new StringBuilder(cell.Length);
        for (var i = 0; i < cell.Length; i++)
        {
            if (cell[i] != '\'' || !Begins(cell, i) || !IsDangerous(cell, i + 1, isFirst: i == 0))
                bare.Append(cell[i]);
        }
        return bare.ToString();
    }

    /// <summary>A line's end too: inside quotes for us, it is a row's for who parts at semicolons and so sees no opening quote.</summary>
    private static bool Begins(string cell, int at) => at == 0 || cell[at - 1] is ';' or '\t' or '\r' or '\n';

    // A quote may open the cell.
    private static bool IsDangerous(string cell, int at, bool isFirst)
    {
        while (at < cell.Length && cell[at] == '"')
            at++;
        return at < cell.Length && (Dangerous.Contains(cell[at], StringComparison.Ordinal) || (isFirst && cell[at] is '\t' or '\r' or '\n'));
    }

    private sealed class EscapingWriter(TextWriter writer) : CsvWriter(writer, CultureInfo.InvariantCulture)
    {
        public override void WriteField(string? field)
        {
            var safe = field is null ? null : Escape(field);
            if (safe == field)
                base.WriteField(field);
            else
                base.WriteField(safe, shouldQuote: true);
        }
    }
}
