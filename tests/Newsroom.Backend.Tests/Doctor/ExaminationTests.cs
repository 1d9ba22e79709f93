using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Newsroom.Backend.Mail.Doctor;

namespace Newsroom.Backend.Tests.Doctor;

/// <summary>A newsroom whose name server says what each test wants; its mail goes out from 192.0.2.25.</summary>
public sealed class ExaminedNewsroom : IAsyncLifetime
{
    internal NameServer Names { get; } = NameServer.Start();

    public NewsroomApp App { get; private set; } = null!;

    internal static Dictionary<string, string?> Settings(NameServer names) => new()
    {
        ["Site:PublicUrl"] = "https://127.0.0.1:9",
        ["Site:AlertAddress"] = "desk@example.org",
        ["Mail:NameServer"] = names.Address,
        ["Mail:Doctor:Addresses:0"] = "192.0.2.25",
    };

    public async ValueTask InitializeAsync() => App = await NewsroomApp.StartAsync(Settings(Names));

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        Names.Dispose();
    }

    /// <summary>Everything as it should be.</summary>
    internal static NameServer Healthy(NameServer names) => names.Clear()
        .Txt("news.example.org", "v=spf1 ip4:192.0.2.25 -all")
        .Txt("test2026._domainkey.news.example.org", TestKeys.DkimRecord)
        .Txt("_dmarc.example.org", "v=DMARC1; p=quarantine; rua=mailto:dmarc@example.org")
        .Named("192.0.2.25", "mail.example.org").Host("mail.example.org", "192.0.2.25")
        .Mx("news.example.org", "mx.example.org").Host("mx.example.org", "192.0.2.26");
}

/// <summary>What the doctor finds in DNS and in the mail itself, one subject at a time.</summary>
public sealed class TheDoctor(ExaminedNewsroom newsroom) : IClassFixture<ExaminedNewsroom>
{
    private static string Dkim => TestKeys.DkimRecord;

    private async Task FindsAsync(string check, CheckResult result, string words, string? advice, Action<NameServer> records)
    {
        records(newsroom.Names.Clear());
        var findings = await newsroom.App.ExamineAsync(check);
        Assert.True(findings.Any(f => f.Result == result && f.Words.Contains(words, StringComparison.Ordinal) && (advice is null || f.Advice?.Contains(advice, StringComparison.Ordinal) == true)),
            string.Join('\n', findings));
    }

    [Fact]
    public async Task Finds_nothing_wrong_with_records_that_are_right()
    {
        ExaminedNewsroom.Healthy(newsroom.Names);
        var findings = await newsroom.App.ExamineAsync();
        Assert.All(findings.Where(f => f.Check is "spf" or "dkim" or "dmarc" or "alignment" or "ptr" or "mx" or "message" or "feedback-id" or "site" or "relay"), f => Assert.True(f.Result == CheckResult.Ok, f.ToString()));
        Assert.Equal(["alignment", "disk", "dkim", "dmarc", "feedback-id", "message", "mta-sts", "mx", "one-click", "ptr", "relay", "site", "spf"], findings.Select(f => f.Check).Distinct().Order(StringComparer.Ordinal));
        Assert.Empty(newsroom.App.Mails);
    }

    [Fact]
    public Task Gives_the_spf_record_to_publish_where_there_is_none() =>
        FindsAsync("spf", CheckResult.Fail, "has no SPF record", "news.example.org. TXT \"v=spf1 ip4:192.0.2.25 ~all\"", _ => { });

    [Theory]
    [InlineData("v=spf1 +all", CheckResult.Fail, "lets everybody send")]
    [InlineData("v=spf1 ip4:192.0.2.25", CheckResult.Warn, "says nothing about strangers")]
    [InlineData("v=spf1 ip4:192.0.2.25 ptr -all", CheckResult.Warn, "uses ptr")]
    [InlineData("v=spf1 ip4:192.0.2.26 -all", CheckResult.Fail, "does not let 192.0.2.25 send")]
    [InlineData("v=spf1 ip4:192.0.2.25 ~all", CheckResult.Ok, "lets 192.0.2.25 send")]
    [InlineData("v=spf1 ipv4:192.0.2.25 ~all", CheckResult.Fail, "counts as none")]
    public Task Judges_the_spf_record(string record, CheckResult result, string words) => FindsAsync("spf", result, words, null, n => n.Txt("news.example.org", record));

