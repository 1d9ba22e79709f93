using System.Net;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Doctor;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Tests.Doctor;

/// <summary>Receivers' reading of SPF records (RFC 7208), with what it costs.</summary>
public sealed class ReadingSpf : IDisposable
{
    private readonly NameServer _names = NameServer.Start().Clear();

    private async Task<(SpfResult Result, SpfEvaluation Walk)> CheckAsync(string address = "240.0.0.1", string domain = "example.org")
    {
        var dns = new DoctorDns(Options.Create(new MailOptions { NameServer = _names.Address }));
        var walk = new SpfEvaluation(dns, IPAddress.Parse(address), EmailAddress.Parse("news@" + domain));
        return (await walk.RunAsync(domain, TestContext.Current.CancellationToken), walk);
    }

    [Theory]
    [InlineData("v=spf1 ip4:192.0.2.0/24 -all", "192.0.2.77", "Pass")]
    [InlineData("v=spf1 ip4:192.0.2.0/24 -all", "192.0.3.1", "Fail")]
    [InlineData("v=spf1 ip4:192.0.2.128/25 ~all", "192.0.2.127", "SoftFail")]
    [InlineData("v=spf1 ip6:2001:db8::/33 -all", "2001:db8:7fff::1", "Pass")]
    [InlineData("v=spf1 ip6:2001:db8::/33 -all", "2001:db8:8000::1", "Fail")]
    [InlineData("v=spf1 a -all", "192.0.2.1", "Pass")]
    [InlineData("v=spf1 a:www.example.org/30 -all", "192.0.2.6", "Pass")]
    [InlineData("v=spf1 mx -all", "192.0.2.9", "Pass")]
    [InlineData("v=spf1 a mx", "192.0.2.200", "Neutral")]
    [InlineData("v=spf1 ?all", "192.0.2.1", "Neutral")]
    [InlineData("v=spf1 -ip4:192.0.2.1 +all", "192.0.2.1", "Fail")]
    [InlineData("V=SPF1 IP4:192.0.2.1 -ALL", "192.0.2.1", "Pass")]
    [InlineData("v=spf1 exists:%{ir}.list.example.org -all", "192.0.2.3", "Pass")]
    [InlineData("v=spf1 exists:%{l}.of.%{d2}.list.example.org -all", "192.0.2.3", "Pass")]
    [InlineData("v=spf1 include:ally.example -all", "198.51.100.1", "Pass")]
    [InlineData("v=spf1 include:ally.example -all", "198.51.100.2", "Fail")]
    [InlineData("v=spf1 redirect=ally.example", "198.51.100.2", "SoftFail")]
    [InlineData("v=spf1 -all redirect=ally.example", "198.51.100.1", "Fail")]
    [InlineData("v=spf1 new-modifier=x ip4:192.0.2.1 -all", "192.0.2.1", "Pass")]
    public async Task Gives_an_address_the_result_of_the_first_term_that_matches(string record, string address, string result)
    {
        _names.Txt("example.org", record).Txt("example.org", "some other text").Host("example.org", "192.0.2.1").Host("www.example.org", "192.0.2.5")
            .Mx("example.org", "mx.example.org").Host("mx.example.org", "192.0.2.9")
            .Host("3.2.0.192.list.example.org", "127.0.0.2").Host("news.of.example.org.list.example.org", "127.0.0.2")
            .Txt("ally.example", "v=spf1 ip4:198.51.100.1 ~all");
        var (given, walk) = await CheckAsync(address);
        Assert.True(result == given.ToString(), $"{given} {walk.Fault}");
    }

