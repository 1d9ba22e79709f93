using System.Net;
using System.Text;
using System.Text.Json;

namespace Newsroom.Backend.Tests.Web;

public sealed class AnAddressThatIsNotThere
{
    [Fact]
    public async Task Gets_people_a_page_with_what_to_do_and_a_trace_id()
    {
        await using var app = await NewsroomApp.StartAsync();
        foreach (var path in new[] { "/no-such-page", "/error", "/css/no-such.css" })
        {
            var answer = await Errors.SendAsync(app.Http, HttpMethod.Get, path, "text/html");
            Assert.Equal(HttpStatusCode.NotFound, answer.Status);
            Assert.Contains("<h1>There is no page here</h1>", answer.Body, StringComparison.Ordinal);
            Assert.Contains("<title>Error: ", answer.Body, StringComparison.Ordinal);
            Assert.Matches("<code>[0-9a-f]{32}</code>", answer.Body);
        }
    }

    [Theory]
    [InlineData("/api/v1/no-such-thing", "text/html")]
    [InlineData("/no-such-page", "application/json")]
    public async Task Gets_programs_a_problem(string path, string accept)
    {
        await using var app = await NewsroomApp.StartAsync();
        var answer = await Errors.SendAsync(app.Http, HttpMethod.Post, path, accept);
        Assert.Equal(HttpStatusCode.NotFound, answer.Status);
        Assert.Equal("There is nothing at this address.", answer.ProblemTitle());
    }
}

public sealed class ARequestThatCannotBeRead
{
    [Theory]
    [InlineData("{\"slug\":", "$.slug")]
    [InlineData("", "")]
    [InlineData("[1,2]", "its start")]
    [InlineData("{\"slug\": {\"a\":1}}", "$.slug")]
    public async Task Gets_400_and_a_sentence(string body, string place)
    {
        await using var app = await NewsroomApp.StartAsync();
        var answer = await Errors.SendAsync(app.Api, HttpMethod.Post, "/api/v1/newsletters", "*/*", new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(place, answer.ProblemTitle(), StringComparison.Ordinal);
        Assert.DoesNotContain(" at Newsroom", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gets_415_when_its_body_is_not_json()
    {
        await using var app = await NewsroomApp.StartAsync();
        var answer = await Errors.SendAsync(app.Api, HttpMethod.Post, "/api/v1/newsletters", "*/*", new StringContent("slug=a"));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.Status);
        Assert.NotEmpty(answer.ProblemTitle());
    }

    [Fact]
    public async Task Gets_405_and_the_methods_that_work_without_being_asked_for_a_key()
    {
        await using var app = await NewsroomApp.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Delete, "/api/v1/newsletters");
        using var answer = await app.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Contains("POST", answer.Content.Headers.Allow);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("PUT", "/subscribe")]
    [InlineData("DELETE", "/unsubscribe/some-token")]
    [InlineData("PUT", "/confirm/some-token")]
    [InlineData("PATCH", "/donate")]
    public async Task Gets_405_from_a_page_too(string method, string path)
    {
        await using var app = await NewsroomApp.StartAsync();
        var answer = await Errors.SendAsync(app.Http, new HttpMethod(method), path, "text/html");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.Status);
        Assert.Contains("<title>Error: ", answer.Body, StringComparison.Ordinal);
    }
}

public sealed class AFaultOfTheProgram
{
    [Fact]
    public async Task Shows_people_a_page_and_programs_a_problem_and_nobody_a_stack()
    {
        await using var app = await NewsroomApp.StartAsync();
        await app.BreakTableAsync("ApiKeys");
        foreach (var accept in new[] { "text/html", "application/json" })
        {
            var answer = await Errors.SendAsync(app.Api, HttpMethod.Get, "/api/v1/newsletters", accept);
            Assert.Equal(HttpStatusCode.InternalServerError, answer.Status);
            Assert.Equal("Something went wrong on our side. It is logged under the trace id.", answer.ProblemTitle());
            Assert.DoesNotContain("Sqlite", answer.Body, StringComparison.OrdinalIgnoreCase);
        }
        await app.BreakTableAsync("Newsletters");
        var page = await Errors.SendAsync(app.Http, HttpMethod.Get, "/subscribe", "text/html");
        Assert.Equal(HttpStatusCode.InternalServerError, page.Status);
        Assert.Contains("<h1>Something went wrong</h1>", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("Sqlite", page.Body, StringComparison.OrdinalIgnoreCase);
    }
}

internal static class Errors
{
    public sealed record Answer(HttpStatusCode Status, string? Type, string Body)
    {
        public string ProblemTitle()
        {
            Assert.True(Type == "application/problem+json", Body);
            var problem = JsonDocument.Parse(Body).RootElement;
            Assert.Equal((int)Status, problem.GetProperty("status").GetInt32());
            Assert.Matches("^[0-9a-f]{32}$", problem.GetProperty("traceId").GetString()!);
            return problem.GetProperty("title").GetString()!;
        }
    }

    public static async Task<Answer> SendAsync(HttpClient client, HttpMethod method, string path, string accept, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return new(answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
