using Microsoft.AspNetCore.WebUtilities;

namespace Newsroom.Backend.Donations.Staff;

/// <summary>Under a list: older rows, and the way back to the newest once one has left them.</summary>
/// <param name="Older">The address of the next page; null on the last.</param>
/// <param name="Request">Of this page.</param>
public sealed record PagerLinks(string? Older, HttpRequest Request)
{
    private const string Cursor = "after";

    public string? Newest => Request.Query.ContainsKey(Cursor)
        ? QueryHelpers.AddQueryString(Request.Path, Request.Query.Where(q => q.Key != Cursor && q.Value.ToString().Length > 0).Select(q => KeyValuePair.Create(q.Key, (string?)q.Value.ToString())))
        : null;
}
