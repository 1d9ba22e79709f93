using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Staff.Accounts;

/// <summary>ASP.NET Core Identity's store over the newsroom's own model. Recovery codes are kept as hashes, which Identity's own does not do.</summary>
internal sealed class StaffStore(NewsroomDb db, IdentityErrorDescriber describer)
    : UserOnlyStore<StaffMember, NewsroomDb, int, IdentityUserClaim<int>, IdentityUserLogin<int>, IdentityUserToken<int>, IdentityUserPasskey<int>>(db, describer)
{
    public override Task ReplaceCodesAsync(StaffMember user, IEnumerable<string> recoveryCodes, CancellationToken cancellationToken) =>
        base.ReplaceCodesAsync(user, recoveryCodes.Select(HashOf), cancellationToken);

    public override Task<bool> RedeemCodeAsync(StaffMember user, string code, CancellationToken cancellationToken) =>
        base.RedeemCodeAsync(user, HashOf(code), cancellationToken);

    /// <summary>A code is random (50 bits) and good for one use; half a SHA-256 is enough to know it again, and ten fit the column.</summary>
    private static string HashOf(string code) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(code.Trim().ToUpperInvariant())).AsSpan(0, 16));
}
