using System.Globalization;

namespace Newsroom.Backend.Web.StaffPages;

/// <param name="Label">What it is of, as the hidden table and the axis show it.</param>
/// <param name="Value">From zero up; may be less for a change.</param>
/// <param name="Compared">Of the period before; null: none.</param>
public sealed record ChartPoint(string Label, double Value, double? Compared = null);

/// <summary>The geometry of a chart in a box of 600 × 160 units: pure, so that a test can say where each point stands.</summary>
public sealed class ChartShape
{
    public const int Width = 600;
    public const int Height = 160;
    private const int Left = 4, Right = 4, Top = 10, Bottom = 22;

    private readonly IReadOnlyList<ChartPoint> _points;

    /// <param name="points">In the order in which they are drawn.</param>
    /// <param name="fromZero">False for a line whose rises would vanish above a big number.</param>
    public ChartShape(IReadOnlyList<ChartPoint> points, bool fromZero = true)
    {
        _points = points;
        var values = points.Select(p => p.Value).Concat(points.Select(p => p.Compared).OfType<double>()).DefaultIfEmpty(0).ToList();
        (Least, Most) = (fromZero ? Math.Min(0, values.Min()) : values.Min(), values.Max());
        // A flat line stands in the middle of the box.
        if (Most - Least <= 0)
            (Least, Most) = (Least - 1, Most + 1);
    }

    public double Least { get; }
    public double Most { get; }
    public static int Floor => Height - Bottom;

    public double X(int index) => _points.Count < 2 ? Width / 2.0 : Left + (index * (Width - Left - Right) / (double)(_points.Count - 1));

    public double Y(double value) => Top + ((Most - value) * (Height - Top - Bottom) / (Most - Least));

    /// <summary>An SVG polyline's points.</summary>
    public string Line(bool compared = false) => string.Join(' ', _points.Select((p, i) => (Value: compared ? p.Compared : p.Value, i))
        .Where(p => p.Value is not null).Select(p => $"{Number(X(p.i))},{Number(Y(p.Value!.Value))}"));

    /// <summary>A bar's left edge, top, width and height; the second of a pair stands right of the first.</summary>
    public (string X, string Y, string Width, string Height) Bar(int index, bool compared = false)
    {
        var slot = (Width - Left - Right) / (double)Math.Max(1, _points.Count);
        var isPair = _points.Any(p => p.Compared is not null);
        var width = slot * (isPair ? 0.38 : 0.7);
        var x = Left + (index * slot) + (slot * 0.1) + (compared || !isPair ? 0 : width + 1);
        var value = compared ? _points[index].Compared ?? 0 : _points[index].Value;
        var y = Y(Math.Max(0, value));
        return (Number(x), Number(y), Number(width), Number(Math.Max(0, Y(Math.Max(0, Least)) - y)));
    }

    public static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
