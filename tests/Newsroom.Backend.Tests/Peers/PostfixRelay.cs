using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Newsroom.Backend.Tests;

/// <summary>
/// Debian's Postfix as a newsroom would have it: a relay that insists on STARTTLS, takes the whole queue on disk before it answers,
/// and passes everything on to the test's sink. An instance of its own in a folder of its own.
/// </summary>
internal sealed class PostfixRelay : IAsyncDisposable
{
    private readonly string _folder;
    private readonly Process _master;

    private PostfixRelay(string folder, int port, Process master)
    {
        (_folder, Port, _master) = (folder, port, master);
    }

    public int Port { get; }

    /// <summary>The certificate a client must trust (name: localhost).</summary>
    public string CertificateFile => Path.Combine(_folder, "cert.pem");

    public static bool Present => Tool.Exists("/usr/sbin/postfix") && Environment.UserName == "root";

    public static async Task<PostfixRelay> StartAsync(int sinkPort, CancellationToken cancellationToken)
    {
        var port = FreePort.Next();
        var folder = Directory.CreateTempSubdirectory("newsroom-postfix-").FullName;
        await Tool.RunAsync("/bin/chmod", ["755", folder], default, cancellationToken);
        foreach (var part in new[] { "etc", "queue", "data" })
            Directory.CreateDirectory(Path.Combine(folder, part));
        await Tool.RunAsync("/bin/chown", ["postfix", Path.Combine(folder, "data")], default, cancellationToken);
        WriteCertificate(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "etc", "main.cf"), MainCf(folder, sinkPort), cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "etc", "master.cf"), MasterCf(port), cancellationToken);
        var master = Process.Start(new ProcessStartInfo("/usr/sbin/postfix", ["-c", Path.Combine(folder, "etc"), "start-fg"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _ = master.StandardOutput.ReadToEndAsync(CancellationToken.None);
        _ = master.StandardError.ReadToEndAsync(CancellationToken.None);
        await FreePort.AnswersAsync(port, cancellationToken);
        return new PostfixRelay(folder, port, master);
    }

    public async ValueTask DisposeAsync()
    {
        await Tool.RunAsync("/usr/sbin/postfix", ["-c", Path.Combine(_folder, "etc"), "stop"], default, CancellationToken.None);
        _master.Kill(entireProcessTree: true);
        _master.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static void WriteCertificate(string folder)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(2));
        File.WriteAllText(Path.Combine(folder, "cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
    }

    private static string MainCf(string folder, int sinkPort) => $"""
        compatibility_level = 3.6
        queue_directory = {folder}/queue
        data_directory = {folder}/data
        mail_owner = postfix
        setgid_group = postdrop
        command_directory = /usr/sbin
        daemon_directory = /usr/lib/postfix/sbin
        inet_interfaces = loopback-only
        inet_protocols = ipv4
        myhostname = relay.example.org
        mydestination =
        mynetworks = 127.0.0.0/8
        relayhost = [127.0.0.1]:{sinkPort}
        smtpd_tls_cert_file = {folder}/cert.pem
        smtpd_tls_key_file = {folder}/key.pem
        smtpd_tls_security_level = encrypt
        smtpd_relay_restrictions = permit_mynetworks, reject
        smtpd_client_connection_count_limit = 0
        smtp_tls_security_level = none
        smtp_dns_support_level = disabled
        smtp_destination_concurrency_limit = 10
        default_process_limit = 20
        in_flow_delay = 0
        maillog_file = /dev/stdout
        """;

    private static string MasterCf(int port) => $"""
        127.0.0.1:{port} inet n - n - - smtpd
        pickup unix n - n 60 1 pickup
        cleanup unix n - n - 0 cleanup
        qmgr unix n - n 300 1 qmgr
        tlsmgr unix - - n 1000? 1 tlsmgr
        rewrite unix - - n - - trivial-rewrite
        bounce unix - - n - 0 bounce
        defer unix - - n - 0 bounce
        trace unix - - n - 0 bounce
        verify unix - - n - 1 verify
        flush unix n - n 1000? 0 flush
        proxymap unix - - n - - proxymap
        proxywrite unix - - n - 1 proxymap
        smtp unix - - n - - smtp
        relay unix - - n - - smtp
        showq unix n - n - - showq
        error unix - - n - - error
        retry unix - - n - - error
        discard unix - - n - - discard
        anvil unix - - n - 1 anvil
        scache unix - - n - 1 scache
        postlog unix-dgram n - n - 1 postlogd

        """;
}
