using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Relays;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Tests.Relays;

public sealed class AReceiver : IDisposable
{
    private static readonly HandOver Taken = new(HandOverResult.Accepted, 250, null, null, FaultOwner.None);
    private static readonly HandOver NotSoMany = new(HandOverResult.Later, 421, "4.7.0", "Rate limited", FaultOwner.Server) { DelaysAllThere = true };

    private readonly FakeTimeProvider _clock = new(NewsroomApp.Start);
    private readonly NameServer _names = NameServer.Start();

    public void Dispose() => _names.Dispose();

    private DateTimeOffset Now => _clock.GetUtcNow();

    private (ReceivingLimits Limits, MailHosts Hosts) Make(params ReceiverOptions[] receivers)
    {
        var options = Options.Create(new MailOptions { Receivers = receivers, NameServer = _names.Address });
        var hosts = new MailHosts(options, _clock);
        return (new ReceivingLimits(options, hosts), hosts);
    }

    private static EmailAddress At(string domain, int n = 1) => EmailAddress.Parse($"reader{n}@{domain}");

    [Fact]
    public void Gets_no_more_than_its_limit_and_the_rest_is_spread_by_its_rate()
    {
        var (limits, _) = Make(new ReceiverOptions { Domain = "example.org", MaxPerMinute = 60 });
        var answers = Enumerable.Range(0, 180).Select(n => limits.PutOffUntil(At("example.org", n), Now)).ToList();
        Assert.Equal(60, answers.Count(a => a is null));
        var later = answers.OfType<DateTimeOffset>().ToList();
        Assert.All(later.Zip(later.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1.02)));
        Assert.InRange(later[^1] - Now, TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(4));
        Assert.Null(limits.PutOffUntil(At("example.com"), Now));

        // Those who come when they were told to are let in.
        foreach (var at in later)
        {
            _clock.Advance(at - Now);
            Assert.Null(limits.PutOffUntil(At("example.org"), Now));
        }
    }

    [Fact]
    public void Is_not_charged_for_mails_that_were_not_sent_after_all()
    {
        var (limits, _) = Make(new ReceiverOptions { Domain = "example.org", MaxPerDay = 5 });
        int LetIn() => Enumerable.Range(0, 10).Count(n => limits.PutOffUntil(At("example.org", n), Now) is null);
        Assert.Equal(5, LetIn());
        // Nobody could be asked.
        for (var n = 0; n < 2; n++)
            limits.Heard(At("example.org", n), new HandOver(HandOverResult.NotSent, null, null, null, FaultOwner.Server), Now);
        Assert.Equal(2, LetIn());
        // The slice has ended before their turn came.
        _clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(5, LetIn());
        for (var n = 0; n < 3; n++)
            limits.Heard(At("example.org", n), Taken, Now);
        _clock.Advance(TimeSpan.FromMinutes(5));
        // One of whom the server spoke late.
        limits.Heard(At("example.org", 4), Taken, Now);
        Assert.Equal(1, LetIn());
    }

    [Fact]
    public void May_be_named_in_its_own_letters()
    {
        var (limits, _) = Make(new ReceiverOptions { Domain = "Bücher.example", MaxPerDay = 1 });
        Assert.Null(limits.PutOffUntil(At("xn--bcher-kva.example"), Now));
        Assert.NotNull(limits.PutOffUntil(At("bücher.example"), Now));
    }

    [Fact]
    public async Task Is_all_domains_whose_mail_goes_to_the_same_servers()
    {
        var (limits, hosts) = Make(new ReceiverOptions { Mx = "hosted.example", MaxPerDay = 2 }, new ReceiverOptions { Mx = "google.com", MaxPerDay = 1 });
        foreach (var domain in new[] { "one.hosted.example", "two.hosted.example", "three.hosted.example" })
        {
            hosts.Of(domain, Now);
            await hosts.Learning;
        }
        Assert.Null(limits.PutOffUntil(At("one.hosted.example"), Now));
        Assert.Null(limits.PutOffUntil(At("two.hosted.example"), Now));
        Assert.NotNull(limits.PutOffUntil(At("three.hosted.example"), Now));
        Assert.Null(limits.PutOffUntil(At("gmail.com"), Now));
        Assert.NotNull(limits.PutOffUntil(At("googlemail.com"), Now));
    }

    [Fact]
    public void Whose_servers_are_not_known_yet_is_its_own_domain_and_nobody_waits_for_the_answer()
    {
        var (_, hosts) = Make();
        Assert.Equal(new MailHost("first.example", null), hosts.Of("first.example", Now));
    }

    [Theory]
    [InlineData("aspmx.l.google.com", "google")]
    [InlineData("example-org.mail.protection.outlook.com", "microsoft")]
    [InlineData("mta5.am0.yahoodns.net", "yahoo")]
    [InlineData("mx01.mail.icloud.com", "apple")]
    [InlineData("mx2.mail.example.net", "mail.example.net")]
    [InlineData("example.net", "example.net")]
    [InlineData("example.co.uk", "example.co.uk")]
    [InlineData("mx1.example.co.uk", "example.co.uk")]
    [InlineData("example.com.br", "example.com.br")]
    [InlineData("notgoogle.com", "notgoogle.com")]
    public void Is_known_by_its_mail_servers_name(string server, string group) => Assert.Equal(group, MailHosts.GroupOf(server));

    [Fact]
    public void That_asks_us_to_wait_holds_all_others_there_ever_longer_until_it_takes_one()
    {
        var (limits, _) = Make();
        var waits = new List<TimeSpan>();
        for (var i = 0; i < 11; i++)
        {
            limits.Heard(At("gmail.com"), NotSoMany, Now);
            // A second one on its way at the same time makes it no longer.
            limits.Heard(At("googlemail.com"), NotSoMany, Now);
            Assert.Null(limits.PutOffUntil(At("example.com"), Now));
            var until = Assert.NotNull(limits.PutOffUntil(At("googlemail.com"), Now));
            waits.Add(until - Now);
            _clock.Advance(until - Now);
            Assert.Null(limits.PutOffUntil(At("gmail.com"), Now));
            // One asks; the others wait for its answer.
            Assert.NotNull(limits.PutOffUntil(At("gmail.com", 2), Now));
        }
        Assert.InRange(waits[0], TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1.5));
        Assert.InRange(waits[3], TimeSpan.FromMinutes(8), TimeSpan.FromMinutes(8.5));
        Assert.InRange(waits[10], TimeSpan.FromHours(4), TimeSpan.FromHours(4.1));

        limits.Heard(At("gmail.com"), Taken, Now);
        Assert.Null(limits.PutOffUntil(At("gmail.com", 2), Now));
        Assert.Null(limits.PutOffUntil(At("gmail.com", 3), Now));
        // It is not forgotten at once.
        limits.Heard(At("gmail.com"), NotSoMany, Now);
        Assert.InRange(limits.PutOffUntil(At("gmail.com"), Now)!.Value - Now, TimeSpan.FromHours(2), TimeSpan.FromHours(2.1));
    }

    [Fact]
    public void That_says_for_how_long_is_believed()
    {
        var (limits, _) = Make();
        limits.Heard(At("example.org"), NotSoMany with { RetryAfter = TimeSpan.FromMinutes(20) }, Now);
        Assert.InRange(limits.PutOffUntil(At("example.org", 2), Now)!.Value - Now, TimeSpan.FromMinutes(20), TimeSpan.FromMinutes(20.5));
    }

    [Fact]
    public void With_one_full_mailbox_is_open_to_the_others()
    {
        var (limits, _) = Make();
        limits.Heard(At("example.org"), NotSoMany with { EnhancedCode = "4.2.2", DelaysAllThere = false }, Now);
        Assert.Null(limits.PutOffUntil(At("example.org", 2), Now));
    }
}

