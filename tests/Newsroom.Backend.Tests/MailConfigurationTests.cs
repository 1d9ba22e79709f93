using System.Security.Cryptography;

namespace Newsroom.Backend.Tests;

/// <summary>What an operator reads who made a mistake in the section <c>Mail</c>.</summary>
public sealed class MailConfiguration : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("newsroom-mail-").FullName;

    /// <summary>Starts the program with these settings and gives the sentences it ends with.</summary>
    private async Task<string[]> FaultsAsync(params (string Key, string Value)[] settings)
    {
        Dictionary<string, string> environment = new()
        {
            ["Mail:From"] = "The Test Gazette <news@news.example.org>",
            ["Mail:Smtp:Host"] = "127.0.0.1",
            ["Mail:Smtp:Security"] = "None",
        };
        foreach (var (key, value) in settings)
            environment[key] = value;
        var (exitCode, _, errors) = await RunningProgram.CommandAsync(_folder, environment, TestContext.Current.CancellationToken);
        Assert.True(exitCode == 1, errors);
        return errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    private static void AssertEachNamesItsKey(string[] faults, params string[] keys) =>
        Assert.Equal(keys.Order(), faults.Select(f => f.Split(' ')[0]).Order());

    [Fact]
    public async Task Every_fault_is_one_sentence_that_begins_with_its_key() => AssertEachNamesItsKey(
        await FaultsAsync(
            ("Mail:From", "nobody"),
            ("Mail:Smtp:Port", "0"),
            ("Mail:Smtp:Security", "7"),
            ("Mail:Smtp:Connections", "0"),
            ("Mail:Smtp:MaxPerSecond", "-1"),
            ("Mail:Smtp:MaxPerConnection", "-1"),
            ("Mail:Smtp:UserName", "newsroom"),
            ("Mail:Smtp:TrustedCertificateFile", "/no/such/file.pem"),
            ("Mail:Dkim:Selector", "test"),
            ("Mail:Dkim:Ed25519PrivateKeyFile", "/no/such/key.pem")),
        "Mail:From", "Mail:Smtp:Port", "Mail:Smtp:Security", "Mail:Smtp:Connections", "Mail:Smtp:MaxPerSecond", "Mail:Smtp:MaxPerConnection",
        "Mail:Smtp:Password", "Mail:Smtp:TrustedCertificateFile", "Mail:Dkim:PrivateKeyFile", "Mail:Dkim:Ed25519Selector", "Mail:Dkim:Ed25519PrivateKeyFile");

    [Fact]
    public async Task Relays_receivers_and_a_warm_up_have_their_faults_named_too() => AssertEachNamesItsKey(
        await FaultsAsync(
            ("Mail:Smtp:MaxPerDay", "-1"),
            ("Mail:Smtp:Weight", "0"),
            ("Mail:Smtp:MaxConnectionAge", "0"),
            ("Mail:Smtp:Lanes:0", "Transactional"),
            ("Mail:Relays:0:Host", "127.0.0.1"),
            ("Mail:Relays:0:Security", "None"),
            ("Mail:Relays:0:Lanes:0", "Digest"),
            ("Mail:Relays:1:Name", "third"),
            ("Mail:Relays:1:Lanes:0", "Digest"),
            ("Mail:Receivers:0:MaxPerMinute", "10"),
            ("Mail:Receivers:1:Domain", "example.org"),
            ("Mail:Receivers:2:Domain", "@example.org"),
            ("Mail:Receivers:2:MaxPerSecond", "1e-12"),
            ("Mail:Relays:2:Host", string.Join('.', Enumerable.Repeat("relay", 20)) + ".example.org"),
            ("Mail:Relays:2:Lanes:0", "Digest"),
            ("Mail:WarmUp:FirstDay", "0"),
            ("Mail:WarmUp:Growth", "0.5"),
            ("Mail:NameServer", "dns")),
        "Mail:Smtp:MaxPerDay", "Mail:Smtp:Weight", "Mail:Smtp:MaxConnectionAge", "Mail:Relays:0:Name", "Mail:Relays:1:Host", "Mail:Smtp:Lanes",
        "Mail:Receivers:0:Domain", "Mail:Receivers:1:MaxPerMinute", "Mail:Receivers:2:Domain", "Mail:Receivers:2:MaxPerSecond", "Mail:Relays:2:Name",
        "Mail:WarmUp:FirstDay", "Mail:WarmUp:Growth", "Mail:NameServer");

    [Fact]
    public async Task A_sender_without_a_real_domain_and_an_impossible_port_are_faults_too() => AssertEachNamesItsKey(
        await FaultsAsync(("Mail:From", "News <news@localhost>"), ("Mail:Smtp:Port", "70000"), ("Mail:Dkim:PrivateKeyFile", TestKeys.DkimKeyFile)),
        "Mail:From", "Mail:Smtp:Port", "Mail:Dkim:Selector");

    [Fact]
    public async Task An_unknown_word_for_the_security_names_its_key() =>
        Assert.Contains("Mail:Smtp:Security", Assert.Single(await FaultsAsync(("Mail:Smtp:Security", "Ssl"))), StringComparison.Ordinal);

    [Fact]
    public async Task A_password_never_travels_in_clear_to_another_machine()
    {
        var fault = Assert.Single(await FaultsAsync(("Mail:Smtp:UserName", "newsroom"), ("Mail:Smtp:Password", "hush-hush"), ("Mail:Smtp:Host", "mail.example.org")));
        Assert.StartsWith("Mail:Smtp:Security is None", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", fault, StringComparison.Ordinal);
        await using var toThisMachine = await NewsroomApp.StartAsync(new() { ["Mail:Smtp:UserName"] = "newsroom", ["Mail:Smtp:Password"] = "hush-hush" });
    }

    [Fact]
    public async Task Keys_that_receivers_ignore_or_that_are_none_are_refused()
    {
        using var small = RSA.Create(512);
        var faults = await FaultsAsync(
            ("Mail:Dkim:Selector", "test"), ("Mail:Dkim:PrivateKeyFile", TestKeys.Write("small.pem", small.ExportPkcs8PrivateKeyPem())),
            ("Mail:Dkim:Ed25519Selector", "ed"), ("Mail:Dkim:Ed25519PrivateKeyFile", TestKeys.DkimKeyFile));
        AssertEachNamesItsKey(faults, "Mail:Dkim:PrivateKeyFile", "Mail:Dkim:Ed25519PrivateKeyFile");
        Assert.Contains(faults, f => f.Contains("512 bits", StringComparison.Ordinal));
        AssertEachNamesItsKey(
            await FaultsAsync(("Mail:Dkim:Selector", "test"), ("Mail:Dkim:PrivateKeyFile", TestKeys.Write("none.pem", "not a key"))),
            "Mail:Dkim:PrivateKeyFile");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
