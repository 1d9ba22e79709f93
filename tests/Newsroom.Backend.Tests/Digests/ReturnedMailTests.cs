using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Digests;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Bounces;
using Newsroom.Backend.Subscribers.Preferences;

namespace Newsroom.Backend.Tests.Digests;

public sealed class AReportAboutADigestsMail : IAsyncLifetime
{
    private NewsroomApp _app = null!;
    private string _digest = null!;

    private static string Reader => ConfirmedReaders.Address(2);

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync();
        _digest = await _app.ReadyDigestAsync(4);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Is_about_nothing_until_that_mail_was_handed_over()
    {
        Assert.Null(await _app.FindMailedAsync(_digest, Reader));
        await SendAsync();
        var mailed = await _app.FindMailedAsync(_digest, Reader);
        Assert.Equal((Reader, NewsroomApp.Start), (mailed?.Address?.Value, mailed?.HandedOverAt));
    }

    [Theory]
    [InlineData(DeliveryState.HandingOver, true)]
    [InlineData(DeliveryState.Uncertain, false)]
    [InlineData(DeliveryState.Accepted, false)]
    public async Task Is_early_until_the_servers_answer_is_known_or_known_to_be_lost(DeliveryState state, bool isInHand)
    {
        await SendAsync();
        await _app.ReadAsync(db => db.Deliveries.ExecuteUpdateAsync(s => s.SetProperty(d => d.State, state)));
        Assert.Equal(isInHand, (await _app.FindMailedAsync(_digest, Reader))?.IsInHand);
    }

    [Fact]
    public async Task Is_shown_to_the_reader_who_asks_what_is_kept()
    {
        await SendAsync();
        await _app.HearAsync(_digest, Reader, BounceKind.Soft, BounceReasons.MailboxFull, "5.2.2");
        var answer = await _app.GetAsync(await _app.MyDataLinkAsync(Reader), "application/json");
        var kept = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        var copy = kept["newsletters"]![0]!;
        Assert.Equal(("soft", "5.2.2", NewsroomApp.Start), ((string?)copy["returned"], (string?)copy["returnedStatus"], (DateTimeOffset?)copy["returnedAt"]));
    }

    [Fact]
    public async Task Is_about_the_mailbox_that_the_reader_had_then()
    {
        await SendAsync();
        _app.Clock.Advance(TimeSpan.FromHours(1));
        await _app.ArrangeAsync(async db =>
        {
            var reader = await db.Subscribers.SingleAsync(s => s.Address == Reader);
            var now = _app.Clock.GetUtcNow();
            var change = new AddressChange { Subscriber = reader, NewAddress = "new@readers.example.org", NewAddressKey = "new@readers.example.org", RequestedAt = now, ExpiresAt = now.AddDays(2) };
            change.Complete(Reader, null, now);
            (reader.Address, reader.AddressKey) = ("new@readers.example.org", "new@readers.example.org");
            db.Add(change);
        });
        Assert.Equal(Reader, (await _app.FindMailedAsync(_digest, "new@readers.example.org"))?.Address?.Value);
    }

    [Theory]
    [InlineData(BounceKind.Complaint, BounceKind.Soft, BounceKind.Hard)]
    [InlineData(BounceKind.Soft, BounceKind.Complaint, BounceKind.Hard)]
    [InlineData(BounceKind.Hard, BounceKind.Soft, BounceKind.Complaint)]
    public async Task Leaves_the_weightiest_in_whatever_order_they_come(params BounceKind[] order)
    {
        await SendAsync();
        foreach (var kind in order)
        {
            await _app.HearAsync(_digest, Reader, kind, status: kind == BounceKind.Hard ? "5.1.1" : null);
            await _app.HearAsync(_digest, Reader, kind, status: kind == BounceKind.Hard ? "5.1.1" : null);
        }
        var row = await _app.DeliveryAsync(_digest, Reader);
        // The mail server took it: that stays true.
        Assert.Equal((DeliveryState.Accepted, BounceKind.Complaint, (string?)null), (row.State, row.Returned, row.ReturnedStatus));
        Assert.Equal("complained", await _app.StatusAsync(Reader));
        Assert.Equal(new Ledger(4, 4, 0, 0, 0, 0), await _app.FrozenAsync(_digest));
        var returned = (await _app.ProgressAsync(_digest))["returned"]!;
        Assert.Equal((0, 0, 1), ((int)returned["hard"]!, (int)returned["soft"]!, (int)returned["complaints"]!));
        var shown = Assert.Single((await _app.GetAsync($"/api/v1/digests/{_digest}/deliveries"))["items"]!.AsArray(), d => d!["returned"] is not null);
        Assert.Equal("complaint", (string)shown!["returned"]!);
    }

    [Theory]
    [InlineData(BounceKind.Hard, BounceReasons.UserUnknown, DeliveryState.Refused, FaultOwner.Reader)]
    [InlineData(BounceKind.Soft, BounceReasons.Policy, DeliveryState.Refused, FaultOwner.Policy)]
    [InlineData(BounceKind.Soft, BounceReasons.TooLarge, DeliveryState.Refused, FaultOwner.Content)]
    [InlineData(BounceKind.Soft, BounceReasons.MailboxFull, DeliveryState.Refused, FaultOwner.Reader)]
    [InlineData(BounceKind.Complaint, BounceReasons.Feedback, DeliveryState.Accepted, null)]
    [InlineData(BounceKind.Ignored, BounceReasons.Delivered, DeliveryState.Accepted, null)]
    [InlineData(BounceKind.Ignored, BounceReasons.Delayed, DeliveryState.Accepted, null)]
    [InlineData(BounceKind.Ignored, BounceReasons.AutoReply, DeliveryState.Uncertain, FaultOwner.Server)]
    public async Task Settles_an_uncertain_row_by_what_it_proves_and_the_kept_ledger_with_it(BounceKind kind, string reason, DeliveryState state, FaultOwner? owner)
    {
        _app.Smtp.On(SmtpStep.Dot, SmtpSink.TakeAndDrop, to: Reader);
        await SendAsync();
        Assert.Equal(new Ledger(4, 3, 0, 0, 1, 0), await _app.FrozenAsync(_digest));
        await _app.HearAsync(_digest, Reader, kind, reason);
        await _app.HearAsync(_digest, Reader, kind, reason);
        var row = await _app.DeliveryAsync(_digest, Reader);
        Assert.Equal((state, owner), (row.State, row.Owner));
        var frozen = await _app.FrozenAsync(_digest);
        Assert.Equal((state == DeliveryState.Accepted ? 4 : 3, state == DeliveryState.Refused ? 1 : 0), (frozen!.Accepted, frozen.Refused));
    }

    [Fact]
    public async Task Of_a_hard_bounce_marks_the_reader_who_still_has_that_address()
    {
        await SendAsync();
        await _app.HearAsync(_digest, Reader, BounceKind.Hard, BounceReasons.UserUnknown, "5.1.1");
        Assert.Equal("bounced", await _app.StatusAsync(Reader));
        Assert.Equal("confirmed", await _app.StatusAsync(ConfirmedReaders.Address(3)));
    }

    private async Task SendAsync()
    {
        await _app.StepAsync(_digest, "send");
        await _app.RunEnqueuedJobsAsync();
    }
}
