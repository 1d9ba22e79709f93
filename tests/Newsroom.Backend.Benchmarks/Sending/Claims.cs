using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Digests;

namespace Newsroom.Backend.Benchmarks.Sending;

/// <summary>
/// The time of the program's own claim of a batch (<see cref="DeliveryRows.ClaimAsync"/>) in a transaction of its own, commit included, on the
/// same file while no program runs.
/// </summary>
internal sealed class Claims(string file, string digest)
{
    private const int Size = 100;

    // Compiled queries and code, as in a program that has been sending for a while.
    private const int WarmUp = 20;

    /// <summary>Claimed before the times are taken.</summary>
    public const int WarmUpRows = WarmUp * Size;

    private static readonly TimeSpan Lease = TimeSpan.FromHours(1);

    /// <returns>The p99 of so many claims in milliseconds.</returns>
    public async Task<double> P99Async(int count)
    {
        var (id, leaseId) = (await IdAsync(), Guid.CreateVersion7());
        var until = TimeProvider.System.GetUtcNow() + Lease;
        await RunAsync(db => db.Digests.Where(d => d.Id == id).ExecuteUpdateAsync(s => s.SetProperty(d => d.LeaseId, leaseId).SetProperty(d => d.LeaseUntil, until)));
        var times = new List<double>();
        for (var i = 0; i < WarmUp + count; i++)
        {
            var began = Stopwatch.GetTimestamp();
            var claimed = await RunAsync(db => DeliveryRows.ClaimAsync(db, id, leaseId, TimeProvider.System.GetUtcNow(), until, Size));
            if (claimed.Count < Size)
                throw new InvalidOperationException("Too few rows are left to claim: give more --readers.");
            if (i >= WarmUp)
                times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        await RunAsync(db => db.Deliveries.Where(d => d.DigestId == id && d.State == DeliveryState.Claimed).ExecuteUpdateAsync(s => s.SetProperty(d => d.State, DeliveryState.Planned)));
        await RunAsync(db => db.Digests.Where(d => d.Id == id)
            .ExecuteUpdateAsync(s => s.SetProperty(d => d.LeaseId, (Guid?)null).SetProperty(d => d.LeaseUntil, (DateTimeOffset?)null)));
        times.Sort();
        return Math.Round(times[times.Count * 99 / 100], 1);
    }

    /// <summary>Makes it nearly over: all but the last so many rows are accepted.</summary>
    public async Task AcceptAllButAsync(int left)
    {
        var id = await IdAsync();
        var last = await RunAsync(db => db.Deliveries.Where(d => d.DigestId == id).MaxAsync(d => d.Id));
        await RunAsync(db => db.Deliveries.Where(d => d.DigestId == id && d.Id <= last - left)
            .ExecuteUpdateAsync(s => s.SetProperty(d => d.State, DeliveryState.Accepted).SetProperty(d => d.Code, 250)));
    }

    private Task<int> IdAsync() => RunAsync(db => db.Digests.Where(d => d.PublicId == digest).Select(d => d.Id).SingleAsync());

    private async Task<T> RunAsync<T>(Func<NewsroomDb, Task<T>> act)
    {
        await using var db = new SqliteNewsroomDb(new DbContextOptionsBuilder<SqliteNewsroomDb>().UseSqlite($"Data Source={file}", s => s.CommandTimeout(600)).Options);
        await using var transaction = await db.Database.BeginTransactionAsync();
        var result = await act(db);
        await transaction.CommitAsync();
        return result;
    }
}
