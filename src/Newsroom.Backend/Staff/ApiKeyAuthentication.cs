using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Staff;

/// <summary>Reads <c>Authorization: Bearer KEY</c> (RFC 6750 §2.1) and looks the key up by its hash.</summary>
internal sealed class ApiKeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, NewsroomDb db, TimeProvider clock)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Name = "ApiKey";
    private const string Prefix = "Bearer ";

    /// <summary>A write for each call would be one too many.</summary>
    private static readonly TimeSpan UsedEvery = TimeSpan.FromMinutes(5);

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            return AuthenticateResult.NoResult();
        if (SecretToken.HashOf(header[Prefix.Length..].Trim()) is not { } hash)
            return AuthenticateResult.Fail("Not a key.");
        var key = await db.ApiKeys.Where(k => k.TokenHash == hash && k.RevokedAt == null)
            .Select(k => new { k.Id, k.PublicId, k.Scopes, k.LastUsedAt })
            .SingleOrDefaultAsync(Context.RequestAborted);
        if (key is null)
            return AuthenticateResult.Fail("Unknown or revoked key.");
        var now = clock.GetUtcNow();
        if (key.LastUsedAt is null || now - key.LastUsedAt >= UsedEvery)
            await db.ApiKeys.Where(k => k.Id == key.Id).ExecuteUpdateAsync(k => k.SetProperty(x => x.LastUsedAt, now), CancellationToken.None);
        var identity = new ClaimsIdentity(
            [new Claim(ClaimTypes.NameIdentifier, key.PublicId), .. ApiScopes.ClaimsOf(key.Scopes)], Name);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Name));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        return Results.Problem(statusCode: StatusCodes.Status401Unauthorized,
            title: "Give a valid API key: Authorization: Bearer KEY. Make one at /staff/keys or with the command 'apikey add NAME'.").ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        Results.Problem(statusCode: StatusCodes.Status403Forbidden,
            title: "This API key's scopes do not cover that. Make a key with the scope it needs.").ExecuteAsync(Context);
}
