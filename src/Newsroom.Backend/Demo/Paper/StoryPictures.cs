using System.Globalization;
using System.Text;

namespace Newsroom.Backend.Demo.Paper;

/// <summary>Draws the Gazette's pictures: a motif (<c>lighthouse</c>) in a light (<c>dusk</c>), a little different for each story. No file, no licence.</summary>
internal static class StoryPictures
{
    private const int Horizon = 430;

    private sealed record Light(string SkyTop, string SkyLow, string Sun, string Far, string Near, string SeaTop, string SeaLow, string Glow, string Paint);

    private static Light LightOf(string name) => name switch
    {
        "dawn" => new("#f3c6b0", "#fbead6", "#fff4e0", "#b79aa6", "#5d5a73", "#d9b5ae", "#7f8ba3", "#ffe1a8", "#fdf6ec"),
        "dusk" => new("#4b4a78", "#f08a5d", "#ffd9a0", "#6d4f72", "#2f2f4f", "#b0647a", "#35365e", "#ffc46b", "#f4dfd0"),
        "night" => new("#0f1b33", "#2c4468", "#f2ead0", "#1f3353", "#0b1528", "#1f3a5f", "#0b1a30", "#ffd479", "#8fa6c4"),
        "storm" => new("#4a5a66", "#93a3a8", "#c5cfcf", "#5b6c73", "#2e3b42", "#5c727a", "#2c3d46", "#f1d58a", "#dde4e2"),
        _ => new("#7fb6d6", "#e4f1f2", "#fffbe8", "#8fb0b0", "#3e6a72", "#5fa3b5", "#20627c", "#fff0b8", "#fffdf6"),
    };

    /// <summary>An SVG document, 1200 × 675.</summary>
    public static string Draw(SampleStory story)
    {
        var (motif, lightName) = story.Picture.Split(' ') is [var m, var l] ? (m, l) : ("bay", "day");
        var light = LightOf(lightName);
        var vary = (int n) => (story.Number * 7919 + n * 104_729) % 100;
        var svg = new StringBuilder();
        svg.Append("""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 675" role="img"><defs>""")
            .Append(Gradient("sky", light.SkyTop, light.SkyLow)).Append(Gradient("sea", light.SeaTop, light.SeaLow)).Append("</defs>")
            .Append(Rect(0, 0, 1200, Horizon, "url(#sky)"))
            .Append(Circle(250 + vary(1) * 7, lightName is "dawn" or "dusk" ? Horizon - 30 : 110 + vary(2), lightName == "night" ? 34 : 56, light.Sun));
        if (lightName == "night")
            svg.Append(Stars(vary));
        svg.Append(Hills(light.Far, Horizon, 70 + vary(3), vary(4))).Append(Rect(0, Horizon, 1200, 245, "url(#sea)"));
        svg.Append(motif switch
        {
            "lighthouse" => Lighthouse(720 + vary(5) * 2, light),
            "town" => Houses(light, vary),
            "market" => Houses(light, vary) + Stalls(light),
            "harbour" => Cranes(light, vary) + Boat(330 + vary(6), 500, 1.1, light),
            "ferry" => Ferry(330 + vary(6) * 2, light),
            "boats" => Boat(220 + vary(6), 470, 0.9, light) + Boat(540 + vary(7), 540, 1.5, light) + Boat(930, 480, 1, light),
            _ => Hills(light.Near, Horizon, 40, vary(8) + 40) + Boat(700 + vary(6) * 2, 510, 0.8, light),
        });
        return svg.Append(Waves(light, vary)).Append("</svg>").ToString();
    }

    private static string Lighthouse(int x, Light light) =>
        Path($"M{x - 330} 470 Q{x - 120} 330 {x - 60} 340 L{x + 90} 340 Q{x + 260} 360 {x + 420} 480 Z", light.Near)
        + Path($"M{x} 170 L{x - 520} 110 L{x - 520} 215 Z", light.Glow, 0.28)
        + Path($"M{x - 34} 345 L{x - 22} 190 L{x + 22} 190 L{x + 34} 345 Z", light.Paint)
        + Path($"M{x - 30} 295 L{x - 26} 245 L{x + 26} 245 L{x + 30} 295 Z", "#c2452d")
        + Rect(x - 30, 182, 60, 10, light.Near) + Rect(x - 17, 150, 34, 32, light.Glow) + Path($"M{x - 24} 150 L{x} 120 L{x + 24} 150 Z", "#c2452d");

    private static string Houses(Light light, Func<int, int> vary)
    {
        string[] walls = ["#c2452d", "#d9a441", light.Paint, "#5c7f8c", "#a8574a", "#e0c9a6"];
        var svg = new StringBuilder();
        for (int i = 0, x = 90; x < 1080; i++)
        {
            var (width, height) = (74 + vary(20 + i) / 2, 120 + vary(40 + i));
            var top = Horizon + 40 - height;
            svg.Append(Path($"M{x - 6} {top} L{x + width / 2} {top - 46} L{x + width + 6} {top} Z", light.Near)).Append(Rect(x, top, width, height, walls[(i + vary(9)) % walls.Length]));
            for (var row = 0; row < height / 52; row++)
            {
                for (var column = 0; column < 2; column++)
                    svg.Append(Rect(x + 16 + column * (width / 2 - 4), top + 20 + row * 48, 16, 24, vary(60 + i * 5 + row * 2 + column) < 55 ? light.Glow : light.Near));
            }
            x += width + 6;
        }
        return svg.Append(Rect(60, Horizon + 38, 1060, 20, light.Near)).ToString();
    }

