using System.Security.Cryptography;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Doctor;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Tests.Doctor;

/// <summary>From one signing key to the next without a mail that cannot be checked.</summary>
public sealed class AChangeOfKeys : IAsyncLifetime
{
    private readonly NameServer _names = ExaminedNewsroom.Healthy(NameServer.Start());
    private readonly RSA _next = RSA.Create(2048);
    private NewsroomApp _app = null!;

    private DkimPublicKey NextKey => DkimPublicKey.Of("next2026", _next);

    public async ValueTask InitializeAsync()
    {
        var settings = ExaminedNewsroom.Settings(_names);
        settings["Mail:Dkim:Next:Selector"] = "next2026";
        settings["Mail:Dkim:Next:PrivateKeyFile"] = TestKeys.Write("next.pem", _next.ExportPkcs8PrivateKeyPem());
        settings["Mail:Dkim:Next:From"] = "2026-11-26";
        _app = await NewsroomApp.StartAsync(settings);
    }

    private async Task<byte[]> BuildAsync(DateTimeOffset date) => (await _app.BuildAsync(new MessageParts
    {
        To = EmailAddress.Parse("reader@example.org"),
        Content = new RenderedMail("Good morning", "<p>Text.</p>\n", "Text.\n"),
        Date = date,
        Mailed = MailedId.Digest(7, 1),
    })).ToBytes();

    private static string SelectorOf(byte[] message) => new ReceivedMail("", "", message).Header("DKIM-Signature").Single().Split(';').Single(t => t.Trim().StartsWith("s=", StringComparison.Ordinal)).Trim()[2..];

    [Fact]
    public async Task Hangs_on_the_date_of_the_message_so_that_it_has_the_same_bytes_again()
    {
        var midnight = new DateTimeOffset(2026, 11, 26, 0, 0, 0, TimeSpan.Zero);
        var before = await BuildAsync(midnight.AddSeconds(-1));
        Assert.Equal(("test2026", "next2026"), (SelectorOf(before), SelectorOf(await BuildAsync(midnight))));
        await _app.AdvanceAsync(TimeSpan.FromDays(3));
        Assert.Equal(before, await BuildAsync(midnight.AddSeconds(-1)));
    }

    [Fact]
    public async Task Signs_with_the_key_that_is_published()
    {
        DkimVerifier.Need();
        var records = new Dictionary<string, string> { ["next2026._domainkey.news.example.org"] = NextKey.Record };
        Assert.True(Assert.Single(await DkimVerifier.VerifyAsync(await BuildAsync(new DateTimeOffset(2026, 11, 27, 0, 0, 0, TimeSpan.Zero)), records)).Valid);
    }

    [Fact]
    public async Task Is_followed_by_the_doctor_from_the_first_day_to_the_last()
    {
        var unpublished = await _app.ExamineAsync("dkim");
        Assert.Contains(unpublished, f => f.Result == CheckResult.Ok && f.Words.Contains("test2026._domainkey", StringComparison.Ordinal));
        Assert.Contains(unpublished, f => f.Result == CheckResult.Fail && f.Advice!.Contains(NextKey.ZoneLine("news.example.org"), StringComparison.Ordinal));
        Assert.Contains(unpublished, f => f.Result == CheckResult.Warn && f.Words.Contains("is not right yet", StringComparison.Ordinal));

        _names.Txt("next2026._domainkey.news.example.org", NextKey.Record);
        Assert.All(await _app.ExamineAsync("dkim"), f => Assert.Equal(CheckResult.Ok, f.Result));

        await _app.AdvanceAsync(TimeSpan.FromDays(3));
        var under = await _app.ExamineAsync("dkim");
        Assert.Contains(under, f => f.Result == CheckResult.Ok && f.Words.Contains("until 2026-12-03", StringComparison.Ordinal));

        await _app.AdvanceAsync(TimeSpan.FromDays(6));
        var over = await _app.ExamineAsync("dkim");
        Assert.Contains(over, f => f.Result == CheckResult.Warn && f.Words.Contains("its record may go", StringComparison.Ordinal) && f.Advice!.Contains("test2026._domainkey.news.example.org", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ends_without_a_fault_for_who_takes_the_old_record_away_as_told()
    {
        await _app.AdvanceAsync(TimeSpan.FromDays(9));
        _names.Clear().Txt("next2026._domainkey.news.example.org", NextKey.Record);
        Assert.DoesNotContain(await _app.ExamineAsync("dkim"), f => f.Result == CheckResult.Fail);
    }

    [Fact]
    public void Gives_a_record_in_strings_that_dns_can_hold()
    {
        var strings = NextKey.ZoneLine("news.example.org").Split('"').Where((_, i) => i % 2 == 1).ToList();
        Assert.Equal(2, strings.Count);
        Assert.All(strings, s => Assert.InRange(s.Length, 1, 255));
        Assert.Equal(NextKey.Record, string.Concat(strings));
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _names.Dispose();
        _next.Dispose();
    }
}
