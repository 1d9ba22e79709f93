using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Tests.Subscribers;

public sealed class AProofWithASignUp : IAsyncLifetime
{
    private static readonly IPAddress Flooder = IPAddress.Parse("203.0.113.9");
    private NewsroomApp _app = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync(new() { ["Site:AllowedOrigins:0"] = "https://www.example.org" });
        await _app.AddNewsletterAsync();
        await _app.AddNewsletterAsync("breaking", "Breaking");
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Counts_once()
    {
        var challenge = await _app.ProofAsync();
        Assert.Equal(SignUpProof.Difficulty, challenge.Difficulty);
        var nonce = NewsroomApp.Solve(challenge);
        _app.Clock.Advance(SignUpProof.Soonest);
        Assert.Equal(ProofStrength.Strong, await _app.CheckProofAsync(challenge.Ticket, nonce));
        Assert.Equal(ProofStrength.None, await _app.CheckProofAsync(challenge.Ticket, nonce));
        Assert.Equal(ProofStrength.None, await _app.CheckProofAsync(challenge.Ticket, null));
    }

    [Theory]
    [InlineData(0, ProofStrength.None)]
    [InlineData(1.9, ProofStrength.None)]
    [InlineData(2, ProofStrength.Weak)]
    [InlineData(3599, ProofStrength.Weak)]
    [InlineData(3600, ProofStrength.None)]
    public async Task Counts_from_two_seconds_to_an_hour(double seconds, ProofStrength strength)
    {
        var challenge = await _app.ProofAsync();
        _app.Clock.Advance(TimeSpan.FromSeconds(seconds));
        Assert.Equal(strength, await _app.CheckProofAsync(challenge.Ticket, ""));
    }

    [Fact]
    public async Task Counts_only_as_it_was_given_out()
    {
        var challenge = await _app.ProofAsync();
        var nonce = NewsroomApp.Solve(challenge);
        _app.Clock.Advance(TimeSpan.FromMinutes(1));
        var parts = challenge.Ticket.Split('.');
        Assert.Equal("16", parts[2]);
        string[] altered =
        [
            "", "nonsense", challenge.Ticket[..^1], challenge.Ticket + "x", string.Join('.', parts[0], parts[1], "0", parts[3]), string.Join('.', parts[0], "0", parts[2], parts[3]),
            string.Join('.', parts[0] + "x", parts[1], parts[2], parts[3]),
        ];
        foreach (var ticket in altered)
            Assert.Equal(ProofStrength.None, await _app.CheckProofAsync(ticket, nonce));
        // A wrong answer uses the ticket up: no second guess.
        Assert.Equal(ProofStrength.None, await _app.CheckProofAsync(challenge.Ticket, nonce + "0"));
        Assert.Equal(ProofStrength.None, await _app.CheckProofAsync(challenge.Ticket, nonce));
    }