    [Theory]
    [InlineData("v=spf1 ipv4:192.0.2.1 -all", "ip4: and ip6:")]
    [InlineData("v=spf1 ip4:192.0.2.1;ip4:192.0.2.2 -all", "no address")]
    [InlineData("v=spf1 ip4:192.0.2.0/33 -all", "no address")]
    [InlineData("v=spf1 ip4:192.0.2 -all", "no address")]
    [InlineData("v=spf1 include -all", "nothing that SPF knows")]
    [InlineData("v=spf1 a/33 -all", "nothing that SPF knows")]
    [InlineData("v=spf1 mx: all:all", "nothing that SPF knows")]
    [InlineData("v=spf1 include:nothing.example -all", "includes nothing.example, which has none")]
    [InlineData("v=spf1 redirect=nothing.example", "nothing.example, where there is none")]
    [InlineData("v=spf1 redirect=a.example redirect=b.example", "once")]
    public async Task Refuses_the_whole_record_for_one_slip(string record, string says)
    {
        _names.Txt("example.org", record).Host("example.org", "192.0.2.1").Mx("example.org", "mx.example.org");
        var (result, walk) = await CheckAsync();
        Assert.Equal(SpfResult.PermError, result);
        Assert.Contains(says, walk.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Counts_the_lookups_of_nested_includes_and_redirects()
    {
        _names.Txt("example.org", "v=spf1 ip4:192.0.2.1 a mx include:one.example redirect=four.example").Host("example.org", "192.0.2.1").Mx("example.org", "mx.example.org").Host("mx.example.org", "192.0.2.2")
            .Txt("one.example", "v=spf1 include:two.example a:host.example -all").Host("host.example", "192.0.2.3")
            .Txt("two.example", "v=spf1 exists:host.example ?all").Txt("four.example", "v=spf1 ptr -all");
        // a, mx, include one, include two, exists: that matches, so include two passes, and one with it.
        var (result, walk) = await CheckAsync();
        Assert.Equal((SpfResult.Pass, 5), (result, walk.LookUps));

        _names.Clear().Txt("example.org", "v=spf1 ip4:192.0.2.1 a mx include:one.example redirect=four.example").Host("example.org", "192.0.2.1").Mx("example.org", "mx.example.org").Host("mx.example.org", "192.0.2.2")
            .Txt("one.example", "v=spf1 include:two.example a:host.example -all").Host("host.example", "192.0.2.3")
            .Txt("two.example", "v=spf1 ip4:192.0.2.9 ?all").Txt("four.example", "v=spf1 ptr -all");
        // a, mx, include one, include two, a:host, redirect, ptr.
        (result, walk) = await CheckAsync();
        Assert.Equal((SpfResult.Fail, 7, true), (result, walk.LookUps, walk.UsesPtr));
    }

    [Theory]
    [InlineData(10, "Fail")]
    [InlineData(11, "PermError")]
    [InlineData(14, "PermError")]
    public async Task Ends_after_ten_lookups_and_says_how_many_there_are(int includes, string result)
    {
        _names.Txt("example.org", "v=spf1 " + string.Join(' ', Enumerable.Range(1, includes).Select(n => $"include:p{n}.example")) + " -all");
        for (var n = 1; n <= includes; n++)
            _names.Txt($"p{n}.example", "v=spf1 ip4:192.0.2.1 -all");
        var (given, walk) = await CheckAsync();
        Assert.Equal((result, includes), (given.ToString(), walk.LookUps));
        if (includes > 10)
            Assert.Contains($"{includes} DNS look-ups", walk.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Allows_two_lookups_that_find_nothing()
    {
        _names.Txt("example.org", "v=spf1 a:gone1.example mx:gone2.example -all");
        Assert.Equal(SpfResult.Fail, (await CheckAsync()).Result);
        _names.Clear().Txt("example.org", "v=spf1 a:gone1.example mx:gone2.example exists:gone3.example -all");
        var (result, walk) = await CheckAsync();
        Assert.Equal((SpfResult.PermError, 3), (result, walk.VoidLookUps));
    }

    [Fact]
    public async Task Ends_where_records_include_each_other()
    {
        _names.Txt("example.org", "v=spf1 include:other.example -all").Txt("other.example", "v=spf1 include:example.org -all");
        var (result, walk) = await CheckAsync();
        Assert.Equal(SpfResult.PermError, result);
        Assert.Contains("include each other", walk.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Takes_two_records_for_none_and_a_dead_name_server_for_a_matter_of_time()
    {
        Assert.Equal(SpfResult.None, (await CheckAsync()).Result);
        _names.Clear().Txt("example.org", "v=spf1 -all").Txt("example.org", "v=spf1 ~all");
        Assert.Equal(SpfResult.PermError, (await CheckAsync()).Result);
        _names.Clear().Txt("example.org", "v=spf1 include:broken.test -all").Broken("broken.test");
        Assert.Equal(SpfResult.TempError, (await CheckAsync()).Result);
    }

    [Fact]
    public async Task Follows_an_alias_and_joins_the_strings_of_a_record()
    {
        _names.Alias("example.org", "spf.example.net").TxtStrings("spf.example.net", "v=spf1 ip4:192.", "0.2.1 -all");
        Assert.Equal(SpfResult.Pass, (await CheckAsync("192.0.2.1")).Result);
    }

    [Fact]
    public async Task Accepts_no_more_than_ten_mail_servers()
    {
        _names.Txt("example.org", "v=spf1 mx -all");
        for (byte n = 1; n <= 11; n++)
            _names.Mx("example.org", $"mx{n}.example.org", n).Host($"mx{n}.example.org", $"192.0.2.{n}");
        Assert.Equal(SpfResult.PermError, (await CheckAsync()).Result);
    }

    public void Dispose() => _names.Dispose();
}