    private static string Stalls(Light light) => string.Concat(Enumerable.Range(0, 4).Select(i =>
        Path($"M{170 + i * 230} {Horizon + 20} h150 l18 44 h-186 Z", i % 2 == 0 ? "#c2452d" : "#2f7f86") + Rect(165 + i * 230, Horizon + 64, 160, 44, light.Paint)
        + Circle(200 + i * 230, Horizon + 66, 12, "#d9a441") + Circle(228 + i * 230, Horizon + 66, 12, "#c2452d") + Circle(256 + i * 230, Horizon + 66, 12, "#6f8f4e")));

    private static string Cranes(Light light, Func<int, int> vary) => Rect(600, Horizon - 8, 600, 46, light.Near) + string.Concat(Enumerable.Range(0, 3).Select(i =>
    {
        var (x, h) = (690 + i * 170, 190 + vary(30 + i));
        return Path($"M{x - 26} {Horizon} L{x - 8} {Horizon - h} L{x + 8} {Horizon - h} L{x + 26} {Horizon} h-9 L{x} {Horizon - h + 40} L{x - 17} {Horizon} Z", light.Near)
            + Path($"M{x + 40} {Horizon - h - 4} L{x - 170} {Horizon - h - 46} l-4 9 L{x + 40} {Horizon - h + 10} Z", "#c2452d")
            + Rect(x - 150, Horizon - h - 40, 3, 90 + vary(50 + i), light.Near) + Rect(x + 44, Horizon - 40, 60, 34, i % 2 == 0 ? "#2f7f86" : "#d9a441");
    }));

    private static string Ferry(int x, Light light)
    {
        var windows = string.Concat(Enumerable.Range(0, 11).Select(i => Rect(x + 52 + i * 40, 400, 22, 16, light.Glow)));
        return Path($"M{x} 450 L{x + 560} 450 L{x + 520} 520 L{x + 36} 520 Z", "#20506b") + Rect(x + 30, 385, 480, 66, light.Paint) + windows
            + Rect(x + 120, 335, 300, 50, light.Paint) + Rect(x + 150, 350, 240, 16, light.Near) + Path($"M{x + 330} 335 v-60 h56 l8 60 Z", "#c2452d") + Rect(x + 200, 270, 5, 66, light.Near);
    }

    private static string Boat(int x, int y, double size, Light light) =>
        FormattableString.Invariant($"""<g transform="translate({x} {y}) scale({size})">""")
        + Path("M0 0 L150 0 L126 34 L22 34 Z", "#c2452d") + Rect(4, 0, 142, 7, light.Paint) + Rect(70, -120, 5, 120, light.Near)
        + Path("M79 -112 L79 -14 L142 -14 Z", light.Paint) + Path("M66 -96 L66 -14 L20 -14 Z", light.Paint, 0.85) + "</g>";

    private static string Hills(string colour, int baseline, int height, int shift) =>
        Path($"M0 {baseline} V{baseline - height / 2} Q{150 + shift} {baseline - height - 30} {330 + shift} {baseline - height / 3} T{700 + shift} {baseline - height / 2} T1200 {baseline - height} V{baseline} Z", colour);

    private static string Waves(Light light, Func<int, int> vary) => string.Concat(Enumerable.Range(0, 9).Select(i =>
        FormattableString.Invariant($"""<path d="M{vary(70 + i) * 10} {Horizon + 70 + i * 19} q40 -9 80 0 t80 0" fill="none" stroke="{light.Paint}" stroke-opacity=".28" stroke-width="3" stroke-linecap="round"/>""")));

    private static string Stars(Func<int, int> vary) => string.Concat(Enumerable.Range(0, 40).Select(i =>
        Circle((vary(100 + i) * 12 + i * 31) % 1200, 20 + vary(160 + i) * 2, 1 + i % 3, "#f2ead0")));

    private static string Gradient(string id, string top, string low) =>
        $"""<linearGradient id="{id}" x2="0" y2="1"><stop stop-color="{top}"/><stop offset="1" stop-color="{low}"/></linearGradient>""";

    private static string Rect(int x, int y, int width, int height, string fill) =>
        string.Create(CultureInfo.InvariantCulture, $"""<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{fill}"/>""");

    private static string Circle(int x, int y, int radius, string fill) =>
        string.Create(CultureInfo.InvariantCulture, $"""<circle cx="{x}" cy="{y}" r="{radius}" fill="{fill}"/>""");

    private static string Path(FormattableString d, string fill, double opacity = 1) => Path(FormattableString.Invariant(d), fill, opacity);

    private static string Path(string d, string fill, double opacity = 1) =>
        string.Create(CultureInfo.InvariantCulture, $"""<path d="{d}" fill="{fill}" fill-opacity="{opacity}"/>""");
}
