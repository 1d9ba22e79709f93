using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Data;

/// <summary>
/// The newsroom's own key for what must be the same each time it is made: links in mails and Message-IDs. Made once, kept in the
/// database (so one backup holds everything) and never rotated by itself: a link must work for years after its mail was sent.
/// </summary>
public sealed class LinkKey
{
    public required string Name { get; init; }
    public required byte[] Value { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>Derives the tokens of mail links. One instance per process; the key is read (or made) at first use.</summary>
public sealed class LinkTokens(IServiceScopeFactory scopes, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private byte[]? _key;

    /// <param name="purpose">What the link does ("confirm", "leave"): a token of one purpose is worthless for another.</param>
    /// <param name="subject">The public id of the row the link is for.</param>
    /// <param name="cancellationToken">Cancels the first read of the key.</param>
    public async ValueTask<SecretToken> ForAsync(string purpose, string subject, CancellationToken cancellationToken) =>
        SecretToken.Derive(_key ?? await LoadAsync(cancellationToken), purpose, subject);

    /// <summary>
    /// A link's text that names its row and proves itself, so that no hash of it is kept anywhere: <c>SUBJECT.TOKEN</c>. It works for ever.
    /// </summary>
    /// <param name="purpose">As for <see cref="ForAsync"/>.</param>
    /// <param name="subject">Letters, digits, underscores and dots: a public id, or one with an instant.</param>
    /// <param name="cancellationToken">Cancels the first read of the key.</param>
    public async ValueTask<string> SignAsync(string purpose, string subject, CancellationToken cancellationToken) =>
        $"{subject}.{(await ForAsync(purpose, subject, cancellationToken)).Text}";

    /// <summary>The same for a while: the instant, whole seconds, is part of what is signed.</summary>
    public ValueTask<string> SignUntilAsync(string purpose, string subject, DateTimeOffset expiresAt, CancellationToken cancellationToken) =>
        SignAsync(purpose, string.Create(CultureInfo.InvariantCulture, $"{subject}.{expiresAt.ToUnixTimeSeconds()}"), cancellationToken);

    /// <returns>What <see cref="SignAsync"/> signed; null for a text that was cut off, altered or signed for another purpose.</returns>
    public async ValueTask<string?> OpenAsync(string purpose, string? text, CancellationToken cancellationToken)
    {
        if (text is null or { Length: > 256 } || text.LastIndexOf('.') is var dot && dot < 1)
            return null;
        var (subject, given) = (text[..dot], text[(dot + 1)..]);
        var own = (await ForAsync(purpose, subject, cancellationToken)).Text;
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(own), Encoding.UTF8.GetBytes(given)) ? subject : null;
    }

    /// <returns>What <see cref="SignUntilAsync"/> signed, and whether its time is over; null as for <see cref="OpenAsync"/>.</returns>
    public async ValueTask<(string Subject, bool IsExpired)?> OpenUntilAsync(string purpose, string? text, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await OpenAsync(purpose, text, cancellationToken) is not { } signed || signed.LastIndexOf('.') is var dot && dot < 1)
            return null;
        return (signed[..dot], now.ToUnixTimeSeconds() >= long.Parse(signed.AsSpan(dot + 1), CultureInfo.InvariantCulture));
    }

    private async Task<byte[]> LoadAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_key is not null)
                return _key;
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<NewsroomDb>();
            if (!await db.LinkKeys.AnyAsync(k => k.Name == "links", cancellationToken))
            {
                db.Add(new LinkKey { Name = "links", Value = RandomNumberGenerator.GetBytes(32), CreatedAt = clock.GetUtcNow() });
                try
                {
                    await db.SaveChangesAsync(cancellationToken);
                }
                catch (DbUpdateException e) when (db.IsUniqueViolation(e))
                {
                    // Another node made it first: the read below takes theirs.
                    db.ChangeTracker.Clear();
                }
            }
            return _key = await db.LinkKeys.Where(k => k.Name == "links").Select(k => k.Value).SingleAsync(cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();
}

internal sealed class LinkKeyMapping : IEntityTypeConfiguration<LinkKey>
{
    public void Configure(EntityTypeBuilder<LinkKey> builder)
    {
        builder.HasKey(k => k.Name);
        builder.Property(k => k.Name).HasMaxLength(32);
        builder.Property(k => k.Value).HasMaxLength(64);
    }
}
