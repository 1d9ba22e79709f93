using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;
using Microsoft.AspNetCore.WebUtilities;

namespace Newsroom.Backend.Web.StaffPages;

/// <summary>
/// Under a list: its next rows, and the way back to the first ones, with the list's filters, once one has left them.
/// <c>&lt;staff-pager older="@Model.Older" /&gt;</c>; nothing at all when the list fits on one page.
/// </summary>
public sealed class StaffPagerTagHelper : TagHelper
{
    /// <summary>The address of the next page (<see cref="PageCursor.After"/>); none on the last.</summary>
    public string? Older { get; set; }

    /// <summary>Of the list's position in the address.</summary>
    public string Cursor { get; set; } = PageCursor.Name;

    /// <summary>The list's place on a page that has more than it.</summary>
    public string? Section { get; set; }

    /// <summary>On the link to the next rows.</summary>
    public string Further { get; set; } = "Older";

    /// <summary>On the link to the first ones.</summary>
    public string First { get; set; } = "Newest";

    [HtmlAttributeNotBound, ViewContext]
    public ViewContext ViewContext { get; set; } = null!;

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        var request = ViewContext.HttpContext.Request;
        var isFirst = !request.IsFurtherPage(Cursor);
        // Razor hands a null attribute over as an empty text.
        var isLast = string.IsNullOrEmpty(Older);
        if (isLast && isFirst)
        {
            output.SuppressOutput();
            return;
        }
        output.TagName = "nav";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("class", "actions");
        output.Attributes.SetAttribute("aria-label", "Pages of this list");
        if (!isFirst)
            output.Content.AppendHtml(Link(QueryHelpers.AddQueryString(request.Path, PageCursor.Filters(request, Cursor)), First));
        if (!isLast)
            output.Content.AppendHtml(Link(Older!, Further, "next"));
    }

    private TagBuilder Link(string address, string words, string? rel = null)
    {
        var link = new TagBuilder("a");
        link.AddCssClass("button quiet");
        link.Attributes["href"] = Section is null ? address : $"{address}#{Section}";
        if (rel is not null)
            link.Attributes["rel"] = rel;
        link.InnerHtml.Append(words);
        return link;
    }
}
