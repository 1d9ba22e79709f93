using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Newsroom.Backend.Tests.Web;

public sealed class AnApiKey
{
    [Theory]
    [InlineData("", HttpStatusCode.OK, HttpStatusCode.Created)]
    [InlineData("read", HttpStatusCode.OK, HttpStatusCode.Forbidden)]
    [InlineData("newsletters", HttpStatusCode.OK, HttpStatusCode.Created)]
    [InlineData("digests", HttpStatusCode.Forbidden, HttpStatusCode.Forbidden)]
    [InlineData("digests read", HttpStatusCode.OK, HttpStatusCode.Forbidden)]
    public async Task Does_what_its_scopes_say_and_no_more(string scopes, HttpStatusCode list, HttpStatusCode add)
    {
        await using var app = await NewsroomApp.StartAsync();
        var client = await app.ApiWithAsync(scopes);
        using var listed = await client.GetAsync("/api/v1/newsletters", TestContext.Current.CancellationToken);
        Assert.Equal(list, listed.StatusCode);
        using var added = await client.PostAsJsonAsync("/api/v1/newsletters", new { slug = "this-week", name = "This Week" }, TestContext.Current.CancellationToken);
        Assert.Equal(add, added.StatusCode);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer")]
    [InlineData("Bearer not-a-key")]
    [InlineData("Basic dGVzdDp0ZXN0")]
    public async Task That_is_none_opens_nothing(string? authorization)
    {
        await using var app = await NewsroomApp.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/newsletters");
        if (authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var answer = await app.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal(new AuthenticationHeaderValue("Bearer"), Assert.Single(answer.Headers.WwwAuthenticate));
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }
}

public sealed class TheApisDocument
{
    [Fact]
    public async Task Has_every_route_with_its_purpose_and_says_which_need_a_key()
    {
        await using var app = await NewsroomApp.StartAsync();
        var document = await app.Http.GetFromJsonAsync<JsonElement>("/openapi/v1.json", TestContext.Current.CancellationToken);
        Assert.StartsWith("3.1.", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        Assert.Equal("bearer", document.GetProperty("components").GetProperty("securitySchemes").GetProperty("apiKey").GetProperty("scheme").GetString());

        var operations = document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(o => (Name: $"{o.Name.ToUpperInvariant()} {path.Name}", o.Value))).ToList();
        Assert.Equal(
            app.MappedRoutes().Select(r => r.Replace(":int", "", StringComparison.Ordinal)).Where(r => r.Contains(" /api/", StringComparison.Ordinal)).Order(),
            operations.Select(o => o.Name.TrimEnd('/')).Order());
        Assert.Empty(operations.Where(o => !o.Value.TryGetProperty("summary", out var summary) || string.IsNullOrWhiteSpace(summary.GetString())).Select(o => o.Name));
        string[] open = ["POST /api/v1/subscriptions", "POST /api/v1/checkouts"];
        Assert.All(operations, o => Assert.Equal(!open.Contains(o.Name), o.Value.TryGetProperty("security", out _)));
    }
}
