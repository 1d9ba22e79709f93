using System.Globalization;
using System.Net;
using Microsoft.Data.Sqlite;
using Newsroom.Backend.Demo.Practice;

namespace Newsroom.Backend.Tests;

/// <summary>The program is killed (SIGKILL) after each step of a gift's way: one gift, one session, one receipt all the same.</summary>
public sealed class AGiftWhoseProgramIsKilled : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("newsroom-killed-").FullName;
    private readonly SmtpSink _smtp = SmtpSink.Start();
    private PracticeAccountHost _account = null!;
    private RunningProgram _program = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _account = await PracticeAccountHost.StartAsync(TimeProvider.System);
        _program = await ServeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        await _account.DisposeAsync();
        await _smtp.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task After_its_row_was_written()
    {
        _account.Stripe.Faults.Next(PracticeFault.Hang, calls: 3);
        var asked = GiveAsync();
        await UntilAsync(async () => await CountAsync("Donations") == 1);
        await KillAndServeAsync(asked);
        await PayAndHearAsync(await SessionAsync());
        await IsGivenOnceAsync();
    }

    [Fact]
    public async Task After_Stripe_made_the_session()
    {
        _account.Stripe.Faults.Next(PracticeFault.Hang, afterEffect: true);
        var asked = GiveAsync();
        await UntilAsync(() => Task.FromResult(_account.Stripe.List("checkout.session").Count == 1));
        await KillAndServeAsync(asked);
        await PayAndHearAsync(await SessionAsync());
        await IsGivenOnceAsync();
    }

    [Fact]
    public async Task After_the_donor_was_sent_on()
    {
        var session = await SessionAsync();
        await KillAndServeAsync();
        Assert.Equal(session, await SessionAsync());
        await PayAndHearAsync(session);
        await IsGivenOnceAsync();
    }

    [Fact]
    public async Task After_its_events_were_stored()
    {
        var session = await SessionAsync();
        _account.Stripe.Faults.Next(PracticeFault.Hang, calls: 20);
        await PayAndHearAsync(session);
        Assert.Equal(0, await CountAsync("Receipts"));
        _account.Stripe.Faults.Clear();
        await KillAndServeAsync();
        await IsGivenOnceAsync();
    }

    [Fact]
    public async Task After_it_was_booked()
    {
        _smtp.On(SmtpStep.Ehlo, SmtpSink.Stall);
        await PayAndHearAsync(await SessionAsync());
        await UntilAsync(async () => await CountAsync("Receipts") == 1 && _smtp.Stalled == 1);
        Assert.Empty(_smtp.Mails);
        // As if the receipt's lease had run out while nothing ran.
        await KillAndServeAsync(whileDown: () => AskAsync("UPDATE OutgoingMails SET LeaseUntil = '2000-01-01 00:00:00' WHERE LeaseUntil IS NOT NULL RETURNING 1"));
        await IsGivenOnceAsync();
    }

    [Fact]
    public async Task After_its_receipt_left()
    {
        await PayAndHearAsync(await SessionAsync());
        await UntilAsync(async () => await CountAsync("OutgoingMails WHERE State = 'Sent'") == 1);
        await KillAndServeAsync();
        await HearAsync(_account.Stripe.TakeEvents());
        await IsGivenOnceAsync();
    }

    /// <summary>What Stripe raised is told once more, and everything is looked at after it had time to go wrong.</summary>
    private async Task IsGivenOnceAsync()
    {
        await UntilAsync(async () => await CountAsync("Receipts") == 1 && _smtp.Mails.Count == 1);
        await HearAsync(_told);
        await UntilAsync(async () => await CountAsync("StripeEvents WHERE State = 'Received' AND Attempts = 0") == 0);
        await Task.Delay(1000, Stop);
        Assert.Equal((1, 1, 1), (await CountAsync("Donations WHERE Status = 'Succeeded'"), await CountAsync("Donations"), await CountAsync("Receipts")));
        Assert.Single(_account.Stripe.List("checkout.session"));
        Assert.Single(_smtp.Mails);
    }

    private IReadOnlyList<PracticeEvent> _told = [];

    private async Task PayAndHearAsync(string session)
    {
        _account.Stripe.TakeEvents();
        _account.Stripe.Pay(session);
        _told = _account.Stripe.TakeEvents();
        await HearAsync(_told);
    }

    private async Task HearAsync(IEnumerable<PracticeEvent> events)
    {
        foreach (var raised in events)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/stripe") { Content = new StringContent(raised.Json) };
            request.Headers.TryAddWithoutValidation("Stripe-Signature", _account.Stripe.Sign(raised.Json, TimeProvider.System.GetUtcNow()));
            using var answer = await _program.Http.SendAsync(request, Stop);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    /// <summary>The same form again, as who sees an error page sends it.</summary>
    private async Task<string> SessionAsync()
    {
        using var answer = await GiveAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.SeeOther, await answer.Content.ReadAsStringAsync(Stop));
        return answer.Headers.Location!.ToString().Split('/')[^1];
    }

    private Task<HttpResponseMessage> GiveAsync() => _program.Http.PostAsync("/donate", new FormUrlEncodedContent(new Dictionary<string, string>
    {
        ["amount"] = "15",
        ["frequency"] = "once",
        ["email"] = "ada@example.org",
        ["form"] = "form_1",
    }), Stop);

    private async Task KillAndServeAsync(Task<HttpResponseMessage>? asked = null, Func<Task>? whileDown = null)
    {
        await _program.KillAsync();
        if (asked is not null)
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => asked);
        _account.Stripe.Faults.Clear();
        await _program.DisposeAsync();
        if (whileDown is not null)
            await whileDown();
        _program = await ServeAsync();
    }

    private Task<RunningProgram> ServeAsync() => RunningProgram.ServeAsync(_folder, new()
    {
        ["Site:Name"] = "The Test Gazette",
        ["Site:PublicUrl"] = NewsroomApp.PublicUrl,
        ["Site:PostalAddress"] = "1 Test Street, Testville, TS 00000",
        ["Organisation:LegalName"] = "Test Gazette Foundation",
        ["Mail:From"] = "news@news.example.org",
        ["Mail:Smtp:Host"] = "127.0.0.1",
        ["Mail:Smtp:Port"] = _smtp.Port.ToString(CultureInfo.InvariantCulture),
        ["Mail:Smtp:Security"] = "None",
        ["Stripe:SecretKey"] = PracticeAccountHost.SecretKey,
        ["Stripe:WebhookSecret"] = PracticeAccountHost.WebhookSecret,
        ["Stripe:ApiBase"] = _account.Url,
    }, Stop);

    private Task<long> CountAsync(string rows) => AskAsync($"SELECT COUNT(*) FROM {rows}");

    private async Task<long> AskAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(_folder, "data", "newsroom.db")};Pooling=false");
        await connection.OpenAsync(Stop);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)(await command.ExecuteScalarAsync(Stop))!;
    }

    /// <summary>A sweep is at most a minute away, on a machine that may be busy.</summary>
    private async Task UntilAsync(Func<Task<bool>> happened)
    {
        for (var attempt = 0; !await happened(); attempt++)
        {
            Assert.True(attempt < 1800, "Waited in vain: " + _program.Output);
            await Task.Delay(100, Stop);
        }
    }
}
