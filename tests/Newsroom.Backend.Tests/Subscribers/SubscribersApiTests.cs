using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Newsroom.Backend.Tests.Subscribers;

public sealed class TheListOfSubscribers : IAsyncLifetime
{
    private NewsroomApp _app = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync();
        await _app.AddNewsletterAsync();
        await _app.SubscribeAsync("a@example.org");
        await _app.SubscribeAsync("B@Example.org");
        await _app.SignUpAsync("c@example.org");
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData("", "a@example.org B@example.org c@example.org")]
    [InlineData("?email=b@EXAMPLE.org", "B@example.org")]
    [InlineData("?email=nobody@example.org", "")]
    [InlineData("?status=confirmed", "a@example.org B@example.org")]
    [InlineData("?status=pending", "c@example.org")]
    [InlineData("?status=pending&email=a@example.org", "")]
    [InlineData("?status=complained", "")]
    public async Task Is_filtered(string query, string expected) => Assert.Equal(expected, string.Join(' ', await EmailsAsync(query)));

    [Theory]
    [InlineData("?status=1", "status")]
    [InlineData("?status=Confirmed", "status")]
    [InlineData("?status=active", "status")]
    [InlineData("?email=example.org", "email")]
    [InlineData("?after=x", "after")]
    [InlineData("?limit=0", "limit")]
    [InlineData("?limit=1000", "limit")]
    public async Task Refuses_what_it_does_not_know_by_name(string query, string field)
    {
        var answer = await _app.Api.GetAsync("/api/v1/subscribers" + query, Cancelled);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonNode>(Cancelled);
        Assert.Equal([field], problem!["errors"]!.AsObject().Select(e => e.Key));
    }

    [Fact]
    public async Task Is_paged_by_key_while_rows_come()
    {
        var first = await _app.Api.GetFromJsonAsync<JsonNode>("/api/v1/subscribers?limit=2", Cancelled);
        await _app.SignUpAsync("d@example.org");
        var second = await _app.Api.GetFromJsonAsync<JsonNode>("/api/v1/subscribers?limit=2&after=" + first!["next"], Cancelled);
        Assert.Equal(["c@example.org", "d@example.org"], second!["items"]!.AsArray().Select(s => (string?)s!["email"]));
        Assert.Null(second["next"]);
    }

    [Fact]
    public async Task One_is_shown_with_all_it_agreed_to()
    {
        var subscriber = (await _app.SubscriberAsync("a@example.org"))!;
        Assert.Equal("confirmed", (string?)subscriber["status"]);
        Assert.Equal("this-week", (string?)subscriber["newsletters"]![0]!["newsletter"]);
        Assert.Equal("active", (string?)subscriber["newsletters"]![0]!["state"]);
        Assert.Equal(["requested", "confirmed"], subscriber["consents"]!.AsArray().Select(c => (string)c!["event"]!));
        Assert.Equal(["form", "confirm-page"], subscriber["consents"]!.AsArray().Select(c => (string)c!["method"]!));
        Assert.All(subscriber["consents"]!.AsArray(), c => Assert.False(string.IsNullOrEmpty((string?)c!["wording"])));
        Assert.DoesNotContain("oken", subscriber.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_id_is_not_found()
    {
        var answer = await _app.Api.GetAsync("/api/v1/subscribers/sub_nobody", Cancelled);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Strangers_see_nothing()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, (await _app.Http.GetAsync("/api/v1/subscribers", Cancelled)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await _app.Http.GetAsync("/api/v1/subscribers/sub_x", Cancelled)).StatusCode);
    }

    private async Task<IEnumerable<string?>> EmailsAsync(string query) =>
        (await _app.Api.GetFromJsonAsync<JsonNode>("/api/v1/subscribers" + query, Cancelled))!["items"]!.AsArray().Select(s => (string?)s!["email"]);
}
