namespace Newsroom.Backend.BrowserTests;

public sealed class TheTestRunner
{
    [Fact]
    public void Finds_tests() => Assert.NotEmpty(typeof(TheTestRunner).Assembly.GetTypes());
}