    [Fact]
    public async Task Is_asked_for_on_a_page_that_works_without_script()
    {
        await DrainAsync();
        var asked = await _app.PostFormFromAsync(Flooder, "/subscribe",
            ("email", "ada@example.org"), ("newsletter", "breaking"), ("newsletter", "this-week"), ("source", "front\"<page>"), ("next", "https://www.example.org/thanks"), ("other", "not reflected"));
        Assert.Equal(200, asked.Status);
        Assert.Contains("One more press of the button", asked.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("not reflected", asked.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("<page>", asked.Body, StringComparison.Ordinal);
        Assert.Contains("value=\"breaking\"", asked.Body, StringComparison.Ordinal);
        Assert.Null(await _app.SubscriberAsync("ada@example.org"));

        var fields = NewsroomApp.HiddenFields(asked.Body.Replace("name=\"newsletter\" value=\"breaking\"", "name=\"n2\" value=\"breaking\"", StringComparison.Ordinal));
        Assert.Equal("front\"<page>", fields["source"]);
        _app.Clock.Advance(TimeSpan.FromSeconds(3));
        var sent = await _app.PostFormFromAsync(Flooder, "/subscribe", fields.Select(f => (f.Key == "n2" ? "newsletter" : f.Key, f.Value)));
        Assert.Equal(303, sent.Status);
        await _app.RunDueJobsAsync();
        Assert.Contains("Breaking", Assert.Single(_app.MailsTo("ada@example.org")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Made_by_a_button_alone_lets_only_a_few_through_and_holds_the_rest()
    {
        await DrainAsync();
        for (var i = 0; i < SignUpPolicy.WithWeakProof.AtOnce + 3; i++)
        {
            await TakeWhatWasGivenBackAsync($"a{i}@d.example.org");
            var fields = NewsroomApp.HiddenFields((await _app.PostFormFromAsync(Flooder, "/subscribe", ("email", $"weak{i}@example.org"))).Body);
            _app.Clock.Advance(SignUpProof.Soonest);
            await TakeWhatWasGivenBackAsync($"b{i}@d.example.org");
            Assert.Equal(303, (await _app.PostFormFromAsync(Flooder, "/subscribe", fields.Select(f => (f.Key, f.Value)))).Status);
        }
        await _app.RunDueJobsAsync();
        Assert.Equal(SignUpPolicy.WithWeakProof.AtOnce, _app.Mails.Count(m => m.To.StartsWith("weak", StringComparison.Ordinal)));

        Task TakeWhatWasGivenBackAsync(string email) => _app.SignUpByJsonFromAsync(Flooder, new { email });
    }

    [Fact]
    public async Task Of_a_script_lets_it_through()
    {
        await DrainAsync();
        var challenge = await _app.ProofAsync();
        _app.Clock.Advance(SignUpProof.Soonest);
        var answer = await _app.SignUpByJsonFromAsync(Flooder, new { email = "script@example.org", ticket = challenge.Ticket, nonce = NewsroomApp.Solve(challenge) });
        Assert.Equal(202, answer.Status);
        await _app.RunDueJobsAsync();
        Assert.Single(_app.MailsTo("script@example.org"));
    }

    [Fact]
    public async Task That_a_script_brings_too_late_is_answered_with_a_new_challenge()
    {
        await DrainAsync();
        var old = await _app.ProofAsync();
        var nonce = NewsroomApp.Solve(old);
        _app.Clock.Advance(SignUpProof.Latest);
        await DrainAsync();
        var refused = await _app.SignUpByJsonFromAsync(Flooder, new { email = "late@example.org", ticket = old.Ticket, nonce });
        Assert.Equal(429, refused.Status);
        Assert.Null(await _app.SubscriberAsync("late@example.org"));
        var problem = JsonDocument.Parse(refused.Body).RootElement.GetProperty("challenge");
        var challenge = new ProofChallenge(problem.GetProperty("ticket").GetString()!, problem.GetProperty("difficulty").GetInt32());
        _app.Clock.Advance(SignUpProof.Soonest);
        Assert.Equal(202, (await _app.SignUpByJsonFromAsync(Flooder, new { email = "late@example.org", ticket = challenge.Ticket, nonce = NewsroomApp.Solve(challenge) })).Status);
        await _app.RunDueJobsAsync();
        Assert.Single(_app.MailsTo("late@example.org"));
    }

    [Fact]
    public async Task Is_given_out_to_the_newsrooms_pages_and_never_cached()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/embed/token");
        request.Headers.Add("Origin", "https://www.example.org");
        var answer = await _app.Http.SendAsync(request, Cancelled);
        Assert.Equal("https://www.example.org", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.True(answer.Headers.CacheControl!.NoStore);
        var json = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancelled);
        Assert.Equal(["difficulty", "ticket"], json.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(json.GetProperty("ticket").GetString()!, await _app.Http.GetStringAsync("/embed/token", Cancelled), StringComparison.Ordinal);

        using var foreign = new HttpRequestMessage(HttpMethod.Get, "/embed/token");
        foreign.Headers.Add("Origin", "https://www.example.org.evil.example");
        Assert.False((await _app.Http.SendAsync(foreign, Cancelled)).Headers.Contains("Access-Control-Allow-Origin"));
    }

    private async Task DrainAsync()
    {
        for (var i = 0; i < SignUpPolicy.PerNetwork.AtOnce; i++)
            await _app.SignUpByJsonFromAsync(Flooder, new { email = string.Create(CultureInfo.InvariantCulture, $"r{i}@d{i}.example.org") });
    }
}
