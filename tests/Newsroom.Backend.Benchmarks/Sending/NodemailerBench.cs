using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Newsroom.Backend.Benchmarks.Sink;

namespace Newsroom.Backend.Benchmarks.Sending;

/// <summary>
/// The same digest by <c>nodemailer/send.js</c>, to the same sink. Its time runs from the transport's making to the last mark; loading
/// its packages and filling its readers are not counted. Packages are installed beside the binary at first use.
/// </summary>
internal static class NodemailerBench
{
    private const int NotInstalled = 3;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private static readonly string Script = Path.Combine(AppContext.BaseDirectory, "nodemailer");

    public static Command Create()
    {
        var command = new Command("nodemailer", "Sends the same digest by nodemailer, Handlebars and better-sqlite3 and prints what it took as one line of JSON.");
        var options = new SceneOptions(command, readers: 10_000);
        command.SetAction((parsed, _) => OrSayWhatIsMissingAsync(async () =>
        {
            var result = await RunAsync(options.Read(parsed));
            Report.Print(result);
            return result.IsWhole ? 0 : 1;
        }));
        return command;
    }

    /// <summary>Runs what needs Node.js; where there is none it says so.</summary>
    public static async Task<int> OrSayWhatIsMissingAsync(Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (Win32Exception e)
        {
            await Console.Error.WriteLineAsync($"Node.js and npm are needed and not found ({e.Message}): install nodejs and npm, version 20 or later.");
            return NotInstalled;
        }
    }

    /// <exception cref="Win32Exception">There is no node or npm.</exception>
    public static async Task<SendResult> RunAsync(SceneSettings settings)
    {
        await InstallAsync();
        var folder = Directory.CreateDirectory(Path.Combine(settings.Folder, "newsroom-bench-" + Path.GetRandomFileName())).FullName;
        try
        {
            await using var sink = await SinkProcess.StartAsync(settings.Latency, settings.MaxConnections, settings.Seed, settings.Script);
            return await RunAsync(settings, folder, sink);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<SendResult> RunAsync(SceneSettings settings, string folder, SinkProcess sink)
    {
        var key = Path.Combine(folder, "dkim.pem");
        using (var rsa = RSA.Create(2048))
            await File.WriteAllTextAsync(key, rsa.ExportPkcs8PrivateKeyPem());
        var order = Path.Combine(folder, "order.json");
        await File.WriteAllTextAsync(order, JsonSerializer.Serialize(new
        {
            settings.Readers,
            settings.Connections,
            settings.PerConnection,
            sink.Port,
            Database = Path.Combine(folder, "readers.db"),
            DkimKey = key,
            Paper.Subject,
            Paper.Stories,
        }, Json));
        var node = JsonSerializer.Deserialize<NodeResult>((await ExecuteAsync("node", "send.js", order)).TrimEnd().Split('\n')[^1], Json)!;
        var counts = await sink.CountAsync();
        var taken = await sink.ReadersAsync(settings.Readers);
        return new SendResult("nodemailer", settings.Readers, settings.Connections, settings.Latency)
        {
            Seconds = Math.Round(node.Seconds, 2),
            MessagesPerSecond = Math.Round(settings.Readers / node.Seconds, 1),
            SendingPerSecond = Math.Round(counts.Messages / counts.Seconds, 1),
            CpuSecondsPer1000 = Math.Round(node.CpuSeconds / settings.Readers * 1000, 3),
            PeakMiB = Math.Round(node.PeakMiB, 1),
            MessageOctets = counts.Messages == 0 ? 0 : counts.Octets / counts.Messages,
            MostConnections = counts.MostOpen,
            Ledger = new Dictionary<string, int> { ["accepted"] = node.Accepted, ["failed"] = node.Failed },
            IsClosed = node.Accepted + node.Failed == settings.Readers,
            NotTaken = taken.Count(times => times == 0),
            TakenTwice = taken.Count(times => times > 1),
            Misdeeds = counts.Misdeeds,
        };
    }

    private static async Task InstallAsync()
    {
        var (wanted, installed) = (Path.Combine(Script, "package-lock.json"), Path.Combine(Script, "node_modules", ".package-lock.json"));
        if (File.Exists(installed) && File.GetLastWriteTimeUtc(installed) >= File.GetLastWriteTimeUtc(wanted))
            return;
        Report.Note($"Installing nodemailer, handlebars and better-sqlite3 (npm ci; a minute where better-sqlite3 must be compiled) …");
        await ExecuteAsync("npm", "ci", "--no-audit", "--no-fund");
    }

    /// <returns>What it printed.</returns>
    private static async Task<string> ExecuteAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false, WorkingDirectory = Script })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{output}");
    }

    private sealed record NodeResult(double Seconds, double CpuSeconds, double PeakMiB, int Accepted, int Failed);
}
