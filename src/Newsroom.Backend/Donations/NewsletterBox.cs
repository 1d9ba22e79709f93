using System.Text.Json;
using System.Text.Json.Serialization;

namespace Newsroom.Backend.Donations;

/// <summary>The newsletter box as forms and scripts send it: a tick stands for what the form offers, a slug for that newsletter.</summary>
/// <param name="TakesOffer">Ticked without a name.</param>
/// <param name="Slugs">Newsletters named; nothing says yet that they exist.</param>
[JsonConverter(typeof(NewsletterBoxJson))]
public sealed record NewsletterBox(bool TakesOffer, IReadOnlyList<string> Slugs)
{
    public static NewsletterBox Empty { get; } = new(false, []);

    public bool IsTicked => TakesOffer || Slugs.Count > 0;

    /// <param name="values">One or several boxes of one name; each a tick, a slug, or slugs with commas between them.</param>
    public static NewsletterBox Of(IEnumerable<string?> values)
    {
        var said = values.SelectMany(v => (v ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToList();
        return new(said.Exists(Ticks), [.. said.Where(v => !Ticks(v) && !Denies(v)).Distinct(StringComparer.Ordinal)]);
    }

    private static bool Ticks(string value) => value.ToLowerInvariant() is "true" or "on" or "1" or "yes";

    private static bool Denies(string value) => value.ToLowerInvariant() is "false" or "off" or "0" or "no";
}

/// <summary>What the box on the page stands for.</summary>
/// <param name="Value">What it sends.</param>
/// <param name="Names">The newsletters'.</param>
/// <param name="IsTicked">By the donor, before.</param>
public sealed record NewsletterOffer(string Value, IReadOnlyList<string> Names, bool IsTicked);

/// <summary>True, a slug, or a list of slugs.</summary>
internal sealed class NewsletterBoxJson : JsonConverter<NewsletterBox>
{
    public override NewsletterBox Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.True => NewsletterBox.Of(["true"]),
        JsonTokenType.False => NewsletterBox.Empty,
        JsonTokenType.String => NewsletterBox.Of([reader.GetString()]),
        JsonTokenType.StartArray => NewsletterBox.Of(JsonSerializer.Deserialize<List<string?>>(ref reader, options)!),
        _ => throw new JsonException("Give true, a newsletter's slug, or a list of slugs."),
    };

    public override void Write(Utf8JsonWriter writer, NewsletterBox value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value.TakesOffer ? ["true", .. value.Slugs] : value.Slugs, options);
}
