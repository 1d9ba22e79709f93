using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Staff;

public abstract record AddApiKeyOutcome
{
    private AddApiKeyOutcome()
    {
    }

    /// <param name="Token">The key itself: shown this once, only its hash is kept.</param>
    /// <param name="Id">What lists and logs call it.</param>
    /// <param name="Scopes">None: it may do everything.</param>
    public sealed record Added(SecretToken Token, string Id, IReadOnlyList<string> Scopes) : AddApiKeyOutcome
    {
        /// <summary>In words.</summary>
        public string Rights => Scopes.Count == 0 ? "everything" : string.Join(", ", Scopes);
    }

    public sealed record Invalid(string WhatToDo) : AddApiKeyOutcome;
}

/// <summary>Makes a key for an integration.</summary>
public sealed class AddApiKey(NewsroomDb db, TimeProvider clock)
{
    /// <param name="name">Who will hold it, for people; need not be unique.</param>
    /// <param name="scopes">Some of <see cref="ApiScopes.Known"/>; none: everything.</param>
    /// <param name="cancellationToken">Cancels before the key is kept.</param>
    public async Task<AddApiKeyOutcome> RunAsync(string name, IReadOnlyList<string> scopes, CancellationToken cancellationToken)
    {
        name = name.Trim();
        if (name.Length is 0 or > ApiKey.NameLength || name.Any(char.IsControl))
            return new AddApiKeyOutcome.Invalid($"Give the key a name of at most {ApiKey.NameLength} characters: who or what will hold it.");
        if (scopes.FirstOrDefault(s => !ApiScopes.Known.Contains(s)) is { } unknown)
            return new AddApiKeyOutcome.Invalid($"There is no scope '{unknown}': give some of {string.Join(", ", ApiScopes.Known)}, or none for everything.");
        IReadOnlyList<string> distinct = [.. scopes.Distinct(StringComparer.Ordinal)];
        var token = SecretToken.New();
        var key = new ApiKey { Name = name, TokenHash = token.Hash, Scopes = string.Join(' ', distinct), CreatedAt = clock.GetUtcNow() };
        db.Add(key);
        await db.SaveChangesAsync(cancellationToken);
        return new AddApiKeyOutcome.Added(token, key.PublicId, distinct);
    }
}
