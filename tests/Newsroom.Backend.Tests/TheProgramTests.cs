using System.Net;

namespace Newsroom.Backend.Tests;

public sealed class TheProgram
{
    [Fact]
    public async Task Starts_in_production_on_an_empty_database()
    {
        await using var app = await NewsroomApp.StartAsync();
        var live = await app.Http.GetAsync("/health/live", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        await app.RunDueJobsAsync();
    }
}
