using System.Net;

namespace Newsroom.Backend.Demo;

/// <summary>What demo mode configures, below everything else: whatever somebody has configured wins, group by group.</summary>
internal sealed record DemoConfiguration(string Url, IReadOnlyDictionary<string, string?> Values)
{
    public const string DefaultUrl = "http://localhost:5080";
    public const string StripeKey = "sk_test_practice_account_of_the_demo";
    public const string WebhookSecret = "whsec_practice_account_of_the_demo";

    public bool UsesSampleFeed => Values.ContainsKey("Stories:Feeds:0:Url");

    public bool UsesPracticeStripe => Values.ContainsKey("Stripe:ApiBase");

    public bool CapturesMail => Values.ContainsKey("Mail:Smtp:Host");

    public bool IsUntouched => UsesSampleFeed && UsesPracticeStripe && CapturesMail;

    /// <param name="configured">What somebody configured already.</param>
    /// <param name="smtp">Where the inbox listens.</param>
    /// <param name="dkimKeyFile">The inbox's sender signs with it.</param>
    public static DemoConfiguration Of(IConfiguration configured, IPEndPoint smtp, string dkimKeyFile)
    {
        var url = ListeningUrl(configured);
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Site:Name"] = "The Harbour Gazette",
            ["Site:PublicUrl"] = url,
            ["Site:PostalAddress"] = "3 Ropewalk, Port Ellery, ME 04999",
            ["Site:TimeZone"] = "America/New_York",
            ["Site:AllowedOrigins:0"] = url,
            ["Organisation:LegalName"] = "Harbour Gazette Foundation",
            ["Organisation:TaxStatus"] = "501(c)(3)",
            ["Organisation:TaxId"] = "00-0000000",
            ["Mail:From"] = "The Harbour Gazette <news@harbour-gazette.example.org>",
        };
        if (configured["Mail:Smtp:Host"] is null)
        {
            values["Mail:Transport"] = "Capture";
            values["Mail:Smtp:Host"] = smtp.Address.ToString();
            values["Mail:Smtp:Port"] = smtp.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
            values["Mail:Smtp:Security"] = "None";
            values["Mail:Dkim:Selector"] = "demo";
            values["Mail:Dkim:PrivateKeyFile"] = dkimKeyFile;
        }
        if (configured["Stripe:SecretKey"] is null)
        {
            values["Stripe:ApiBase"] = url + "/dev/stripe";
            values["Stripe:SecretKey"] = StripeKey;
            values["Stripe:WebhookSecret"] = WebhookSecret;
            // The practice account's own bearer key is none of the newsroom's API keys: no line about it at each call.
            values["Logging:LogLevel:Newsroom.Backend.Staff.ApiKeyAuthentication"] = "Warning";
        }
        if (!configured.GetSection("Stories:Feeds").GetChildren().Any())
        {
            values["Stories:Feeds:0:Url"] = url + "/dev/feed.xml";
            values["Stories:AllowPrivateNetworks"] = "true";
            values["Stories:PollEvery"] = "00:01:00";
        }
        // A receiver that somebody tries out runs on the same machine; a demo for strangers has none of theirs to reach.
        if (!configured.GetValue<bool>("Demo:Public"))
            values["Webhooks:AllowPrivateNetworks"] = "true";
        return new DemoConfiguration(url, values);
    }

    /// <summary>The first address the program listens on, as a browser on this machine writes it.</summary>
    private static string ListeningUrl(IConfiguration configured)
    {
        var first = First(configured["urls"]) ?? (First(configured["http_ports"]) is { } port ? $"http://localhost:{port}" : DefaultUrl);
        foreach (var anyAddress in (string[])["://*", "://+", "://0.0.0.0", "://[::]"])
            first = first.Replace(anyAddress, "://localhost", StringComparison.Ordinal);
        return first.TrimEnd('/');
    }

    private static string? First(string? list) =>
        list?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault();
}
