using System.Text.Encodings.Web;
using System.Text.Unicode;
using Newsroom.Backend.Newsletters;

namespace Newsroom.Backend.Subscribers.Embed;

/// <summary>What a snippet says.</summary>
/// <param name="PublicUrl">Where we are, without a trailing slash.</param>
/// <param name="Site">The newsroom's name.</param>
/// <param name="Newsletters">One: signed up for without a question. Several: a choice. None: the default ones.</param>
/// <param name="Source">What the form calls itself.</param>
/// <param name="WithoutChoice">What the plain form's reader gets who ticks none of several.</param>
/// <param name="Next">Where the plain form leads on to; null: our page that says "check your mail".</param>
internal sealed record EmbedText(string PublicUrl, string Site, IReadOnlyList<Newsletter> Newsletters, string Source, string WithoutChoice = "", string? Next = null);

/// <summary>
/// HTML to paste into another site. The same for every visitor, because pages come from caches: no token, no time. Every value is encoded.
/// </summary>
internal static class EmbedCode
{
    /// <summary>People's names and words stay readable; all that is markup is encoded.</summary>
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>Needs no script. The trap is <c>hidden</c>, not moved away by a style: content policies of other sites may forbid inline styles.</summary>
    public static string Form(EmbedText text)
    {
        List<string> lines =
        [
            $"""<form method="post" action="{E(text.PublicUrl)}/subscribe">""",
            """  <p><label>Your email address <input type="email" name="email" autocomplete="email" required maxlength="254"></label></p>""",
            .. text.Newsletters is [var only] ? [Hidden("newsletter", only.Slug)] : Choice(text),
            $"""  <p><small>{E(ConsentWording.SignUp.Text)} <a href="{E(text.PublicUrl)}/privacy">Privacy</a></small></p>""",
            """  <p><button type="submit">Sign up</button></p>""",
            Hidden("source", text.Source),
            Hidden(ConsentWording.Field, ConsentWording.SignUp.Version),
            $"""  <div hidden><label>Leave this empty <input type="text" name="{SignUpForm.TrapField}" tabindex="-1" autocomplete="off"></label></div>""",
            "</form>",
        ];
        if (text.Next is not null)
            lines.Insert(lines.Count - 1, Hidden("next", text.Next));
        return string.Join('\n', lines);
    }

    public static string Script(EmbedText text)
    {
        var newsletters = text.Newsletters switch
        {
            [] => "",
            [var only] => $" data-newsletter=\"{E(only.Slug)}\"",
            // The script parts them at these two.
            var several => $" data-newsletters=\"{E(string.Join('|', several.Select(n => $"{n.Slug}={n.Name.Replace('|', '/').Replace('=', ' ')}")))}\"",
        };
        return $"""
            <script src="{E(text.PublicUrl)}{EmbedScript.Form.Path}" integrity="{EmbedScript.Form.Integrity}" crossorigin="anonymous" data-source="{E(text.Source)}"{newsletters} data-title="Don’t miss a story" async></script>
            <noscript>{Link(text)}</noscript>
            """.ReplaceLineEndings("\n");
    }

    /// <summary>The height is for pages that do not load the second line.</summary>
    public static string Frame(EmbedText text) => $"""
        <iframe src="{E(text.PublicUrl)}/embed/subscribe?{E(Query(text))}" title="Sign up for the newsletters of {E(text.Site)}" width="100%" height="{(text.Newsletters.Count > 1 ? 480 + (110 * text.Newsletters.Count) : 480)}" style="border:0" loading="lazy"></iframe>
        <script src="{E(text.PublicUrl)}{EmbedScript.Frame.Path}" integrity="{EmbedScript.Frame.Integrity}" crossorigin="anonymous" async></script>
        """.ReplaceLineEndings("\n");

    /// <summary>Survives where an editor's HTML is filtered; its address alone does for a button block.</summary>
    public static string Link(EmbedText text) => $"""<a href="{E(Address(text))}">Sign up for the newsletters of {E(text.Site)}</a>""";

    /// <summary>Of our own form, as <see cref="Link"/> has it.</summary>
    public static string Address(EmbedText text) => $"{text.PublicUrl}/subscribe?{Query(text)}";

    private static string Query(EmbedText text) =>
        string.Join('&', text.Newsletters.Select(n => "newsletter=" + Uri.EscapeDataString(n.Slug)).Append("source=" + Uri.EscapeDataString(text.Source)));

    private static IEnumerable<string> Choice(EmbedText text) => text.Newsletters.Count == 0 ? [] :
    [
        "  <fieldset>",
        $"    <legend>Which newsletters? Without a choice you get {E(text.WithoutChoice)}.</legend>",
        .. text.Newsletters.Select(n => $"""    <p><label><input type="checkbox" name="newsletter" value="{E(n.Slug)}"> {E(n.Name)}</label></p>"""),
        "  </fieldset>",
    ];

    private static string Hidden(string name, string value) => $"""  <input type="hidden" name="{E(name)}" value="{E(value)}">""";

    private static string E(string value) => Encoder.Encode(value);
}
