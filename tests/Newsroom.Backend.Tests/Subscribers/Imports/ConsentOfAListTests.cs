using System.Net;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Subscribers;
using Newsroom.Backend.Subscribers.Imports;

namespace Newsroom.Backend.Tests.Subscribers.Imports;

/// <summary>Promise 1, for lists: a file never brings back who said no.</summary>
public sealed class ImportingAList : IAsyncLifetime
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
    public async Task Gives_every_row_its_verdict()
    {
        await _app.SubscribeAsync("has@example.org", "this-week");
        await _app.SubscribeAsync("other@example.org", "breaking");
        await _app.SignUpAsync("waits@example.org", "this-week");
        await LeaveAsync("left@example.org");
        await _app.PutOnSuppressionListAsync("bounced@example.org", SuppressionReason.HardBounce);
        var report = await _app.ImportAsync("email\nHas@Example.org\nother@example.org\nwaits@example.org\nleft@example.org\nbounced@example.org\nnew@example.org\nNEW@example.org\nbad@\n");
        Assert.Equal(new RowCounts { New = 2, Known = 2, LeftBefore = 1, Suppressed = 1, Bad = 1, Twice = 1 }, report.Counts);
        Assert.Equal([2, 4, 5, 6, 8, 9], report.Samples.Select(s => s.Line));
        Assert.Equal("breaking this-week", string.Join(' ', (await _app.ActiveAsync("other@example.org")).Split(' ').Order()));
        Assert.Equal("pending", await _app.StatusAsync("waits@example.org"));
        Assert.Equal("this-week", await _app.ActiveAsync("new@example.org"));
        var link = await _app.LeaveLinkAsync("new@example.org", "this-week");
        await _app.PostFormAsync(link, ("List-Unsubscribe", "One-Click"));
        Assert.Equal("left", await _app.StatusAsync("new@example.org"));
    }

    [Fact]
    public async Task Writes_nothing_in_a_dry_run_and_gives_the_same_verdicts()
    {
        await LeaveAsync("left@example.org");
        const string Csv = "email,status\nleft@example.org,subscribed\na@example.org,subscribed\na@example.org,unsubscribed\nb@example.org,bounced\nc@example.org,left\nd,subscribed\n";
        var before = await _app.DumpAsync();
        var dry = await _app.ImportAsync(Csv, dryRun: true);
        Assert.Equal(before, await _app.DumpAsync());
        Assert.Null(dry.Id);
        var real = await _app.ImportAsync(Csv);
        Assert.Equal(dry.Counts, real.Counts);
        Assert.Equal(dry.Samples, real.Samples);
        Assert.NotEqual(before, await _app.DumpAsync());
    }

    [Theory]
    [InlineData(SuppressionReason.HardBounce)]
    [InlineData(SuppressionReason.Complaint)]
    [InlineData(SuppressionReason.Request)]
    [InlineData(SuppressionReason.Erased)]
    public async Task Never_revives_an_address_on_the_suppression_list(SuppressionReason reason)
    {
        await _app.PutOnSuppressionListAsync("barred@example.org", reason);
        Assert.Equal(1, (await _app.ImportAsync("email\nBARRED@example.org\n")).Counts.Suppressed);
        Assert.Null(await _app.SubscriberAsync("barred@example.org"));
    }

    [Theory]
    [InlineData(SubscriberStatus.Bounced)]
    [InlineData(SubscriberStatus.Complained)]
    [InlineData(SubscriberStatus.Suppressed)]
    public async Task Never_revives_a_reader_who_is_barred(SubscriberStatus status)
    {
        await _app.SubscribeAsync("barred@example.org", "breaking");
        await _app.ArrangeAsync(db => db.Subscribers.Where(s => s.AddressKey == "barred@example.org").ExecuteUpdateAsync(s => s.SetProperty(x => x.Status, status)));
        Assert.Equal(1, (await _app.ImportAsync("email\nbarred@example.org\n")).Counts.Suppressed);
        Assert.Equal("breaking", await _app.ActiveAsync("barred@example.org"));
    }

    [Fact]
    public async Task Never_revives_who_left_all_newsletters()
    {
        await _app.SubscribeAsync("gone@example.org", "breaking");
        await _app.PostFormAsync(await _app.LeaveLinkAsync("gone@example.org", "breaking"), ("from", "page"), ("all", "yes"));
        Assert.Equal(1, (await _app.ImportAsync("email\ngone@example.org\n")).Counts.LeftBefore);
        Assert.Equal("", await _app.ActiveAsync("gone@example.org"));
    }

    [Fact]
    public async Task Heeds_a_files_no_unless_the_reader_has_said_yes_here_since()
    {
        await _app.SubscribeAsync("later@example.org", "this-week");
        await _app.SubscribeAsync("earlier@example.org", "this-week");
        await _app.SubscribeAsync("bounces@example.org", "this-week");
        _app.Clock.Advance(TimeSpan.FromDays(2));
        var report = await _app.ImportAsync("email,status,unsub_time,bounced_at\n"
            + "later@example.org,unsubscribed,2026-11-25 12:00:00,\nearlier@example.org,unsubscribed,2020-01-01 12:00:00,\nbounces@example.org,subscribed,,2026-11-25 12:00:00\n");
        Assert.Equal(new RowCounts { Known = 1, LeftBefore = 1, Suppressed = 1 }, report.Counts);
        Assert.Equal("", await _app.ActiveAsync("later@example.org"));
        Assert.Equal("this-week", await _app.ActiveAsync("earlier@example.org"));
        Assert.Equal("bounced", await _app.StatusAsync("bounces@example.org"));
    }

    [Fact]
    public async Task Heeds_a_files_no_whatever_the_reader_has_said_to_another_newsletter_since()
    {
        await _app.SubscribeAsync("two@example.org", "this-week");
        _app.Clock.Advance(TimeSpan.FromDays(2));
        await _app.SubscribeAsync("two@example.org", "breaking");
        _app.Clock.Advance(TimeSpan.FromDays(1));
        var report = await _app.ImportAsync("email,status,unsub_time\ntwo@example.org,unsubscribed,2026-11-25 12:00:00\n");
        Assert.Equal(1, report.Counts.LeftBefore);
        Assert.Equal("breaking", await _app.ActiveAsync("two@example.org"));
    }

    [Fact]
    public async Task Heeds_a_later_files_no_to_what_only_a_file_said()
    {
        await _app.ImportAsync("email\nreader@example.org\n");
        Assert.Equal(1, (await _app.ImportAsync("email,status\nreader@example.org,unsubscribed\n")).Counts.LeftBefore);
        Assert.Equal("left", await _app.StatusAsync("reader@example.org"));
        Assert.Equal(["confirmed", "withdrawn"], (await _app.SubscriberAsync("reader@example.org"))!["consents"]!.AsArray().Select(c => (string?)c!["event"]));
    }

    [Fact]
    public async Task Takes_no_time_of_consent_that_cannot_be()
    {
        await _app.ImportAsync("email,confirmed_at\nfuture@example.org,2031-01-01\nzero@example.org,1970-01-01 00:00:00\nodd@example.org,03/04/2024\n");
        foreach (var reader in new[] { "future", "zero", "odd" })
            Assert.Equal(NewsroomApp.Start, (DateTimeOffset)(await _app.SubscriberAsync(reader + "@example.org"))!["consents"]![0]!["at"]!);
    }

    [Theory]
    [InlineData("too short")]
    [InlineData("                         ")]
    public async Task Needs_a_sentence_that_says_what_was_agreed_to(string consent) =>
        Assert.IsType<ImportOutcome.NoConsent>(await _app.ImportBytesAsync("email\na@example.org\n"u8.ToArray(), consent: consent));

    [Fact]
    public async Task Needs_a_newsletter_that_is() =>
        Assert.IsType<ImportOutcome.NoSuchNewsletter>(await _app.ImportBytesAsync("email\na@example.org\n"u8.ToArray(), newsletter: "none"));

    [Fact]
    public async Task Is_listed_with_what_became_of_it_and_as_stopped_when_it_fell_silent()
    {
        var report = await _app.ImportAsync("email\na@example.org\nb\n");
        var done = Assert.Single(await _app.ImportsAsync());
        Assert.Equal((report.Id, ImportState.Done, report.Counts, "list.csv", NewsroomApp.Declared), (done.Id, done.State, done.Counts, done.FileName, done.Consent));
        await _app.ArrangeAsync(db => db.Imports.ExecuteUpdateAsync(i => i.SetProperty(x => x.State, ImportState.Running)));
        Assert.Equal(ImportState.Running, (await _app.ImportsAsync())[0].State);
        Assert.IsType<UndoImportOutcome.StillRunning>(await _app.UndoImportAsync(report.Id!));
        _app.Clock.Advance(Import.Silence + TimeSpan.FromSeconds(1));
        Assert.Equal(ImportState.Stopped, (await _app.ImportsAsync())[0].State);
    }

    public static class Files
    {
        private static readonly string[] Words = ["subscribed", "subscribed", "subscribed", "unsubscribed", "bounced", "complained", "unconfirmed", "what", ""];

        public static Arbitrary<string[]> Arbitrary() =>
            Arb.From(
                from rows in (from who in Gen.Choose(0, 9)
                              from word in Gen.Elements(Words)
                              from shape in Gen.Choose(0, 9)
                              select shape == 0 ? $"p{who},{word}" : shape == 1 ? $"P{who}@EXAMPLE.org,{word},,," : shape == 2 ? "" : $"p{who}@example.org,{word}").ListOf()
                select rows.ToArray());
    }

    [Property(Arbitrary = [typeof(Files)], MaxTest = 30)]
    public async Task Adds_up_and_leaves_nobody_active_who_said_no(string[][] files)
    {
        await _app.PutOnSuppressionListAsync("p0@example.org", SuppressionReason.Erased);
        foreach (var rows in files.Take(3))
        {
            var report = await _app.ImportAsync("email,status\n" + string.Join('\n', rows));
            Assert.Equal(rows.Count(r => r.Length > 0), report.Counts.Rows);
            var refused = rows.Where(r => r.Contains('@', StringComparison.Ordinal)).Select(r => r.ToLowerInvariant().Split(','))
                .Where(c => c[1] is "unsubscribed" or "bounced" or "complained").Select(c => c[0]).Append("p0@example.org").ToHashSet();
            _everRefused.UnionWith(refused);
            var active = await _app.ReadAsync(db => db.Subscriptions
                .Where(s => s.State == SubscriptionState.Active && s.Subscriber.Status == SubscriberStatus.Confirmed).Select(s => s.Subscriber.AddressKey).ToListAsync());
            Assert.Empty(active.Intersect(_everRefused));
        }
    }

    private readonly HashSet<string> _everRefused = [];

    private async Task LeaveAsync(string email)
    {
        await _app.SubscribeAsync(email, "this-week");
        var answer = await _app.PostFormAsync(await _app.LeaveLinkAsync(email, "this-week"), ("List-Unsubscribe", "One-Click"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
