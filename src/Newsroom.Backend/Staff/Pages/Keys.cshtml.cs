using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Staff.Pages;

/// <summary>Makes and revokes the keys of integrations.</summary>
[Authorize(StaffPolicies.Proven), PrivatePage]
public sealed class KeysModel(ApiKeys keys, AddApiKey add, AuditTrail trail) : PageModel
{
    public static IReadOnlyList<string> Scopes => ApiScopes.Known;

    public IReadOnlyList<ApiKey> Keys { get; private set; } = [];
    public (string Name, string Token)? Made { get; private set; }
    public string? Fault { get; private set; }
    public string? Name { get; private set; }
    public IReadOnlyList<string> Ticked { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken cancellationToken) => Keys = await keys.ListAsync(cancellationToken);

    /// <summary>Answers with the key itself, which no redirect could carry.</summary>
    public async Task<IActionResult> OnPostAsync(string? name, string[]? scopes, CancellationToken cancellationToken)
    {
        switch (await add.RunAsync(name ?? "", scopes ?? [], cancellationToken))
        {
            case AddApiKeyOutcome.Added added:
                Made = (name!.Trim(), added.Token.Text);
                await trail.SayAsync(User, "api-key.made", added.Id, after: added.Rights);
                break;
            case AddApiKeyOutcome.Invalid invalid:
                (Fault, Name, Ticked, Response.StatusCode) = (invalid.WhatToDo, name, scopes ?? [], StatusCodes.Status422UnprocessableEntity);
                break;
            case var other:
                throw new InvalidOperationException($"Unknown outcome {other}.");
        }
        Keys = await keys.ListAsync(cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnPostRevokeAsync(string id, CancellationToken cancellationToken)
    {
        if (await keys.RevokeAsync(id, cancellationToken))
        {
            await trail.SayAsync(User, "api-key.revoked", id);
            this.Toast("The key is revoked: from now on it opens nothing.");
        }
        return LocalRedirect("/staff/keys");
    }
}
