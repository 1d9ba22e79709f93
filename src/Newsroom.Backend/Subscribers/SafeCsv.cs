using System.Globalization;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;

namespace Newsroom.Backend.Subscribers;

/// <summary>
/// CSV that a spreadsheet opens as text only: a cell that it would take for a formula gets an apostrophe in front (OWASP, CSV injection).
/// A name is what a stranger typed into a form. UTF-8 with a byte order mark, by which Excel knows it.
/// </summary>
internal static class SafeCsv
{
    // The apostrophe too, so that taking it away again gives what was there. The wide forms start formulas in Japanese Excel.
    private static readonly char[] Dangerous = ['=', '+', '-', '@', '\t', '\r', '\n', '\'', '＝', '＋', '－', '＠'];

    public static CsvWriter Writer(Stream stream, bool leaveOpen) => new(
        new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: leaveOpen),
        new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            InjectionOptions = InjectionOptions.Escape,
            InjectionCharacters = Dangerous,
            InjectionEscapeCharacter = '\'',
        });

    /// <summary>A file that nobody but its owner may read: it holds addresses.</summary>
    public static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    public static string Unescape(string cell) => cell.Length > 1 && cell[0] == '\'' && Dangerous.Contains(cell[1]) ? cell[1..] : cell;
}
