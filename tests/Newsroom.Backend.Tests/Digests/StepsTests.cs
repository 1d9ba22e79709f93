using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Digests;

namespace Newsroom.Backend.Tests.Digests;

public sealed class ADigestsSteps : IAsyncLifetime
{
    private NewsroomApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await NewsroomApp.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Pausing_stops_between_two_mails_and_resuming_goes_on_with_the_others()
    {
        var (digest, taken) = (await _app.ReadyDigestAsync(60), 0);
        // The server answers nobody from the twentieth message on until it is done.
        var pause = new Lazy<Task>(() => _app.StepAsync(digest, "pause"));
        _app.Smtp.OnTaken = _ => Interlocked.Increment(ref taken) >= 20 ? pause.Value : Task.CompletedTask;
        await _app.StepAsync(digest, "send");
        await _app.RunDueJobsAsync();
        var ledger = await _app.LedgerAsync(digest);
        Assert.InRange(ledger.Accepted, 20, 20 + 8);
        Assert.Equal(60 - ledger.Accepted, ledger.Remaining);
        await _app.AdvanceAsync(TimeSpan.FromMinutes(5));
        Assert.Equal(ledger, await _app.LedgerAsync(digest));
        Assert.Equal("paused", (string)(await _app.DigestAsync(digest))["status"]!);

        await _app.StepAsync(digest, "resume");
        await _app.RunDueJobsAsync();
        Assert.Equal(new Ledger(60, 60, 0, 0, 0, 0), await _app.LedgerAsync(digest));
        Assert.Equal(60, _app.Recipients.Distinct().Count());
        Assert.Equal(60, _app.Recipients.Count);
    }

    [Fact]
    public async Task Cancelling_withholds_whoevers_turn_had_not_come_and_closes_the_ledger()
    {
        var (digest, taken) = (await _app.ReadyDigestAsync(60), 0);
        // The server answers nobody from the tenth message on until it is done.
        var cancel = new Lazy<Task>(() => _app.StepAsync(digest, "cancel"));
        _app.Smtp.OnTaken = _ => Interlocked.Increment(ref taken) >= 10 ? cancel.Value : Task.CompletedTask;
        await _app.StepAsync(digest, "send");
        await _app.RunDueJobsAsync();
        var ledger = await _app.LedgerAsync(digest);
        Assert.InRange(ledger.Accepted, 10, 10 + 8);
        Assert.Equal((60 - ledger.Accepted, 0), (ledger.Withheld, ledger.Remaining));
        Assert.Equal("cancelled", (string)(await _app.DigestAsync(digest))["status"]!);
        await _app.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Equal(ledger.Accepted, _app.Recipients.Count);
    }

    [Fact]
    public async Task A_step_the_digest_does_not_allow_is_refused_in_a_sentence()
    {
        var digest = await _app.ReadyDigestAsync(1);
        var refused = await _app.StepAsync(digest, "pause", expected: HttpStatusCode.Conflict);
        Assert.Equal("This digest is a draft and cannot be paused.", (string)refused["title"]!);
        await _app.StepAsync(digest, "send");
        await _app.RunDueJobsAsync();
        foreach (var verb in new[] { "send", "pause", "resume", "cancel" })
            await _app.StepAsync(digest, verb, expected: HttpStatusCode.Conflict);
        await _app.StepAsync("dig_unknown", "send", expected: HttpStatusCode.NotFound);
        Assert.Single(_app.Recipients);
    }

