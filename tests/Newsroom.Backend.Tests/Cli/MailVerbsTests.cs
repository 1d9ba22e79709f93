using System.Text.Json;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Doctor;
using Newsroom.Backend.Tests.Doctor;

namespace Newsroom.Backend.Tests.Cli;

/// <summary><c>doctor</c>, <c>mail test</c> and <c>mail dkim</c>, as an operator runs them.</summary>
public sealed class AnOperatorWithoutAMailAdministrator : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("newsroom-operator-").FullName;
    private readonly SmtpSink _sink = SmtpSink.Start(TestKeys.ServerCertificate, "newsroom:hush-hush");
    private readonly NameServer _names = ExaminedNewsroom.Healthy(NameServer.Start());

    private Dictionary<string, string> Settings(string publicUrl) => new()
    {
        ["Site:PublicUrl"] = publicUrl,
        ["Site:PostalAddress"] = "1 Test Street, Testville, TS 00000",
        ["Site:AlertAddress"] = "desk@example.org",
        ["Mail:From"] = "The Test Gazette <news@news.example.org>",
        ["Mail:Smtp:Host"] = "localhost",
        ["Mail:Smtp:Port"] = _sink.Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["Mail:Smtp:UserName"] = "newsroom",
        ["Mail:Smtp:Password"] = "hush-hush",
        ["Mail:Smtp:TrustedCertificateFile"] = TestKeys.ServerCertificateFile,
        ["Mail:Dkim:Selector"] = TestKeys.DkimSelector,
        ["Mail:Dkim:PrivateKeyFile"] = TestKeys.DkimKeyFile,
        ["Mail:NameServer"] = _names.Address,
        ["Mail:Doctor:Addresses:0"] = "192.0.2.25",
        // OpenSSL's own word for what the machine trusts: here the site's certificate.
        ["SSL_CERT_FILE"] = TestKeys.ServerCertificateFile,
    };

    private async Task<(int Exit, string Output, string Errors)> RunAsync(Dictionary<string, string> settings, params string[] arguments) =>
        await RunningProgram.CommandAsync(_folder, settings, TestContext.Current.CancellationToken, arguments);

    [Fact]
    public async Task Learns_from_the_doctor_that_all_is_well_and_what_is_not()
    {
        await using var site = await WebSite.StartAsync(TestKeys.ServerCertificate);
        var (exit, output, errors) = await RunAsync(Settings(site.Url), "doctor");
        Assert.True(exit == 0, output + errors);
        Assert.Contains("ok    spf          news.example.org has one SPF record (0 of 10 look-ups); strangers are refused.", output, StringComparison.Ordinal);
        Assert.Contains("ok    one-click    localhost answers", output, StringComparison.Ordinal);
        Assert.DoesNotContain("FAIL", output, StringComparison.Ordinal);

        _names.Clear();
        (exit, output, _) = await RunAsync(Settings(site.Url), "doctor");
        Assert.Equal(1, exit);
        Assert.Contains("FAIL  dmarc        There is no DMARC record", output, StringComparison.Ordinal);
        Assert.Contains("→ Publish: _dmarc.news.example.org. TXT", output, StringComparison.Ordinal);

        (exit, output, _) = await RunAsync(Settings(site.Url), "doctor", "--json", "--mailbox");
        var examination = JsonDocument.Parse(output).RootElement;
        Assert.Equal((1, "fail"), (exit, examination.GetProperty("result").GetString()));
        Assert.Contains(examination.GetProperty("findings").EnumerateArray(), f => f.GetProperty("check").GetString() == "mailbox" && f.GetProperty("result").GetString() == "skipped");
        Assert.Empty(_sink.Mails);
    }

    [Fact]
    public async Task Sees_the_conversation_with_the_relay()
    {
        var (exit, output, errors) = await RunAsync(Settings("https://news.example.org"), "mail", "test", "desk@example.net");
        Assert.True(exit == 0, output + errors);
        Assert.Contains("C: RCPT TO:<desk@example.net>", output, StringComparison.Ordinal);
        Assert.Contains("localhost took the mail", output, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", output + errors, StringComparison.Ordinal);
        Assert.Single(_sink.Mails);

        _sink.On(SmtpStep.Rcpt, "550 5.1.1 No such user");
        (exit, output, _) = await RunAsync(Settings("https://news.example.org"), "mail", "test", "nobody@example.net", "--json");
        var relay = JsonDocument.Parse(output).RootElement.GetProperty("relays")[0];
        Assert.Equal((1, false, "Mail:Smtp"), (exit, relay.GetProperty("accepted").GetBoolean(), relay.GetProperty("relay").GetString()));
        Assert.Equal(2, (await RunAsync(Settings("https://news.example.org"), "mail", "test", "nobody")).Exit);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Makes_a_key_once_that_only_its_owner_may_read(bool ed25519)
    {
        string[] make = ["mail", "dkim", "new", "--selector", "news2026", .. ed25519 ? ["--ed25519"] : Array.Empty<string>()];
        Dictionary<string, string> settings = new() { ["Mail:From"] = "The Test Gazette <news@news.example.org>" };
        var (exit, output, errors) = await RunAsync(settings, make);
        Assert.True(exit == 0, errors);
        var file = Path.Combine(_folder, "data", "dkim-news2026.pem");
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Contains("news2026._domainkey.news.example.org", output, StringComparison.Ordinal);
        var record = ed25519 ? DkimPublicKey.Of("news2026", DkimKeys.ReadEd25519(file)).Record : RsaRecord(file);
        Assert.Contains("value  " + record, output, StringComparison.Ordinal);
        Assert.Contains(ed25519 ? $"Mail:Dkim:Ed25519PrivateKeyFile = {file}" : $"Mail:Dkim:PrivateKeyFile = {file}", output, StringComparison.Ordinal);

        var before = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        (exit, _, errors) = await RunAsync(settings, make);
        Assert.Equal(1, exit);
        Assert.Contains("is not overwritten", errors, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));

        settings[ed25519 ? "Mail:Dkim:Ed25519Selector" : "Mail:Dkim:Selector"] = "news2026";
        settings[ed25519 ? "Mail:Dkim:Ed25519PrivateKeyFile" : "Mail:Dkim:PrivateKeyFile"] = file;
        (exit, output, errors) = await RunAsync(settings, "mail", "dkim", "show", "--json");
        Assert.True(exit == 0, errors);
        Assert.Equal(record, JsonDocument.Parse(output).RootElement.GetProperty("records")[0].GetProperty("value").GetString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Hears_that_a_new_key_is_published_before_it_is_set(bool ed25519)
    {
        Dictionary<string, string> settings = new() { ["Mail:From"] = "The Test Gazette <news@news.example.org>", ["Mail:NameServer"] = _names.Address };
        string[] check = ["mail", "dkim", "check", "--selector", "news2026"];
        Assert.Contains("dkim-news2026.pem cannot be used", (await RunAsync(settings, check)).Errors, StringComparison.Ordinal);
        await RunAsync(settings, ["mail", "dkim", "new", "--selector", "news2026", .. ed25519 ? ["--ed25519"] : Array.Empty<string>()]);
        var (exit, output, errors) = await RunAsync(settings, check);
        Assert.True(exit == 1, errors);
        Assert.Contains("FAIL  dkim         There is no record news2026._domainkey.news.example.org", output, StringComparison.Ordinal);

        _names.Txt("news2026._domainkey.news.example.org", DkimKeys.Public("news2026", Path.Combine(_folder, "data", "dkim-news2026.pem")).Record);
        (exit, output, errors) = await RunAsync(settings, check);
        Assert.True(exit == 0, output + errors);
        Assert.Contains("ok    dkim         The record news2026._domainkey.news.example.org holds our", output, StringComparison.Ordinal);

        _names.Broken("news2026._domainkey.news.example.org");
        (exit, output, _) = await RunAsync(settings, [.. check, "--json"]);
        Assert.Equal((1, "warn"), (exit, JsonDocument.Parse(output).RootElement.GetProperty("result").GetString()));
    }

    [Fact]
    public async Task Cannot_make_a_key_under_the_name_of_one_that_signs()
    {
        var settings = Settings("https://news.example.org");
        var (exit, output, errors) = await RunAsync(settings, "mail", "dkim", "new", "--selector", TestKeys.DkimSelector.ToUpperInvariant());
        Assert.Equal((1, ""), (exit, output));
        Assert.Contains("That selector is in use", errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder, "data")));
    }

    [Fact]
    public async Task Is_told_how_the_next_key_follows_a_first_one()
    {
        var (exit, output, errors) = await RunAsync(Settings("https://news.example.org"), "mail", "dkim", "new", "--selector", "news2027", "--out", Path.Combine(_folder, "keys", "k.pem"));
        Assert.True(exit == 0, errors);
        Assert.Contains("Mail:Dkim:Next:Selector = news2027", output, StringComparison.Ordinal);
        Assert.Contains("Mail:Dkim:Next:From", output, StringComparison.Ordinal);
        (exit, _, errors) = await RunAsync([], "mail", "dkim", "new", "--selector", "news 2027");
        Assert.Equal(2, exit);
        Assert.Contains("--selector", errors, StringComparison.Ordinal);
        Assert.Contains("mail dkim new", (await RunAsync([], "mail", "dkim", "show")).Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Mail:NameServer", "Mail:NameServer", "ns.example.org")]
    [InlineData("Mail:Doctor:Addresses:0", "Mail:Doctor:Addresses:0", "mail.example.org")]
    [InlineData("Mail:Doctor:Mailbox:Imap needs Host", "Mail:Doctor:Mailbox:Address", "newsroom@example.org")]
    [InlineData("Mail:Dkim:Next needs Selector, PrivateKeyFile and From", "Mail:Dkim:Next:From", "2026-12-01")]
    [InlineData("Mail:Dkim:Next:Selector 'test2026' is in use", "Mail:Dkim:Next:Selector", "test2026")]
    [InlineData("Mail:Dkim:Next:Selector 'TEST2026' is in use", "Mail:Dkim:Next:Selector", "TEST2026")]
    [InlineData("Mail:Dkim:Ed25519Selector 'test2026' is in use", "Mail:Dkim:Ed25519Selector", "test2026")]
    [InlineData("Mail:Dkim:Selector 'news 2026' is no selector", "Mail:Dkim:Selector", "news 2026")]
    [InlineData("Mail:Dkim:Selector 'a; l=0' is no selector", "Mail:Dkim:Selector", "a; l=0")]
    [InlineData("Mail:Dkim:Domain 'https://example.org' is no domain", "Mail:Dkim:Domain", "https://example.org")]
    [InlineData("Mail:Dkim:Next:PrivateKeyFile '/no/such.pem' cannot be used", "Mail:Dkim:Next:PrivateKeyFile", "/no/such.pem")]
    public async Task Reads_which_key_is_wrong(string names, string key, string value)
    {
        var settings = Settings("https://news.example.org");
        settings[key] = value;
        var (exit, _, errors) = await RunAsync(settings, "mail", "dkim", "show");
        Assert.Equal(1, exit);
        Assert.Contains(names, errors, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await _sink.DisposeAsync();
        _names.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static string RsaRecord(string file)
    {
        using var key = DkimKeys.ReadRsa(file);
        Assert.Equal(2048, key.KeySize);
        return DkimPublicKey.Of("news2026", key).Record;
    }
}
