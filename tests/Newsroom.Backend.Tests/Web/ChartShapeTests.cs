using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Tests.Web;

public sealed class AChart
{
    [Fact]
    public void Stands_on_its_floor_and_reaches_its_top()
    {
        var shape = new ChartShape([new("a", 0), new("b", 50), new("c", 100)]);
        var points = shape.Line().Split(' ').Select(p => p.Split(',').Select(n => double.Parse(n, System.Globalization.CultureInfo.InvariantCulture)).ToArray()).ToArray();
        Assert.Equal(3, points.Length);
        Assert.Equal(ChartShape.Floor, points[0][1]);
        Assert.True(points[2][1] < points[1][1] && points[1][1] < points[0][1]);
        Assert.All(points, p => Assert.InRange(p[0], 0, ChartShape.Width));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    [InlineData(7)]
    public void Of_one_point_or_of_equal_ones_stays_in_its_box(double value)
    {
        foreach (var shape in new[] { new ChartShape([new("a", value)]), new ChartShape([new("a", value), new("b", value)], fromZero: false) })
        {
            foreach (var point in shape.Line().Split(' '))
                Assert.All(point.Split(','), n => Assert.InRange(double.Parse(n, System.Globalization.CultureInfo.InvariantCulture), 0, ChartShape.Width));
        }
    }

    [Fact]
    public void Puts_a_compared_bar_beside_its_own_and_never_over_it()
    {
        var shape = new ChartShape([new("a", 10, 5), new("b", 3, 8)]);
        foreach (var i in new[] { 0, 1 })
        {
            var (first, second) = (shape.Bar(i, compared: true), shape.Bar(i));
            Assert.True(Number(first.X) + Number(first.Width) <= Number(second.X));
        }

        static double Number(string text) => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
    }
}
