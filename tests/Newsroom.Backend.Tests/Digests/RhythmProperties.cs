using FsCheck;
using FsCheck.Xunit;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Tests.Digests;

/// <summary>However stories come, digests go, readers change their minds and processes die: each story comes to each reader once.</summary>
public sealed class StoriesUnderAnyChoice : IAsyncLifetime
{
    private const int Readers = 4;
    private static readonly Rhythm[] Rhythms = Enum.GetValues<Rhythm>();
    private readonly HashSet<int> _everPaused = [];
    private NewsroomApp _app = null!;
    private string _slug = "";
    private int _case;
    private int _first;
    private int _pushed;
    private int _pushedBefore;

    public async ValueTask InitializeAsync() => _app = await NewsroomApp.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    /// <param name="dice">Two for each move: which, and whose.</param>
    [Property(MaxTest = 12, EndSize = 40)]
    public async Task Come_once_to_each_reader(byte[] dice)
    {
        await BeginAsync();
        var said = new List<string>();
        for (var i = 0; i + 1 < dice.Length; i += 2)
            said.Add(await MoveAsync(dice[i], dice[i + 1]));
        await EndAsync();

        for (var reader = _first; reader < _first + Readers; reader++)
        {
            var mails = _app.MailsTo(ConfirmedReaders.Address(reader)).Select(m => NewsroomApp.StoriesIn(m).ToList()).ToList();
            foreach (var story in Enumerable.Range(_pushedBefore + 1, _pushed - _pushedBefore))
            {
                var times = mails.Count(m => m.Contains(story));
                Assert.True(times == 1 || (times == 0 && _everPaused.Contains(reader)),
                    $"Reader {reader - _first} got story {story - _pushedBefore} {times} times: {string.Join(", ", said)}; got {_app.Got(reader)}");
            }
        }
        foreach (var digest in await _app.DigestsAsync($"?newsletter={_slug}&limit=200"))
            Assert.Equal(0, (await _app.LedgerAsync((string)digest["id"]!)).Remaining);
        await LeaveAllAsync();
    }

    private async Task<string> MoveAsync(byte which, byte whose)
    {
        var (reader, rhythm, read) = (_first + (whose % Readers), Rhythms[whose / Readers % Rhythms.Length], 1 + (whose / 4));
        switch (which % 16)
        {
            case 0 or 1 or 2:
                await PushAsync();
                return "story";
            case 3 or 4:
                await SendAsync();
                return "digest";
            case 5:
                _pushed++;
                await _app.BreakNewsAsync(_slug);
                return "breaking news";
            case 6 or 7:
                await MorningAsync();
                return "morning";
            case 8:
                await _app.AdvanceAsync(TimeSpan.FromMinutes(6));
                return "six minutes";
            case 9 or 10 or 11:
                await _app.ChooseRhythmAsync(reader, rhythm, _slug);
                return $"{reader - _first} chooses {rhythm}";
            case 12:
                _app.BeforeRead(read, () => _app.ChooseRhythmAsync(reader, rhythm, _slug));
                await SendAsync();
                return $"digest, before read {read} of it {reader - _first} chooses {rhythm}";
            case 13:
                var morning = which / 16 % 2 == 0;
                if (!morning)
                    await StartAsync();
                await CrashAsync(read, morning ? MorningAsync : _app.RunDueJobsAsync);
                return $"crash before read {read} of a {(morning ? "morning" : "digest")}";
            case 14:
                _everPaused.Add(reader);
                await _app.PauseReaderAsync(reader, TimeSpan.FromDays(3));
                return $"{reader - _first} pauses";
            default:
                await _app.PauseReaderAsync(reader, null);
                return $"{reader - _first} goes on";
        }
    }

    /// <summary>A newsletter of its own, in step with the stories of the cases before; its readers come after.</summary>
    private async Task BeginAsync()
    {
        (_slug, _first) = ($"case-{++_case}", _case * 1000);
        _everPaused.Clear();
        await _app.AddNewsletterAsync(_slug, _slug);
        await PushAsync();
        await SendAsync();
        _app.Clock.Advance(TimeSpan.FromMinutes(1));
        await _app.AddReadersAsync(Readers, _slug, _first);
        _pushedBefore = _pushed;
    }

    /// <summary>What waits for a slot comes at once; who is in step gets the last digest.</summary>
    private async Task EndAsync()
    {
        _app.BeforeRead(int.MaxValue, () => Task.CompletedTask);
        for (var reader = _first; reader < _first + Readers; reader++)
            await _app.PauseReaderAsync(reader, null);
        await _app.ArrangeAsync(db => db.Subscriptions.Where(s => s.Newsletter.Slug == _slug && s.Rhythm != Rhythm.AsPublished)
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.Rhythm, Rhythm.EveryStory)));
        await PushAsync();
        await SendAsync();
        for (var times = 0; times < 3; times++)
            await _app.AdvanceAsync(TimeSpan.FromMinutes(6));
    }

    /// <summary>Not slower with every case.</summary>
    private Task LeaveAllAsync() => _app.ArrangeAsync(db => db.Subscriptions.Where(s => s.Newsletter.Slug == _slug)
        .ExecuteUpdateAsync(s => s.SetProperty(x => x.State, SubscriptionState.Left)));

    private async Task PushAsync()
    {
        _pushed++;
        await _app.PushStoriesAsync();
    }

    private async Task SendAsync()
    {
        await StartAsync();
        await _app.RunDueJobsAsync();
    }

    private async Task StartAsync()
    {
        if (await _app.TryComposeAsync(_slug) is { } digest)
            await _app.StepAsync(digest, "send");
    }

    private async Task MorningAsync()
    {
        var now = _app.Clock.GetUtcNow();
        var seven = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero).AddHours(12);
        await _app.AdvanceAsync((seven > now ? seven : seven.AddDays(1)) - now);
    }

    private async Task CrashAsync(int read, Func<Task> during)
    {
        _app.BeforeRead(read, () => throw new IOException("The power went."));
        try
        {
            await during();
        }
        catch (IOException)
        {
            _app.LoseEnqueuedJobs();
        }
        _app.BeforeRead(int.MaxValue, () => Task.CompletedTask);
    }
}
