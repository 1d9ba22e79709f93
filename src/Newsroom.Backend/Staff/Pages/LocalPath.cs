namespace Newsroom.Backend.Staff.Pages;

/// <summary>Where to go after a sign-in: a staff page of this site and nothing else, however the address is spelt.</summary>
internal static class LocalPath
{
    public const string Dashboard = "/staff";

    /// <returns><paramref name="next"/> when it is a path under /staff; the dashboard otherwise.</returns>
    public static string Of(string? next)
    {
        // A backslash or a second slash makes a host of it in browsers; a control character is dropped by them before they look.
        if (next is null || !(next == Dashboard || next.StartsWith(Dashboard + "/", StringComparison.Ordinal) || next.StartsWith(Dashboard + "?", StringComparison.Ordinal)))
            return Dashboard;
        return next.Contains('\\') || next.Contains("//", StringComparison.Ordinal) || next.Contains("..", StringComparison.Ordinal) || next.Any(char.IsControl) ? Dashboard : next;
    }
}
