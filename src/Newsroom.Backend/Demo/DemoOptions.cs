using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Demo;

/// <summary>Section <c>Demo</c>.</summary>
public sealed class DemoOptions
{
    public const string Section = "Demo";

    /// <summary>Null: on in Development only.</summary>
    public bool? Enabled { get; set; }

    /// <summary>Must be said before strangers may reach a demo: its inbox shows every mail to everybody.</summary>
    public bool Public { get; set; }

    /// <summary>Where captured mail and the stand-ins' memories are kept.</summary>
    public string Folder { get; set; } = "data";
}

internal sealed class DemoOptionsRules(IOptions<SiteOptions> site) : IValidateOptions<DemoOptions>
{
    public ValidateOptionsResult Validate(string? name, DemoOptions options) =>
        options.Public || (Uri.TryCreate(site.Value.PublicUrl, UriKind.Absolute, out var url) && url.IsLoopback)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                $"Demo:Enabled does not go with Site:PublicUrl '{site.Value.PublicUrl}': a demo shows every captured mail to everybody. "
                + "Run in Production with real settings, or say Demo:Public=true.");
}

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

    public static DemoConfiguration Of(IConfiguration configured, IPEndPoint smtp)
    {
        var url = ListeningUrl(configured);
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Site:Name"] = "The Harbour Gazette",
            ["Site:PublicUrl"] = url,
            ["Site:PostalAddress"] = "The Harbour Gazette, 3 Ropewalk, Port Ellery, ME 04999",
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
        }
        if (configured["Stripe:SecretKey"] is null)
        {
            values["Stripe:ApiBase"] = url + "/dev/stripe";
            values["Stripe:SecretKey"] = StripeKey;
            values["Stripe:WebhookSecret"] = WebhookSecret;
        }
        if (!configured.GetSection("Stories:Feeds").GetChildren().Any())
        {
            values["Stories:Feeds:0:Url"] = url + "/dev/feed.xml";
            values["Stories:AllowPrivateNetworks"] = "true";
            values["Stories:PollEvery"] = "00:01:00";
        }
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

    /// <summary>A loopback port that is ours from now on.</summary>
    public static TcpListener Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }
}
