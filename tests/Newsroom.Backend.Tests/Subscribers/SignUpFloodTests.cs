using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Tests.Subscribers;

public sealed class AFloodOfSignUps : IAsyncLifetime
{
    private static readonly IPAddress Reader = IPAddress.Parse("198.51.100.7");
    private static readonly IPAddress Flooder = IPAddress.Parse("203.0.113.9");
    private NewsroomApp _app = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync(new() { ["Site:AlertAddress"] = "desk@example.org" });
        await _app.AddNewsletterAsync();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task For_one_address_from_a_thousand_networks_sends_no_more_than_the_cool_down_allows()
    {
        for (var i = 0; i < 10_000; i++)
        {
            var network = new IPAddress([10, (byte)(i % 1000 / 250), (byte)(i % 250), 1]);
            Assert.Equal(303, i % 2 == 0
                ? await _app.SignUpFromAsync(network, "victim@example.org")
                : (await _app.SignUpByJsonFromAsync(network, new { email = "victim@example.org" })).Status + 101);
            if (i % 500 == 0)
                await _app.AdvanceAsync(TimeSpan.FromHours(1));
            if (i % 2500 == 0)
                await NormalReaderGetsThroughAsync($"reader{i}@example.org");
        }
        await _app.AdvanceAsync(TimeSpan.FromMinutes(20));
        Assert.InRange(_app.MailsTo("victim@example.org").Count, 1, CoolDown.MostMailsADay);
        Assert.Empty(await OpenAlertsAsync());
    }

    [Fact]
    public async Task Of_forms_from_one_network_is_asked_for_a_proof_and_staff_hear_of_it()
    {
        var before = _app.Mails.Count;
        for (var i = 0; i < 10_000; i++)
            Assert.Equal(i < SignUpPolicy.PerNetwork.AtOnce ? 303 : 200, await _app.SignUpFromAsync(Flooder, $"r{i}@d{i}.example.org"));
        await _app.RunDueJobsAsync();
        Assert.Equal(SignUpPolicy.PerNetwork.AtOnce, _app.Mails.Count(m => m.To.StartsWith('r')) - before);
        Assert.Equal(SignUpPolicy.PerNetwork.AtOnce, await _app.ReadAsync(db => db.Subscribers.CountAsync(Cancelled)));
        Assert.Equal(["sign-up.flood"], await OpenAlertsAsync());
        Assert.Contains("flood", Assert.Single(_app.MailsTo("desk@example.org")).Text, StringComparison.Ordinal);
        await NormalReaderGetsThroughAsync("reader@example.org");
    }

    [Fact]
    public async Task Of_scripts_from_one_network_is_held_until_staff_decide()
    {
        const int Sent = 1000;
        var beyond = Sent - SignUpPolicy.PerNetwork.AtOnce;
        await FloodByJsonAsync(Sent);
        await _app.RunDueJobsAsync();
        Assert.Equal(SignUpPolicy.PerNetwork.AtOnce, _app.Mails.Count(m => m.To.StartsWith('r')));
        Assert.Single(_app.MailsTo("desk@example.org"));
        Assert.Equal(["sign-up.flood"], await OpenAlertsAsync());
        await NormalReaderGetsThroughAsync("normal@example.org");

        var held = await _app.Api.GetFromJsonAsync<JsonElement>("/api/v1/signups/held", Cancelled);
        Assert.Equal(beyond, held.GetProperty("count").GetInt32());
        Assert.Equal(1, held.GetProperty("networks").GetInt32());
        Assert.Equal(NewsroomApp.Start, held.GetProperty("oldest").GetDateTimeOffset());

        Assert.Equal(beyond, await DecideAsync("discard"));
        Assert.Equal(SignUpPolicy.PerNetwork.AtOnce + 1, await _app.ReadAsync(db => db.Subscribers.CountAsync(Cancelled)));
        Assert.False(await _app.ReadAsync(db => db.OutgoingMails.AnyAsync(m => m.State == OutgoingMailState.Withheld, Cancelled)));
        Assert.Equal("pending", await _app.StatusAsync("normal@example.org"));
        await _app.AdvanceAsync(AttackMode.Quiet + TimeSpan.FromMinutes(1));
        Assert.Empty(await OpenAlertsAsync());
        Assert.Equal(0, await DecideAsync("discard"));
    }

