using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Subscribers;
using Newsroom.Backend.Subscribers.Imports;

namespace Newsroom.Backend.Tests.Subscribers.Imports;

public sealed class UndoingAnImport : IAsyncLifetime
{
    private NewsroomApp _app = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync();
        await _app.AddNewsletterAsync();
        await _app.AddNewsletterAsync("breaking", "Breaking");
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Leaves_no_trace_of_who_was_not_known_before()
    {
        var before = await ReadersAsync();
        var report = await _app.ImportAsync("email\na@example.org\nb@example.org\n");
        Assert.Equal(new UndoImportOutcome.Undone(report.Id!, 2, 0, 0, 0), await _app.UndoImportAsync(report.Id!));
        Assert.Equal(before, await ReadersAsync());
        Assert.Equal(ImportState.Undone, (await _app.ImportsAsync())[0].State);
        Assert.Equal(new UndoImportOutcome.Undone(report.Id!, 2, 0, 0, 0), await _app.UndoImportAsync(report.Id!));
        Assert.Equal(2, (await _app.ImportAsync("email\na@example.org\nb@example.org\n")).Counts.New);
    }

    [Fact]
    public async Task Keeps_each_reader_who_has_done_something_since_and_says_so()
    {
        await _app.SubscribeAsync("known@example.org", "breaking");
        var report = await _app.ImportAsync("email\nknown@example.org\nleft@example.org\nreturned@example.org\nelsewhere@example.org\nweekly@example.org\nuntouched@example.org\n");
        await LeaveAsync("left@example.org");
        await LeaveAsync("returned@example.org");
        await _app.SubscribeAsync("returned@example.org", "this-week");
        await _app.SubscribeAsync("elsewhere@example.org", "breaking");
        await _app.ArrangeAsync(db => db.Subscriptions.Where(s => s.Subscriber.AddressKey == "weekly@example.org").ExecuteUpdateAsync(s => s.SetProperty(x => x.Rhythm, Rhythm.Weekly)));
        await _app.ArrangeAsync(db => db.Subscribers.Where(s => s.AddressKey == "weekly@example.org").ExecuteUpdateAsync(s => s.SetProperty(x => x.Version, x => x.Version + 1)));

        Assert.Equal(new UndoImportOutcome.Undone(report.Id!, Removed: 3, EndedNow: 1, LeftStays: 1, NotOursNow: 1), await _app.UndoImportAsync(report.Id!));
        Assert.Equal("breaking", await _app.ActiveAsync("known@example.org"));
        Assert.Equal("breaking", await _app.ActiveAsync("elsewhere@example.org"));
        Assert.Equal("this-week", await _app.ActiveAsync("returned@example.org"));
        Assert.Equal("left", await _app.StatusAsync("left@example.org"));
        Assert.Equal("left", await _app.StatusAsync("weekly@example.org"));
        Assert.Null(await _app.SubscriberAsync("untouched@example.org"));
        var consents = (await _app.SubscriberAsync("known@example.org"))!["consents"]!.AsArray();
        Assert.Equal(("withdrawn", "import"), ((string?)consents[^1]!["event"], (string?)consents[^1]!["method"]));
        await ChainsAreWholeAsync();
    }

    [Fact]
    public async Task Leaves_no_trace_either_of_who_came_with_a_rhythm_a_pause_and_a_language()
    {
        var before = await ReadersAsync();
        var report = await _app.ImportAsync("id,address,name,language,status,newsletters,confirmed_at,left_at,paused_until\n"
            + "sub_1,own@example.org,Own,en-GB,confirmed,this-week active weekly 2025-01-01T00:00:00Z,2025-01-01T00:00:00Z,,2027-01-01T00:00:00Z\n");
        Assert.Equal(1, report.Counts.New);
        Assert.Equal(new UndoImportOutcome.Undone(report.Id!, 1, 0, 0, 0), await _app.UndoImportAsync(report.Id!));
        Assert.Equal(before, await ReadersAsync());
    }

    [Fact]
    public async Task Keeps_as_left_who_had_mail_of_it()
    {
        var report = await _app.ImportAsync("email\nread@example.org\n");
        await _app.PushStoriesAsync();
        await _app.StepAsync(await _app.ComposeAsync(), "send");
        await _app.RunDueJobsAsync();
        Assert.NotEmpty(_app.MailsTo("read@example.org"));
        Assert.Equal(new UndoImportOutcome.Undone(report.Id!, 0, 1, 0, 0), await _app.UndoImportAsync(report.Id!));
        Assert.Equal("left", await _app.StatusAsync("read@example.org"));
        Assert.Equal(new UndoImportOutcome.Undone(report.Id!, 0, 0, 1, 0), await _app.UndoImportAsync(report.Id!));
        await ChainsAreWholeAsync();
    }

    [Fact]
    public async Task Keeps_what_the_file_said_of_who_left_and_who_bounced()
    {
        var report = await _app.ImportAsync("email,status\nleft@example.org,unsubscribed\nbounced@example.org,bounced\n");
        await _app.UndoImportAsync(report.Id!);
        var again = await _app.ImportAsync("email\nleft@example.org\nbounced@example.org\n");
        Assert.Equal((0, 1, 1), (again.Counts.New, again.Counts.LeftBefore, again.Counts.Suppressed));
    }

    [Fact]
    public async Task Of_an_unknown_one_says_so() => Assert.IsType<UndoImportOutcome.NoSuchImport>(await _app.UndoImportAsync("imp_none"));

    private Task<string> ReadersAsync() => _app.ReadAsync(async db =>
        $"{await db.Subscribers.CountAsync()} {await db.Subscriptions.CountAsync()} {await db.Consents.CountAsync()} {await db.Suppressions.CountAsync()}");

    private async Task LeaveAsync(string email) => await _app.PostFormAsync(await _app.LeaveLinkAsync(email, "this-week"), ("List-Unsubscribe", "One-Click"));

    private async Task ChainsAreWholeAsync()
    {
        var readers = await _app.ReadAsync(db => db.Subscribers.AsNoTracking().ToListAsync());
        var consents = (await _app.ReadAsync(db => db.Consents.AsNoTracking().OrderBy(c => c.Id).ToListAsync())).ToLookup(c => c.SubscriberId);
        foreach (var reader in readers)
        {
            var (sequence, previous) = (0, "");
            foreach (var consent in consents[reader.Id])
            {
                Assert.True(consent.IsIntact(reader.PublicId, ++sequence, previous));
                previous = consent.Hash;
            }
            Assert.Equal((sequence, previous), (reader.ConsentCount, reader.ConsentHead ?? ""));
        }
    }
}