    [Fact]
    public Task Says_when_the_spf_record_is_nearly_too_dear() => FindsAsync("spf", CheckResult.Warn, "9 of 10 look-ups", null, n =>
    {
        n.Txt("news.example.org", "v=spf1 ip4:192.0.2.25 " + string.Join(' ', Enumerable.Range(1, 9).Select(i => $"include:p{i}.test")) + " -all");
        for (var i = 1; i <= 9; i++)
            n.Txt($"p{i}.test", "v=spf1 ip4:198.51.100.1 -all");
    });

    [Fact]
    public Task Gives_the_dkim_record_to_publish_where_there_is_none() => FindsAsync("dkim", CheckResult.Fail, "no record test2026._domainkey.news.example.org",
        "test2026._domainkey.news.example.org. TXT \"v=DKIM1; k=rsa; p=", _ => { });

    [Fact]
    public Task Finds_the_key_in_a_record_of_two_strings() =>
        FindsAsync("dkim", CheckResult.Ok, "holds our rsa key of 2048 bits", null, n => n.TxtStrings("test2026._domainkey.news.example.org", Dkim[..20], Dkim[20..200], Dkim[200..]));

    [Fact]
    public Task Finds_the_key_in_its_bare_form_too() => FindsAsync("dkim", CheckResult.Ok, "holds our rsa key", null, n =>
    {
        using var key = RSA.Create();
        key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(Dkim[(Dkim.IndexOf("p=", StringComparison.Ordinal) + 2)..]), out _);
        n.Txt("test2026._domainkey.news.example.org", "p=" + Convert.ToBase64String(key.ExportRSAPublicKey()));
    });

    [Fact]
    public Task Sees_another_key() => FindsAsync("dkim", CheckResult.Fail, "another key", "Publish: ", n =>
    {
        using var other = RSA.Create(2048);
        n.Txt("test2026._domainkey.news.example.org", "v=DKIM1; p=" + Convert.ToBase64String(other.ExportSubjectPublicKeyInfo()));
    });

    [Theory]
    [InlineData("v=DKIM1; p=", CheckResult.Fail, "revoked")]
    [InlineData("v=DKIM1; k=ed25519; p=AAAA", CheckResult.Fail, "of the kind ed25519")]
    [InlineData("v=DKIM1; h=sha1; KEY", CheckResult.Fail, "allows sha1 only")]
    [InlineData("v=DKIM1; s=tlsrpt; KEY", CheckResult.Fail, "for tlsrpt only")]
    [InlineData("v=DKIM1; t=y; KEY", CheckResult.Warn, "t=y")]
    [InlineData("v=DKIM1 KEY", CheckResult.Fail, "is of the version")]
    [InlineData("nonsense", CheckResult.Fail, "cannot be read")]
    public Task Judges_the_dkim_record(string record, CheckResult result, string words) => FindsAsync("dkim", result, words, "Publish: ",
        n => n.Txt("test2026._domainkey.news.example.org", record.Replace("KEY", Dkim[Dkim.IndexOf("p=", StringComparison.Ordinal)..], StringComparison.Ordinal)));

    [Fact]
    public Task Wants_one_dkim_record() =>
        FindsAsync("dkim", CheckResult.Fail, "There are 2 records", "Keep one", n => n.Txt("test2026._domainkey.news.example.org", Dkim).Txt("test2026._domainkey.news.example.org", "v=DKIM1; p="));

    [Fact]
    public Task Gives_the_dmarc_record_to_publish_where_there_is_none() =>
        FindsAsync("dmarc", CheckResult.Fail, "no DMARC record", "_dmarc.news.example.org. TXT \"v=DMARC1; p=none; rua=mailto:dmarc@news.example.org\"", _ => { });

    [Theory]
    [InlineData("v=DMARC1; p=none; sp=reject; rua=mailto:a@example.org", CheckResult.Ok, "has the policy reject (_dmarc.example.org)")]
    [InlineData("v=DMARC1; p=none; pct=100; rua=mailto:a@example.org", CheckResult.Warn, "pct= means nothing any more")]
    [InlineData("v=DMARC1; p=reject; t=y; rua=mailto:a@example.org", CheckResult.Warn, "only tried")]
    [InlineData("v=DMARC1; p=reject", CheckResult.Warn, "asks nobody for reports")]
    [InlineData("v=DMARC1; p=reject; rua=https://example.org/", CheckResult.Warn, "no mail address")]
    [InlineData("v=DMARC1; p=reject; rua=mailto:a@reports.test", CheckResult.Warn, "has not said that it takes them")]
    public Task Judges_the_dmarc_record(string record, CheckResult result, string words) => FindsAsync("dmarc", result, words, null, n => n.Txt("_dmarc.example.org", record));

    [Fact]
    public async Task Is_content_with_reports_to_a_domain_that_takes_them()
    {
        newsroom.Names.Clear().Txt("_dmarc.example.org", "v=DMARC1; p=reject; rua=mailto:a@reports.test").Txt("example.org._report._dmarc.reports.test", "v=DMARC1");
        Assert.All(await newsroom.App.ExamineAsync("dmarc"), f => Assert.Equal(CheckResult.Ok, f.Result));
    }

    [Theory]
    [InlineData("", "", CheckResult.Fail, "192.0.2.25 has no name")]
    [InlineData("mail.example.org", "192.0.2.99", CheckResult.Fail, "does not lead back")]
    [InlineData("mail.example.org", "192.0.2.25", CheckResult.Ok, "leads back to it")]
    public Task Asks_for_the_name_of_the_sending_address(string name, string address, CheckResult result, string words) => FindsAsync("ptr", result, words, null, n =>
    {
        if (name.Length > 0)
            n.Named("192.0.2.25", name).Host(name, address);
    });

    [Fact]
    public Task Knows_a_domain_that_takes_no_mail() => FindsAsync("mx", CheckResult.Fail, "null MX", null, n => n.Mx("news.example.org", ""));

    [Fact]
    public Task Knows_a_domain_without_a_mail_server() => FindsAsync("mx", CheckResult.Fail, "no mail server (MX) and no address", "MX 10", _ => { });

    [Fact]
    public Task Knows_a_domain_that_is_its_own_mail_server() => FindsAsync("mx", CheckResult.Warn, "at its own address", "MX 10", n => n.Host("news.example.org", "192.0.2.26"));

    [Fact]
    public Task Knows_a_mail_server_without_address() => FindsAsync("mx", CheckResult.Fail, "have no address", null, n => n.Mx("news.example.org", "mx.example.org"));

    [Fact]
    public Task Notes_mta_sts_and_its_reports() => FindsAsync("mta-sts", CheckResult.Ok, "MTA-STS", null,
        n => n.Txt("_mta-sts.news.example.org", "v=STSv1; id=1").Txt("_smtp._tls.news.example.org", "v=TLSRPTv1; rua=mailto:a@example.org"));

    [Fact]
    public async Task Says_what_could_not_be_asked_for_and_goes_on()
    {
        ExaminedNewsroom.Healthy(newsroom.Names).Broken("news.example.org").Silent("test2026._domainkey.news.example.org");
        var findings = await newsroom.App.ExamineAsync();
        Assert.Contains(findings, f => f is { Check: "spf", Result: CheckResult.Warn } && f.Words.Contains("could not be read", StringComparison.Ordinal));
        Assert.Contains(findings, f => f is { Check: "dkim", Result: CheckResult.Warn } && f.Words.Contains("no answer", StringComparison.Ordinal));
        Assert.Contains(findings, f => f is { Check: "ptr", Result: CheckResult.Ok });
    }

    [Theory]
    [InlineData("this-week:list:digest:0123456789ab", null)]
    [InlineData("a:b:c", "has 3 parts, not four")]
    [InlineData("a:b:c:abcd", "has a SenderId of 4 characters, not 5 to 15")]
    [InlineData("a:b:c:0123456789abcdef", "has a SenderId of 16 characters, not 5 to 15")]
    [InlineData("a:a:c:abcdef", "says the same thing in two parts")]
    [InlineData(null, "is missing")]
    public void Knows_gmails_rules_for_feedback_id(string? value, string? fault)
    {
        Assert.Equal(fault, SampleCheck.FeedbackIdFault(value, value));
        Assert.Equal(fault ?? "differs from recipient to recipient", SampleCheck.FeedbackIdFault(value, "another"));
    }
}

