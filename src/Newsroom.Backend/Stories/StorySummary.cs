using System.Text.RegularExpressions;

namespace Newsroom.Backend.Stories;

/// <summary>The few sentences under a title.</summary>
public static partial class StorySummary
{
    /// <summary>UTF-16 units: about three lines of a digest on a phone, five on a desk.</summary>
    public const int Length = 350;
    private const RegexOptions Plain = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    /// <summary>Milliseconds for one pattern.</summary>
    private const int Patience = 1000;

    /// <summary>Plain text, cut at a word, without what plug-ins put at its end ("The post … appeared first on …", "Continue reading").</summary>
    public static string Of(string? html)
    {
        var text = PlainText.Of(html);
        // The endings stand at the end of excerpts, not of whole articles: a long text is cut before them anyway.
        if (text.Length <= 8 * Length)
            text = ReadOn().Replace(AppearedFirst().Replace(text, ""), "");
        return PlainText.Cut(Ellipsis().Replace(text, "…").Trim(), Length);
    }

    // WordPress's feed footer by Yoast SEO, in the languages of its translations that newsrooms here write in.
    [GeneratedRegex(
        @"\s*\b(The post .+? (appeared first|first appeared) on|La entrada .+? (se publicó|aparece) primero en"
        + @"|L[’']article .+? est apparu en premier sur|Der Beitrag .+? erschien zuerst auf) .{1,200}$",
        Plain, Patience)]
    private static partial Regex AppearedFirst();

    [GeneratedRegex(@"\s*(Continue reading\b.{0,300}|Read more\b.{0,20}|\(more…\)|→)$", Plain, Patience)]
    private static partial Regex ReadOn();

    [GeneratedRegex(@"\[(…|\.\.\.)\]|\.\.\.$", Plain, Patience)]
    private static partial Regex Ellipsis();
}
