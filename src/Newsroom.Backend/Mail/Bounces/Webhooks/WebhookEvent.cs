using System.Text.Json;

namespace Newsroom.Backend.Mail.Bounces.Webhooks;

/// <summary>One event of a provider's.</summary>
/// <param name="Id">The provider's own id of it: what makes it once.</param>
/// <param name="Verdicts">What it says.</param>
public sealed record WebhookEvent(string Id, IReadOnlyList<BounceVerdict> Verdicts);

/// <summary>A provider's JSON, of which any field may be missing or of another kind than documented.</summary>
internal static class WebhookJson
{
    public static JsonElement? At(this JsonElement from, params ReadOnlySpan<string> path)
    {
        try
        {
            foreach (var name in path)
            {
                if (from.ValueKind != JsonValueKind.Object || !from.TryGetProperty(name, out from))
                    return null;
            }
            return from;
        }
        catch (InvalidOperationException)
        {
            // Some name in it is no Unicode.
            return null;
        }
    }

    /// <summary>A text or a number; null for anything else and for an empty text.</summary>
    public static string? Text(this JsonElement from, params ReadOnlySpan<string> path) => from.At(path) switch
    {
        { ValueKind: JsonValueKind.String } text => Unescaped(text) is { Length: > 0 } some ? some : null,
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        _ => null,
    };

    /// <remarks>JSON may hold half a surrogate pair: servers' words are cut anywhere. Reading it throws, so such a text is taken as it is written.</remarks>
    private static string? Unescaped(JsonElement text)
    {
        try
        {
            return text.GetString();
        }
        catch (InvalidOperationException)
        {
            return text.GetRawText().Trim('"');
        }
    }

    public static IEnumerable<JsonElement> Items(this JsonElement from, params ReadOnlySpan<string> path) =>
        from.At(path) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

    public static BounceVerdict Verdict(BounceKind kind, string? recipient, string? status, string? reason, string? words, IEnumerable<string?> marked) =>
        new(kind, recipient is null ? [] : [recipient], Form(status), reason, Verdicts.Line(words)) { MarkedTexts = [.. marked.OfType<string>()] };

    public static BounceVerdict Delivered(string? recipient, IEnumerable<string?> marked) =>
        Verdict(BounceKind.Ignored, recipient, null, BounceReasons.Delivered, null, marked);

    /// <summary>A failure for good: what the server said means the same as in a report or while the mail was handed over.</summary>
    /// <param name="recipient">Whom it names.</param>
    /// <param name="status">Enhanced status, where the provider gives it apart from the words.</param>
    /// <param name="words">The server's.</param>
    /// <param name="isGone">The provider itself says that the mailbox is not there, whatever the server said.</param>
    /// <param name="marked">Where our mark may stand.</param>
    public static BounceVerdict Failed(string? recipient, string? status, string? words, bool isGone, IEnumerable<string?> marked)
    {
        var meaning = BounceMeaning.Of(Form(status), null, words);
        return isGone && meaning.Kind != BounceKind.Hard
            ? Verdict(BounceKind.Hard, recipient, meaning.Status, BounceReasons.UserUnknown, words, marked)
            : Verdict(meaning.Kind, recipient, meaning.Status, meaning.Reason, words, marked);
    }

    /// <summary>True when neither status nor words give a reason: then a provider's own "for good" counts.</summary>
    public static bool IsUnexplained(string? status, string? words) =>
        !ServerWords.SaysMore(Form(status) ?? ServerWords.Read(words).Status)
        && BounceMeaning.Of(Form(status), null, words).Reason is BounceReasons.Unknown or BounceReasons.Rejected;

    /// <summary>What a provider gives as status may be anything: only an enhanced code counts as one.</summary>
    private static string? Form(string? status) => status is null ? null : ServerWords.FindStatus(status);
}
