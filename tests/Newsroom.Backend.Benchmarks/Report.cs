using System.Text.Encodings.Web;
using System.Text.Json;

namespace Newsroom.Backend.Benchmarks;

/// <summary>Figures for people and programs: one line of JSON each on stdout; what happens meanwhile goes to stderr.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DictionaryKeyPolicy = JsonNamingPolicy.CamelCase,
    };

    public static void Print<T>(T figures) => Console.WriteLine(JsonSerializer.Serialize(figures, Json));

    public static void Note(FormattableString line) => Console.Error.WriteLine(line.ToString(System.Globalization.CultureInfo.InvariantCulture));
}
