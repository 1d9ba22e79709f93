using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Subscribers.Privacy;
using Newsroom.Backend.Webhooks;

namespace Newsroom.Backend.Tests.Hooks;

/// <summary>What is told of readers and digests: each fact once, in ids.</summary>
public sealed class WhatOtherSystemsHear : IAsyncLifetime
{
    private const string Reader = "ada@example.org";

    // Nobody listens there: these tests look at what is written down.
    private const string Nowhere = "https://receiver.example.com/hook";
    private NewsroomApp _app = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync();
        await _app.AddNewsletterAsync();
        await _app.AddNewsletterAsync("breaking", "Breaking");
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task A_reader_who_confirms_leaves_and_comes_back_is_told_once_each_however_often_the_buttons_are_pressed()
    {
        await _app.RegisterHookAsync(Nowhere);
        await _app.SignUpAsync(Reader, "this-week", "breaking");
        await _app.RunDueJobsAsync();
        Assert.Empty(await _app.ToldAsync());
        var confirm = _app.MailsTo(Reader)[^1].Link("/confirm/");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _app.PostFormAsync(confirm)));
        var told = await _app.OnlyToldAsync();
        var id = (string)(await _app.SubscriberAsync(Reader))!["id"]!;
        Assert.Equal(
            $$$"""{"type":"subscriber.confirmed","timestamp":"2026-11-24T12:00:00Z","data":{"id":"{{{id}}}","status":"confirmed","newsletters":["this-week","breaking"]}}""", told.Payload);
        Assert.Equal((id, "subscriber.confirmed", NewsroomApp.Start), (told.Subject, told.Type, told.CreatedAt));

        var leave = await _app.LeaveLinkAsync(Reader, "breaking");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _app.PostFormAsync(leave)));
        Assert.Equal(("confirmed", "breaking"), Said((await _app.ToldAsync())[1]));
        await _app.PostFormAsync(await _app.LeaveLinkAsync(Reader, "this-week"));
        Assert.Equal(("left", "this-week"), Said((await _app.ToldAsync())[2]));
        for (var press = 0; press < 2; press++)
            await _app.PostFormAsync(await _app.LeaveLinkAsync(Reader, "this-week"), ("from", "page"), ("undo", "yes"));
        Assert.Equal(["subscriber.confirmed", "subscriber.unsubscribed", "subscriber.unsubscribed", "subscriber.confirmed"], await _app.ToldTypesAsync());
        Assert.Equal(4, (await _app.ToldAsync()).DistinctBy(d => d.EventId).Count());
    }

    [Fact]
    public async Task A_readers_own_page_a_change_of_address_and_a_wish_for_no_mail_tell_too()
    {
        await _app.RegisterHookAsync(Nowhere);
        await _app.SubscribeAsync(Reader, "this-week");
        var never = _app.MailsTo(Reader)[0].Link("/never/");
        await _app.ActAsync(await _app.PreferencesLinkAsync(Reader), "newsletters", ("newsletter", "breaking"), ("had", "this-week"));
        var chosen = (await _app.ToldAsync())[1..];
        Assert.Equal(["subscriber.confirmed breaking", "subscriber.unsubscribed this-week"], chosen.Select(d => $"{d.Type} {Said(d).Newsletters}"));
        await _app.PostFormAsync(never);
        await _app.PostFormAsync(never);
        Assert.Equal(("suppressed", "breaking"), Said((await _app.ToldAsync())[^1]));
        Assert.Equal(4, (await _app.ToldAsync()).Count);
    }

    [Fact]
    public async Task Nobody_who_never_confirmed_and_nobody_in_a_file_is_told_of()
    {
        await _app.RegisterHookAsync(Nowhere);
        await _app.SignUpAsync(Reader, "this-week");
        await _app.PostFormAsync(await _app.LeaveLinkAsync(Reader, "this-week"));
        await _app.ImportAsync("email\nbob@example.org\n");
        Assert.Equal("left confirmed", $"{await _app.StatusAsync(Reader)} {await _app.StatusAsync("bob@example.org")}");
        Assert.Empty(await _app.ToldAsync());
    }

    [Fact]
    public async Task Nothing_is_written_where_nobody_wants_to_know()
    {
        await _app.RegisterHookAsync(Nowhere, "digest.sent");
        var (id, _) = await _app.RegisterHookAsync(Nowhere, "subscriber.confirmed", "subscriber.unsubscribed");
        await _app.PostAsync($"/api/v1/hooks/{id}/disable", null, HttpStatusCode.OK);
        await _app.SubscribeAsync(Reader, "this-week");
        Assert.Empty(await _app.ToldAsync());
        await _app.PostAsync($"/api/v1/hooks/{id}/enable", null, HttpStatusCode.OK);
        await _app.PostFormAsync(await _app.LeaveLinkAsync(Reader, "this-week"));
        Assert.Equal("subscriber.unsubscribed", (await _app.OnlyToldAsync()).Type);
    }

    [Fact]
    public async Task An_event_and_its_cause_are_there_together_or_not_at_all()
    {
        await _app.RegisterHookAsync(Nowhere);
        await _app.SignUpAsync(Reader, "this-week");
        await _app.RunDueJobsAsync();
        var confirm = _app.MailsTo(Reader)[^1].Link("/confirm/");
        await _app.RefuseRowsAsync("WebhookDeliveries", "NEW.Type = 'subscriber.confirmed'");
        Assert.Equal(HttpStatusCode.InternalServerError, (await _app.PostFormAsync(confirm)).StatusCode);
        Assert.Equal("pending", await _app.StatusAsync(Reader));
        await _app.ReadAsync(db => db.Database.ExecuteSqlAsync($"DROP TRIGGER refuse_WebhookDeliveries"));
        await _app.RefuseRowsAsync("Consents", "NEW.Event = 'Confirmed'");
        Assert.Equal(HttpStatusCode.InternalServerError, (await _app.PostFormAsync(confirm)).StatusCode);
        Assert.Empty(await _app.ToldAsync());
        await _app.ReadAsync(db => db.Database.ExecuteSqlAsync($"DROP TRIGGER refuse_Consents"));
        Assert.Equal(HttpStatusCode.OK, (await _app.PostFormAsync(confirm)).StatusCode);
        await _app.OnlyToldAsync();
    }

    [Fact]
    public async Task An_erased_reader_is_told_once_and_what_waited_about_the_reader_stays_here()
    {
        var (hook, _) = await _app.RegisterHookAsync(Nowhere);
        await _app.SubscribeAsync(Reader, "this-week");
        await _app.SubscribeAsync("bob@example.org", "this-week");
        var id = (string)(await _app.SubscriberAsync(Reader))!["id"]!;
        Assert.IsType<EraseOutcome.Erased>(await _app.EraseAsync(Reader));
        await _app.EraseAsync(Reader);
        var told = await _app.ToldAsync();
        Assert.Equal(
            [("subscriber.confirmed", WebhookDeliveryState.Withheld), ("subscriber.confirmed", WebhookDeliveryState.Waiting), ("subscriber.erased", WebhookDeliveryState.Waiting)],
            told.Select(d => (d.Type, d.State)));
        Assert.Equal($$$"""{"type":"subscriber.erased","timestamp":"2026-11-24T12:00:00Z","data":{"id":"{{{id}}}","status":"erased"}}""", told[2].Payload);
        Assert.Equal(HttpStatusCode.Conflict, (await _app.Api.PostAsync($"/api/v1/hooks/{hook}/deliveries/{told[0].PublicId}/resend", null, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task A_digest_is_told_when_its_last_reader_is_accounted_for_and_not_again_when_it_is_opened_for_those_who_miss_it()
    {
        await _app.RegisterHookAsync(Nowhere, "digest.sent");
        await _app.AddReadersAsync(3);
        await _app.PushStoriesAsync();
        var digest = await _app.ComposeAsync();
        _app.Smtp.On(SmtpStep.Rcpt, "554 5.7.1 policy", to: ConfirmedReaders.Address(2), times: 1);
        await _app.StepAsync(digest, "send");
        await _app.RaceJobsAsync(3);
        await _app.RunDueJobsAsync();
        var told = JsonNode.Parse((await _app.OnlyToldAsync()).Payload)!["data"]!;
        Assert.Equal((digest, "this-week", 1, "asPublished", "sent"), ((string)told["id"]!, (string)told["newsletter"]!, (int)told["number"]!, (string)told["rhythm"]!, (string)told["status"]!));
        Assert.Equal((3, 2, 1), ((int)told["ledger"]!["planned"]!, (int)told["ledger"]!["accepted"]!, (int)told["ledger"]!["refused"]!));

        await _app.PostAsync($"/api/v1/digests/{digest}/missing", null, HttpStatusCode.OK);
        await _app.RunDueJobsAsync();
        Assert.Equal((3, "sent"), ((await _app.LedgerAsync(digest)).Accepted, (string)(await _app.DigestAsync(digest))["status"]!));
        await _app.OnlyToldAsync();
    }

    [Fact]
    public async Task A_digest_whose_telling_fails_is_not_said_to_be_sent()
    {
        await _app.RegisterHookAsync(Nowhere, "digest.sent");
        await _app.AddReadersAsync(2);
        await _app.PushStoriesAsync();
        var digest = await _app.ComposeAsync();
        await _app.RefuseRowsAsync("WebhookDeliveries", "1");
        await _app.StepAsync(digest, "send");
        await Assert.ThrowsAnyAsync<DbUpdateException>(_app.RunEnqueuedJobsAsync);
        Assert.Equal("sending", (string)(await _app.DigestAsync(digest))["status"]!);
        await _app.ReadAsync(db => db.Database.ExecuteSqlAsync($"DROP TRIGGER refuse_WebhookDeliveries"));
        await _app.RunDueJobsAsync();
        Assert.Equal("sent", (string)(await _app.DigestAsync(digest))["status"]!);
        await _app.OnlyToldAsync();
    }

    private static (string Status, string Newsletters) Said(WebhookDelivery told)
    {
        var data = JsonNode.Parse(told.Payload)!["data"]!;
        return ((string)data["status"]!, string.Join(' ', data["newsletters"]!.AsArray().Select(n => (string)n!)));
    }
}
