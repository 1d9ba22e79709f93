using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Bounces;

namespace Newsroom.Backend.Tests.Bounces;

public sealed class PostingWhatCameBack : IAsyncLifetime
{
    private const string Ada = "ada@example.org";
    private const string Odd = "From: somebody@example.net\r\nSubject: Hello\r\n\r\nWhat is this?\r\n";
    private NewsroomApp _app = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _app = await NewsroomApp.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Answers_with_the_verdict()
    {
        var verdict = await _app.ReturnAsync(Reports.Dsn(Ada, await _app.SentLetterAsync(Ada)));
        Assert.Equal("hard", (string?)verdict["kind"]);
        Assert.Equal("5.1.1", (string?)verdict["status"]);
        Assert.Equal(Ada, (string?)verdict["recipients"]![0]);
        Assert.Equal("applied", (string?)verdict["outcome"]);
        Assert.Equal(SuppressionReason.HardBounce, await _app.SuppressedForAsync(Ada));
    }

    [Fact]
    public async Task Suppresses_for_a_feedback_report_whose_address_is_redacted()
    {
        var mark = await _app.SentLetterAsync(Ada);
        Assert.Equal("complaint", (string?)(await _app.ReturnAsync(Reports.Complaint(mark)))["kind"]);
        Assert.Equal("complaint", Assert.Single(await _app.ApiListAsync("/api/v1/suppressions")).GetProperty("reason").GetString());
    }

    [Theory]
    [InlineData("delayed", "4.4.1")]
    [InlineData("delivered", "2.0.0")]
    [InlineData("relayed", "2.0.0")]
    [InlineData("expanded", "2.0.0")]
    public async Task Changes_nothing_for_what_did_not_fail(string action, string status)
    {
        var mark = await _app.SentLetterAsync(Ada);
        Assert.Equal("ignored", (string?)(await _app.ReturnAsync(Reports.Dsn(Ada, mark, status, action)))["kind"]);
        Assert.Null(await _app.SuppressedForAsync(Ada));
    }

    [Fact]
    public async Task Takes_one_file_of_a_form_too_and_nothing_empty_or_huge()
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(Encoding.ASCII.GetBytes(Odd)), "file", "bounce.eml" } };
        var answer = await _app.Api.PostAsync("/api/v1/bounces", form, Cancelled);
        Assert.Equal("waiting", (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancelled)).GetProperty("outcome").GetString());
        using var asCurlSendsIt = new StringContent(Odd, Encoding.ASCII, new MediaTypeHeaderValue("application/x-www-form-urlencoded"));
        answer = await _app.Api.PostAsync("/api/v1/bounces", asCurlSendsIt, Cancelled);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Cancelled));
        Assert.Single(await _app.ReportsAsync());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await PostAsync("")).StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PostAsync(new string('x', TakeReport.Largest + 1))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await _app.Http.PostAsync("/api/v1/bounces", new StringContent(Odd), Cancelled)).StatusCode);
    }

    [Fact]
    public async Task Lets_people_settle_what_nobody_could_read()
    {
        await _app.ReturnAsync(Odd);
        var id = Assert.Single(await _app.ApiListAsync("/api/v1/bounces")).GetProperty("id").GetString();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await SettleAsync(id, new { @as = "gone" }));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await SettleAsync(id, new { @as = "hard" }));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await SettleAsync(id, new { @as = "hard", address = "nobody" }));
        Assert.Equal(HttpStatusCode.NotFound, await SettleAsync("rep_x", new { @as = "ignored" }));
        Assert.Equal(HttpStatusCode.NoContent, await SettleAsync(id, new { @as = "hard", address = Ada }));
        Assert.Equal(SuppressionReason.HardBounce, await _app.SuppressedForAsync(Ada));
        Assert.Equal(HttpStatusCode.Conflict, await SettleAsync(id, new { @as = "ignored" }));
        var row = Assert.Single(await _app.ReportsAsync());
        Assert.Equal((ReportOutcome.Settled, null), (row.Outcome, row.Raw));
        Assert.Equal(HttpStatusCode.NotFound, (await _app.Api.GetAsync($"/api/v1/bounces/{id}/message", Cancelled)).StatusCode);
        using var waiting = JsonDocument.Parse(await _app.Api.GetStringAsync("/api/v1/bounces?waiting=true", Cancelled));
        Assert.Empty(waiting.RootElement.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Gives_a_settled_complaint_the_same_consequences_as_one_that_could_be_read()
    {
        await _app.AddNewsletterAsync();
        await _app.SubscribeAsync(Ada);
        await _app.ReturnAsync(Odd);
        await SettleAsync(Assert.Single(await _app.ApiListAsync("/api/v1/bounces")).GetProperty("id").GetString(), new { @as = "complaint", address = Ada });
        Assert.Equal("complained", await _app.StatusAsync(Ada));
    }

    [Fact]
    public async Task Lets_people_say_that_it_is_about_somebody_else_than_the_mails_reader()
    {
        await _app.AddNewsletterAsync();
        await _app.SubscribeAsync(Ada);
        await _app.SubscribeAsync("bob@example.org");
        var mark = _app.MailsTo(Ada)[0].Message.MessageId!.Split('@')[0];
        await _app.ReturnAsync(Odd.Replace("Subject:", $"In-Reply-To: <{mark}@news.example.org>\r\nSubject:", StringComparison.Ordinal));
        await SettleAsync(Assert.Single(await _app.ApiListAsync("/api/v1/bounces")).GetProperty("id").GetString(), new { @as = "hard", address = "bob@example.org" });
        Assert.Equal("bounced", await _app.StatusAsync("bob@example.org"));
        Assert.Equal("confirmed", await _app.StatusAsync(Ada));
        Assert.Equal((null, null), (Assert.Single(await _app.ReportsAsync()).Mailed, await _app.SuppressedForAsync(Ada)));
    }

    [Fact]
    public async Task Asks_to_come_again_while_the_mail_is_being_handed_over()
    {
        var report = Reports.Dsn(Ada, await _app.SentLetterAsync(Ada));
        await _app.LeaveLettersAsync(OutgoingMailState.HandingOver);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await PostAsync(report)).StatusCode);
        Assert.Empty(await _app.ReportsAsync());
        await _app.LeaveLettersAsync(OutgoingMailState.Sent);
        Assert.Equal("applied", (string?)(await _app.ReturnAsync(report))["outcome"]);
    }

    [Fact]
    public async Task Tells_staff_when_something_has_waited_for_them_for_a_day()
    {
        await _app.ReturnAsync(Odd);
        await _app.RunOnlyAsync<WatchWaitingReports>();
        Assert.Empty(await _app.OpenAlertsAsync());
        _app.Clock.Advance(WatchWaitingReports.Patience);
        await _app.RunOnlyAsync<WatchWaitingReports>();
        var said = (await _app.OpenAlertsAsync())["bounces.waiting"];
        Assert.StartsWith("1 message that came back waits for somebody to read it, since 2026-", said, StringComparison.Ordinal);
        await SettleAsync(Assert.Single(await _app.ApiListAsync("/api/v1/bounces")).GetProperty("id").GetString(), new { @as = "ignored" });
        await _app.RunOnlyAsync<WatchWaitingReports>();
        Assert.Empty(await _app.OpenAlertsAsync());
    }

    private async Task<HttpStatusCode> SettleAsync(string? id, object form) => (await _app.Api.PostAsJsonAsync($"/api/v1/bounces/{id}/settle", form, Cancelled)).StatusCode;

    private Task<HttpResponseMessage> PostAsync(string message) =>
        _app.Api.PostAsync("/api/v1/bounces", new StringContent(message, Encoding.ASCII, new MediaTypeHeaderValue("message/rfc822")), Cancelled);
}

