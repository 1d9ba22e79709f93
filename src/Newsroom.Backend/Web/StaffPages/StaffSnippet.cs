namespace Newsroom.Backend.Web.StaffPages;

/// <summary>HTML to paste into another site, for the partial <c>_Snippet</c>.</summary>
/// <param name="Id">Of its heading.</param>
/// <param name="Title">What it is.</param>
/// <param name="Paste">Where it goes, and what to know about it.</param>
/// <param name="Html">Itself.</param>
/// <param name="ShowsHow">It is plain HTML, which can be shown as it will look.</param>
public sealed record StaffSnippet(string Id, string Title, string Paste, string Html, bool ShowsHow = false);
