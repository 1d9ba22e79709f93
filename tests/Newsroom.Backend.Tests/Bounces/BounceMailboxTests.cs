using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Bounces;

namespace Newsroom.Backend.Tests.Bounces;

public sealed class TheBounceMailbox : IAsyncLifetime
{
    private const string Ada = "ada@example.org";
    private readonly ImapServer _imap = ImapServer.Start();
    private NewsroomApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await StartAsync(_imap);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _imap.DisposeAsync();
    }

    [Fact]
    public async Task Is_read_into_rows_and_then_its_messages_are_marked_and_never_fetched_again()
    {
        var read = _imap.Add(Reports.Dsn(Ada, await _app.SentLetterAsync(Ada)));
        await PollAsync();
        Assert.Equal(ReportSource.Imap, Assert.Single(await _app.ReportsAsync()).Source);
        Assert.Contains(PollBounceMailbox.Keyword, read.Flags);
        Assert.DoesNotContain(_imap.Heard, c => c.Contains("Deleted", StringComparison.OrdinalIgnoreCase) || c.StartsWith("EXPUNGE", StringComparison.Ordinal));
        var fetches = _imap.Heard.Count(c => c.Contains("BODY.PEEK", StringComparison.Ordinal));
        await PollAsync();
        Assert.Equal(fetches, _imap.Heard.Count(c => c.Contains("BODY.PEEK", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Keeps_what_nobody_could_read_unread_and_a_copy_waits_for_people()
    {
        var odd = _imap.Add("From: somebody@example.net\r\nSubject: Where is my newsletter?\r\n\r\nI moved house.\r\n");
        await PollAsync();
        Assert.Equal(PollBounceMailbox.Keyword, Assert.Single(odd.Flags));
        var waiting = Assert.Single(await _app.ApiListAsync("/api/v1/bounces"));
        Assert.Equal(("waiting", true), (waiting.GetProperty("outcome").GetString(), waiting.GetProperty("hasMessage").GetBoolean()));
        Assert.Contains("I moved house.", await _app.Api.GetStringAsync($"/api/v1/bounces/{waiting.GetProperty("id").GetString()}/message", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Is_read_again_to_no_effect_when_the_line_broke_before_the_mark()
    {
        _imap.Add(Reports.Dsn(Ada, await _app.SentLetterAsync(Ada)));
        _imap.HangsUpOn = "STORE";
        await PollAsync();
        Assert.Single(await _app.ReportsAsync());
        Assert.Empty(_imap.Mails[0].Flags);
        _imap.HangsUpOn = null;
        var before = await _app.ReportsAsync();
        await PollAsync();
        Assert.Equal(before.Select(r => r.PublicId), (await _app.ReportsAsync()).Select(r => r.PublicId));
        Assert.Contains(PollBounceMailbox.Keyword, _imap.Mails[0].Flags);
    }

    [Fact]
    public async Task May_be_numbered_anew()
    {
        _imap.Add(Reports.Dsn(Ada, await _app.SentLetterAsync(Ada)));
        await PollAsync();
        _imap.Renumber();
        _imap.Add(Reports.Dsn("bob@example.org", await _app.SentLetterAsync("bob@example.org")));
        await PollAsync();
        Assert.Equal(2, (await _app.ReportsAsync()).Count);
        Assert.All(_imap.Mails, m => Assert.Contains(PollBounceMailbox.Keyword, m.Flags));
    }

    [Fact]
    public async Task Is_read_on_when_somebody_takes_a_message_away_meanwhile()
    {
        _imap.TakenAway = _imap.Add(Reports.Dsn(Ada, await _app.SentLetterAsync(Ada))).Uid;
        var next = _imap.Add(Reports.Dsn("bob@example.org", await _app.SentLetterAsync("bob@example.org")));
        await PollAsync();
        Assert.Contains(PollBounceMailbox.Keyword, next.Flags);
        Assert.Single(await _app.ReportsAsync());
        Assert.Empty(await _app.OpenAlertsAsync());
    }

    [Fact]
    public async Task Is_read_again_for_a_mail_that_is_being_handed_over()
    {
        var early = _imap.Add(Reports.Dsn(Ada, await _app.SentLetterAsync(Ada)));
        await _app.LeaveLettersAsync(OutgoingMailState.HandingOver);
        await PollAsync();
        Assert.Empty(early.Flags);
        Assert.Empty(await _app.ReportsAsync());
        await _app.LeaveLettersAsync(OutgoingMailState.Uncertain);
        await PollAsync();
        Assert.Contains(PollBounceMailbox.Keyword, early.Flags);
        Assert.Equal(SuppressionReason.HardBounce, await _app.SuppressedForAsync(Ada));
        Assert.Equal(OutgoingMailState.Sent, await _app.ReadAsync(db => db.OutgoingMails.Select(m => m.State).SingleAsync(TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task Takes_what_a_report_says_that_returns_a_larger_mail_than_is_read()
    {
        var report = Reports.Dsn(Ada, await _app.SentLetterAsync(Ada));
        var end = report.LastIndexOf("\r\n--", StringComparison.Ordinal);
        var large = _imap.Add(report[..end] + "\r\n" + string.Concat(Enumerable.Repeat(new string('x', 70) + "\r\n", TakeReport.Largest / 70)) + report[end..]);
        await PollAsync();
        Assert.Equal(SuppressionReason.HardBounce, await _app.SuppressedForAsync(Ada));
        Assert.Contains(PollBounceMailbox.Keyword, large.Flags);
    }

    [Fact]
    public async Task Keeps_what_is_large_and_no_report_unread_and_a_row_says_that_it_waits()
    {
        var large = _imap.Add("From: somebody@example.net\r\nSubject: Pictures\r\n\r\n" + new string('x', TakeReport.Largest));
        await PollAsync();
        Assert.Equal(PollBounceMailbox.Keyword, Assert.Single(large.Flags));
        Assert.Equal("waiting", Assert.Single(await _app.ApiListAsync("/api/v1/bounces")).GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task Troubles_nobody_when_one_turn_fails_and_the_next_does_not()
    {
        for (var turn = 0; turn < 6; turn++)
        {
            _imap.HangsUpOn = turn % 2 == 0 ? "LOGIN" : null;
            await PollAsync();
        }
        Assert.Empty(await _app.ApiListAsync("/api/v1/alerts"));
    }

    [Theory]
    [InlineData("LOGIN", true)]
    [InlineData("SELECT", true)]
    [InlineData(null, false)]
    public async Task Tells_staff_when_it_cannot_be_read_and_when_it_can_again(string? hangsUpOn, bool keepsKeywords)
    {
        (_imap.HangsUpOn, _imap.KeepsKeywords) = (hangsUpOn, keepsKeywords);
        await PollAsync();
        await PollAsync();
        var alert = Assert.Single(await _app.ApiListAsync("/api/v1/alerts"));
        Assert.Equal("bounces.mailbox", alert.GetProperty("kind").GetString());
        (_imap.HangsUpOn, _imap.KeepsKeywords) = (null, true);
        await PollAsync();
        Assert.NotEqual(System.Text.Json.JsonValueKind.Null, Assert.Single(await _app.ApiListAsync("/api/v1/alerts")).GetProperty("clearedAt").ValueKind);
    }

    [Fact]
    public async Task Is_read_every_five_minutes_when_nothing_else_is_said()
    {
        await using var app = await StartAsync(_imap, ("PollEvery", null));
        var reads = new List<int>();
        for (var minute = 1; minute <= 10; minute++)
        {
            app.Clock.Advance(TimeSpan.FromMinutes(1));
            await app.RunOnlyAsync<PollBounceMailbox>();
            reads.Add(_imap.Heard.Count(c => c.StartsWith("LOGIN", StringComparison.Ordinal)));
        }
        Assert.Equal([0, 0, 0, 0, 1, 1, 1, 1, 1, 2], reads);
    }

    [Fact]
    public async Task Is_read_late_when_its_minute_was_missed()
    {
        await using var app = await StartAsync(_imap, ("PollEvery", null));
        foreach (var minutes in new[] { 4, 2 })
        {
            Assert.DoesNotContain(_imap.Heard, c => c.StartsWith("LOGIN", StringComparison.Ordinal));
            app.Clock.Advance(TimeSpan.FromMinutes(minutes));
            await app.RunOnlyAsync<PollBounceMailbox>();
        }
        Assert.Single(_imap.Heard, c => c.StartsWith("LOGIN", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Is_read_only_from_a_server_whose_certificate_is_believed(bool believed)
    {
        await using var secure = ImapServer.Start(TestKeys.ServerCertificate);
        await using var app = await StartAsync(secure, ("Host", "localhost"), ("Security", "Tls"), ("TrustedCertificateFile", believed ? TestKeys.ServerCertificateFile : null));
        for (var turn = 0; turn < 2; turn++)
        {
            app.Clock.Advance(TimeSpan.FromMinutes(1));
            await app.RunOnlyAsync<PollBounceMailbox>();
        }
        Assert.Equal(believed, secure.Heard.Contains("LOGOUT"));
        Assert.Equal(believed, (await app.ApiListAsync("/api/v1/alerts")).Count == 0);
        Assert.Equal(believed, secure.Heard.Count > 0);
    }

    private Task PollAsync()
    {
        _app.Clock.Advance(TimeSpan.FromMinutes(1));
        return _app.RunOnlyAsync<PollBounceMailbox>();
    }

    private static Task<NewsroomApp> StartAsync(ImapServer imap, params (string Key, string? Value)[] more)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Mail:Bounces:Imap:Host"] = "127.0.0.1",
            ["Mail:Bounces:Imap:Port"] = imap.Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["Mail:Bounces:Imap:Security"] = "None",
            ["Mail:Bounces:Imap:UserName"] = "user",
            ["Mail:Bounces:Imap:Password"] = "password",
            ["Mail:Bounces:Imap:PollEvery"] = "00:01:00",
        };
        foreach (var (key, value) in more)
            settings["Mail:Bounces:Imap:" + key] = value;
        return NewsroomApp.StartAsync(settings);
    }
}
