using Microsoft.AspNetCore.WebUtilities;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Web.StaffPages;

/// <summary>Keyset paging of a staff list: the page after a row, with the list's filters kept in the address.</summary>
public static class PageCursor
{
    public const int PageSize = 50;

    /// <summary>The address of the next page: this one's filters, and the last row's key.</summary>
    public static string After(this HttpRequest request, long key)
    {
        var query = request.Query.Where(q => q.Key != "after" && q.Value.ToString().Length > 0).ToDictionary(q => q.Key, q => (string?)q.Value.ToString(), StringComparer.Ordinal);
        query["after"] = Cursor.Encode(key);
        return QueryHelpers.AddQueryString(request.Path, query);
    }

    /// <summary>A word of a filter; null for none and for one that is unknown.</summary>
    public static T? Word<T>(string? text)
        where T : struct, Enum => Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value) && !char.IsDigit(text![0]) ? value : null;
}
