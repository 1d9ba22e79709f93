using Microsoft.Extensions.Options;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Doctor;

namespace Newsroom.Backend.Tests.Doctor;

/// <summary>How receivers find a domain's policy and its owner without a list of public suffixes (RFC 9989 §4.10).</summary>
public sealed class WalkingTheTree : IDisposable
{
    private readonly NameServer _names = NameServer.Start().Clear();

    private Task<DmarcWalk> WalkAsync(string domain) =>
        new DmarcTree(new DoctorDns(Options.Create(new MailOptions { NameServer = _names.Address }))).WalkAsync(domain, TestContext.Current.CancellationToken);

    [Fact]
    public async Task Goes_up_label_by_label_and_ends_at_the_fewest_labels_that_have_a_record()
    {
        _names.Txt("_dmarc.news.example.org", "v=DMARC1; p=reject").Txt("_dmarc.example.org", "v=DMARC1; p=none");
        var walk = await WalkAsync("mail.news.example.org");
        Assert.Equal(("example.org", 2), (walk.OrganizationalDomain, walk.Records.Count));
        Assert.Equal(["16 _dmarc.mail.news.example.org", "16 _dmarc.news.example.org", "16 _dmarc.example.org", "16 _dmarc.org"], _names.Asked);
    }

    [Fact]
    public async Task Cuts_long_names_to_seven_labels_after_the_first_look()
    {
        _names.Txt("_dmarc.example.org", "v=DMARC1; p=none");
        var walk = await WalkAsync("a.b.c.d.e.f.g.h.i.example.org");
        Assert.Equal("example.org", walk.OrganizationalDomain);
        Assert.Equal(["16 _dmarc.a.b.c.d.e.f.g.h.i.example.org", "16 _dmarc.e.f.g.h.i.example.org"], _names.Asked.Take(2));
        Assert.Equal(8, _names.Asked.Count);
    }

    [Fact]
    public async Task Ends_at_a_record_that_says_it_is_the_owners()
    {
        _names.Txt("_dmarc.news.example.org", "v=DMARC1; p=reject; psd=n").Txt("_dmarc.example.org", "v=DMARC1; p=none");
        Assert.Equal("news.example.org", (await WalkAsync("a.news.example.org")).OrganizationalDomain);
    }

    [Fact]
    public async Task Takes_the_name_below_a_public_suffix_for_the_owners()
    {
        _names.Txt("_dmarc.city.example", "v=DMARC1; p=reject; psd=y");
        Assert.Equal("gazette.city.example", (await WalkAsync("news.gazette.city.example")).OrganizationalDomain);
        Assert.Equal("city.example", (await WalkAsync("city.example")).OrganizationalDomain);
    }

    [Fact]
    public async Task Finds_the_name_itself_where_there_is_no_record() =>
        Assert.Equal("news.example.org", (await WalkAsync("news.example.org")).OrganizationalDomain);

    [Theory]
    [InlineData("v=DMARC1; p=reject; sp=quarantine; adkim=s; aspf=s; rua=mailto:a@example.org,mailto:b@example.org", "reject", "quarantine", "")]
    [InlineData("v=DMARC1;p=none;", "none", "none", "")]
    [InlineData("v=DMARC1; p=quarantine; pct=50; ri=86400", "quarantine", "quarantine", "pct= means nothing any more (RFC 9989); ri= means nothing any more (RFC 9989)")]
    [InlineData("v=DMARC1; rua=mailto:a@example.org", "none", "none", "p= is missing: receivers take p=none, older ones nothing")]
    [InlineData("v=DMARC1; p=monitor", "none", "none", "p=monitor is no policy")]
    [InlineData("v=DMARC1; p=none; ruff=mailto:a@example.org", "none", "none", "ruff= is unknown and passed over")]
    public void Reads_a_record(string text, string policy, string forSubdomains, string oddities)
    {
        var record = DmarcRecord.Parse("example.org", text, out _)!;
        Assert.Equal((policy, forSubdomains, oddities), (record.Policy, record.SubdomainPolicy, string.Join("; ", record.Oddities)));
        Assert.Equal(text.Contains("adkim=s", StringComparison.Ordinal), record.StrictDkim && record.StrictSpf && record.ReportsTo.Count == 2);
    }

    [Theory]
    [InlineData("v=DMARC1; p=none; p=reject")]
    [InlineData("v=DMARC1; nonsense")]
    public void Reads_no_record_that_is_none(string text) => Assert.Null(DmarcRecord.Parse("example.org", text, out _));

    [Fact]
    public async Task Passes_over_a_place_with_two_records()
    {
        _names.Txt("_dmarc.example.org", "v=DMARC1; p=none").Txt("_dmarc.example.org", "v=DMARC1; p=reject").Txt("_dmarc.example.org", "v=DMARC10; p=reject");
        var walk = await WalkAsync("example.org");
        Assert.Empty(walk.Records);
        Assert.Equal("example.org", walk.Fault?.Domain);
        Assert.Contains("2 records", walk.Fault?.Words, StringComparison.Ordinal);
    }

    public void Dispose() => _names.Dispose();
}
