using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Staff.Accounts;

namespace Newsroom.Backend.Staff.SignIn;

/// <summary>
/// Making and using passkeys (WebAuthn level 3): what the browser is asked, and what its answer proves. Between the two the challenge waits in the
/// half-way cookie.
/// </summary>
public sealed partial class Passkeys(IPasskeyHandler<StaffMember> handler, UserManager<StaffMember> members, ILogger<Passkeys> log)
{
    public const int MostForOne = 10;
    private const string Making = "passkey-making";
    private const string Using = "passkey-using";

    /// <returns>JSON for <c>navigator.credentials.create</c>.</returns>
    public async Task<string> AskToMakeAsync(HttpContext context, StaffMember member)
    {
        // WebAuthn level 3 §5.4.3: the id is opaque, and tells nothing of the person.
        var asked = await handler.MakeCreationOptionsAsync(new PasskeyUserEntity { Id = member.PublicId, Name = member.Email!, DisplayName = member.Name }, context);
        await context.KeepAsync(Making, asked.AttestationState!);
        return asked.CreationOptionsJson;
    }

    /// <returns>False when the answer is not one to what was asked, or came after five minutes.</returns>
    public async Task<bool> MakeAsync(HttpContext context, StaffMember member, string? answer, string name)
    {
        if (await context.TakeAsync(Making) is not { } state || string.IsNullOrEmpty(answer))
            return false;
        var made = await handler.PerformAttestationAsync(new PasskeyAttestationContext { HttpContext = context, CredentialJson = answer, AttestationState = state });
        if (!made.Succeeded)
            LogRefused(made.Failure.Message);
        if (!made.Succeeded || made.UserEntity.Id != member.PublicId || (await members.GetPasskeysAsync(member)).Count >= MostForOne)
            return false;
        made.Passkey.Name = name;
        return (await members.AddOrUpdatePasskeyAsync(member, made.Passkey)).Succeeded;
    }

    /// <returns>JSON for <c>navigator.credentials.get</c>: whichever passkey of this site the browser has.</returns>
    public async Task<string> AskToUseAsync(HttpContext context)
    {
        var asked = await handler.MakeRequestOptionsAsync(null, context);
        await context.KeepAsync(Using, asked.AssertionState!);
        return asked.RequestOptionsJson;
    }

    /// <returns>Whose passkey it is; null when it is nobody's, a disabled member's, or no answer to what was asked.</returns>
    public async Task<StaffMember?> UseAsync(HttpContext context, string? answer)
    {
        if (await context.TakeAsync(Using) is not { } state || string.IsNullOrEmpty(answer))
            return null;
        var used = await handler.PerformAssertionAsync(new PasskeyAssertionContext { HttpContext = context, CredentialJson = answer, AssertionState = state });
        if (!used.Succeeded)
            LogRefused(used.Failure.Message);
        if (!used.Succeeded || used.User.DisabledAt is not null)
            return null;
        await members.AddOrUpdatePasskeyAsync(used.User, used.Passkey);
        return used.User;
    }

    [LoggerMessage(LogLevel.Warning, "A passkey's answer was refused: {Why}")]
    private partial void LogRefused(string why);
}

/// <summary>Passkeys' user ids are our public ids; Identity's handler asks its manager for both.</summary>
internal sealed class StaffMembers(
    IUserStore<StaffMember> store, Microsoft.Extensions.Options.IOptions<IdentityOptions> options, IPasswordHasher<StaffMember> hasher,
    IEnumerable<IUserValidator<StaffMember>> users, IEnumerable<IPasswordValidator<StaffMember>> passwords, ILookupNormalizer normalizer,
    IdentityErrorDescriber errors, IServiceProvider services, ILogger<UserManager<StaffMember>> logger)
    : UserManager<StaffMember>(store, options, hasher, users, passwords, normalizer, errors, services, logger)
{
    public override Task<string> GetUserIdAsync(StaffMember user) => Task.FromResult(user.PublicId);

    public override Task<StaffMember?> FindByIdAsync(string userId) => Users.SingleOrDefaultAsync(m => m.PublicId == userId);
}
