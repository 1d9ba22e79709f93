using System.Security.Cryptography;

namespace Newsroom.Backend.Tests;

public sealed class MailConfiguration
{
    private static async Task<string> FaultAsync(params (string Key, string? Value)[] settings)
    {
        var e = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(async () =>
        {
            await using var app = await NewsroomApp.StartAsync(settings.ToDictionary(s => s.Key, s => s.Value));
        });
        return Assert.Single(e.Failures);
    }

    [Theory]
    [InlineData("Mail:From", "nobody", "Mail:From")]
    [InlineData("Mail:From", "News <news@localhost>", "Mail:From")]
    [InlineData("Mail:Smtp:Port", "0", "Mail:Smtp:Port")]
    [InlineData("Mail:Smtp:Port", "70000", "Mail:Smtp:Port")]
    [InlineData("Mail:Smtp:Connections", "0", "Mail:Smtp:Connections")]
    [InlineData("Mail:Smtp:MaxPerSecond", "-1", "Mail:Smtp:MaxPerSecond")]
    [InlineData("Mail:Smtp:MaxPerConnection", "-1", "Mail:Smtp:MaxPerConnection")]
    [InlineData("Mail:Smtp:Security", "7", "Mail:Smtp:Security")]
    [InlineData("Mail:Smtp:UserName", "newsroom", "Mail:Smtp:Password")]
    [InlineData("Mail:Smtp:TrustedCertificateFile", "/no/such/file.pem", "Mail:Smtp:TrustedCertificateFile")]
    [InlineData("Mail:Dkim:Selector", null, "Mail:Dkim:Selector")]
    [InlineData("Mail:Dkim:PrivateKeyFile", null, "Mail:Dkim:PrivateKeyFile")]
    [InlineData("Mail:Dkim:PrivateKeyFile", "/no/such/key.pem", "Mail:Dkim:PrivateKeyFile")]
    [InlineData("Mail:Dkim:Ed25519Selector", "ed", "Mail:Dkim:Ed25519PrivateKeyFile")]
    public async Task With_a_fault_stops_the_start_with_one_sentence_that_names_the_key(string key, string? value, string named) =>
        Assert.StartsWith(named + " ", await FaultAsync((key, value)), StringComparison.Ordinal);

    [Fact]
    public async Task With_an_unknown_word_for_the_security_names_the_key()
    {
        var e = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using var app = await NewsroomApp.StartAsync(new() { ["Mail:Smtp:Security"] = "Ssl" });
        });
        Assert.Contains("Mail:Smtp:Security", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Never_sends_a_password_in_clear_to_another_machine()
    {
        var fault = await FaultAsync(("Mail:Smtp:UserName", "newsroom"), ("Mail:Smtp:Password", "secret"), ("Mail:Smtp:Host", "mail.example.org"));
        Assert.StartsWith("Mail:Smtp:Security is None", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", fault, StringComparison.Ordinal);
        await using var toThisMachine = await NewsroomApp.StartAsync(new() { ["Mail:Smtp:UserName"] = "newsroom", ["Mail:Smtp:Password"] = "secret" });
    }

    [Fact]
    public async Task Refuses_keys_that_receivers_ignore_or_that_are_none()
    {
        // .NET itself makes none this small; openssl genrsa 512.
        using var small = RSA.Create();
        Assert.SkipUnless(small.LegalKeySizes.Any(s => s.MinSize <= 512), "This system makes no 512-bit keys.");
        small.KeySize = 512;
        Assert.Contains("512 bits", await FaultAsync(("Mail:Dkim:PrivateKeyFile", TestKeys.Write("small.pem", small.ExportPkcs8PrivateKeyPem()))), StringComparison.Ordinal);
        Assert.StartsWith("Mail:Dkim:PrivateKeyFile ", await FaultAsync(("Mail:Dkim:PrivateKeyFile", TestKeys.Write("none.pem", "not a key"))), StringComparison.Ordinal);
        Assert.StartsWith("Mail:Dkim:Ed25519PrivateKeyFile ", await FaultAsync(
            ("Mail:Dkim:Ed25519Selector", "ed"), ("Mail:Dkim:Ed25519PrivateKeyFile", TestKeys.DkimKeyFile)), StringComparison.Ordinal);
    }
}
