using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Web.Auditing;

/// <summary>
/// Who did what to which thing, and when. Written once: triggers of both databases refuse to change or delete a row. Holds ids and the newsroom's own words,
/// never a reader's or donor's data, so that it can stay when they are erased.
/// </summary>
public sealed class AuditEntry
{
    public const int ActionLength = 64;
    public const int DetailLength = 1000;

    public long Id { get; private set; }
    public required DateTimeOffset At { get; init; }

    /// <summary>A member's or an API key's public id, or one of <see cref="Actors"/>.</summary>
    public required string Actor { get; init; }

    /// <summary><c>thing.deed</c>: <c>digest.paused</c>.</summary>
    public required string Action { get; init; }

    /// <summary>The public id of what it was done to; null where there is no single thing.</summary>
    public string? Subject { get; init; }

    /// <summary>How it was; null where nothing was, or it cannot be said without a person's data.</summary>
    public string? Before { get; init; }

    /// <summary>How it is now.</summary>
    public string? After { get; init; }
}

public static class Actors
{
    public const string CommandLine = "command-line";

    /// <summary>Whoever held the console's link, before there was anybody.</summary>
    public const string SetUpLink = "set-up-link";
}

internal sealed class AuditEntryMapping : IEntityTypeConfiguration<AuditEntry>
{
    public void Configure(EntityTypeBuilder<AuditEntry> builder)
    {
        // Told to EF, which otherwise writes an OUTPUT clause that SQL Server refuses on a table with triggers.
        builder.ToTable("AuditEntries", table => table.HasTrigger("TR_AuditEntries_StayAsWritten"));
        builder.Property(a => a.Actor).HasMaxLength(PublicId.MaxLength);
        builder.Property(a => a.Action).HasMaxLength(AuditEntry.ActionLength);
        builder.Property(a => a.Subject).HasMaxLength(64);
        builder.Property(a => a.Before).HasMaxLength(AuditEntry.DetailLength);
        builder.Property(a => a.After).HasMaxLength(AuditEntry.DetailLength);
        builder.HasIndex(a => new { a.Actor, a.Id }).HasDatabaseName("IX_AuditEntries_ByActor");
        builder.HasIndex(a => new { a.Subject, a.Id }).HasDatabaseName("IX_AuditEntries_OfSubject");
        builder.HasIndex(a => new { a.Action, a.Id }).HasDatabaseName("IX_AuditEntries_ByAction");
        builder.HasIndex(a => a.At).HasDatabaseName("IX_AuditEntries_ByTime");
    }
}
