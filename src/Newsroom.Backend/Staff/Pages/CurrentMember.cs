using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Staff.Accounts;

namespace Newsroom.Backend.Staff.Pages;

internal static class CurrentMember
{
    /// <summary>The signed-in member's row. The session's check has just found it.</summary>
    public static Task<StaffMember> CurrentMemberAsync(this NewsroomDb db, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        var id = user.FindFirstValue(ClaimTypes.NameIdentifier);
        return db.StaffMembers.SingleAsync(m => m.PublicId == id, cancellationToken);
    }
}
