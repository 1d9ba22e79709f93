using System.Collections;
using System.Globalization;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Staff.House;

/// <summary>How a setting's value is shown. What may be a secret never is.</summary>
internal static class SettingText
{
    private static readonly string[] SecretWords = ["Password", "Secret", "Token", "ConnectionString"];

    /// <summary>By the name, so that a secret of tomorrow is one too: a key is taken for secret unless it says that it is public, or the name of a file.</summary>
    public static bool IsSecret(string key)
    {
        var name = key[(key.LastIndexOf(':') + 1)..];
        return Array.Exists(SecretWords, w => key.Contains(w, StringComparison.OrdinalIgnoreCase) && !name.EndsWith("File", StringComparison.OrdinalIgnoreCase))
            || (name.EndsWith("Key", StringComparison.OrdinalIgnoreCase) && !name.Contains("Public", StringComparison.OrdinalIgnoreCase));
    }

    public static string Of(string key, object? value)
    {
        var text = value switch
        {
            null => "",
            IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString() ?? "",
        };
        if (IsSecret(key))
            return text.Length > 0 ? "set" : "not set";
        return text.Length == 0 ? "–" : UrlText.WithoutPassword(text);
    }

    /// <summary>Every leaf of an options object with its key, as configuration writes it. What is worked out from others has no setter, and is no setting.</summary>
    public static IEnumerable<(string Key, object? Value)> Leaves(string key, object? value)
    {
        switch (value)
        {
            case null or string or IFormattable or bool or Uri:
                yield return (key, value);
                break;
            case IEnumerable list:
                var items = list.Cast<object?>().ToList();
                if (items.Count == 0)
                    yield return (key, null);
                foreach (var leaf in items.SelectMany((item, n) => Leaves(FormattableString.Invariant($"{key}:{n}"), item)))
                    yield return leaf;
                break;
            default:
                foreach (var property in value.GetType().GetProperties().Where(p => p.GetIndexParameters().Length == 0 && (p.SetMethod is { IsPublic: true } || IsList(p.PropertyType))))
                {
                    foreach (var leaf in Leaves($"{key}:{property.Name}", property.GetValue(value)))
                        yield return leaf;
                }
                break;
        }
    }

    private static bool IsList(Type type) => type != typeof(string) && type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IList<>);
}
