using Microsoft.AspNetCore.WebUtilities;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Web.StaffPages;

/// <summary>Keyset paging of a staff list: the page after a row, with the list's filters kept in the address.</summary>
public static class PageCursor
{
    public const int PageSize = 50;

    /// <summary>Of the parameter that holds a list's position.</summary>
    public const string Name = "after";

    /// <summary>The address of the next page: this one's filters, and the last row's key.</summary>
    public static string After(this HttpRequest request, long key, string name = Name)
    {
        var query = Filters(request, name);
        query[name] = Cursor.Encode(key);
        return QueryHelpers.AddQueryString(request.Path, query);
    }

    /// <summary>Not the first page of a list.</summary>
    public static bool IsFurtherPage(this HttpRequest request, string name = Name) => request.Query.ContainsKey(name);

    /// <summary>What an address has beside the position.</summary>
    internal static Dictionary<string, string?> Filters(HttpRequest request, string name) => request.Query
        .Where(q => q.Key != name && q.Value.ToString().Length > 0)
        .ToDictionary(q => q.Key, q => (string?)q.Value.ToString(), StringComparer.Ordinal);

    /// <summary>A word of a filter; null for none and for one that is unknown.</summary>
    public static T? Word<T>(string? text)
        where T : struct, Enum => Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value) && !char.IsDigit(text![0]) ? value : null;
}
