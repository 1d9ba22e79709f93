using System.Net;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Tests.Subscribers;

public sealed class ManyAddressesOfOneMailbox : IAsyncLifetime
{
    private NewsroomApp _app = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync();
        await _app.AddNewsletterAsync();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData("victim+{0}@example.org")]
    [InlineData("vic.tim+{0}@gmail.com")]
    [InlineData("v.i.c.t.i.m+{0}@GoogleMail.com")]
    public async Task Get_no_more_confirmation_mails_than_one_of_them(string pattern)
    {
        var before = _app.Mails.Count;
        for (var i = 0; i < 40; i++)
        {
            await _app.SignUpFromAsync(new IPAddress([10, 0, 0, (byte)i]), string.Format(System.Globalization.CultureInfo.InvariantCulture, pattern, i));
            await _app.AdvanceAsync(TimeSpan.FromMinutes(30));
        }
        Assert.Equal(CoolDown.MostMailsADay, _app.Mails.Count - before);
    }

    [Fact]
    public async Task Count_together_with_Gmails_dots_and_both_its_domains()
    {
        foreach (var email in new[] { "vic.tim@gmail.com", "v.ictim@gmail.com", "victim@googlemail.com", "vi.ctim@googlemail.com", "victim+x@gmail.com" })
        {
            await _app.SignUpAsync(email);
            await _app.AdvanceAsync(TimeSpan.FromHours(1));
        }
        Assert.Equal(CoolDown.MostMailsADay, _app.Mails.Count(m => m.To.Contains("mail.com", StringComparison.OrdinalIgnoreCase)));
        // Its owner's own sign-up, and somebody else's.
        foreach (var email in new[] { "victim@gmail.com", "vic.tor@gmail.com" })
        {
            await _app.SignUpAsync(email);
            await _app.RunDueJobsAsync();
            Assert.Single(_app.MailsTo(email));
        }
    }

    [Fact]
    public async Task Wait_for_each_other_within_the_cool_down_also_when_they_come_at_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => _app.SignUpAsync($"ada+{i}@example.org")));
        await _app.RunDueJobsAsync();
        Assert.Single(_app.Mails, m => m.To.StartsWith("ada", StringComparison.Ordinal));
        await _app.AdvanceAsync(CoolDown.BetweenMails);
        Assert.Equal(2, _app.Mails.Count(m => m.To.StartsWith("ada", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Subscribe_each_for_itself()
    {
        for (var i = 0; i < 5; i++)
        {
            await _app.SubscribeAsync($"ada+{i}@example.org");
            await _app.AdvanceAsync(CoolDown.BetweenMails);
        }
        Assert.Equal(5, await _app.ReadAsync(db => db.Subscribers.CountAsync(s => s.Status == SubscriberStatus.Confirmed)));
    }

    [Theory]
    [InlineData("Ada+News@Example.org", "ada@example.org")]
    [InlineData("ada.l@example.org", "ada.l@example.org")]
    [InlineData("+ada@example.org", "+ada@example.org")]
    [InlineData("A.d.a+x+y@googlemail.com", "ada@gmail.com")]
    public void Fold_to_the_plainest(string address, string key) => Assert.Equal(key, Mailbox.KeyOf(EmailAddress.Parse(address)));
}
