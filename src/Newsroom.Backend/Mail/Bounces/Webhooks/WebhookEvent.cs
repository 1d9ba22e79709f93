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
        foreach (var name in path)
        {
            if (from.ValueKind != JsonValueKind.Object || !from.TryGetProperty(name, out from))
                return null;
        }
        return from;
    }

    /// <summary>A text or a number; null for anything else and for an empty text.</summary>
    public static string? Text(this JsonElement from, params ReadOnlySpan<string> path) => from.At(path) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString() is { Length: > 0 } some ? some : null,
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        _ => null,
    };

    public static IEnumerable<JsonElement> Items(this JsonElement from, params ReadOnlySpan<string> path) =>
        from.At(path) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

    public static BounceVerdict Verdict(BounceKind kind, string? recipient, string? status, string? reason, string? words, IEnumerable<string?> marked) =>
        new(kind, recipient is null ? [] : [recipient], status, reason, HeaderText.OneLine(words)) { MarkedTexts = [.. marked.OfType<string>()] };

    public static BounceVerdict Delivered(string? recipient, IEnumerable<string?> marked) => Verdict(BounceKind.Ignored, recipient, null, BounceReasons.Delivered, null, marked);

    /// <summary>A failure for good, by its enhanced status; without one that says more, it is counted.</summary>
    public static BounceVerdict Failed(string? recipient, string? status, string? words, bool isGone, IEnumerable<string?> marked)
    {
        status ??= Codes.StatusIn(words);
        var (kind, reason) = status switch
        {
            _ when BounceRules.EndsTheAddress(status) || isGone => (BounceKind.Hard, BounceReasons.UserUnknown),
            "5.2.1" => (BounceKind.Soft, BounceReasons.Disabled),
            "4.2.2" or "5.2.2" => (BounceKind.Soft, BounceReasons.MailboxFull),
            "5.3.4" => (BounceKind.Soft, BounceReasons.TooLarge),
            "5.4.4" => (BounceKind.Soft, BounceReasons.HostUnknown),
            { } other when other.Contains(".6.", StringComparison.Ordinal) => (BounceKind.Soft, BounceReasons.Content),
            { } other when other.Contains(".7.", StringComparison.Ordinal) => (BounceKind.Soft, BounceReasons.Policy),
            _ => (BounceKind.Soft, BounceReasons.Unknown),
        };
        return Verdict(kind, recipient, status, reason, words, marked);
    }
}

/// <summary>Enhanced status codes within words.</summary>
internal static partial class Codes
{
    public static string? StatusIn(string? words) => words is not null && Status().Match(words) is { Success: true } match ? match.Value : null;

    [System.Text.RegularExpressions.GeneratedRegex(@"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])", System.Text.RegularExpressions.RegexOptions.CultureInvariant, 1000)]
    private static partial System.Text.RegularExpressions.Regex Status();
}
