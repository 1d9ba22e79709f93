using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Http;
using Newsroom.Backend.Newsletters;
using Newsroom.Backend.Stories;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Tests.Digests;

/// <summary>Before a digest begins, its stories' links are looked at.</summary>
public sealed class AStoryGoneFromItsSite : IAsyncLifetime
{
    private FeedSite _site = null!;
    private NewsroomApp _app = null!;

    public async ValueTask InitializeAsync()
    {
        _site = await FeedSite.StartAsync();
        _app = await StartAsync(allowPrivateNetworks: true);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _site.DisposeAsync();
    }

    [Fact]
    public async Task Is_dropped_and_any_other_answer_lets_it_stay()
    {
        foreach (var status in new[] { 200, 403, 404, 410, 429, 500 })
            Answers(status);
        _site.Answers("/moved-to-404", http => Task.Run(() => http.Response.Redirect("/404")));
        _site.Answers("/moved-to-200", http => Task.Run(() => http.Response.Redirect("/200")));
        _site.Answers("/aborted", http => Task.Run(http.Abort));
        var digest = await ReadyAsync("200", "403", "404", "410", "429", "500", "moved-to-404", "moved-to-200", "aborted");
        await _app.StepAsync(digest, "send");
        Assert.Equal(["200", "403", "429", "500", "aborted", "moved-to-200"], await TitlesAsync(digest));
        Assert.Equal(["404", "410", "moved-to-404"], (await _app.StoriesAsync()).Where(s => s.WithdrawnAt == NewsroomApp.Start).Select(s => s.Title).Order());
        await _app.RunDueJobsAsync();
        Assert.DoesNotContain("/410", Assert.Single(_app.Mails).Text, StringComparison.Ordinal);
        Assert.Single(_site.Requests, r => r.Path == "/500");
    }

    [Fact]
    public async Task When_it_is_the_only_one_there_is_nothing_to_send()
    {
        var digest = await ReadyAsync("404");
        var refused = await _app.StepAsync(digest, "send", expected: HttpStatusCode.Conflict);
        Assert.Contains("has been withdrawn", (string)refused["title"]!, StringComparison.Ordinal);
        Assert.NotNull(Assert.Single(await _app.StoriesAsync()).WithdrawnAt);
    }

    [Fact]
    public async Task Stays_when_the_site_says_so_of_all_of_several()
    {
        Answers(404);
        Answers(410);
        var digest = await ReadyAsync("404", "410");
        await _app.StepAsync(digest, "send");
        Assert.Equal(["404", "410"], await TitlesAsync(digest));
        Assert.All(await _app.StoriesAsync(), s => Assert.Null(s.WithdrawnAt));
    }

    [Fact]
    public async Task Is_dropped_from_a_scheduled_digest_when_its_time_comes()
    {
        Answers(200);
        Answers(200, "/taken-back");
        var digest = await ReadyAsync("200", "taken-back");
        await _app.StepAsync(digest, "schedule", new { at = "2026-11-24T08:00" });
        Assert.Empty(_site.Requests);
        Answers(410, "/taken-back");
        await _app.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Equal(["200"], await TitlesAsync(digest));
        Assert.Single(_app.Recipients);
    }

    [Fact]
    public async Task Is_dropped_from_what_a_cadence_makes_and_from_readers_own_editions()
    {
        Answers(200);
        await AddAsync("404", "200");
        await _app.AddReadersAsync(2);
        await _app.ChooseRhythmAsync(2, Rhythm.EveryStory);
        await AddAsync("410");
        await _app.EditCadenceAsync("this-week", new Cadence("tue", new TimeOnly(7, 3), "America/New_York", Approval: false));
        await _app.AdvanceAsync(TimeSpan.FromMinutes(3));
        await _app.AdvanceAsync(TimeSpan.FromMinutes(3));
        var mail = Assert.Single(_app.MailsTo(ConfirmedReaders.Address(1)));
        Assert.Contains("/200", mail.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("/404", mail.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(_app.MailsTo(ConfirmedReaders.Address(2)), m => m.Text.Contains("/410", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_site_that_does_not_answer_holds_nobody_up_for_long()
    {
        _site.Answers("/404", async http =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1), http.RequestAborted);
            http.Response.StatusCode = 404;
        });
        var silent = Enumerable.Range(1, 40).Select(n => $"silent-{n}").ToArray();
        foreach (var path in silent)
            _site.Answers("/" + path, http => Task.Delay(TimeSpan.FromMinutes(1), http.RequestAborted));
        // It came in first, and so is among the first that are asked for.
        var digest = await ReadyAsync(["404", .. silent]);
        var watch = Stopwatch.StartNew();
        await _app.StepAsync(digest, "send");
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, WithdrawGone.MaxTime + TimeSpan.FromSeconds(5));
        Assert.Equal(silent.Order(), await TitlesAsync(digest));
        Assert.Single(await _app.StoriesAsync(), s => s.WithdrawnAt is not null);
    }

    [Fact]
    public async Task Is_not_asked_for_in_private_networks()
    {
        await _app.DisposeAsync();
        _app = await StartAsync(allowPrivateNetworks: false);
        var digest = await ReadyAsync("404");
        await _app.StepAsync(digest, "send");
        Assert.Equal(["404"], await TitlesAsync(digest));
        Assert.Empty(_site.Requests);
    }

    private static Task<NewsroomApp> StartAsync(bool allowPrivateNetworks) => NewsroomApp.StartAsync(new()
    {
        ["Stories:CheckLinks"] = "true",
        ["Stories:AllowPrivateNetworks"] = allowPrivateNetworks ? "true" : "false",
    });

    private void Answers(int status, string? path = null) => _site.Answers(path ?? $"/{status}", http =>
    {
        http.Response.StatusCode = status;
        return http.Response.WriteAsync("A page.");
    });

    private async Task<string> ReadyAsync(params string[] paths)
    {
        await AddAsync(paths);
        await _app.AddReadersAsync(1);
        var ids = (await _app.StoriesAsync()).ConvertAll(s => s.PublicId);
        return (string)(await _app.PostAsync("/api/v1/digests", new { newsletter = "this-week", storyIds = ids }, HttpStatusCode.Created))["id"]!;
    }

    private async Task AddAsync(params string[] paths)
    {
        if (await _app.ReadAsync(db => Task.FromResult(!db.Newsletters.Any())))
            await _app.AddNewsletterAsync();
        foreach (var path in paths)
            await _app.PostAsync("/api/v1/stories", new { url = $"{_site.Url}/{path}", title = path }, HttpStatusCode.Created);
    }

    private async Task<IEnumerable<string>> TitlesAsync(string digest) =>
        (await _app.DigestAsync(digest))["stories"]!.AsArray().Select(s => (string)s!["title"]!).Order();
}
