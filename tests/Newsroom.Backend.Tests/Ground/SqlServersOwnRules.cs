using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Tests.Ground;

/// <summary>What SQL Server refuses when a migration runs, and neither EF Core, SQLite nor a parser notices before.</summary>
public sealed class SqlServersOwnRules
{
    // "Maximum capacity specifications for SQL Server": bytes per nonclustered index key.
    private const int LongestKey = 1700;

    [Fact]
    public void No_two_cascades_reach_one_table()
    {
        using var db = new SqlServerDesignTimeFactory().CreateDbContext([]);
        Assert.Empty(DoubleCascades(db.Model));
    }

    [Fact]
    public void No_index_is_longer_than_it_may_be()
    {
        using var db = new SqlServerDesignTimeFactory().CreateDbContext([]);
        Assert.Empty(LongIndexes(db.Model));
    }

    /// <summary>Its own collation takes "ｊohn" for "john": a unique index would refuse what no query finds.</summary>
    [Fact]
    public void What_strangers_type_is_compared_code_point_by_code_point()
    {
        using var db = new SqlServerDesignTimeFactory().CreateDbContext([]);
        var typed = db.GetService<IDesignTimeModel>().Model.GetEntityTypes().SelectMany(e => e.GetProperties())
            .Where(p => p.Name.EndsWith("AddressKey", StringComparison.Ordinal) || $"{p.DeclaringType.ShortName()}.{p.Name}" is "Feed.Url" or "Donation.Campaign" or "Campaign.Slug").ToList();
        Assert.Equal(7, typed.Count);
        Assert.All(typed, p => Assert.Equal("Latin1_General_100_BIN2", p.GetCollation()));
    }

    [Fact]
    public void Models_that_break_them_are_found_out()
    {
        using var db = new Broken();
        Assert.Equal(["Root reaches Leaf by 2 cascades"], DoubleCascades(db.Model));
        Assert.Equal(["Leaf.Text: 1702 bytes"], LongIndexes(db.Model));
    }

    // Error 1785: cycles and multiple cascade paths. SET NULL counts like CASCADE.
    private static IEnumerable<string> DoubleCascades(IModel model) =>
        from root in model.GetEntityTypes()
        from reached in Reached(root, []).CountBy(t => t)
        where reached.Value > 1
        select $"{root.ShortName()} reaches {reached.Key.ShortName()} by {reached.Value} cascades";

    private static IEnumerable<IEntityType> Reached(IEntityType from, HashSet<IEntityType> above)
    {
        if (!above.Add(from))
            return [from, from];
        return from.GetReferencingForeignKeys()
            .Where(k => !k.IsOwnership && k.DeleteBehavior is DeleteBehavior.Cascade or DeleteBehavior.SetNull)
            .SelectMany(k => Reached(k.DeclaringEntityType, [.. above]).Prepend(k.DeclaringEntityType));
    }

    private static IEnumerable<string> LongIndexes(IModel model) =>
        from entity in model.GetEntityTypes()
        from index in entity.GetIndexes()
        let bytes = index.Properties.Sum(p => Bytes(p.GetTypeMapping().Converter?.ProviderClrType ?? p.ClrType, p.GetMaxLength()))
        where bytes > LongestKey
        select $"{entity.ShortName()}.{string.Join('+', index.Properties.Select(p => p.Name))}: {bytes} bytes";

    private static int Bytes(Type type, int? length) =>
        type == typeof(string) ? 2 * (length ?? LongestKey) : type == typeof(byte[]) ? length ?? LongestKey : 16;

    private sealed class Broken : DbContext
    {
        protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) => optionsBuilder.UseSqlServer("Server=never-connected");

        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            modelBuilder.Entity<Root>();
            modelBuilder.Entity<Branch>().HasOne<Root>().WithMany().HasForeignKey(b => b.RootId).OnDelete(DeleteBehavior.Cascade);
            modelBuilder.Entity<Leaf>(leaf =>
            {
                leaf.HasOne<Root>().WithMany().HasForeignKey(l => l.RootId).OnDelete(DeleteBehavior.SetNull);
                leaf.HasOne<Branch>().WithMany().HasForeignKey(l => l.BranchId).OnDelete(DeleteBehavior.Cascade);
                leaf.Property(l => l.Text).HasMaxLength(851);
                leaf.HasIndex(l => l.Text);
            });
        }
    }

    private sealed record Root(int Id);

    private sealed record Branch(int Id, int RootId);

    private sealed record Leaf(int Id, int? RootId, int BranchId, string Text);
}
