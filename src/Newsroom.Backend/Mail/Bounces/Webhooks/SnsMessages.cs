using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Newsroom.Backend.Mail.Bounces.Webhooks;

/// <summary>
/// Amazon SNS's messages to an endpoint (https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html): RSA over named fields, SHA-1
/// for SignatureVersion 1 and SHA-256 for 2, by the certificate at SigningCertURL, which is believed only on Amazon's own hosts.
/// </summary>
public sealed partial class SnsMessages(IHttpClientFactory clients) : IDisposable
{
    public const string ClientName = "mail.sns";

    private const int LargestCertificate = 32 * 1024;

    // A handful in a year; a stranger's addresses must not fill it.
    private const int MostCertificates = 20;

    private static readonly string[] OfNotification = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"];
    private static readonly string[] OfConfirmation = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];

    private readonly ConcurrentDictionary<string, X509Certificate2> _certificates = new(StringComparer.Ordinal);

    /// <returns>False for a message that Amazon has not signed.</returns>
    /// <exception cref="HttpRequestException">The certificate could not be fetched: SNS tries again.</exception>
    public async Task<bool> IsGenuineAsync(JsonElement message, CancellationToken cancellationToken)
    {
        var fields = message.Text("Type") == "Notification" ? OfNotification : OfConfirmation;
        var algorithm = message.Text("SignatureVersion") switch { "1" => HashAlgorithmName.SHA1, "2" => HashAlgorithmName.SHA256, _ => default };
        var signature = new byte[1024];
        if (algorithm.Name is null || !IsAmazons(message.Text("SigningCertURL"), out var address) || !CertificatePath().IsMatch(address.PathAndQuery)
            || !Convert.TryFromBase64String(message.Text("Signature") ?? "", signature, out var length))
            return false;
        var text = new StringBuilder();
        foreach (var field in fields)
        {
            if (message.Text(field) is { } value)
                text.Append(field).Append('\n').Append(value).Append('\n');
        }
        using var key = (await CertificateAsync(address, cancellationToken)).GetRSAPublicKey();
        return key is not null && key.VerifyData(Encoding.UTF8.GetBytes(text.ToString()), signature.AsSpan(0, length), algorithm, RSASignaturePadding.Pkcs1);
    }

    /// <summary>Says yes to a subscription that the configured topic offers: SNS sends nothing before.</summary>
    /// <returns>False when the address is not Amazon's.</returns>
    /// <exception cref="HttpRequestException">Not reached, or refused.</exception>
    public async Task<bool> ConfirmAsync(JsonElement message, CancellationToken cancellationToken)
    {
        if (!IsAmazons(message.Text("SubscribeURL"), out var address))
            return false;
        using var answer = await clients.CreateClient(ClientName).GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        answer.EnsureSuccessStatusCode();
        return true;
    }

    public void Dispose()
    {
        foreach (var certificate in _certificates.Values)
            certificate.Dispose();
    }

    private async Task<X509Certificate2> CertificateAsync(Uri address, CancellationToken cancellationToken)
    {
        if (_certificates.TryGetValue(address.AbsoluteUri, out var known))
            return known;
        using var client = clients.CreateClient(ClientName);
        var pem = await client.GetStringAsync(address, cancellationToken);
        X509Certificate2 certificate;
        try
        {
            certificate = X509Certificate2.CreateFromPem(pem);
        }
        catch (CryptographicException e)
        {
            throw new HttpRequestException("What stands at the SigningCertURL is no certificate.", e);
        }
        if (_certificates.Count >= MostCertificates)
            _certificates.Clear();
        return _certificates.GetOrAdd(address.AbsoluteUri, certificate);
    }

    private static bool IsAmazons(string? text, out Uri address)
    {
        var ok = Uri.TryCreate(text, UriKind.Absolute, out var parsed) && parsed.Scheme == Uri.UriSchemeHttps && parsed.IsDefaultPort
            && parsed.UserInfo.Length == 0 && AmazonHost().IsMatch(parsed.Host);
        address = parsed!;
        return ok;
    }

    internal static void Configure(HttpClient client)
    {
        client.Timeout = TimeSpan.FromSeconds(10);
        client.MaxResponseContentBufferSize = LargestCertificate;
    }

    [GeneratedRegex(@"^/SimpleNotificationService-[0-9A-Za-z]{1,64}\.pem$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CertificatePath();

    [GeneratedRegex(@"^sns\.[a-z0-9-]{3,40}\.amazonaws\.com(\.cn)?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AmazonHost();
}
