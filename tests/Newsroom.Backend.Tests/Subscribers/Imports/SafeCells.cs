using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Tests.Subscribers.Imports;

public sealed class SafeCells
{
    [Property(MaxTest = 2000)]
    public Property Read_back_as_what_was_written() =>
        Prop.ForAll(Cells, cell => SafeCsv.Unescape(SafeCsv.Escape(cell)) == cell);

    [Property(MaxTest = 2000)]
    public Property Begin_no_formula_wherever_a_spreadsheet_parts_them() => Prop.ForAll(
        Cells, cell => SafeCsv.Escape(cell).Split(';', '\t', '\r', '\n').All(part => part.TrimStart('"') is not (['=', ..] or ['+', ..] or ['-', ..] or ['@', ..])));

    private static Arbitrary<string> Cells => Gen.Elements("=+-@'\"; \t\r\n＝a1".ToCharArray()).ArrayOf().Select(c => new string(c)).ToArbitrary();
}
