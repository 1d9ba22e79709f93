using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Newsroom.Backend.Newsletters;

namespace Newsroom.Backend.Subscribers;

public enum ConsentEvent
{
    Requested,
    Confirmed,
    Withdrawn,
}

/// <summary>Where a reader said something.</summary>
/// <param name="Source">The form, as it named itself.</param>
/// <param name="Page">The page's address, as the browser told it.</param>
/// <param name="NetworkHash">Keyed hash of the network, see <see cref="Web.NetworkPrefix"/>.</param>
public sealed record ConsentPlace(string? Source = null, string? Page = null, string? NetworkHash = null);

/// <summary>
/// Append-only evidence (GDPR Art. 7(1)): what was agreed in which words, when, from where. Never updated, but for <see cref="NetworkHash"/>,
/// which is forgotten after a while. Each reader's rows are a chain: a row's hash covers the one before, so that none can be changed,
/// put in or taken out unseen.
/// </summary>
public sealed class Consent
{
    public const int SourceLength = 200;
    public const int PageLength = 500;
    public const int HashLength = 64;

    public long Id { get; private set; }
    public long SubscriberId { get; init; }
    public Subscriber Subscriber { get; init; } = null!;

    /// <summary>Counts the reader's consents from 1.</summary>
    public int Sequence { get; init; }
    public required ConsentEvent Event { get; init; }

    /// <summary>Slugs of the newsletters, comma-separated.</summary>
    public required string Newsletters { get; init; }

    /// <summary>The exact sentence the person saw, and its version.</summary>
    public required string Wording { get; init; }
    public required string WordingVersion { get; init; }

    /// <summary>How it was said: one of <see cref="ConsentMethod"/>.</summary>
    public required string Method { get; init; }

    /// <summary>The form or page, as it named itself.</summary>
    public string? Source { get; init; }

    /// <summary>Address of the page it stood on.</summary>
    public string? Page { get; init; }

    /// <summary>Short-lived, and therefore not part of <see cref="Hash"/>.</summary>
    public string? NetworkHash { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary><see cref="Hash"/> of the reader's row before; empty for the first.</summary>
    public string PreviousHash { get; init; } = "";

    /// <summary>SHA-256, lower-case hex, of <see cref="Statement"/>.</summary>
    public string Hash { get; init; } = "";

    /// <summary>The next link of the reader's chain. The caller adds the row and saves it together with the subscriber.</summary>
    public static Consent Append(
        Subscriber subscriber, ConsentEvent what, IEnumerable<Newsletter> newsletters, ConsentWording wording, string method, ConsentPlace place, DateTimeOffset now)
    {
        var slugs = string.Join(',', newsletters.Select(n => n.Slug));
        var (sequence, previous) = (subscriber.ConsentCount + 1, subscriber.ConsentHead ?? "");
        var hash = HashOf(Statement(subscriber.PublicId, sequence, what, slugs, wording, method, place, now, previous));
        (subscriber.ConsentCount, subscriber.ConsentHead) = (sequence, hash);
        return new Consent
        {
            Subscriber = subscriber,
            Sequence = sequence,
            Event = what,
            Newsletters = slugs,
            Wording = wording.Text,
            WordingVersion = wording.Version,
            Method = method,
            Source = place.Source,
            Page = place.Page,
            NetworkHash = place.NetworkHash,
            At = now,
            PreviousHash = previous,
            Hash = hash,
        };
    }

    /// <summary>True when the row is as it was written, as the next one after <paramref name="previousHash"/>.</summary>
    public bool IsIntact(string subscriberPublicId, int sequence, string previousHash) =>
        Sequence == sequence && PreviousHash == previousHash
        && Hash == HashOf(Statement(subscriberPublicId, Sequence, Event, Newsletters, new ConsentWording(WordingVersion, Wording), Method, new ConsentPlace(Source, Page), At, previousHash));

    /// <summary>What is hashed: one field a line, in UTF-8, so that anybody with the exported rows can check them.</summary>
    private static string Statement(
        string subscriberPublicId, int sequence, ConsentEvent what, string slugs, ConsentWording wording, string method, ConsentPlace place, DateTimeOffset at, string previousHash) =>
        string.Join('\n',
            "consent-1",
            subscriberPublicId,
            sequence.ToString(CultureInfo.InvariantCulture),
            what.ToString(),
            slugs,
            wording.Version,
            wording.Text,
            method,
            place.Source,
            place.Page,
            at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            previousHash);

    private static string HashOf(string statement) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(statement)));
}

internal sealed class ConsentMapping : IEntityTypeConfiguration<Consent>
{
    public void Configure(EntityTypeBuilder<Consent> builder)
    {
        // As long as all slugs of a newsroom's newsletters.
        builder.Property(c => c.Newsletters).HasMaxLength(2000);
        builder.Property(c => c.Wording).HasMaxLength(1000);
        builder.Property(c => c.WordingVersion).HasMaxLength(32);
        builder.Property(c => c.Method).HasMaxLength(32);
        builder.Property(c => c.Source).HasMaxLength(Consent.SourceLength);
        builder.Property(c => c.Page).HasMaxLength(Consent.PageLength);
        builder.Property(c => c.NetworkHash).HasMaxLength(Consent.HashLength);
        builder.Property(c => c.PreviousHash).HasMaxLength(Consent.HashLength);
        builder.Property(c => c.Hash).HasMaxLength(Consent.HashLength);
        builder.HasOne(c => c.Subscriber).WithMany().HasForeignKey(c => c.SubscriberId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(c => new { c.SubscriberId, c.Id });
    }
}
