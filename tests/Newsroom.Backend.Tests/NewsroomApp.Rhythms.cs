using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Newsroom.Backend.Digests;
using Newsroom.Backend.Subscribers;
using Newsroom.Backend.Subscribers.Preferences;

namespace Newsroom.Backend.Tests;

public sealed partial class NewsroomApp
{
    public Task ChooseRhythmAsync(int reader, Rhythm rhythm, string newsletter = "this-week") => ChooseRhythmsAsync(ConfirmedReaders.Address(reader), (newsletter, rhythm));

    /// <summary>A reader chooses, as the preferences page lets them.</summary>
    public async Task ChooseRhythmsAsync(string email, params (string Newsletter, Rhythm Rhythm)[] chosen)
    {
        var id = await ReadAsync(db => db.Subscribers.Where(s => s.AddressKey == email).Select(s => s.Id).SingleAsync());
        await using var scope = _program.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<ChooseRhythm>().RunAsync(id, chosen.ToDictionary(c => c.Newsletter, c => c.Rhythm), Cancelled);
    }

    public async Task TendRhythmsAsync()
    {
        await using var scope = _program.Services.CreateAsyncScope();
        await ActivatorUtilities.CreateInstance<TendRhythms>(scope.ServiceProvider).RunAsync(Cancelled);
    }

    /// <summary>Null goes on at once.</summary>
    public Task PauseReaderAsync(int reader, TimeSpan? time) => ArrangeAsync(async db =>
    {
        var address = ConfirmedReaders.Address(reader);
        (await db.Subscribers.SingleAsync(s => s.AddressKey == address)).PausedUntil = time is null ? null : Clock.GetUtcNow() + time;
    });

    /// <summary>Null: in step.</summary>
    public Task<long?> CursorAsync(int reader) =>
        ReadAsync(db => db.Subscriptions.Where(s => s.Subscriber.AddressKey == ConfirmedReaders.Address(reader)).Select(s => s.StoriesThroughId).SingleAsync());

    /// <summary>The numbers of the stories (<see cref="PushStoriesAsync"/>) in each mail that a reader got, mail by mail: <c>1 2|3</c>.</summary>
    public string Got(int reader) => string.Join('|', MailsTo(ConfirmedReaders.Address(reader)).Select(m => string.Join(' ', StoriesIn(m).Order())));

    /// <summary>The numbers of a mail's stories, each once.</summary>
    public static IEnumerable<int> StoriesIn(ReceivedMail mail) =>
        StoryTitle().Matches(mail.Text).Select(m => int.Parse(m.Groups["number"].Value, CultureInfo.InvariantCulture)).Distinct();

    /// <summary>The newest first.</summary>
    public async Task<List<JsonNode>> DigestsAsync(string query = "") => [.. (await GetAsync("/api/v1/digests" + query))["items"]!.AsArray().Select(d => d!)];

    public async Task SendNewDigestAsync(string newsletter = "this-week")
    {
        await StepAsync(await ComposeAsync(newsletter), "send");
        await RunDueJobsAsync();
    }

    /// <summary>Null when nothing is new.</summary>
    public async Task<string?> TryComposeAsync(string newsletter)
    {
        var answer = await Api.PostAsync("/api/v1/digests", JsonContent.Create(new { newsletter }));
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.Conflict, body);
        return answer.StatusCode == HttpStatusCode.Created ? (string)JsonNode.Parse(body)!["id"]! : null;
    }

    /// <summary>One story goes out at once, ahead of its turn.</summary>
    public async Task BreakNewsAsync(string newsletter = "this-week")
    {
        var digest = await PostAsync("/api/v1/digests", new { newsletter, storyIds = await PushStoriesAsync() }, HttpStatusCode.Created);
        await StepAsync((string)digest["id"]!, "send");
        await RunDueJobsAsync();
    }

    /// <summary>What a slot does on another node, which saw this story as the last.</summary>
    public async Task MakeEditionsAsync(int newsletterId, Rhythm rhythm, long throughId)
    {
        await using var scope = _program.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<BringUpToDate>().RunAsync(newsletterId, rhythm, throughId, Clock.GetUtcNow(), Cancelled);
    }

    [GeneratedRegex(@"Story (?<number>\d+): the harbour", RegexOptions.ExplicitCapture)]
    private static partial Regex StoryTitle();
}
