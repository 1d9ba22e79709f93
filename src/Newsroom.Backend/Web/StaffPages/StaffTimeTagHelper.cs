using System.Globalization;
using Microsoft.AspNetCore.Razor.TagHelpers;
using Microsoft.Extensions.Options;

namespace Newsroom.Backend.Web.StaffPages;

/// <summary>
/// An instant as the newsroom's clock shows it, UTC on hover: <c>&lt;staff-time at="digest.SentAt" /&gt;</c>. Null shows as a dash, or as the
/// <c>none</c> that is given.
/// </summary>
public sealed class StaffTimeTagHelper(IOptions<SiteOptions> site) : TagHelper
{
    public DateTimeOffset? At { get; set; }

    /// <summary>What stands there when there is no instant.</summary>
    public string None { get; set; } = "–";

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagMode = TagMode.StartTagAndEndTag;
        if (At is not { } at)
        {
            output.TagName = null;
            output.Content.SetContent(None);
            return;
        }
        output.TagName = "time";
        output.Attributes.SetAttribute("datetime", at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        output.Attributes.SetAttribute("title", at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture));
        output.Content.SetContent(Text(at, site.Value));
    }

    /// <summary>"24 Nov 2026, 07:00", in the newsroom's zone and language.</summary>
    public static string Text(DateTimeOffset at, SiteOptions site) => TimeZoneInfo.ConvertTime(at, site.Zone).ToString("d MMM yyyy, HH:mm", site.Culture);
}
