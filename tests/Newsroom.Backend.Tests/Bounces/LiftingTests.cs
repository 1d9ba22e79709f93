using System.Net;
using System.Net.Http.Json;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Bounces;

namespace Newsroom.Backend.Tests.Bounces;

public sealed class LiftingASuppression : IAsyncLifetime
{
    private const string Ada = "ada@example.org";
    private NewsroomApp _app = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync();
        await _app.AddNewsletterAsync();
        await _app.SubscribeAsync(Ada);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task After_a_bounce_lets_what_was_confirmed_stand_again_and_keeps_who_and_why()
    {
        await _app.BounceAsync(Ada);
        Assert.Equal(HttpStatusCode.NoContent, await _app.LiftAsync(Ada));
        Assert.Equal("confirmed", await _app.StatusAsync(Ada));
        Assert.Equal("this-week", await _app.ActiveAsync(Ada));
        var lift = Assert.Single(await _app.ApiListAsync("/api/v1/suppressions/lifted"));
        Assert.Equal(("hardBounce", "She called and said that the mailbox is back."), (lift.GetProperty("reason").GetString(), lift.GetProperty("why").GetString()));
        Assert.StartsWith("key_", lift.GetProperty("by").GetString(), StringComparison.Ordinal);
        Assert.Empty(await _app.ApiListAsync("/api/v1/suppressions"));
    }

    [Fact]
    public async Task After_a_bounce_brings_nobody_back_who_had_left()
    {
        await _app.LeaveAsync(Ada);
        await _app.SuppressAsync(Ada, SuppressionReason.HardBounce);
        await _app.LiftAsync(Ada);
        Assert.Equal("left", await _app.StatusAsync(Ada));
        Assert.Equal("", await _app.ActiveAsync(Ada));
    }

    [Fact]
    public async Task Never_takes_a_complaint_off_silently()
    {
        await _app.ComplainAsync(Ada);
        Assert.Equal(HttpStatusCode.Conflict, await _app.LiftAsync(Ada));
        Assert.Equal(SuppressionReason.Complaint, await _app.SuppressedForAsync(Ada));
        Assert.Equal("complained", await _app.StatusAsync(Ada));
        Assert.Equal(HttpStatusCode.NoContent, await _app.LiftAsync(Ada, complaint: true));
        Assert.Equal("left", await _app.StatusAsync(Ada));
        Assert.Equal("", await _app.ActiveAsync(Ada));
    }

    [Fact]
    public async Task Needs_a_reason_and_an_entry()
    {
        await _app.BounceAsync(Ada);
        var id = await _app.SuppressionIdAsync(Ada);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await _app.Api.PostAsJsonAsync($"/api/v1/suppressions/{id}/lift", new { why = " " }, Cancelled)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _app.Api.PostAsJsonAsync("/api/v1/suppressions/sup_x/lift", new { why = "x" }, Cancelled)).StatusCode);
        using var reader = await _app.ApiWithAsync("read");
        Assert.Equal(HttpStatusCode.Forbidden, (await reader.PostAsJsonAsync($"/api/v1/suppressions/{id}/lift", new { why = "x" }, Cancelled)).StatusCode);
        Assert.Equal(SuppressionReason.HardBounce, await _app.SuppressedForAsync(Ada));
    }

    [Fact]
    public async Task Is_not_undone_by_a_late_bounce_of_a_mail_from_before()
    {
        var mark = _app.MailsTo(Ada)[0].Message.MessageId!.Split('@')[0];
        await _app.HearAsync(Reports.Hard(Ada, mark));
        _app.Clock.Advance(TimeSpan.FromHours(1));
        await _app.LiftAsync(Ada);
        Assert.Equal(ReportOutcome.Ignored, (await _app.HearAsync(Reports.Hard(Ada, mark))).Outcome);
        Assert.Null(await _app.SuppressedForAsync(Ada));
        _app.Clock.Advance(TimeSpan.FromHours(1));
        await _app.HearAsync(Reports.Hard(Ada, await _app.SentLetterAsync(Ada)));
        Assert.Equal(SuppressionReason.HardBounce, await _app.SuppressedForAsync(Ada));
    }

    [Fact]
    public async Task Staff_enter_who_asked_never_to_be_written_to()
    {
        var answer = await _app.PostAsync("/api/v1/suppressions", new { address = "Ada@Example.org", why = "By telephone on 24 November." }, HttpStatusCode.Created);
        Assert.Equal("request", (string?)answer["reason"]);
        Assert.Equal("suppressed", await _app.StatusAsync(Ada));
        Assert.Equal("", await _app.ActiveAsync(Ada));
        var before = await _app.DumpAsync();
        await _app.PostAsync("/api/v1/suppressions", new { address = Ada, why = "Once more." }, HttpStatusCode.Created);
        Assert.Equal(before, await _app.DumpAsync());
        await _app.PostAsync("/api/v1/suppressions", new { address = "nobody", why = "x" }, HttpStatusCode.UnprocessableEntity);
        await _app.PostAsync("/api/v1/suppressions", new { address = Ada }, HttpStatusCode.UnprocessableEntity);
        await _app.LiftAsync("Ada@example.org");
        Assert.Equal("left", await _app.StatusAsync(Ada));
    }

    /// <summary>Whatever comes in whatever order: a complaint stands until people lift it knowingly; mail goes only where nothing bars it and the consent stands.</summary>
    [Fact]
    public async Task Ends_the_same_in_every_order_of_what_can_happen()
    {
        string[] all = ["soft", "hard", "complaint", "lift", "subscribe"];
        foreach (var order in Orders(all))
        {
            var reader = $"{string.Join('-', order)}@example.org";
            await _app.SubscribeAsync(reader);
            var mark = _app.MailsTo(reader)[0].Message.MessageId!.Split('@')[0];
            var complained = false;
            foreach (var step in order)
            {
                _app.Clock.Advance(TimeSpan.FromHours(1));
                complained |= step == "complaint";
                await StepAsync(step, reader, mark);
                var listed = await _app.SuppressedForAsync(reader);
                var status = await _app.StatusAsync(reader);
                Assert.True(complained == (listed == SuppressionReason.Complaint), $"{reader} after {step}: {listed}");
                Assert.True((listed, status) is (null, "confirmed") or (SuppressionReason.HardBounce, "bounced") or (SuppressionReason.Complaint, "complained"), $"{reader} after {step}: {listed} but {status}");
            }
        }
    }

    private async Task StepAsync(string step, string reader, string mark)
    {
        switch (step)
        {
            case "soft":
                await _app.HearAsync(Reports.Soft(reader, mark));
                break;
            case "hard":
                await _app.HearAsync(Reports.Hard(reader, mark));
                break;
            case "complaint":
                await _app.HearAsync(Reports.Spam(mark));
                break;
            case "lift" when await _app.SuppressedForAsync(reader) is not null:
                await _app.LiftAsync(reader);
                break;
            case "subscribe":
                await _app.SignUpAsync(reader);
                await _app.RunEnqueuedJobsAsync();
                await _app.PostFormAsync((await _app.ConfirmLinksAsync(reader))[^1]);
                break;
        }
    }

    private static IEnumerable<string[]> Orders(string[] items) => items.Length == 1
        ? [items]
        : items.SelectMany((first, i) => Orders([.. items[..i], .. items[(i + 1)..]]).Select(rest => (string[])[first, .. rest]));
}
