using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Newsroom.Backend.Tests;

/// <summary>Keys made once for all tests; worth nothing anywhere else.</summary>
internal static class TestKeys
{
    public const string DkimSelector = "test2026";

    private static readonly string Folder = Directory.CreateTempSubdirectory("newsroom-keys-").FullName;
    private static readonly Lazy<RSA> Dkim = new(() => RSA.Create(2048));

    /// <summary>PEM file of the RSA key that signs the fixture's mails.</summary>
    public static string DkimKeyFile { get; } = Write("dkim.pem", Dkim.Value.ExportPkcs8PrivateKeyPem());

    /// <summary>The DNS record (RFC 6376 §3.6.1) of that key.</summary>
    public static string DkimRecord => "v=DKIM1; k=rsa; p=" + Convert.ToBase64String(Dkim.Value.ExportSubjectPublicKeyInfo());

    /// <summary>A certificate that only who is told so believes, for <c>localhost</c>.</summary>
    public static X509Certificate2 ServerCertificate { get; } = MakeCertificate();

    public static string ServerCertificateFile { get; } = Write("server.pem", ServerCertificate.ExportCertificatePem());

    public static string Write(string name, string content)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllText(path, content);
        return path;
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(2));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}