    [Fact]
    public async Task Sending_twice_at_once_begins_it_once()
    {
        var digest = await _app.ReadyDigestAsync(10);
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _app.Api.PostAsync($"/api/v1/digests/{digest}/send", null, TestContext.Current.CancellationToken)));
        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.OK);
        Assert.Equal(3, answers.Count(a => a.StatusCode == HttpStatusCode.Conflict));
        await _app.RunDueJobsAsync();
        Assert.Equal(10, _app.Recipients.Count);
    }

    [Fact]
    public async Task A_test_is_marked_and_in_no_ledger()
    {
        var digest = await _app.ReadyDigestAsync(2);
        var answer = await _app.StepAsync(digest, "test", new { to = "editor@example.org" });
        Assert.Equal(("accepted", 250), ((string)answer["result"]!, (int)answer["code"]!));
        Assert.Equal(["editor@example.org"], _app.Recipients);
        Assert.StartsWith("[Test] This Week: ", _app.Mails[0].Subject, StringComparison.Ordinal);
        Assert.Equal(Ledger.Empty, await _app.LedgerAsync(digest));
        Assert.Equal("draft", (string)(await _app.DigestAsync(digest))["status"]!);
        await _app.StepAsync(digest, "test", new { to = "not an address" }, HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task The_message_shown_is_the_one_that_was_sent_byte_for_byte()
    {
        var digest = await _app.ReadyDigestAsync(3);
        await _app.StepAsync(digest, "send");
        await _app.RunDueJobsAsync();
        await _app.AdvanceAsync(TimeSpan.FromHours(5));
        var deliveries = (await _app.GetAsync($"/api/v1/digests/{digest}/deliveries"))["items"]!.AsArray();
        Assert.Equal(3, deliveries.Count);
        foreach (var (delivery, address) in deliveries.Zip([ConfirmedReaders.Address(1), ConfirmedReaders.Address(2), ConfirmedReaders.Address(3)]))
        {
            Assert.Equal("accepted", (string)delivery!["state"]!);
            var shown = await _app.Api.GetAsync($"/api/v1/digests/{digest}/message?subscriber={delivery["subscriber"]}", TestContext.Current.CancellationToken);
            Assert.Equal("message/rfc822", shown.Content.Headers.ContentType!.MediaType);
            var sent = Assert.Single(_app.MailsTo(address)).Bytes;
            Assert.Equal(sent, await shown.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task Deliveries_come_in_pages_without_gap_or_repeat()
    {
        var digest = await _app.ReadyDigestAsync(23);
        await _app.StepAsync(digest, "send");
        await _app.RunDueJobsAsync();
        var (seen, after) = (new List<string>(), "");
        do
        {
            var page = await _app.GetAsync($"/api/v1/digests/{digest}/deliveries?limit=10&after={after}");
            seen.AddRange(page["items"]!.AsArray().Select(i => (string)i!["subscriber"]!));
            after = (string?)page["next"] ?? "";
        }
        while (after.Length > 0);
        Assert.Equal((23, 23), (seen.Count, seen.Distinct().Count()));
    }

    [Fact]
    public async Task Nothing_is_begun_while_mail_is_not_configured_and_the_answer_names_the_key()
    {
        await using var app = await NewsroomApp.StartAsync(new() { ["Site:PostalAddress"] = null });
        var digest = await app.ReadyDigestAsync(1);
        foreach (var (verb, body) in new (string, object?)[] { ("send", null), ("test", new { to = "editor@example.org" }) })
        {
            var refused = await app.StepAsync(digest, verb, body, HttpStatusCode.Conflict);
            Assert.Contains("Site:PostalAddress", (string)refused["title"]!, StringComparison.Ordinal);
        }
        Assert.Equal("draft", (string)(await app.DigestAsync(digest))["status"]!);
        await app.RunDueJobsAsync();
        Assert.Empty(app.Recipients);
    }
}

public sealed class ComposingADigest : IAsyncLifetime
{
    private NewsroomApp _app = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync();
        await _app.AddNewsletterAsync();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Takes_what_came_in_since_the_last_one_and_says_when_there_is_nothing()
    {
        var empty = await _app.PostAsync("/api/v1/digests", new { newsletter = "this-week" }, HttpStatusCode.Conflict);
        Assert.StartsWith("Nothing new", (string)empty["title"]!, StringComparison.Ordinal);
        var first = await _app.PushStoriesAsync(2);
        var one = await _app.PostAsync("/api/v1/digests", new { newsletter = "this-week" }, HttpStatusCode.Created);
        Assert.Equal(first.Reverse(), Stories(one));
        Assert.Equal(1, (int)one["number"]!);
        Assert.Equal("draft", (string)one["status"]!);
        Assert.Equal("This Week: Story 2: the harbour’s “new” bridge", (string)one["subject"]!);
        var none = await _app.PostAsync("/api/v1/digests", new { newsletter = "this-week" }, HttpStatusCode.Conflict);
        Assert.StartsWith("Nothing new since digest 1", (string)none["title"]!, StringComparison.Ordinal);
        var second = await _app.PushStoriesAsync();
        var two = await _app.PostAsync("/api/v1/digests", new { newsletter = "this-week", subject = "Ours", note = "Dear reader" }, HttpStatusCode.Created);
        Assert.Equal(second, Stories(two));
        Assert.Equal((2, "Ours", "Dear reader"), ((int)two["number"]!, (string)two["subject"]!, (string)two["note"]!));
    }

    [Fact]
    public async Task Takes_named_stories_in_their_order_and_leaves_the_other_new_ones_for_the_next()
    {
        var ids = await _app.PushStoriesAsync(3);
        var picked = await _app.PostAsync("/api/v1/digests", new { newsletter = "this-week", storyIds = new[] { ids[1], ids[0] } }, HttpStatusCode.Created);
        Assert.Equal([ids[1], ids[0]], Stories(picked));
        var rest = await _app.PostAsync("/api/v1/digests", new { newsletter = "this-week" }, HttpStatusCode.Created);
        Assert.Equal([ids[2]], Stories(rest));
    }

    [Fact]
    public async Task Says_how_many_stories_had_no_room()
    {
        await _app.PushStoriesAsync(NewStories.Most + 3);
        var digest = await _app.PostAsync("/api/v1/digests", new { newsletter = "this-week" }, HttpStatusCode.Created);
        Assert.Equal((NewStories.Most, 3), (Stories(digest).Count, (int)digest["leftOut"]!));
    }

    [Fact]
    public async Task Offers_the_stories_of_a_cancelled_draft_again()
    {
        var ids = await _app.PushStoriesAsync();
        await _app.StepAsync(await _app.ComposeAsync(), "cancel");
        var again = await _app.PostAsync("/api/v1/digests", new { newsletter = "this-week" }, HttpStatusCode.Created);
        Assert.Equal(ids, Stories(again));
        Assert.Equal(2, (int)again["number"]!);
    }

    [Fact]
    public async Task Offers_the_stories_of_a_cancelled_draft_again_though_a_later_one_has_gone()
    {
        await _app.AddReadersAsync(1);
        var ids = await _app.PushStoriesAsync(5);
        var draft = await _app.ComposeAsync();
        var picked = await _app.PostAsync("/api/v1/digests", new { newsletter = "this-week", storyIds = new[] { ids[0], ids[2] } }, HttpStatusCode.Created);
        await _app.StepAsync((string)picked["id"]!, "send");
        await _app.RunDueJobsAsync();
        await _app.StepAsync(draft, "cancel");
        var again = await _app.PostAsync("/api/v1/digests", new { newsletter = "this-week" }, HttpStatusCode.Created);
        Assert.Equal([ids[4], ids[3], ids[1]], Stories(again));
        await _app.PostAsync("/api/v1/digests", new { newsletter = "this-week" }, HttpStatusCode.Conflict);
        var sixth = await _app.PushStoriesAsync();
        Assert.Equal(sixth, Stories(await _app.PostAsync("/api/v1/digests", new { newsletter = "this-week" }, HttpStatusCode.Created)));
    }

    [Fact]
    public async Task Gives_the_stories_of_drafts_cancelled_in_any_order_to_one_digest()
    {
        var first = await _app.PushStoriesAsync(2);
        var one = await _app.ComposeAsync();
        var second = await _app.PushStoriesAsync(2);
        var two = await _app.ComposeAsync();
        var third = await _app.PushStoriesAsync();
        await _app.ComposeAsync();
        await _app.StepAsync(one, "cancel");
        var again = await _app.PostAsync("/api/v1/digests", new { newsletter = "this-week" }, HttpStatusCode.Created);
        Assert.Equal(first.Reverse(), Stories(again));
        await _app.StepAsync(two, "cancel");
        await _app.StepAsync((string)again["id"]!, "cancel");
        var all = await _app.PostAsync("/api/v1/digests", new { newsletter = "this-week" }, HttpStatusCode.Created);
        Assert.Equal([.. second.Reverse(), .. first.Reverse()], Stories(all));
        Assert.DoesNotContain(third[0], Stories(all));
        await _app.PostAsync("/api/v1/digests", new { newsletter = "this-week" }, HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Leaves_what_a_later_digest_had_no_room_for_out_for_good()
    {
        var draft = await ComposedAsync(2);
        await ComposedAsync(1);
        await _app.StepAsync(draft, "cancel");
        _app.Clock.Advance(TimeSpan.FromMinutes(1));
        await _app.PushStoriesAsync(NewStories.Most);
        var full = await _app.PostAsync("/api/v1/digests", new { newsletter = "this-week" }, HttpStatusCode.Created);
        Assert.Equal((NewStories.Most, 2), (Stories(full).Count, (int)full["leftOut"]!));
        await _app.PostAsync("/api/v1/digests", new { newsletter = "this-week" }, HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Drops_a_story_that_was_withdrawn_before_the_sending()
    {
        await _app.PushStoriesAsync(2);
        await _app.AddReadersAsync(1);
        var digest = await _app.ComposeAsync();
        await _app.ArrangeAsync(async db => (await db.Stories.OrderBy(s => s.Id).FirstAsync()).WithdrawnAt = NewsroomApp.Start);
        var sending = await _app.StepAsync(digest, "send");
        Assert.Single(Stories(sending));
        await _app.RunDueJobsAsync();
        Assert.Single(_app.Recipients);
    }

    [Theory]
    [InlineData("""{"newsletter":"no-such"}""", "newsletter")]
    [InlineData("""{}""", "newsletter")]
    [InlineData("""{"newsletter":"this-week","subject":"two\r\nBcc: x@example.org"}""", "subject")]
    [InlineData("""{"newsletter":"this-week","subject":"  "}""", "subject")]
    [InlineData("""{"newsletter":"this-week","storyIds":[]}""", "storyIds")]
    [InlineData("""{"newsletter":"this-week","storyIds":["sto_none"]}""", "storyIds")]
    [InlineData("""{"newsletter":"this-week","storyIds":["a","a"]}""", "storyIds")]
    [InlineData("""{"newsletter":"this-week","storyIds":[null]}""", "storyIds")]
    public async Task Refuses_what_makes_no_sense_by_its_field(string body, string field)
    {
        await _app.PushStoriesAsync();
        var response = await _app.Api.PostAsync("/api/v1/digests", new StringContent(body, Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == HttpStatusCode.UnprocessableEntity, text);
        Assert.NotNull(JsonNode.Parse(text)!["errors"]![field]);
    }

    [Fact]
    public async Task Numbers_digests_made_at_once_without_gap_or_clash()
    {
        var ids = await _app.PushStoriesAsync(4);
        var made = await Task.WhenAll(ids.Select(id => _app.PostAsync("/api/v1/digests", new { newsletter = "this-week", storyIds = new[] { id } }, HttpStatusCode.Created)));
        Assert.Equal([1, 2, 3, 4], made.Select(d => (int)d["number"]!).Order());
    }

    private async Task<string> ComposedAsync(int stories)
    {
        await _app.PushStoriesAsync(stories);
        return await _app.ComposeAsync();
    }

    private static List<string> Stories(JsonNode digest) => [.. digest["stories"]!.AsArray().Select(s => (string)s!["id"]!)];
}
