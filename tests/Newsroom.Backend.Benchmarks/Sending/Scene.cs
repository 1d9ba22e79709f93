using System.Globalization;
using System.Security.Cryptography;
using Newsroom.Backend.Benchmarks.Sink;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Benchmarks.Sending;

/// <summary>What a run needs: a folder with a filled database and a DKIM key, a sink, and the environment of the program.</summary>
internal sealed class Scene : IAsyncDisposable
{
    private readonly string _program;
    private readonly string _key;
    private readonly Dictionary<string, string> _environment;

    private Scene(string folder, SinkProcess sink, string program, string key, Dictionary<string, string> environment) =>
        (Folder, Sink, _program, _key, _environment) = (folder, sink, program, key, environment);

    public string Folder { get; }

    public SinkProcess Sink { get; }

    public string File => FileIn(Folder);

    public string DkimKey => KeyIn(Folder);

    public static async Task<Scene> SetAsync(SceneSettings settings)
    {
        Directory.CreateDirectory(settings.Folder);
        var folder = Directory.CreateDirectory(Path.Combine(settings.Folder, "newsroom-bench-" + Path.GetRandomFileName())).FullName;
        var sink = await SinkProcess.StartAsync(settings.Latency, settings.MaxConnections, settings.Seed, settings.Script);
        try
        {
            using (var rsa = RSA.Create(2048))
                await System.IO.File.WriteAllTextAsync(KeyIn(folder), rsa.ExportPkcs8PrivateKeyPem());
            var program = settings.Program ?? typeof(NewsroomDb).Assembly.Location;
            var environment = Environment(folder, sink.Port, settings);
            await Child.RunAsync(program, environment, "newsletters", "add", Paper.Newsletter, "This Week");
            var key = await Child.RunAsync(program, environment, "apikey", "add", "bench");
            await Readers.FillAsync(FileIn(folder), settings.Readers);
            return new Scene(folder, sink, program, key, environment);
        }
        catch
        {
            await sink.DisposeAsync();
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>The real program, in Production, serving.</summary>
    public async Task<RunningProgram> StartAsync()
    {
        var program = Launch();
        await program.ListensAsync();
        return program;
    }

    /// <summary>The same, just started.</summary>
    public RunningProgram Launch() => RunningProgram.Launch(_program, _environment, _key);

    public DigestRows Rows(string digest) => new(File, digest);

    public async ValueTask DisposeAsync()
    {
        await Sink.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private static string FileIn(string folder) => Path.Combine(folder, "newsroom.db");

    private static string KeyIn(string folder) => Path.Combine(folder, "dkim.pem");

    private static Dictionary<string, string> Environment(string folder, int port, SceneSettings settings) => new()
    {
        ["DOTNET_ENVIRONMENT"] = "Production",
        ["ASPNETCORE_ENVIRONMENT"] = "Production",
        ["ConnectionStrings__Newsroom"] = $"Data Source={FileIn(folder)}",
        ["Database__AllowSeveralProcesses"] = settings.SeveralProcesses ? "true" : "false",
        ["Logging__LogLevel__Default"] = "Warning",
        ["Site__Name"] = "The Harbour Gazette",
        ["Site__PublicUrl"] = "https://news.example.org",
        ["Site__PostalAddress"] = "1 Bench Street, Testville",
        ["Stories__CheckLinks"] = "false",
        ["Mail__From"] = "The Harbour Gazette <news@example.org>",
        ["Mail__Smtp__Host"] = "127.0.0.1",
        ["Mail__Smtp__Port"] = port.ToString(CultureInfo.InvariantCulture),
        ["Mail__Smtp__Security"] = "None",
        ["Mail__Smtp__Connections"] = settings.Connections.ToString(CultureInfo.InvariantCulture),
        ["Mail__Smtp__MaxPerConnection"] = settings.PerConnection.ToString(CultureInfo.InvariantCulture),
        ["Mail__Dkim__Selector"] = "bench",
        ["Mail__Dkim__PrivateKeyFile"] = KeyIn(folder),
    };
}

internal sealed record SceneSettings
{
    public required int Readers { get; init; }

    /// <summary>Most connections of the program to the sink.</summary>
    public int Connections { get; init; } = 20;

    /// <summary>Messages after which a connection is replaced, as configured by default.</summary>
    public int PerConnection { get; init; } = 100;

    /// <summary>Milliseconds, of each answer of the sink's.</summary>
    public double Latency { get; init; }

    /// <summary>Most connections that the sink lets in; 0 sets no limit.</summary>
    public int MaxConnections { get; init; }

    /// <summary>The sink's misdeeds, and the seed of their chances.</summary>
    public IReadOnlyList<string> Script { get; init; } = [];
    public int Seed { get; init; } = 1;
    public bool SeveralProcesses { get; init; }

    /// <summary>Newsroom.Backend.dll, for example of a published program; null: the one built with this.</summary>
    public string? Program { get; init; }

    /// <summary>Where the database goes while it runs: on the kind of disk that is to be measured.</summary>
    public string Folder { get; init; } = Path.GetTempPath();
}
