using System.Collections.Concurrent;
using System.Reflection;
using Newsroom.Backend.Tests;
using Xunit.v3;

[assembly: Patience]

namespace Newsroom.Backend.Tests;

/// <summary>
/// Ends a test that does not end: by its token, and where nothing listens to that, with the whole run. A run without end says nothing of any test.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class PatienceAttribute : BeforeAfterTestAttribute
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan LongestAfterwards = TimeSpan.FromMinutes(2);
    private static readonly ConcurrentDictionary<string, Timer> Running = new(StringComparer.Ordinal);

    public override void Before(MethodInfo methodUnderTest, IXunitTest test)
    {
        var context = TestContext.Current;
        var given = 0;
        Running[test.UniqueID] = new Timer(
            _ =>
            {
                if (given++ > 0)
                    Environment.FailFast($"Has not ended, nor heard that it should: {test.TestDisplayName}");
                context.CancelCurrentTest();
            },
            null, Longest, LongestAfterwards);
    }

    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        if (Running.TryRemove(test.UniqueID, out var timer))
            timer.Dispose();
    }
}
