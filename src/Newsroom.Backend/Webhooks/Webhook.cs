using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Webhooks;

/// <summary>Why a webhook is told nothing any more.</summary>
public enum WebhookStop
{
    ByStaff,

    /// <summary>Its receiver answered 410: nobody listens there any more.</summary>
    Gone,

    /// <summary>Nothing was taken for <see cref="WatchWebhooks.GivesUpAfter"/>.</summary>
    Failing,
}

/// <summary>
/// An address of another system that is told what happens here (Standard Webhooks 1.0.0, https://www.standardwebhooks.com). The row holds no secret: what
/// signs is derived from the newsroom's own key, see <see cref="WebhookSecrets"/>.
/// </summary>
public sealed class Webhook
{
    public const int NameLength = 120;
    public const int UrlLength = 2000;
    public const int EventsLength = 400;

    /// <summary>As many as a newsroom may have: each is read in the transaction of everything that is told.</summary>
    public const int MostOfThem = 20;

    /// <summary>How long the secret before goes on signing beside the new one.</summary>
    public static readonly TimeSpan BothSecretsFor = TimeSpan.FromHours(24);

    public int Id { get; private set; }
    public string PublicId { get; private set; } = Primitives.PublicId.New("hook");

    /// <summary>For people.</summary>
    public required string Name { get; set; }

    /// <summary>Often a secret of the receiver's: whoever knows it may post there.</summary>
    public required string Url { get; set; }

    /// <summary>Some of <see cref="EventTypes.Known"/>, apart by spaces.</summary>
    public required string Events { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What the secret is derived from: a name, not the secret.</summary>
    public string SecretId { get; private set; } = Primitives.PublicId.New("whs");
    public string? PreviousSecretId { get; private set; }
    public DateTimeOffset? PreviousSecretUntil { get; private set; }

    /// <summary>Null while it is told what happens. What waited then waits on, for as long as it is kept.</summary>
    public DateTimeOffset? DisabledAt { get; private set; }
    public WebhookStop? DisabledBecause { get; private set; }

    /// <summary>The first failure since its receiver last took something; null: it takes what comes.</summary>
    public DateTimeOffset? FailingSince { get; private set; }
    public DateTimeOffset? LastDeliveredAt { get; private set; }

    /// <summary>Its receiver asked to be left alone until then (<c>Retry-After</c>).</summary>
    public DateTimeOffset? RestsUntil { get; private set; }

    public bool IsEnabled => DisabledAt is null;

    public string[] Wanted => Events.Split(' ');

    /// <summary>For the audit log, where what is told goes: not the whole address, which is often a secret.</summary>
    public string InShort => $"{new Uri(Url).Host}: {Events}";

    /// <summary>At another address the failures of the one before, and the rest it asked for, are over.</summary>
    internal void Become(WebhookWishes wishes)
    {
        if (wishes.Url != Url)
            (FailingSince, RestsUntil) = (null, null);
        (Name, Url, Events) = (wishes.Name, wishes.Url, wishes.Events);
    }

    /// <summary>A new secret; the present one signs beside it for <see cref="BothSecretsFor"/>, one from before no longer.</summary>
    public void RotateSecret(DateTimeOffset now)
    {
        (PreviousSecretId, PreviousSecretUntil) = (SecretId, now + BothSecretsFor);
        SecretId = Primitives.PublicId.New("whs");
    }

    /// <summary>Names of the secrets that sign at <paramref name="now"/>, the present one first.</summary>
    public IEnumerable<string> SecretsAt(DateTimeOffset now)
    {
        yield return SecretId;
        if (PreviousSecretId is { } previous && now < PreviousSecretUntil)
            yield return previous;
    }
}

internal sealed class WebhookMapping : IEntityTypeConfiguration<Webhook>
{
    public void Configure(EntityTypeBuilder<Webhook> builder)
    {
        builder.Ignore(h => h.IsEnabled);
        builder.Ignore(h => h.Wanted);
        builder.Ignore(h => h.InShort);
        builder.Property(h => h.PublicId).HasMaxLength(PublicId.MaxLength);
        builder.Property(h => h.Name).HasMaxLength(Webhook.NameLength);
        builder.Property(h => h.Url).HasMaxLength(Webhook.UrlLength);
        builder.Property(h => h.Events).HasMaxLength(Webhook.EventsLength);
        // Of two rotations at once each one's secret signs: the second is decided again.
        builder.Property(h => h.SecretId).HasMaxLength(PublicId.MaxLength).IsConcurrencyToken();
        builder.Property(h => h.PreviousSecretId).HasMaxLength(PublicId.MaxLength);
        builder.HasIndex(h => h.PublicId).IsUnique();
    }
}
