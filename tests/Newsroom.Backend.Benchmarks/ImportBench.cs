using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace Newsroom.Backend.Benchmarks;

/// <summary>
/// How long <c>subscribers import</c> takes and how much memory, for 50,000 and 200,000 rows of a Mailchimp file into a fresh SQLite file: the
/// command itself, as an operator runs it. Memory must not grow with the rows.
/// </summary>
internal static class ImportBench
{
    public static async Task<int> RunAsync(IReadOnlyList<int>? rows = null)
    {
        foreach (var count in rows ?? [50_000, 200_000])
        {
            var folder = Directory.CreateTempSubdirectory("newsroom-import-").FullName;
            try
            {
                var file = Path.Combine(folder, "subscribed_members_export.csv");
                await WriteAsync(file, count);
                await CommandAsync(folder, "db", "migrate");
                await CommandAsync(folder, "newsletters", "add", "this-week", "This Week");
                var clock = Stopwatch.StartNew();
                var peak = await CommandAsync(folder, "subscribers", "import", file, "--newsletter", "this-week", "--consent", "Signed up at example.org: send me This Week.");
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"import: {count:N0} rows in {clock.Elapsed.TotalSeconds:F1} s ({count / clock.Elapsed.TotalSeconds:N0} rows/s), peak working set {peak / 1024.0:F0} MB"));
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        return 0;
    }

    private static async Task WriteAsync(string file, int rows)
    {
        await using var writer = new StreamWriter(file);
        await writer.WriteLineAsync("\"Email Address\",\"First Name\",\"Last Name\",MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LAST_CHANGED,LEID,EUID,NOTES,TAGS");
        for (var i = 0; i < rows; i++)
            await writer.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"reader{i}@example{i % 97}.org,Reader,\"Number {i}\",2,\"2024-05-01 12:00:00\",,\"2024-05-01 12:{i % 60:00}:00\",,\"2024-06-01 12:00:00\",{i},{i:x10},,"));
    }

    /// <returns>The process's highest resident memory in KiB, as the kernel counted it.</returns>
    private static async Task<long> CommandAsync(string folder, params string[] arguments)
    {
        var dll = Path.Combine(Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)!, "Newsroom.Backend.dll");
        var start = new ProcessStartInfo("dotnet", [dll, .. arguments]) { WorkingDirectory = folder };
        start.Environment["DOTNET_ENVIRONMENT"] = "Production";
        using var process = Process.Start(start)!;
        var peak = 0L;
        while (!process.HasExited)
        {
            peak = Math.Max(peak, ReadPeak(process.Id));
            await Task.WhenAny(process.WaitForExitAsync(), Task.Delay(100));
        }
        return process.ExitCode == 0 ? peak : throw new InvalidOperationException($"{string.Join(' ', arguments)} ended with {process.ExitCode}.");
    }

    private static long ReadPeak(int processId)
    {
        try
        {
            var line = File.ReadLines($"/proc/{processId}/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.AsSpan(6, line.Length - 9).Trim(), CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
