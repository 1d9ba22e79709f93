using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Razor.TagHelpers;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Web.StaffPages;

public enum ChartKind
{
    Line,
    Bars,
}

/// <summary>
/// A chart drawn here, with the same figures as a table for who does not see it:
/// <c>&lt;staff-chart name="Readers, last 90 days" points="Model.Readers" /&gt;</c>.
/// </summary>
public sealed class StaffChartTagHelper(IOptions<SiteOptions> site) : TagHelper
{
    public string Name { get; set; } = "";
    public ChartKind Kind { get; set; }
    public IReadOnlyList<ChartPoint> Points { get; set; } = [];

    /// <summary>What the values are, over the table's column: "readers".</summary>
    public string Unit { get; set; } = "Count";

    /// <summary>What the compared values are of: "month before".</summary>
    public string ComparedWith { get; set; } = "Before";

    /// <summary>The values are minor units of it. Never two currencies in one chart.</summary>
    public Currency? Money { get; set; }

    /// <summary>False for a line whose rises would vanish above a big number.</summary>
    public bool FromZero { get; set; } = true;

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagName = "figure";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Content.SetHtmlContent(Points.Count == 0 ? "" : Svg() + Table());
    }

    private string Svg()
    {
        var shape = new ChartShape(Points, FromZero);
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg class=\"chart\" viewBox=\"0 0 {ChartShape.Width} {ChartShape.Height}\" role=\"img\" aria-label=\"{Safe(Name)}\">")
            .Append(CultureInfo.InvariantCulture, $"<line class=\"axis\" x1=\"0\" y1=\"{ChartShape.Floor}\" x2=\"{ChartShape.Width}\" y2=\"{ChartShape.Floor}\"/>");
        if (Kind == ChartKind.Line)
        {
            if (Points.Any(p => p.Compared is not null))
                svg.Append(CultureInfo.InvariantCulture, $"<polyline class=\"second\" points=\"{shape.Line(compared: true)}\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<polyline class=\"line\" points=\"{shape.Line()}\"/>");
        }
        else
        {
            for (var i = 0; i < Points.Count; i++)
            {
                if (Points[i].Compared is not null)
                    Bar(svg, shape.Bar(i, compared: true), "bar compare");
                Bar(svg, shape.Bar(i), "bar");
            }
        }
        var baseline = ChartShape.Height - 6;
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"4\" y=\"{baseline}\">{Safe(Points[0].Label)}</text>")
            .Append(CultureInfo.InvariantCulture, $"<text x=\"{ChartShape.Width - 4}\" y=\"{baseline}\" text-anchor=\"end\">{Safe(Points[^1].Label)}</text></svg>");
        return svg.ToString();
    }

    private static void Bar(StringBuilder svg, (string X, string Y, string Width, string Height) bar, string style) =>
        svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"{style}\" x=\"{bar.X}\" y=\"{bar.Y}\" width=\"{bar.Width}\" height=\"{bar.Height}\" rx=\"1\"/>");

    private string Table()
    {
        var isCompared = Points.Any(p => p.Compared is not null);
        var table = new StringBuilder("<div class=\"visually-hidden\"><table><caption>").Append(Safe(Name)).Append("</caption><thead><tr><th scope=\"col\">When</th><th scope=\"col\">")
            .Append(Safe(Unit)).Append("</th>").Append(isCompared ? $"<th scope=\"col\">{Safe(ComparedWith)}</th>" : "").Append("</tr></thead><tbody>");
        foreach (var point in Points)
        {
            table.Append("<tr><th scope=\"row\">").Append(Safe(point.Label)).Append("</th><td>").Append(Text(point.Value)).Append("</td>")
                .Append(isCompared ? $"<td>{(point.Compared is { } compared ? Text(compared) : "")}</td>" : "").Append("</tr>");
        }
        return table.Append("</tbody></table></div>").ToString();
    }

    private string Text(double value) => Money is { } currency
        ? new Money((long)Math.Round(value), currency).Signed(site.Value.Culture)
        : value.ToString("#,0.##", site.Value.Culture);

    private static string Safe(string text) => HtmlEncoder.Default.Encode(text);
}
