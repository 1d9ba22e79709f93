using System.Security.Claims;

namespace Newsroom.Backend.Web;

/// <summary>
/// What an API key may do: <c>read</c> every GET, or everything under one name (<c>digests</c>, <c>subscribers</c> …). A key without
/// scopes may do everything.
/// </summary>
public static class ApiScopes
{
    public const string Read = "read";
    public const string ClaimType = "scope";
    private const string Everything = "*";

    public static IReadOnlyList<string> Known { get; } = [Read, "subscribers", "newsletters", "stories", "digests", "donations", "webhooks"];

    public static IEnumerable<Claim> ClaimsOf(string scopes)
    {
        var given = scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return (given.Length == 0 ? [Everything] : given).Select(s => new Claim(ClaimType, s));
    }

    public static bool Allows(ClaimsPrincipal user, string method, string name) =>
        user.HasClaim(ClaimType, Everything) || user.HasClaim(ClaimType, name) || (HttpMethods.IsGet(method) && user.HasClaim(ClaimType, Read));
}
