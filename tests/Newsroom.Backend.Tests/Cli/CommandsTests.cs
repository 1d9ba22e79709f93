using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Newsroom.Backend.Tests.Cli;

public sealed class AnOperatorsCommand : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("newsroom-operator-").FullName;

    [Fact]
    public async Task Makes_a_key_beside_the_running_server_that_the_server_takes()
    {
        await using var program = await RunningProgram.ServeAsync(_folder, [], TestContext.Current.CancellationToken);
        var (exit, output, errors) = await RunAsync("apikey", "add", "website", "--scope", "newsletters");
        Assert.True(exit == 0, errors);
        var key = output.TrimEnd().Split('\n')[^1];
        Assert.Equal(43, key.Length);

        program.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var list = await program.Http.GetAsync("/api/v1/newsletters", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, list.StatusCode);

        using var body = new StringContent(new string(' ', 2 * 1024 * 1024), Encoding.UTF8, "application/json");
        using var tooMuch = await program.Http.PostAsync("/api/v1/newsletters", body, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, tooMuch.StatusCode);
        Assert.Equal("application/problem+json", tooMuch.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Shows_the_schema_before_and_after_migrating()
    {
        var before = await StatusAsync();
        Assert.Equal("Sqlite", before.GetProperty("provider").GetString());
        Assert.Empty(before.GetProperty("applied").EnumerateArray());
        Assert.NotEmpty(before.GetProperty("pending").EnumerateArray());
        Assert.False(Directory.Exists(Path.Combine(_folder, "data")), "asking changes nothing");

        Assert.Contains("up to date", (await RunAsync("db", "migrate")).Output, StringComparison.Ordinal);
        Assert.Empty((await StatusAsync()).GetProperty("pending").EnumerateArray());
        Assert.Contains("CREATE TABLE \"Newsletters\"", (await RunAsync("db", "script")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Makes_a_newsletter_once()
    {
        Assert.Equal(0, (await RunAsync("newsletters", "add", "this-week", "This Week")).Exit);
        var again = await RunAsync("newsletters", "add", "this-week", "This Week");
        Assert.Equal((1, "There is a newsletter 'this-week' already."), (again.Exit, again.Errors.Trim()));
    }

    [Theory]
    [InlineData("Unrecognized command or argument 'nonsense'.", "nonsense")]
    [InlineData("See: db --help", "db")]
    [InlineData("See: apikey add --help", "apikey", "add")]
    [InlineData("There is no scope 'all'", "apikey", "add", "website", "--scope", "all")]
    [InlineData("Give a slug", "newsletters", "add", "This Week", "This Week")]
    public async Task That_is_misused_ends_with_2_and_says_what_to_do(string says, params string[] arguments)
    {
        var (exit, output, errors) = await RunAsync(arguments);
        Assert.Equal(2, exit);
        Assert.Contains(says, errors, StringComparison.Ordinal);
        Assert.Empty(output);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("serve", "--help")]
    [InlineData("db", "migrate", "--help")]
    [InlineData("apikey", "add", "--help")]
    public async Task Explains_itself_without_touching_anything(params string[] arguments)
    {
        var (exit, output, _) = await RunAsync(arguments);
        Assert.Equal(0, exit);
        Assert.Contains("Usage:", output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<JsonElement> StatusAsync() => JsonDocument.Parse((await RunAsync("db", "status", "--json")).Output).RootElement;

    private async Task<(int Exit, string Output, string Errors)> RunAsync(params string[] arguments) =>
        await RunningProgram.CommandAsync(_folder, [], TestContext.Current.CancellationToken, arguments);
}
