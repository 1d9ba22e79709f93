using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Webhooks;

/// <summary>What is sent: the body, and the three headers of Standard Webhooks.</summary>
/// <param name="Id"><c>webhook-id</c>.</param>
/// <param name="Timestamp"><c>webhook-timestamp</c>: of the attempt, in whole seconds.</param>
/// <param name="Signature"><c>webhook-signature</c>: one for each secret, apart by spaces.</param>
/// <param name="Body">UTF-8 JSON, as it was signed.</param>
public sealed record SignedMessage(string Id, string Timestamp, string Signature, byte[] Body);

/// <summary>
/// The secrets that webhooks are signed with. They are derived from the newsroom's own key, as links in mails are, so that no row and no export of the table
/// holds one and the backup needs nothing more. Encrypting stored ones with keys that stand in the same database would protect them from nobody who can read it.
/// </summary>
public sealed class WebhookSecrets(LinkTokens tokens)
{
    public const string Prefix = "whsec_";
    private const string Purpose = "webhook";

    /// <summary>For the receiver, shown once: <c>whsec_</c> and base64 of 32 bytes.</summary>
    public async ValueTask<string> TextAsync(string secretId, CancellationToken cancellationToken) =>
        Prefix + Convert.ToBase64String(await KeyAsync(secretId, cancellationToken));

    /// <summary>Signs an attempt at <paramref name="now"/> with every secret that is valid then.</summary>
    public async ValueTask<SignedMessage> SignAsync(Webhook webhook, string id, string payload, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var body = Encoding.UTF8.GetBytes(payload);
        var timestamp = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signatures = new List<string>();
        foreach (var secret in webhook.SecretsAt(now))
            signatures.Add(Sign(await KeyAsync(secret, cancellationToken), id, timestamp, body));
        return new SignedMessage(id, timestamp, string.Join(' ', signatures), body);
    }

    /// <summary>HMAC-SHA256 of <c>id.timestamp.body</c> (Standard Webhooks 1.0.0, "Signature scheme"): <c>v1,</c> and base64.</summary>
    public static string Sign(ReadOnlySpan<byte> key, string id, string timestamp, ReadOnlySpan<byte> body) =>
        "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body]));

    private async ValueTask<byte[]> KeyAsync(string secretId, CancellationToken cancellationToken) =>
        Base64Url.DecodeFromChars((await tokens.ForAsync(Purpose, secretId, cancellationToken)).Text);
}
