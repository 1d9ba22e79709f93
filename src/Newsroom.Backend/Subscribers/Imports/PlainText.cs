namespace Newsroom.Backend.Subscribers.Imports;

internal static class PlainText
{
    /// <summary>A file's text for a terminal or a sentence: it must not move the cursor there, nor fill the screen.</summary>
    public static string OneLine(string text, int longest)
    {
        var end = text.Length <= longest ? text.Length : char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest;
        var clean = string.Concat(text.AsSpan(0, end).ToString().Select(c => char.IsControl(c) ? ' ' : c));
        return end < text.Length ? clean + "…" : clean;
    }
}
