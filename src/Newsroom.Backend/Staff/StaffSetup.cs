using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Jobs;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Staff.Accounts;
using Newsroom.Backend.Staff.House;
using Newsroom.Backend.Staff.SignIn;
using Newsroom.Backend.Staff.Today;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Staff;

public static class StaffSetup
{
    public static IServiceCollection AddStaff(this IServiceCollection services)
    {
        services.AddScoped<AddApiKey>().AddScoped<ApiKeys>().AddScoped<ExportAudit>();
        services.AddScoped<ReadDashboard>().AddScoped<ReadReaderFigures>().AddScoped<ReadDigestFigures>().AddScoped<ReadGiftFigures>().AddScoped<Checklist>();
        services.AddScoped<ReadStatus>().AddScoped<ReadSettings>().AddScoped<ReadDetails>();
        services.AddScoped<WatchHouse>().AddHostedService<WatchHouseAlways>();
        services.AddAuthentication(ApiKeyAuthentication.Name)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.Name, null)
            .AddStaffCookies();
        StaffGate.AddPolicies(services.AddAuthorizationBuilder()
            .AddPolicy(Api.Policy, policy => policy.AddAuthenticationSchemes(ApiKeyAuthentication.Name).RequireAuthenticatedUser())
            // Default is deny: what the public may open says so itself.
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build()));
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, StaffGate>();
        return services.AddAccounts();
    }

    public static WebApplication MapStaff(this WebApplication app)
    {
        app.MapJobsDashboard("/staff/jobs", back: "/staff", StaffPolicies.Administrator);
        app.MapApiReference("/staff/api", StaffPolicies.Viewer);
        return app;
    }

    private static IServiceCollection AddAccounts(this IServiceCollection services)
    {
        services.AddIdentityCore<StaffMember>(identity =>
        {
            // NIST SP 800-63B-4 §3.1.1.2: length, and no rule of composition.
            identity.Password.RequiredLength = SetupOptionsRules.LeastPassword;
            identity.Password.RequiredUniqueChars = 5;
            identity.Password.RequireDigit = identity.Password.RequireLowercase = identity.Password.RequireUppercase = identity.Password.RequireNonAlphanumeric = false;
            identity.User.RequireUniqueEmail = true;
            identity.Stores.SchemaVersion = IdentitySchemaVersions.Version3;
        }).AddUserManager<StaffMembers>().AddUserStore<StaffStore>().AddTokenProvider<AuthenticatorTokenProvider<StaffMember>>(TokenOptions.DefaultAuthenticatorProvider);
        services.AddScoped<IPasskeyHandler<StaffMember>, PasskeyHandler<StaffMember>>();
        services.Configure<IdentityPasskeyOptions>(passkeys =>
        {
            // A passkey stands for both steps, so the device must have asked for a finger, a face or its PIN.
            passkeys.UserVerificationRequirement = "required";
            passkeys.ResidentKeyRequirement = "required";
            // Identity's own rule reads the Origin header, which is "null" on a page that sends no referrer (Fetch §3.3); a passkey is made and used on this site's pages only.
            passkeys.ValidateOrigin = origin => ValueTask.FromResult(!origin.CrossOrigin
                && string.Equals(origin.Origin, $"{origin.HttpContext.Request.Scheme}://{origin.HttpContext.Request.Host}", StringComparison.OrdinalIgnoreCase));
        });
        services.AddScoped<Sessions>().AddScoped<CheckPassword>().AddScoped<CheckCode>().AddScoped<LockOut>().AddScoped<Passkeys>().AddScoped<SecondStep>();
        services.AddScoped<InviteMember>().AddScoped<ResetMember>().AddScoped<ChangeMember>();
        services.AddScoped<IMailComposer, EntryMail>().AddMailTemplate(EntryMail.MailKind, EntryMail.Sample);
        services.AddRecurringJob<ForgetOldSessions>("staff.forget-sessions", "17 4 * * *", Queues.Bulk, j => j.RunAsync(CancellationToken.None));
        services.AddOptions<SetupOptions>().BindConfiguration(SetupOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SetupOptions>, SetupOptionsRules>();
        services.AddSingleton<SetUpLink>().AddHostedService<FirstAdministrator>();
        return services.AddPostLimit(SignInLimit.Policy, perNetwork: SignInLimit.PerNetwork, everybody: SignInLimit.Everybody);
    }
}

/// <summary>How often one network, and everybody, may try to sign in: what an office needs, and no list of passwords.</summary>
internal static class SignInLimit
{
    public const string Policy = "staff-sign-in";
    public static readonly Allowance PerNetwork = new(30, 10, TimeSpan.FromMinutes(1));
    public static readonly Allowance Everybody = new(300, 100, TimeSpan.FromMinutes(1));
}