/// <summary>What the doctor finds out about the machines: the relay, the site, the configuration.</summary>
public sealed class TheDoctorsVisits : IAsyncLifetime
{
    private readonly NameServer _names = ExaminedNewsroom.Healthy(NameServer.Start());

    private async Task<IReadOnlyList<Finding>> ExamineAsync(string check, Dictionary<string, string?> settings)
    {
        var all = ExaminedNewsroom.Settings(_names);
        foreach (var (key, value) in settings)
            all[key] = value;
        await using var app = await NewsroomApp.StartAsync(all);
        return await app.ExamineAsync(check);
    }

    private static Dictionary<string, string?> Tls(SmtpSink sink, string? certificate, string host = "localhost") => new()
    {
        ["Mail:Smtp:Host"] = host,
        ["Mail:Smtp:Port"] = sink.Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["Mail:Smtp:Security"] = "StartTls",
        ["Mail:Smtp:UserName"] = "newsroom",
        ["Mail:Smtp:Password"] = "hush-hush",
        ["Mail:Smtp:TrustedCertificateFile"] = certificate,
    };

    private static (X509Certificate2 Certificate, string File) Certificate(string name, int days)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-30), TimeProvider.System.GetUtcNow().AddDays(days));
        return (X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null), TestKeys.Write($"{name}{days}.pem", made.ExportCertificatePem()));
    }

    [Fact]
    public async Task Sign_in_at_the_relay_and_read_its_certificate()
    {
        var (certificate, file) = Certificate("localhost", 300);
        await using var sink = SmtpSink.Start(certificate, "newsroom:hush-hush");
        var findings = await ExamineAsync("relay", Tls(sink, file));
        Assert.All(findings, f => Assert.True(f.Result == CheckResult.Ok, f.ToString()));
        Assert.Contains(findings, f => f.Words.Contains("takes the sign-in", StringComparison.Ordinal));
        Assert.Contains(findings, f => f.Words.Contains("TLS 1.3; certificate for localhost until ", StringComparison.Ordinal));
        Assert.Empty(sink.Mails);
    }

    [Fact]
    public async Task Warn_of_a_certificate_that_ends_soon()
    {
        var (certificate, file) = Certificate("localhost", 5);
        await using var sink = SmtpSink.Start(certificate, "newsroom:hush-hush");
        Assert.Contains(await ExamineAsync("relay", Tls(sink, file)), f => f.Result == CheckResult.Warn && f.Advice!.StartsWith("Renew", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("localhost", 300, false, "not one to trust")]
    [InlineData("localhost", -1, true, "not one to trust")]
    [InlineData("mail.example.org", 300, true, "is for mail.example.org")]
    public async Task Tell_why_a_certificate_is_not_believed(string name, int days, bool trusted, string words)
    {
        var (certificate, file) = Certificate(name, days);
        await using var sink = SmtpSink.Start(certificate, "newsroom:hush-hush");
        var finding = Assert.Single(await ExamineAsync("relay", Tls(sink, trusted ? file : null)));
        Assert.True(finding.Result == CheckResult.Fail && finding.Words.Contains(words, StringComparison.Ordinal), finding.ToString());
    }

    [Fact]
    public async Task Tell_a_refused_password_a_missing_starttls_and_a_closed_port_apart()
    {
        var (certificate, file) = Certificate("localhost", 300);
        await using var sink = SmtpSink.Start(certificate, "newsroom:another");
        Assert.Contains("refuses the user name or the password", Assert.Single(await ExamineAsync("relay", Tls(sink, file))).Words, StringComparison.Ordinal);
        await using var plain = SmtpSink.Start();
        Assert.Contains("offers no STARTTLS", Assert.Single(await ExamineAsync("relay", Tls(plain, file))).Words, StringComparison.Ordinal);
        await plain.GoAwayAsync();
        Assert.Contains("Nobody answers", Assert.Single(await ExamineAsync("relay", Tls(plain, file))).Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task End_at_a_relay_that_says_nothing()
    {
        var settings = ExaminedNewsroom.Settings(_names);
        await using var app = await NewsroomApp.StartAsync(settings);
        app.Smtp.On(SmtpStep.Connect, SmtpSink.Stall);
        var examining = app.ExamineAsync();
        while (!examining.IsCompleted)
        {
            app.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(examining, Task.Delay(50, TestContext.Current.CancellationToken));
        }
        var findings = await examining;
        Assert.Contains(findings, f => f is { Check: "relay", Result: CheckResult.Warn } && f.Words.Contains("no answer within 20 seconds", StringComparison.Ordinal));
        Assert.Contains(findings, f => f is { Check: "dkim", Result: CheckResult.Ok });
    }

    [Theory]
    [InlineData(200, 404, CheckResult.Ok, "takes the POST")]
    [InlineData(301, 404, CheckResult.Fail, "answers 301, not 200")]
    [InlineData(200, 302, CheckResult.Fail, "with a redirect")]
    [InlineData(200, 403, CheckResult.Fail, "refuses the POST")]
    [InlineData(200, 502, CheckResult.Fail, "fails at the POST")]
    [InlineData(200, 200, CheckResult.Warn, "does not know")]
    public async Task Post_to_the_unsubscribe_address_as_mailbox_providers_do(int get, int post, CheckResult result, string words)
    {
        await using var site = await WebSite.StartAsync();
        (site.GetStatus, site.PostStatus) = (get, post);
        var finding = Assert.Single(await ExamineAsync("one-click", new() { ["Site:PublicUrl"] = site.Url }));
        Assert.True(finding.Result == result && finding.Words.Contains(words, StringComparison.Ordinal), finding.ToString());
        if (get == 200)
            Assert.Contains(site.Asked, a => a.StartsWith("POST /unsubscribe/", StringComparison.Ordinal) && a.EndsWith("List-Unsubscribe=One-Click", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Find_a_site_that_is_not_there_or_not_https()
    {
        Assert.Contains("cannot be reached", Assert.Single(await ExamineAsync("one-click", [])).Words, StringComparison.Ordinal);
        await using var self = await WebSite.StartAsync(TestKeys.ServerCertificate);
        Assert.Contains("certificate", Assert.Single(await ExamineAsync("one-click", new() { ["Site:PublicUrl"] = self.Url })).Words, StringComparison.Ordinal);
        Assert.Contains(await ExamineAsync("site", new() { ["Site:PublicUrl"] = "http://127.0.0.1:9" }), f => f.Result == CheckResult.Fail && f.Words.Contains("not https", StringComparison.Ordinal));
    }

    [Fact]
    public async Task See_what_the_configuration_lacks()
    {
        var findings = await ExamineAsync("site", new() { ["Site:PostalAddress"] = null, ["Site:AlertAddress"] = null, ["Site:TimeZone"] = null });
        Assert.Contains(findings, f => f.Result == CheckResult.Fail && f.Words.Contains("Site:PostalAddress", StringComparison.Ordinal));
        Assert.Contains(findings, f => f.Result == CheckResult.Warn && f.Words.Contains("Site:AlertAddress", StringComparison.Ordinal));
        Assert.Contains(findings, f => f.Result == CheckResult.Warn && f.Words.Contains("Site:TimeZone", StringComparison.Ordinal));
        var mail = Assert.Single(await ExamineAsync("mail", new() { ["Mail:From"] = null }));
        Assert.True(mail.Result == CheckResult.Fail && mail.Words.Contains("Mail:From", StringComparison.Ordinal), mail.ToString());
    }

    [Fact]
    public async Task See_mail_that_leaves_unsigned_and_a_signature_that_speaks_for_nobody()
    {
        Dictionary<string, string?> unsigned = new() { ["Mail:Dkim:Selector"] = null, ["Mail:Dkim:PrivateKeyFile"] = null };
        Assert.Equal(CheckResult.Warn, Assert.Single(await ExamineAsync("dkim", unsigned)).Result);
        Assert.Contains(await ExamineAsync("message", unsigned), f => f.Result == CheckResult.Warn && f.Words.Contains("unsigned", StringComparison.Ordinal));
        Assert.Equal(CheckResult.Warn, Assert.Single(await ExamineAsync("alignment", new() { ["Mail:Dkim:Domain"] = "provider.test" })).Result);
        Assert.Equal(CheckResult.Ok, Assert.Single(await ExamineAsync("alignment", new() { ["Mail:Dkim:Domain"] = "example.org" })).Result);
        _names.Clear().Txt("_dmarc.example.org", "v=DMARC1; p=none; adkim=s");
        Assert.Equal(CheckResult.Warn, Assert.Single(await ExamineAsync("alignment", new() { ["Mail:Dkim:Domain"] = "example.org" })).Result);
    }

    [Fact]
    public async Task Take_the_relays_addresses_where_none_are_configured()
    {
        _names.Host("relay.example.org", "9.8.7.6");
        Dictionary<string, string?> settings = new() { ["Mail:Smtp:Host"] = "relay.example.org", ["Mail:Doctor:Addresses:0"] = null };
        Assert.Contains(await ExamineAsync("spf", settings), f => f.Result == CheckResult.Warn && f.Words.Contains("9.8.7.6", StringComparison.Ordinal));
        Assert.Contains(await ExamineAsync("ptr", settings), f => f.Result == CheckResult.Warn && f.Words.Contains("9.8.7.6 has no name", StringComparison.Ordinal));
        Assert.All(await ExamineAsync("ptr", new() { ["Mail:Doctor:Addresses:0"] = null }), f => Assert.Equal(CheckResult.Skipped, f.Result));
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        _names.Dispose();
        return ValueTask.CompletedTask;
    }
}
