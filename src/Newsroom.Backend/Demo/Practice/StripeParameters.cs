using System.Globalization;
using System.Text.Json.Nodes;

namespace Newsroom.Backend.Demo.Practice;

/// <summary>
/// Stripe's form encoding: <c>line_items[0][price_data][currency]=usd</c>, <c>expand[]=customer</c>. Read into a tree of objects whose
/// leaves are strings; a list is an object with numbered keys.
/// </summary>
public sealed class StripeParameters
{
    private readonly JsonObject _tree;

    private StripeParameters(JsonObject tree) => _tree = tree;

    public static StripeParameters Read(IEnumerable<KeyValuePair<string, string>> pairs)
    {
        var tree = new JsonObject();
        foreach (var (name, value) in pairs)
            Put(tree, [.. name.Split('[').Select(part => part.TrimEnd(']'))], value);
        return new StripeParameters(tree);
    }

    public IEnumerable<string> Names => _tree.Select(p => p.Key);

    /// <summary>Null when absent, a branch, or empty: Stripe takes an empty value for "unset".</summary>
    public string? Text(params string[] path) => Find(path) is JsonValue value && value.GetValue<string>() is { Length: > 0 } text ? text : null;

    public string NeededText(params string[] path) => Text(path) ?? throw StripeErrorException.Needed(Name(path));

    public long? Number(params string[] path)
    {
        if (Text(path) is not { } text)
            return null;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw StripeErrorException.Invalid($"Invalid integer: {text}", Name(path), "parameter_invalid_integer");
    }

    public bool Flag(params string[] path) => Text(path) == "true";

    public bool Has(params string[] path) => Find(path) is not null;

    /// <summary>The values of <c>name[0]</c>, <c>name[1]</c> … or <c>name[]</c>.</summary>
    public IReadOnlyList<string> List(params string[] path) =>
        Find(path) is JsonObject list ? [.. list.Select(p => p.Value).OfType<JsonValue>().Select(v => v.GetValue<string>())] : [];

    public StripeParameters Branch(params string[] path) => new(Find(path) as JsonObject ?? []);

    /// <summary>The branch as wire JSON of texts, for example metadata; keys set to nothing are left out.</summary>
    /// <exception cref="StripeErrorException">More than Stripe keeps: 50 keys, 40 characters a key, 500 a value (https://docs.stripe.com/metadata).</exception>
    public JsonObject Metadata(params string[] path)
    {
        var metadata = new JsonObject();
        foreach (var (key, value) in Find(path) as JsonObject ?? [])
        {
            var text = value?.GetValue<string>() ?? "";
            if (key.Length > 40 || text.Length > 500)
                throw StripeErrorException.Invalid($"Metadata keys can have up to 40 characters and values up to 500; '{key}' is longer.", Name(path));
            if (text.Length > 0)
                metadata[key] = text;
        }
        return metadata.Count <= 50 ? metadata : throw StripeErrorException.Invalid("You can specify up to 50 metadata keys.", Name(path));
    }

    /// <summary>The same text for the same parameters in any order: what an idempotency key is compared by.</summary>
    public string Fingerprint() => string.Join('&', Flatten("", _tree).Order(StringComparer.Ordinal));

    private JsonNode? Find(string[] path)
    {
        JsonNode? node = _tree;
        foreach (var part in path)
            node = (node as JsonObject)?[part];
        return node;
    }

    private static void Put(JsonObject tree, string[] path, string value)
    {
        for (var i = 0; i < path.Length; i++)
        {
            var key = path[i].Length > 0 ? path[i] : tree.Count.ToString(CultureInfo.InvariantCulture);
            if (i == path.Length - 1)
                tree[key] = value;
            else if (tree[key] is JsonObject branch)
                tree = branch;
            else
                tree[key] = tree = [];
        }
    }

    private static IEnumerable<string> Flatten(string prefix, JsonObject tree) =>
        tree.SelectMany(p => p.Value is JsonObject branch ? Flatten($"{prefix}{p.Key}.", branch) : [$"{prefix}{p.Key}={p.Value}"]);

    private static string Name(string[] path) => path[0] + string.Concat(path.Skip(1).Select(p => $"[{p}]"));
}
