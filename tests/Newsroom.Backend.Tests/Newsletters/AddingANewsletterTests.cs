using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Newsroom.Backend.Tests.Newsletters;

public sealed class AddingANewsletter(AddingANewsletter.Room room) : IClassFixture<AddingANewsletter.Room>
{
    public sealed class Room : IAsyncLifetime
    {
        public NewsroomApp App { get; private set; } = null!;

        public async ValueTask InitializeAsync() => App = await NewsroomApp.StartAsync();

        public ValueTask DisposeAsync() => App.DisposeAsync();
    }

    [Fact]
    public async Task A_slug_and_a_name_are_enough()
    {
        var made = await PostAsync("""{"slug":"this-week","name":"This Week"}""", HttpStatusCode.Created);
        Assert.StartsWith("nl_", (string?)made["id"], StringComparison.Ordinal);
        Assert.Equal("this-week", (string?)made["slug"]);
        Assert.Equal("This Week", (string?)made["name"]);
        Assert.Null(made["cadence"]);
        Assert.Equal(NewsroomApp.Start.UtcDateTime, ((DateTime)made["createdAt"]!).ToUniversalTime());
    }

    [Fact]
    public async Task Its_cadence_comes_back_as_given_in_the_weeks_order()
    {
        var made = await PostAsync(
            """{"slug":"twice","name":"Twice","description":"Two letters a week.","cadence":{"days":["thu","mon","thu"],"at":"07:00","timeZone":"America/New_York","approval":true}}""",
            HttpStatusCode.Created);
        Assert.Equal("""{"days":["mon","thu"],"at":"07:00","timeZone":"America/New_York","approval":true}""", made["cadence"]!.ToJsonString());
        Assert.Equal("Two letters a week.", (string?)made["description"]);
    }

    [Fact]
    public async Task Without_a_zone_it_follows_the_newsrooms()
    {
        var made = await PostAsync("""{"slug":"local","name":"Local","cadence":{"days":["sun"],"at":"18:30"}}""", HttpStatusCode.Created);
        Assert.Equal("""{"days":["sun"],"at":"18:30","timeZone":"America/New_York","approval":false}""", made["cadence"]!.ToJsonString());
    }

    [Fact]
    public async Task Breaking_news_has_a_lane_of_its_own()
    {
        Assert.Equal("digest", (string?)(await PostAsync("""{"slug":"slow","name":"Slow"}""", HttpStatusCode.Created))["lane"]);
        Assert.Equal("breaking", (string?)(await PostAsync("""{"slug":"now","name":"Now","lane":"breaking"}""", HttpStatusCode.Created))["lane"]);
        foreach (var lane in new[] { "transactional", "", "2", "fast" })
        {
            var problem = await PostAsync($$"""{"slug":"other","name":"Other","lane":"{{lane}}"}""", HttpStatusCode.UnprocessableEntity);
            Assert.NotNull(problem["errors"]!["lane"]);
        }
    }

    [Fact]
    public async Task A_taken_slug_is_a_conflict()
    {
        await PostAsync("""{"slug":"twin","name":"One"}""", HttpStatusCode.Created);
        var problem = await PostAsync("""{"slug":"twin","name":"Two"}""", HttpStatusCode.Conflict);
        Assert.Contains("twin", (string?)problem["title"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_at_once_one_is_made()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            room.App.Api.PostAsJsonAsync("/api/v1/newsletters", new { slug = "race", name = "Race" }, TestContext.Current.CancellationToken)));
        Assert.Equal(1, answers.Count(a => a.StatusCode == HttpStatusCode.Created));
        Assert.Equal(7, answers.Count(a => a.StatusCode == HttpStatusCode.Conflict));
    }

    [Theory]
    [InlineData("""{"name":"No slug"}""", "slug")]
    [InlineData("""{"slug":"","name":"x"}""", "slug")]
    [InlineData("""{"slug":"This","name":"x"}""", "slug")]
    [InlineData("""{"slug":"a b","name":"x"}""", "slug")]
    [InlineData("""{"slug":"-a","name":"x"}""", "slug")]
    [InlineData("""{"slug":"a-","name":"x"}""", "slug")]
    [InlineData("""{"slug":"a\n","name":"x"}""", "slug")]
    [InlineData("""{"slug":"é","name":"x"}""", "slug")]
    [InlineData("""{"slug":"١","name":"x"}""", "slug")]
    [InlineData("""{"slug":"../x","name":"x"}""", "slug")]
    [InlineData("""{"slug":"ok","name":" "}""", "name")]
    [InlineData("""{"slug":"ok","name":"a\r\nBcc: x@example.org"}""", "name")]
    [InlineData("""{"slug":"ok","name":"x","cadence":{"days":[],"at":"07:00"}}""", "cadence.days")]
    [InlineData("""{"slug":"ok","name":"x","cadence":{"days":["monday"],"at":"07:00"}}""", "cadence.days")]
    [InlineData("""{"slug":"ok","name":"x","cadence":{"days":[null],"at":"07:00"}}""", "cadence.days")]
    [InlineData("""{"slug":"ok","name":"x","cadence":{"days":["mon"],"at":"7"}}""", "cadence.at")]
    [InlineData("""{"slug":"ok","name":"x","cadence":{"days":["mon"],"at":"24:00"}}""", "cadence.at")]
    [InlineData("""{"slug":"ok","name":"x","cadence":{"days":["mon"]}}""", "cadence.at")]
    [InlineData("""{"slug":"ok","name":"x","cadence":{"days":["mon"],"at":"07:00","timeZone":"Mars/Base"}}""", "cadence.timeZone")]
    [InlineData("""{"slug":"ok","name":"x","cadence":{"days":["mon"],"at":"07:00","timeZone":"Eastern Standard Time"}}""", "cadence.timeZone")]
    public async Task A_fault_names_its_field(string body, string field)
    {
        var problem = await PostAsync(body, HttpStatusCode.UnprocessableEntity);
        Assert.Equal([field], problem["errors"]!.AsObject().Select(e => e.Key));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("""{"slug":1,"name":"x"}""")]
    public async Task What_is_not_its_JSON_is_refused_with_a_sentence(string body)
    {
        var problem = await PostAsync(body, HttpStatusCode.BadRequest);
        Assert.False(string.IsNullOrEmpty((string?)problem["title"]));
    }

    [Fact]
    public async Task The_list_is_paged_by_key()
    {
        await using var app = await NewsroomApp.StartAsync();
        foreach (var slug in new[] { "a", "b", "c" })
            await app.AddNewsletterAsync(slug, slug.ToUpperInvariant());
        var seen = new List<string?>();
        string? after = null;
        do
        {
            var page = await app.Api.GetFromJsonAsync<JsonNode>($"/api/v1/newsletters?limit=2&after={after}", TestContext.Current.CancellationToken);
            seen.AddRange(page!["items"]!.AsArray().Select(n => (string?)n!["slug"]));
            after = (string?)page["next"];
        }
        while (after is not null);
        Assert.Equal(["a", "b", "c"], seen);
    }

    [Fact]
    public async Task Strangers_are_not_let_in()
    {
        var answer = await room.App.Http.GetAsync("/api/v1/newsletters", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    private async Task<JsonNode> PostAsync(string body, HttpStatusCode expected)
    {
        var answer = await room.App.Api.PostAsync("/api/v1/newsletters", new StringContent(body, Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode == expected, $"{answer.StatusCode}: {text}");
        return JsonNode.Parse(text)!;
    }
}
