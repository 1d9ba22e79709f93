using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Staff.SignIn;

/// <summary>The policies of <see cref="StaffPolicies"/>, and where those go who do not meet one for now.</summary>
internal sealed class StaffGate : IAuthorizationMiddlewareResultHandler
{
    public const string SecondStepPath = "/staff/account/sign-in-method";
    public const string ProvePath = "/staff/prove";

    private readonly AuthorizationMiddlewareResultHandler _plain = new();

    public static AuthorizationBuilder AddPolicies(AuthorizationBuilder builder)
    {
        foreach (var role in Enum.GetValues<StaffRole>())
            builder.AddPolicy(StaffPolicies.Of(role), policy => Signed(policy).RequireAssertion(c => c.User.MayActAs(role)));
        builder.AddPolicy(StaffPolicies.Member, policy => Signed(policy));
        return builder.AddPolicy(StaffPolicies.Proven,
            policy => Signed(policy).RequireAssertion(c => c.User.MayActAs(StaffRole.Administrator)).RequireClaim(StaffPolicies.Proven));
    }

    public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (!authorizeResult.Forbidden || !policy.AuthenticationSchemes.Contains(StaffCookies.Session))
            return _plain.HandleAsync(next, context, policy, authorizeResult);
        var staff = context.User;
        if (staff.StaffRole() is null)
            return Lead(context, SecondStepPath);
        var lacksOnlyProof = staff.MayActAs(StaffRole.Administrator) && !staff.HasClaim(c => c.Type == StaffPolicies.Proven);
        return lacksOnlyProof ? Lead(context, ProvePath) : _plain.HandleAsync(next, context, policy, authorizeResult);
    }

    private static AuthorizationPolicyBuilder Signed(AuthorizationPolicyBuilder policy) =>
        policy.AddAuthenticationSchemes(StaffCookies.Session).RequireAuthenticatedUser();

    /// <summary>And back: to the page itself, or after a form, which is not sent a second time, to the page it stood on.</summary>
    private static Task Lead(HttpContext context, string path)
    {
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = $"{path}?next={Uri.EscapeDataString(context.Request.Path + (HttpMethods.IsGet(context.Request.Method) ? context.Request.QueryString : default))}";
        return Task.CompletedTask;
    }
}
