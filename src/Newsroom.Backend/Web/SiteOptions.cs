using System.Text;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Web;

/// <summary>Section <c>Site</c>: who the newsroom is, to readers and to mail servers.</summary>
public sealed class SiteOptions
{
    public const string Section = "Site";

    public string Name { get; set; } = "Newsroom";

    /// <summary>Where readers reach this program, without a trailing slash; kept in ASCII. Every link in a mail begins with it, never with a request's Host.</summary>
    public string PublicUrl { get; set => field = InAscii(value); } = "";

    /// <summary>The postal address that every digest's footer shows (15 USC 7704(a)(5)). Nothing is sent to a list without it.</summary>
    public string PostalAddress { get; set; } = "";

    /// <summary>Where readers write to, in every page's footer. Null: the address of <c>Mail:From</c>.</summary>
    public string? ContactAddress { get; set; }

    /// <summary>Where alerts for staff are mailed to. Null: they stand in the log and in <c>GET /api/v1/alerts</c> only.</summary>
    public string? AlertAddress { get; set; }

    /// <summary>IANA zone of the newsroom.</summary>
    public string TimeZone { get; set; } = "UTC";

    /// <summary>BCP 47: the language of pages and mails, and how numbers and dates are written.</summary>
    public string Language { get; set; } = "en-US";

    /// <summary>Origins whose pages may post to the JSON sign-up and be named in <c>next</c>, exactly as browsers send them.</summary>
    public IList<string> AllowedOrigins { get; } = [];

    public System.Globalization.CultureInfo Culture => System.Globalization.CultureInfo.GetCultureInfo(Language);

    public TimeZoneInfo Zone => TimeZoneInfo.FindSystemTimeZoneById(TimeZone);

    /// <summary>The newsroom's day at an instant.</summary>
    public DateOnly DayOf(DateTimeOffset at) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, Zone).DateTime);

    /// <summary>When a day of the newsroom's begins.</summary>
    public DateTimeOffset StartOf(DateOnly day)
    {
        var midnight = day.ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(midnight, Zone.GetUtcOffset(midnight));
    }

    /// <summary>An absolute address on this site; <paramref name="path"/> begins with a slash.</summary>
    public string Link(string path) => PublicUrl.TrimEnd('/') + path;

    /// <summary>Mail headers, user agents and browsers' Origin carry a host such as zeitung-münchen.de as xn--… (RFC 5890 §2.3.2.1).</summary>
    private static string InAscii(string url) =>
        Ascii.IsValid(url) || !Uri.TryCreate(url, UriKind.Absolute, out var address)
            ? url
            : new UriBuilder(address) { Host = address.IdnHost }.Uri.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped);
}

internal sealed class SiteOptionsRules : IValidateOptions<SiteOptions>
{
    public ValidateOptionsResult Validate(string? name, SiteOptions options)
    {
        var faults = new List<string>();
        if (string.IsNullOrWhiteSpace(options.Name))
            faults.Add("Site:Name is empty: give the newsroom's name.");
        if (options.PublicUrl.Length > 0 && !(Uri.TryCreate(options.PublicUrl, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"))
            faults.Add($"Site:PublicUrl '{options.PublicUrl}' is not an http(s) address: give the one readers reach, for example https://news.example.org.");
        if (!string.IsNullOrEmpty(options.AlertAddress) && !EmailAddress.TryParse(options.AlertAddress, out _))
            faults.Add("Site:AlertAddress is not a mail address: give one such as desk@example.org, or leave it out.");
        if (!string.IsNullOrEmpty(options.ContactAddress) && !EmailAddress.TryParse(options.ContactAddress, out _))
            faults.Add("Site:ContactAddress is not a mail address: give one such as hello@example.org, or leave it out.");
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(options.TimeZone, out _))
            faults.Add($"Site:TimeZone '{options.TimeZone}' is unknown: give an IANA zone such as America/New_York (a container image needs tzdata).");
        if (!IsLanguage(options.Language))
            faults.Add($"Site:Language '{options.Language}' is unknown: give a language tag such as en-US.");
        faults.AddRange(options.AllowedOrigins
            .Where(o => !(Uri.TryCreate(o, UriKind.Absolute, out var origin) && origin.GetLeftPart(UriPartial.Authority) == o))
            .Select(o => $"Site:AllowedOrigins has '{o}': give scheme, host and port only, for example https://www.example.org."));
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    /// <summary>ICU makes a culture of nearly every word. Registered languages have two or three letters (RFC 5646 §2.2.1), so "English" is none.</summary>
    private static bool IsLanguage(string tag)
    {
        var main = tag.Split('-')[0];
        try
        {
            return main.Length is 2 or 3 && main.All(char.IsAsciiLetter) && System.Globalization.CultureInfo.GetCultureInfo(tag) is not null;
        }
        catch (System.Globalization.CultureNotFoundException)
        {
            return false;
        }
    }
}
