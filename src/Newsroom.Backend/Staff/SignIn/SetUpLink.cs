using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Staff.SignIn;

/// <summary>
/// The link by which a newsroom's first administrator comes in: printed on the console of this process, good for half an hour after its start, from
/// this machine only, and only until an administrator can sign in.
/// </summary>
public sealed class SetUpLink(IServiceScopeFactory scopes, TimeProvider clock)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);

    /// <summary>The code has 40 random bits; whoever misses ten times is not reading it from the console.</summary>
    private const int Tries = 10;

    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private readonly string _code = $"{RandomNumberGenerator.GetString(Alphabet, 4)}-{RandomNumberGenerator.GetString(Alphabet, 4)}";
    private readonly DateTimeOffset _until = clock.GetUtcNow() + Lifetime;
    private int _misses;

    /// <summary>The path to print; null when an administrator can sign in already.</summary>
    public async Task<string?> PathAsync(CancellationToken cancellationToken) => await IsNeededAsync(cancellationToken) ? "/setup?code=" + _code : null;

    /// <summary>Whether a request may set the newsroom up.</summary>
    public async Task<bool> OpensAsync(HttpContext context, string? code, CancellationToken cancellationToken)
    {
        if (!IsFromThisMachine(context) || clock.GetUtcNow() >= _until || Volatile.Read(ref _misses) >= Tries)
            return false;
        var typed = (code ?? "").Trim().ToUpperInvariant();
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(typed), Encoding.UTF8.GetBytes(_code)))
        {
            Interlocked.Increment(ref _misses);
            return false;
        }
        return await IsNeededAsync(cancellationToken);
    }

    /// <summary>A request that any proxy has passed on is not from here, whatever its connection says.</summary>
    private static bool IsFromThisMachine(HttpContext context) =>
        (context.Connection.RemoteIpAddress is null || System.Net.IPAddress.IsLoopback(context.Connection.RemoteIpAddress))
        && !context.Request.Headers.Keys.Any(h => h.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase)
            || h.StartsWith("X-Original-", StringComparison.OrdinalIgnoreCase) || h.Equals("Forwarded", StringComparison.OrdinalIgnoreCase));

    private async Task<bool> IsNeededAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<NewsroomDb>();
        return !await db.StaffMembers.AnyAsync(m => m.IsEnrolled && m.DisabledAt == null && m.Role == StaffRole.Administrator, cancellationToken);
    }
}
