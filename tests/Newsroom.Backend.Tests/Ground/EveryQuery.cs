using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Tests.Ground;

/// <summary>The rule is held in every test of the program; here it is seen to hold, and to be able to break.</summary>
public sealed class EveryQuery : IAsyncLifetime
{
    private readonly SqliteConnection _connection = new("Data Source=:memory:");
    private SqliteNewsroomDb _db = null!;

    public async ValueTask InitializeAsync()
    {
        await _connection.OpenAsync();
        _db = new SqliteNewsroomDb(new DbContextOptionsBuilder<SqliteNewsroomDb>().UseSqlite(_connection).AddInterceptors(TSqlTwin.Instance).Options);
        await _db.Database.MigrateAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _db.DisposeAsync();
        await _connection.DisposeAsync();
    }

    [Fact]
    public async Task A_query_only_sqlite_can_run_fails_where_it_is_run()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var refused = await Assert.ThrowsAsync<NotForSqlServerException>(() => _db.Stories.Where(s => EF.Functions.Glob(s.Title, "A*")).ToListAsync(cancellationToken));
        Assert.Contains("Glob", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<NotForSqlServerException>(() => _db.Stories.CountAsync(s => EF.Functions.Glob(s.Title, "A*"), cancellationToken));
        await Assert.ThrowsAsync<NotForSqlServerException>(() => _db.Stories.Where(s => EF.Functions.Glob(s.Title, "A*")).ExecuteDeleteAsync(cancellationToken));
        await Assert.ThrowsAsync<NotForSqlServerException>(() =>
            _db.Stories.ExecuteUpdateAsync(set => set.SetProperty(s => s.Summary, s => EF.Functions.Glob(s.Title, "A*") ? "a" : "b"), cancellationToken));
    }

    [Fact]
    public async Task Queries_of_every_kind_pass_that_both_can_run()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var titles = new List<string> { "a", "b" };
        var now = NewsroomApp.Start;
        _ = await _db.Stories.Where(s => titles.Contains(s.Title) && s.FirstSeenAt < now).OrderBy(s => s.Id).Take(3).Select(s => new { s.Title }).ToListAsync(cancellationToken);
        _ = await _db.Digests.Include(d => d.Stories).FirstOrDefaultAsync(d => d.Number == 1, cancellationToken);
        _ = await _db.Stories.GroupBy(s => s.FeedId).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key ?? 0, cancellationToken);
        _ = await _db.Stories.AnyAsync(cancellationToken);
        _ = _db.Stories.Count();
        _ = await _db.Feeds.Where(f => f.LeaseUntil < now).ExecuteUpdateAsync(set => set.SetProperty(f => f.LeaseUntil, now), cancellationToken);
        _ = await _db.Feeds.Where(f => _db.Stories.Any(s => s.FeedId == f.Id)).ExecuteDeleteAsync(cancellationToken);
    }

    [Fact]
    public async Task The_program_under_test_is_watched()
    {
        await using var app = await NewsroomApp.StartAsync();
        await app.Api.GetAsync("/api/v1/stories?limit=7", TestContext.Current.CancellationToken);
        Assert.Contains(TSqlTwin.Instance.Compiled, q => q.Contains("Story", StringComparison.Ordinal) && q.Contains("OrderByDescending", StringComparison.Ordinal));
    }
}
