using System.Security.Claims;

namespace Newsroom.Backend.Web.StaffPages;

/// <summary>What a member of staff may do. Each role may all that the ones before it may.</summary>
public enum StaffRole
{
    /// <summary>Sees everything but secrets; changes nothing.</summary>
    Viewer,

    /// <summary>Puts stories and digests together, sends tests.</summary>
    Editor,

    /// <summary>Lets digests go out and stops them, looks after readers and gifts.</summary>
    Publisher,

    /// <summary>People, keys, settings, jobs, imports, exports, erasure.</summary>
    Administrator,
}

/// <summary>
/// Names of the authorization policies of staff pages, one for each role: <c>[Authorize(StaffPolicies.Editor)]</c> lets editors and all above them in.
/// A member whose second step is not set up passes none of them.
/// </summary>
public static class StaffPolicies
{
    public const string Viewer = "staff:viewer";
    public const string Editor = "staff:editor";
    public const string Publisher = "staff:publisher";
    public const string Administrator = "staff:administrator";

    /// <summary>Signed in, whatever the role, and not necessarily by two steps: a member's own account.</summary>
    public const string Member = "staff:member";

    /// <summary>An administrator who has proved within the last ten minutes who is sitting there: exports, erasure, roles.</summary>
    public const string Proven = "staff:proven";

    /// <summary>The claim that holds the member's <see cref="StaffRole"/>.</summary>
    public const string RoleClaim = "staff-role";

    public static string Of(StaffRole role) => role switch
    {
        StaffRole.Viewer => Viewer,
        StaffRole.Editor => Editor,
        StaffRole.Publisher => Publisher,
        StaffRole.Administrator => Administrator,
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "No such role."),
    };
}

public static class StaffClaims
{
    /// <summary>The signed-in member's role; null for everybody else.</summary>
    public static StaffRole? StaffRole(this ClaimsPrincipal user) =>
        Enum.TryParse<StaffRole>(user.FindFirstValue(StaffPolicies.RoleClaim), out var role) ? role : null;

    /// <summary>May the user do what <paramref name="least"/> may?</summary>
    public static bool MayActAs(this ClaimsPrincipal user, StaffRole least) => user.StaffRole() >= least;
}
