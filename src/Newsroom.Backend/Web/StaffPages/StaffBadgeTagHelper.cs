using Microsoft.AspNetCore.Razor.TagHelpers;

namespace Newsroom.Backend.Web.StaffPages;

/// <summary>How a state feels. Never told by colour alone: each has a shape of its own in front of the word.</summary>
public enum Tone
{
    Neutral,
    Good,
    Busy,
    Warn,
    Bad,
}

/// <summary>A state in one word: <c>&lt;staff-badge tone="Tone.Good"&gt;sent&lt;/staff-badge&gt;</c>.</summary>
public sealed class StaffBadgeTagHelper : TagHelper
{
    public Tone Tone { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagName = "span";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("class", "badge " + Tone.ToString().ToLowerInvariant());
        output.PreContent.SetHtmlContent($"<span aria-hidden=\"true\">{Shape}</span> ");
    }

    private string Shape => Tone switch
    {
        Tone.Good => "✓",
        Tone.Busy => "◔",
        Tone.Warn => "▲",
        Tone.Bad => "✕",
        Tone.Neutral => "○",
        _ => throw new InvalidOperationException($"Unknown tone {Tone}."),
    };
}
