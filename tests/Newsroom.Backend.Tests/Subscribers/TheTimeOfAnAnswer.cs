using System.Diagnostics;
using System.Net.Http.Json;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Tests.Subscribers;

/// <summary>How long an answer takes must not tell who subscribes (promise 5).</summary>
/// <remarks>One request after the other: those that come at once are written together, and so take the same time without any pace.</remarks>
[Collection(nameof(Undisturbed))]
public sealed class TheTimeOfAnAnswer
{
    private const int Requests = 2_000;

    /// <summary>What the code does differently shows in each; what the machine did meanwhile, hardly in three.</summary>
    private const int Measurements = 3;

    [Fact(Timeout = 900_000)]
    public async Task Is_the_same_for_known_and_unknown_addresses()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var app = await NewsroomApp.StartAsync(pace: new AnswerPace());
        await app.AddNewsletterAsync();
        await app.AddReadersAsync(Requests * Measurements);
        var differences = new List<string>();
        for (var first = 0; first < Requests * Measurements; first += Requests)
        {
            if (await DifferenceAsync(app, first, cancellationToken) is not { } difference)
                return;
            differences.Add(difference);
        }
        Assert.Fail(string.Join('\n', differences));
    }

    private static async Task<string?> DifferenceAsync(NewsroomApp app, int first, CancellationToken cancellationToken)
    {
        // In turns, so that whatever else the machine does falls on both alike; in random order, so that what a request leaves to be done after its
        // answer does too.
        var (known, unknown) = (new double[Requests], new double[Requests]);
        var random = new Random(first);
        for (var i = 0; i < Requests; i++)
        {
            var knownFirst = random.Next(2) == 0;
            if (knownFirst)
                known[i] = await TimeAsync(app, ConfirmedReaders.Address(first + i + 1), cancellationToken);
            unknown[i] = await TimeAsync(app, $"nobody-{first + i}@elsewhere.example.org", cancellationToken);
            if (!knownFirst)
                known[i] = await TimeAsync(app, ConfirmedReaders.Address(first + i + 1), cancellationToken);
        }

        // The probability that a known address takes longer than an unknown one; 0.5 when nobody can tell. Its standard error for 2 × 2,000 is
        // 0.009 (Mann and Whitney 1947), so that the margin is more than five of them. The medians' own error is far below 0.1 ms on a machine at rest,
        // but up to 0.3 ms where other programs take the processor.
        var telling = ShareOfPairsWhereFirstIsLonger(known, unknown);
        return telling is > 0.45 and < 0.55 && Math.Abs(Median(known) - Median(unknown)) < Math.Max(0.5, 5 * StandardErrorOfMedians(known, unknown))
            ? null
            : $"A known address takes longer in {telling:P1} of the pairs; medians {Median(known):F2} and {Median(unknown):F2} ms.";
    }

    private static async Task<double> TimeAsync(NewsroomApp app, string email, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        using var answer = await app.Api.PostAsJsonAsync("/api/v1/subscriptions", new { email }, cancellationToken);
        Assert.Equal(202, (int)answer.StatusCode);
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static double ShareOfPairsWhereFirstIsLonger(double[] first, double[] second)
    {
        var sorted = second.Order().ToArray();
        return first.Average(x =>
        {
            var (below, through) = (Rank(sorted, x, orEqual: false), Rank(sorted, x, orEqual: true));
            return (below + through) / 2.0 / sorted.Length;
        });
    }

    /// <summary>How many are below, or not above.</summary>
    private static int Rank(double[] sorted, double value, bool orEqual)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (sorted[middle] < value || (orEqual && sorted[middle] == value))
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    /// <summary>Of the difference of two medians, from the order statistics two standard errors of the rank away from each.</summary>
    private static double StandardErrorOfMedians(double[] first, double[] second)
    {
        return Math.Sqrt(Math.Pow(Error(first), 2) + Math.Pow(Error(second), 2));

        static double Error(double[] values)
        {
            var (sorted, two) = (values.Order().ToArray(), (int)Math.Sqrt(values.Length));
            return (sorted[(sorted.Length / 2) + two] - sorted[(sorted.Length / 2) - two]) / 4;
        }
    }

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);
}
