using System.Globalization;
using Newsroom.Backend.Subscribers.Imports;

namespace Newsroom.Backend.Subscribers.Staff;

/// <summary>The part of a form that says in which column each field stands: a choice of the header's names, "as recognised", or none.</summary>
public sealed class ColumnForm
{
    /// <summary>The option that leaves a field to what was recognised.</summary>
    public const string AsRecognised = "=";
    public const string None = "";

    private readonly ListPreview _preview;
    private readonly Dictionary<ImportField, string> _values;

    private ColumnForm(ListPreview preview, Dictionary<ImportField, string> values) => (_preview, _values) = (preview, values);

    public static IReadOnlyList<ImportField> Fields { get; } = Enum.GetValues<ImportField>();

    /// <summary>What staff chose, without what only says again what was recognised.</summary>
    public IReadOnlyList<ColumnChoice> Choices => [.. _values.Where(v => v.Value != AsRecognised && (v.Value != None || _preview.Recognised.ContainsKey(v.Key)))
        .Select(v => new ColumnChoice(v.Key, ColumnOf(v.Value) ?? ""))];

    public string ValueOf(ImportField field) => _values[field];

    /// <summary>The form's value of a column.</summary>
    public static string ValueOf(int column) => column.ToString(CultureInfo.InvariantCulture);

    public static string NameOf(ImportField field) => "column-" + field.ToString().ToLowerInvariant();

    public static ColumnForm Of(ListPreview preview, IReadOnlyList<ColumnChoice> choices) => new(preview, Fields.ToDictionary(f => f, f => choices.FirstOrDefault(c => c.Field == f) switch
    {
        null => preview.Recognised.ContainsKey(f) ? AsRecognised : None,
        var choice => preview.Header.ToList().IndexOf(choice.Column) is var at and >= 0 ? ValueOf(at) : None,
    }));

    public static ColumnForm Read(ListPreview preview, Func<string, string?> posted) => new(preview, Fields.ToDictionary(
        f => f, f => posted(NameOf(f)) ?? (preview.Recognised.ContainsKey(f) ? AsRecognised : None)));

    private string? ColumnOf(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at < _preview.Header.Count ? _preview.Header[at] : null;
}
