using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Tests.Subscribers;

public sealed class AttackModeOfSignUps : IAsyncLifetime
{
    private static readonly IPAddress Reader = IPAddress.Parse("198.51.100.7");
    private readonly NameServer _names = NameServer.Start();
    private NewsroomApp _app = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync(new() { ["Site:AlertAddress"] = "desk@example.org", ["Mail:NameServer"] = _names.Address });
        await _app.AddNewsletterAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _names.Dispose();
    }

    [Fact]
    public async Task Comes_when_everybody_together_sends_too_much_and_goes_after_half_an_hour_of_quiet()
    {
        await FloodFromEverywhereAsync();
        Assert.Equal(["sign-up.attack-mode"], await OpenAlertsAsync());
        await _app.RunDueJobsAsync();
        Assert.Contains("flood from many networks", Assert.Single(_app.MailsTo("desk@example.org")).Text, StringComparison.Ordinal);
        Assert.Equal(SignUpProof.DifficultyUnderAttack, (await _app.ProofAsync()).Difficulty);

        // A reader presses once more and is through at once.
        await PressTwiceAsync("reader@example.org");
        await _app.RunDueJobsAsync();
        Assert.Single(_app.MailsTo("reader@example.org"));

        await _app.AdvanceAsync(AttackMode.Quiet - TimeSpan.FromMinutes(1));
        Assert.Equal(["sign-up.attack-mode"], await OpenAlertsAsync());
        Assert.Equal(200, await _app.SignUpFromAsync(Reader, "early@example.org"));
        await _app.AdvanceAsync(TimeSpan.FromMinutes(2));
        Assert.Empty(await OpenAlertsAsync());
        Assert.Equal(303, await _app.SignUpFromAsync(Reader, "after@example.org"));
        Assert.Equal(SignUpProof.Difficulty, (await _app.ProofAsync()).Difficulty);
    }

    [Fact]
    public async Task Comes_when_many_networks_exceed_their_own()
    {
        // Spread over time, so that the world's own limit is not met.
        for (var network = 0; network < AttackMode.Networks; network++)
        {
            Assert.Empty(await OpenAlertsAsync());
            for (var i = 0; i <= SignUpPolicy.PerNetwork.AtOnce; i++)
                await _app.SignUpFromAsync(AFloodOfSignUps.NetworkOf(network), $"r{i}@n{network}.example.org");
            _app.Clock.Advance(TimeSpan.FromSeconds(29));
        }
        Assert.Equal(["sign-up.attack-mode"], await OpenAlertsAsync());
    }

    [Fact]
    public async Task Holds_what_a_script_sends_without_proof()
    {
        await FloodFromEverywhereAsync();
        Assert.Equal(202, (await _app.SignUpByJsonFromAsync(Reader, new { email = "script@example.org" })).Status);
        await _app.RunDueJobsAsync();
        Assert.Empty(_app.MailsTo("script@example.org"));
        Assert.Equal(1, await _app.ReadAsync(db => db.SignUpRequests.CountAsync(r => r.HeldAt != null && r.Subscriber.Address == "script@example.org", Cancelled)));
    }

    [Fact]
    public async Task Outlasts_a_restart()
    {
        await FloodFromEverywhereAsync();
        var next = _app.AttackModeAfterARestart();
        Assert.False(next.IsOn(NewsroomApp.Start));
        await next.LoadAsync(Cancelled);
        Assert.True(next.IsOn(NewsroomApp.Start));
    }

    [Theory]
    [InlineData("reader@yopmail.com", false)]
    [InlineData("reader@nowhere.example", false)]
    [InlineData("reader@null.example", false)]
    [InlineData("reader@mail.example", true)]
    [InlineData("reader@broken.example", true)]
    public async Task Takes_a_mere_button_only_for_domains_that_take_mail(string email, bool goesThrough)
    {
        Assert.Equal(303, await _app.SignUpFromAsync(Reader, "calm" + email));
        await FloodFromEverywhereAsync();
        await PressTwiceAsync(email);
        await _app.RunDueJobsAsync();
        Assert.Equal(goesThrough ? 1 : 0, _app.MailsTo(email).Count);
        Assert.Single(_app.MailsTo("calm" + email));
    }

    private async Task FloodFromEverywhereAsync()
    {
        for (var i = 0; i <= AttackMode.Everybody.AtOnce; i++)
            await _app.SignUpFromAsync(AFloodOfSignUps.NetworkOf(i), $"r{i}@d{i}.example.org");
    }

    private async Task PressTwiceAsync(string email)
    {
        var asked = await _app.PostFormFromAsync(Reader, "/subscribe", ("email", email));
        Assert.Equal(200, asked.Status);
        _app.Clock.Advance(SignUpProof.Soonest);
        Assert.Equal(303, (await _app.PostFormFromAsync(Reader, "/subscribe", NewsroomApp.HiddenFields(asked.Body).Select(f => (f.Key, f.Value)))).Status);
    }

    private async Task<IReadOnlyList<string?>> OpenAlertsAsync() =>
        [.. (await _app.Api.GetFromJsonAsync<JsonElement>("/api/v1/alerts?open=true", Cancelled)).GetProperty("items").EnumerateArray().Select(a => a.GetProperty("kind").GetString())];
}