    [Fact]
    public async Task Is_held_up_to_a_number_and_then_refused()
    {
        await FloodByJsonAsync(SignUpPolicy.PerNetwork.AtOnce + HeldSignUps.Most);
        var refused = await _app.SignUpByJsonFromAsync(Flooder, new { email = "one.more@example.org" });
        Assert.Equal(429, refused.Status);
        Assert.Null(await _app.SubscriberAsync("one.more@example.org"));
        Assert.Equal(HeldSignUps.Most, await _app.ReadAsync(db => db.SignUpRequests.CountAsync(r => r.HeldAt != null, Cancelled)));
        await NormalReaderGetsThroughAsync("normal@example.org");
    }

    [Fact]
    public async Task When_released_gives_each_its_mail_under_its_cool_down_and_once()
    {
        await FloodByJsonAsync(SignUpPolicy.PerNetwork.AtOnce);
        foreach (var _ in Enumerable.Range(0, 3))
            Assert.Equal(202, (await _app.SignUpByJsonFromAsync(Flooder, new { email = "held@example.org" })).Status);
        await _app.SuppressAsync("no@example.org", SuppressionReason.Complaint);
        Assert.Equal(202, (await _app.SignUpByJsonFromAsync(Flooder, new { email = "no@example.org" })).Status);
        await _app.RunDueJobsAsync();
        Assert.Empty(_app.MailsTo("held@example.org"));

        await _app.AdvanceAsync(TimeSpan.FromDays(5));
        Assert.Equal(4, await DecideAsync("release"));
        Assert.Equal(0, await DecideAsync("release"));
        // Three that ask for the same are one mail.
        await _app.AdvanceAsync(TimeSpan.FromHours(1));
        var mail = Assert.Single(_app.MailsTo("held@example.org"));
        Assert.Empty(_app.MailsTo("no@example.org"));
        Assert.Empty(await OpenAlertsAsync());
        // Its time begins with the mail.
        await _app.AdvanceAsync(TimeSpan.FromDays(6));
        Assert.Equal(HttpStatusCode.OK, (await _app.PostFormAsync(mail.Link("/confirm/"))).StatusCode);
        Assert.Equal("confirmed", await _app.StatusAsync("held@example.org"));
    }

    [Fact]
    public async Task Discarded_leaves_readers_that_were_there_before()
    {
        await _app.SubscribeAsync("here@example.org");
        await FloodByJsonAsync(SignUpPolicy.PerNetwork.AtOnce);
        await _app.SignUpByJsonFromAsync(Flooder, new { email = "here@example.org" });
        Assert.Equal(1, await DecideAsync("discard"));
        Assert.Equal("confirmed", await _app.StatusAsync("here@example.org"));
        Assert.Equal("this-week", await _app.ActiveAsync("here@example.org"));
    }

    [Fact]
    public async Task Of_one_company_is_held_and_a_big_mailbox_provider_holds_more()
    {
        // So few more that everybody's own limit is not met.
        const int Beyond = 10;
        for (var i = 0; i < SignUpPolicy.PerDomain.AtOnce + Beyond; i++)
        {
            await _app.SignUpByJsonFromAsync(NetworkOf(i), new { email = $"r{i}@company.example" });
            await _app.SignUpByJsonFromAsync(NetworkOf(i), new { email = $"r{i}@gmail.com" });
        }
        Assert.Equal(Beyond, await HeldAsync("@company.example"));
        Assert.Equal(0, await HeldAsync("@gmail.com"));
        await NormalReaderGetsThroughAsync("reader@example.org");
    }

    [Fact]
    public async Task Cannot_hide_in_nonsense_or_in_the_trap()
    {
        for (var i = 0; i < SignUpPolicy.PerNetwork.AtOnce / 2; i++)
        {
            Assert.Equal(422, await _app.SignUpFromAsync(Flooder, "nobody"));
            Assert.Equal(303, (await _app.PostFormFromAsync(Flooder, "/subscribe", ("email", $"r{i}@example.org"), ("website", "https://example.org"))).Status);
        }
        Assert.Equal(200, await _app.SignUpFromAsync(Flooder, "real@example.org"));
        Assert.Equal(200, (await _app.PostFormFromAsync(Flooder, "/subscribe", ("email", "r@example.org"), ("website", "x"))).Status);
        Assert.Equal(422, await _app.SignUpFromAsync(Flooder, "nobody"));
        Assert.Equal(202, (await _app.SignUpByJsonFromAsync(Flooder, new { email = "r@example.org", website = "x" })).Status);
        Assert.Equal(0, await _app.ReadAsync(db => db.Subscribers.CountAsync(Cancelled)));
        Assert.Empty(await OpenAlertsAsync());
    }

