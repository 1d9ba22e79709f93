using System.Globalization;
using Newsroom.Backend.Data;
using Newsroom.Backend.Jobs;

namespace Newsroom.Backend.Staff.House;

/// <param name="Kind">Of its alert; null: it is for who looks just now, and may be over in a minute.</param>
/// <param name="Words">What is so, what it means, what to do.</param>
public sealed record Trouble(string? Kind, string Words);

/// <summary>What is wrong with the machine: the one rule for the status page and for the alerts.</summary>
internal static class Troubles
{
    public const string Disk = "disk.short";
    public const string Overdue = "jobs.overdue";
    public const string Left = "jobs.left";
    public const string Failing = "jobs.failing";

    private static readonly string[] Units = ["bytes", "kB", "MB", "GB", "TB"];

    public static IReadOnlyList<string> Kinds { get; } = [Disk, Overdue, Left, Failing];

    public static IEnumerable<Trouble> Of(DiskSpace? disk, JobsView jobs, CultureInfo culture)
    {
        if (disk is { IsShort: true })
            yield return new(Disk, $"Only {Size(disk.FreeBytes, culture)} are free where the database is, in {disk.Folder}. Make room: when it is full, nothing is written any more.");
        if (!jobs.IsServed)
            yield return new(jobs.Overdue.Count > 0 ? Overdue : null, "Nobody runs jobs: no mail leaves and no feed is read. Start a process with Jobs:RunServer.");
        else if (jobs.Overdue.Count > 0)
            yield return new(Overdue, $"Some jobs are overdue: {Names(jobs.Overdue.Select(o => o.Name))}. What they look after waits. Restart the program; if they stay so, the log says why.");
        if (jobs.IsServed && jobs.Queues.Where(q => q.IsLeft).Select(q => q.Name).ToList() is { Count: > 0 } left)
            yield return new(Left, $"Jobs wait in a queue that nobody takes from: {Names(left)}. Start a process with Jobs:RunServer, of the same version as this one.");
        if (jobs.Failing.Count > 0)
            yield return new(Failing, $"Jobs gave up: {Names(jobs.Failing)}. What a sweep finds again is done later, the rest waits for you. Jobs, on the staff pages, has why, and runs one again.");
    }

    /// <summary>Powers of a thousand, as disks are sold.</summary>
    public static string Size(long bytes, CultureInfo culture)
    {
        var unit = bytes < 1000 ? 0 : Math.Min(Units.Length - 1, (int)Math.Log(bytes, 1000));
        return (bytes / Math.Pow(1000, unit)).ToString(unit == 0 ? "0" : "0.0", culture) + " " + Units[unit];
    }

    private static string Names(IEnumerable<string> names)
    {
        const int most = 8;
        var all = names.ToList();
        return string.Join(", ", all.Take(most)) + (all.Count > most ? $" and {all.Count - most} more" : "");
    }
}
