using Microsoft.AspNetCore.Razor.TagHelpers;

namespace Newsroom.Backend.Web.StaffPages;

/// <summary>
/// A second thought before a deed that cannot be taken back, without script: the button opens what it says and the form inside does it.
/// <c>&lt;staff-confirm deed="Cancel the digest"&gt;…sentences and a form…&lt;/staff-confirm&gt;</c>
/// </summary>
public sealed class StaffConfirmTagHelper : TagHelper
{
    /// <summary>What is written on the button.</summary>
    public string Deed { get; set; } = "";

    public override async Task ProcessAsync(TagHelperContext context, TagHelperOutput output)
    {
        var inside = await output.GetChildContentAsync();
        output.TagName = "details";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("class", "confirm");
        output.Content.Clear();
        output.Content.AppendHtml("<summary class=\"button danger\">");
        output.Content.Append(Deed);
        output.Content.AppendHtml("</summary><div class=\"notice warn\">");
        output.Content.AppendHtml(inside);
        output.Content.AppendHtml("</div>");
    }
}