public sealed class ADelay
{
    [Theory]
    [InlineData("421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred", true, FaultOwner.Server)]
    [InlineData("450 4.7.1 Rate limit exceeded", true, FaultOwner.Policy)]
    [InlineData("451 4.7.500 Server busy. Please try again later", true, FaultOwner.Policy)]
    [InlineData("451 Too many messages from your network", true, FaultOwner.Policy)]
    [InlineData("450 4.7.1 Greylisted, please come back in 5 minutes", false, FaultOwner.Reader)]
    [InlineData("450 4.2.1 The user is receiving mail at a rate that exceeds the limit; rate limit exceeded", false, FaultOwner.Reader)]
    [InlineData("452 4.2.2 Mailbox full", false, FaultOwner.Reader)]
    [InlineData("452 4.5.3 Too many recipients", false, FaultOwner.Reader)]
    [InlineData("451 4.3.0 Try later", false, FaultOwner.Reader)]
    public async Task Meant_for_all_of_us_there_is_told_from_one_mailboxs_own(string answer, bool forAll, FaultOwner owner)
    {
        await using var app = await NewsroomApp.StartAsync();
        app.Smtp.On(SmtpStep.Rcpt, answer, times: 2);
        var heard = await app.SendAsync(MailLane.Digest);
        Assert.Equal((HandOverResult.Later, forAll, owner), (heard.Result, heard.DelaysAllThere, heard.Owner));
    }

    [Fact]
    public async Task That_only_a_relay_speaks_of_is_held_against_no_receiver()
    {
        await using var app = await NewsroomApp.StartAsync();
        app.Smtp.On(SmtpStep.Dot, "454 Throttling failure: Maximum sending rate exceeded.");
        var heard = await app.SendAsync(MailLane.Digest);
        Assert.Equal((HandOverResult.Later, false, FaultOwner.Server), (heard.Result, heard.DelaysAllThere, heard.Owner));
        Assert.Equal(6, (int)(await app.GetAsync("/api/v1/relays"))["items"]![0]!["digestConnections"]!);
    }

    [Theory]
    [InlineData("Too many messages, try again in 300 seconds", 300)]
    [InlineData("Please retry after 5 minutes", 300)]
    [InlineData("Come back in 1 hour", 3600)]
    [InlineData("retry-after: 60", 60)]
    [InlineData("try again in 900 hours", 14400)]
    [InlineData("Greylisted, please come back in 00:04:54", 294)]
    [InlineData("Resume in 2 days", 14400)]
    [InlineData("Please wait 30 and retry", 30)]
    [InlineData("Server busy. Please try again later from [192.0.2.1]. (S77719)", null)]
    [InlineData("Please try again later from 192.0.2.1", null)]
    [InlineData("Try again later, ticket 98765", null)]
    [InlineData("Come back in 99:99:99", null)]
    [InlineData("try again later", null)]
    [InlineData("Message 12345 deferred", null)]
    [InlineData(null, null)]
    public void Says_how_long_in_many_ways(string? words, int? seconds) =>
        Assert.Equal(seconds, (int?)SmtpAnswer.RetryAfter(words)?.TotalSeconds);
}