public sealed class IngestingFiles : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("newsroom-ingest-").FullName;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Takes_a_message_an_mbox_and_a_maildir()
    {
        var one = Write("one.eml", Message("One"));
        var mbox = Write("box", $"From MAILER-DAEMON Tue Nov 24 12:00:00 2026\n{Message("Two")}\n>From quoted stays\n\nFrom MAILER-DAEMON Tue Nov 24 12:00:01 2026\n{Message("Three")}\n");
        foreach (var part in new[] { "cur", "new", "tmp" })
            Directory.CreateDirectory(Path.Combine(_folder, "Maildir", part));
        Write("Maildir/new/1.x", Message("Four"));
        Write("Maildir/cur/2.x:2,S", Message("Five"));
        Write("Maildir/tmp/3.x", Message("Being delivered"));
        var names = new List<string>();
        var subjects = new List<string>();
        foreach (var path in new[] { one, mbox, Path.Combine(_folder, "Maildir") })
        {
            await foreach (var message in ReportFiles.ReadAsync(path, Cancelled))
            {
                names.Add(Path.GetFileName(message.Name));
                subjects.Add(Encoding.UTF8.GetString(message.Bytes!).Split('\n')[0].Trim());
            }
        }
        Assert.Equal(["Subject: One", "Subject: Two", "Subject: Three", "Subject: Five", "Subject: Four"], subjects);
        Assert.Equal(["one.eml", "box (1)", "box (2)", "2.x:2,S", "1.x"], names);
    }

    [Fact]
    public async Task Takes_the_other_messages_of_an_mbox_in_which_some_are_damaged()
    {
        const string Mark = "From MAILER-DAEMON Tue Nov 24 12:00:00 2026";
        var mbox = Write("box", $"{Mark}\nno header\n\n{Mark}\r\n{Message("Two")}From here on it is text.\r\n\r\nFrom x\n");
        var messages = new List<string>();
        await foreach (var message in ReportFiles.ReadAsync(mbox, Cancelled))
            messages.Add(Encoding.UTF8.GetString(message.Bytes!));
        Assert.Equal(["no header\n\n", $"{Message("Two")}From here on it is text.\r\n\r\n", ""], messages);
    }

    [Fact]
    public async Task Prints_the_verdict_and_ends_with_1_when_a_file_cannot_be_read()
    {
        var file = Write("one.eml", Reports.Dsn("ada@example.org", "nothing"));
        var (exit, output, errors) = await RunAsync("bounces", "ingest", file, "--json");
        Assert.True(exit == 0, errors);
        var verdict = JsonDocument.Parse(output).RootElement;
        Assert.Equal(["kind", "recipients", "status", "reason", "diagnostic"], verdict.EnumerateObject().Select(p => p.Name).Take(5));
        (exit, output, errors) = await RunAsync("bounces", "ingest", file, Path.Combine(_folder, "absent.eml"));
        Assert.Equal(1, exit);
        Assert.StartsWith(file, output, StringComparison.Ordinal);
        Assert.Contains("Cannot read", errors, StringComparison.Ordinal);
        Assert.Equal(2, (await RunAsync("bounces", "ingest")).Exit);
        Assert.Contains("mbox", (await RunAsync("bounces", "ingest", "--help")).Output, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<(int Exit, string Output, string Errors)> RunAsync(params string[] arguments) => RunningProgram.CommandAsync(_folder, [], Cancelled, arguments);

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static string Message(string subject) => $"Subject: {subject}\nFrom: MAILER-DAEMON@example.net\n\nWords.\n";
}
