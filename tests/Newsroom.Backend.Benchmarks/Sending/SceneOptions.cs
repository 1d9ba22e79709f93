using System.CommandLine;
using Newsroom.Backend.Benchmarks.Sink;

namespace Newsroom.Backend.Benchmarks.Sending;

/// <summary>The options that every run of a <see cref="Scene"/> has.</summary>
internal sealed class SceneOptions
{
    private readonly Option<int> _readers;
    private readonly Option<int> _connections;
    private readonly Option<int> _perConnection = new("--per-connection") { Description = "Messages after which a connection is replaced; 0 sets no limit.", DefaultValueFactory = _ => 100 };
    private readonly Option<double> _latency = new("--latency") { Description = "Milliseconds of each answer of the sink's." };
    private readonly Option<int> _maxConnections = new("--max-connections") { Description = "Connections that the sink lets in; it answers the others 421. 0 sets no limit." };
    private readonly Option<string[]> _script = SinkScript.Option();
    private readonly Option<int> _seed = new("--seed") { Description = "Of all chances.", DefaultValueFactory = _ => 1 };
    private readonly Option<string?> _program = new("--program") { Description = "Newsroom.Backend.dll to measure, for example of a published program." };
    private readonly Option<string> _folder = new("--folder") { Description = "Where the database lies while it runs.", DefaultValueFactory = _ => Path.GetTempPath() };

    public SceneOptions(Command command, int readers, int connections = 20)
    {
        _readers = new("--readers") { Description = "Confirmed readers.", DefaultValueFactory = _ => readers };
        _connections = new("--connections") { Description = "Most connections to the sink.", DefaultValueFactory = _ => connections };
        foreach (var option in new Option[] { _readers, _connections, _perConnection, _latency, _maxConnections, _script, _seed, _program, _folder })
            command.Options.Add(option);
    }

    public SceneSettings Read(ParseResult parsed) => new()
    {
        Readers = parsed.GetValue(_readers),
        Connections = parsed.GetValue(_connections),
        PerConnection = parsed.GetValue(_perConnection),
        Latency = parsed.GetValue(_latency),
        MaxConnections = parsed.GetValue(_maxConnections),
        Script = parsed.GetValue(_script) ?? [],
        Seed = parsed.GetValue(_seed),
        Program = parsed.GetValue(_program),
        Folder = parsed.GetValue(_folder)!,
    };
}
