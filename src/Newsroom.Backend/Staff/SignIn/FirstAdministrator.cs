using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Staff.Accounts;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Staff.SignIn;

/// <summary>Section <c>Setup</c>: the first administrator, where nobody sits at a console. There is no default password.</summary>
public sealed class SetupOptions
{
    public const string Section = "Setup";

    /// <summary>Mail address; empty: the console's link is the way in.</summary>
    public string AdminEmail { get; set; } = "";

    /// <summary>At least twelve characters. Asked for once: the first sign-in sets up a passkey or an authenticator.</summary>
    public string AdminPassword { get; set; } = "";
}

internal sealed class SetupOptionsRules : IValidateOptions<SetupOptions>
{
    public const int LeastPassword = 12;

    public ValidateOptionsResult Validate(string? name, SetupOptions options)
    {
        if (options.AdminEmail.Length == 0)
            return options.AdminPassword.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail("Setup:AdminPassword is set and Setup:AdminEmail is not: give both, or neither.");
        if (!EmailAddress.TryParse(options.AdminEmail, out _))
            return ValidateOptionsResult.Fail("Setup:AdminEmail is not a mail address: give one such as anna@example.org.");
        return options.AdminPassword.Length < LeastPassword
            ? ValidateOptionsResult.Fail($"Setup:AdminPassword is shorter than {LeastPassword} characters: give a longer one, or leave both settings of Setup out.")
            : ValidateOptionsResult.Success;
    }
}

/// <summary>
/// At the start, while there is nobody: makes the administrator of <see cref="SetupOptions"/>. Otherwise prints where the first one comes in, to the
/// console and not to the log, which others read.
/// </summary>
internal sealed class FirstAdministrator(
    IServiceScopeFactory scopes, SetUpLink link, IOptions<SetupOptions> options, IServer server, IHostApplicationLifetime lifetime,
    TimeProvider clock) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<NewsroomDb>();
        if (!await db.StaffMembers.AnyAsync(cancellationToken) && EmailAddress.TryParse(options.Value.AdminEmail, out var address))
        {
            var members = scope.ServiceProvider.GetRequiredService<UserManager<StaffMember>>();
            var made = await members.CreateAsync(StaffMember.Of(address, address.Key.Split('@')[0], StaffRole.Administrator, clock.GetUtcNow()), options.Value.AdminPassword);
            if (!made.Succeeded)
                throw new StartFaultException($"Setup:AdminPassword is not taken: {string.Join(' ', made.Errors.Select(e => e.Description))}");
        }
        else if (options.Value.AdminEmail.Length == 0 && await link.PathAsync(cancellationToken) is { } path)
        {
            lifetime.ApplicationStarted.Register(() => Say(path));
        }
    }

    /// <summary>At the address the program listens on: the public one leads through a proxy, and what comes through one is not from this machine.</summary>
    private void Say(string path)
    {
        if (server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() is not { } address)
            return;
        var here = BindingAddress.Parse(address);
        Console.WriteLine($"  Set up     {here.Scheme}://localhost:{here.Port}{path}  (works once, from this machine only, {(int)SetUpLink.Lifetime.TotalMinutes} minutes)\n");
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
