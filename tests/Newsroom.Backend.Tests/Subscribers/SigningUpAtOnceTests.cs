using System.Net;
using Microsoft.EntityFrameworkCore;

namespace Newsroom.Backend.Tests.Subscribers;

/// <summary>Sign-ups that come at the same time are written together; nobody may notice.</summary>
public sealed class SigningUpAtOnceTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_reader_gets_his_own_mail()
    {
        await using var app = await NewsroomApp.StartAsync();
        await app.AddNewsletterAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => app.SignUpFromAsync(Network(i), $"reader-{i}@example.org")));
        await app.RunDueJobsAsync();

        Assert.All(answers, a => Assert.Equal((int)HttpStatusCode.SeeOther, a));
        Assert.Equal(100, app.Mails.Select(m => m.To).Distinct().Count());
        Assert.Equal(100, app.Mails.Count);
    }

    [Fact]
    public async Task One_address_a_hundred_times_is_one_reader_and_one_mail()
    {
        await using var app = await NewsroomApp.StartAsync();
        await app.AddNewsletterAsync();

        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => app.SignUpFromAsync(Network(i), "robin@example.org")));
        await app.RunDueJobsAsync();

        Assert.Single(app.MailsTo("robin@example.org"));
        Assert.Equal(1, await app.ReadAsync(db => db.Subscribers.CountAsync(Cancelled)));
    }

    [Fact]
    public async Task A_newsletter_that_does_not_exist_is_only_its_own_askers_fault()
    {
        await using var app = await NewsroomApp.StartAsync();
        await app.AddNewsletterAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(i =>
            app.SignUpFromAsync(Network(i), $"reader-{i}@example.org", i % 3 == 0 ? "no-such" : "this-week")));

        Assert.Equal(20, answers.Count(a => a == (int)HttpStatusCode.UnprocessableEntity));
        Assert.Equal(40, answers.Count(a => a == (int)HttpStatusCode.SeeOther));
        Assert.Equal(40, await app.ReadAsync(db => db.Subscribers.CountAsync(Cancelled)));
    }

    [Fact]
    public async Task What_cannot_be_written_fails_alone()
    {
        await using var app = await NewsroomApp.StartAsync();
        await app.AddNewsletterAsync();
        await app.RefuseRowsAsync("Subscribers", "NEW.Address = 'cursed@example.org'");

        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => app.SignUpFromAsync(Network(i), i == 7 ? "cursed@example.org" : $"reader-{i}@example.org")));

        Assert.Equal(29, answers.Count(a => a == (int)HttpStatusCode.SeeOther));
        Assert.Equal(1, answers.Count(a => a == (int)HttpStatusCode.InternalServerError));
        Assert.Equal(29, await app.ReadAsync(db => db.SignUpRequests.CountAsync(Cancelled)));
    }

    [Fact]
    public async Task Written_ones_are_neither_refused_nor_written_again_when_no_job_can_be_enqueued()
    {
        await using var app = await NewsroomApp.StartAsync();
        await app.AddNewsletterAsync();
        app.TakeJobStorage(away: true);

        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => app.SignUpFromAsync(Network(i), $"reader-{i}@example.org")));

        Assert.All(answers, a => Assert.Equal((int)HttpStatusCode.SeeOther, a));
        Assert.Equal(30, await app.ReadAsync(db => db.SignUpRequests.CountAsync(Cancelled)));
        app.TakeJobStorage(away: false);
        await app.RunDueJobsAsync();
        Assert.Equal(30, app.Mails.Count);
    }

    [Fact]
    public async Task Every_commit_waits_for_the_disk()
    {
        await using var app = await NewsroomApp.StartAsync();
        // https://www.sqlite.org/pragma.html#pragma_synchronous: 2 is FULL. With NORMAL a WAL commit may be lost when the power fails.
        Assert.Equal(2, await app.ReadAsync(db => db.Database.SqlQuery<int>($"SELECT synchronous AS Value FROM pragma_synchronous").SingleAsync(Cancelled)));
    }

    private static IPAddress Network(int number) => new([198, 18, (byte)number, 7]);
}