    [Fact]
    public async Task Does_not_stand_in_the_way_of_a_sites_own_server()
    {
        var readers = await _app.ApiWithAsync("subscribers");
        var onlyReads = await _app.ApiWithAsync("read");
        for (var i = 0; i < SignUpPolicy.PerNetwork.AtOnce + 10; i++)
            Assert.Equal(HttpStatusCode.Accepted, (await readers.PostAsJsonAsync("/api/v1/subscriptions", new { email = $"r{i}@example.org" }, Cancelled)).StatusCode);
        Assert.Equal(0, await HeldAsync("@example.org"));
        for (var i = 0; i < SignUpPolicy.PerNetwork.AtOnce + 10; i++)
            Assert.Equal(HttpStatusCode.Accepted, (await onlyReads.PostAsJsonAsync("/api/v1/subscriptions", new { email = $"r{i}@d{i}.example.net" }, Cancelled)).StatusCode);
        Assert.Equal(10, await HeldAsync(".example.net"));
    }

    [Fact]
    public async Task Is_met_by_the_same_policy_whatever_road_it_takes()
    {
        // Each road meets what the others have used up: the address's own five.
        Assert.Equal(303, await _app.SignUpFromAsync(Reader, "ada@example.org"));
        Assert.Equal(202, (await _app.SignUpByJsonFromAsync(Reader, new { email = "ada@example.org" })).Status);
        await _app.AdvanceAsync(SignUpRequest.Lifetime);
        var links = await _app.ConfirmLinksAsync("ada@example.org");
        for (var i = 0; i < 10; i++)
            Assert.Equal(HttpStatusCode.SeeOther, (await _app.PostFormAsync(links[0], ("again", "yes"))).StatusCode);
        Assert.Equal(2 + SignUpPolicy.PerAddress.AtOnce, (await _app.ConfirmLinksAsync("ada@example.org")).Count);
        Assert.Equal(303, await _app.SignUpFromAsync(Reader, "ada@example.org"));
        Assert.Equal(2 + SignUpPolicy.PerAddress.AtOnce, (await _app.ConfirmLinksAsync("ada@example.org")).Count);
    }

    [Fact]
    public async Task Is_answered_alike_for_known_and_unknown_addresses()
    {
        await _app.SubscribeAsync("known@example.org");
        await FloodByJsonAsync(SignUpPolicy.PerNetwork.AtOnce);
        Assert.Equal(await AskedAsync("known@example.org"), await AskedAsync("other@example.org"));
        var known = await _app.SignUpByJsonFromAsync(Flooder, new { email = "known@example.org" });
        Assert.Equal(known, await _app.SignUpByJsonFromAsync(Flooder, new { email = "other@example.org" }));

        async Task<string> AskedAsync(string email)
        {
            var answer = await _app.PostFormFromAsync(Flooder, "/subscribe", ("email", email));
            var ticket = NewsroomApp.HiddenFields(answer.Body)["ticket"];
            return answer.Status.ToString(CultureInfo.InvariantCulture) + answer.Body.Replace(ticket, "", StringComparison.Ordinal).Replace(email, "", StringComparison.Ordinal);
        }
    }

    internal static IPAddress NetworkOf(int number) => new([10, (byte)(number >> 8), (byte)number, 1]);

    /// <summary>Many at once, as a flood comes.</summary>
    private Task FloodByJsonAsync(int count) => Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = Cancelled }, async (i, _) =>
        Assert.Equal(202, (await _app.SignUpByJsonFromAsync(Flooder, new { email = $"r{i}@d{i}.example.org" })).Status));

    private async Task NormalReaderGetsThroughAsync(string email)
    {
        Assert.Equal(303, await _app.SignUpFromAsync(Reader, email));
        await _app.RunDueJobsAsync();
        Assert.Single(_app.MailsTo(email));
    }

    private async Task<int> DecideAsync(string what)
    {
        var answer = await _app.Api.PostAsync("/api/v1/signups/held/" + what, null, Cancelled);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancelled));
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancelled)).GetProperty(what == "release" ? "released" : "discarded").GetInt32();
    }

    private Task<int> HeldAsync(string end) => _app.ReadAsync(db => db.SignUpRequests.CountAsync(r => r.HeldAt != null && r.Subscriber.AddressKey.EndsWith(end), Cancelled));

    private async Task<IReadOnlyList<string?>> OpenAlertsAsync() =>
        [.. (await _app.Api.GetFromJsonAsync<JsonElement>("/api/v1/alerts?open=true", Cancelled)).GetProperty("items").EnumerateArray().Select(a => a.GetProperty("kind").GetString())];
}
