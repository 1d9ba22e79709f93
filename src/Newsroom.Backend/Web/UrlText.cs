namespace Newsroom.Backend.Web;

/// <summary>Addresses as people are shown them.</summary>
public static class UrlText
{
    /// <summary>An address with the name and password of a feed behind a login keeps neither.</summary>
    public static string WithoutPassword(string text) => Uri.TryCreate(text, UriKind.Absolute, out var address) && address.UserInfo.Length > 0
        ? text.Replace(address.UserInfo + "@", "…@", StringComparison.Ordinal)
        : text;
}
