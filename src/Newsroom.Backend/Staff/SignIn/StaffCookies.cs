using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Staff.SignIn;

/// <summary>
/// The two cookies of staff: one that names a session (<see cref="Session"/>), and one that remembers for five minutes how far a sign-in or
/// the making of a passkey has come (<see cref="HalfWay"/>).
/// </summary>
internal static class StaffCookies
{
    public const string Session = "Staff";
    public const string HalfWay = "StaffHalfWay";
    public const string SessionClaim = "staff-session";
    public static readonly TimeSpan HalfWayLasts = TimeSpan.FromMinutes(5);

    public static AuthenticationBuilder AddStaffCookies(this AuthenticationBuilder builder)
    {
        builder.Services.AddSingleton<IConfigureOptions<CookieAuthenticationOptions>, CookieRules>();
        builder.Services.AddScoped<StaffSessionEvents>();
        return builder.AddCookie(Session).AddCookie(HalfWay);
    }

    private sealed class CookieRules(IOptions<SiteOptions> site) : IConfigureNamedOptions<CookieAuthenticationOptions>
    {
        public void Configure(CookieAuthenticationOptions options) => Configure(null, options);

        public void Configure(string? name, CookieAuthenticationOptions options)
        {
            if (name is not (Session or HalfWay))
                return;
            // The prefix makes a browser refuse the cookie from a neighbour's subdomain (RFC 6265bis §4.1.3.2); over plain http there is none.
            var isSecure = site.Value.PublicUrl.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
            options.Cookie.Name = (isSecure ? "__Host-" : "") + (name == Session ? "newsroom-staff" : "newsroom-half-way");
            options.Cookie.HttpOnly = true;
            options.Cookie.SameSite = name == Session ? SameSiteMode.Lax : SameSiteMode.Strict;
            options.Cookie.SecurePolicy = isSecure ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
            options.Cookie.Path = "/";
            options.SlidingExpiration = false;
            options.ExpireTimeSpan = name == Session ? Accounts.StaffSession.Longest : HalfWayLasts;
            if (name == Session)
                options.EventsType = typeof(StaffSessionEvents);
        }
    }

    /// <summary>Notes something for the next step of what this browser does.</summary>
    public static Task KeepAsync(this HttpContext context, string what, string value) => context.SignInAsync(
        HalfWay, new ClaimsPrincipal(new ClaimsIdentity([new Claim(what, value)], HalfWay)));

    /// <summary>What was noted less than five minutes ago under that name; null: nothing. Taken once.</summary>
    public static async Task<string?> TakeAsync(this HttpContext context, string what)
    {
        var value = await context.LookAtKeptAsync(what);
        if (value is not null)
            await context.SignOutAsync(HalfWay);
        return value;
    }

    public static async Task<string?> LookAtKeptAsync(this HttpContext context, string what) =>
        (await context.AuthenticateAsync(HalfWay)).Principal?.FindFirstValue(what);
}
