using System.Collections.Concurrent;

namespace Newsroom.Backend.Digests;

/// <summary>
/// Hand-overs whose answers outlast their slice. Each keeps its row's lease and settles it when the server speaks, at the latest at the
/// relay's deadline; no job waits for them, and a stopping server does as long as it may.
/// </summary>
public sealed partial class Stragglers(ILogger<Stragglers> logger) : IHostedService
{
    private readonly ConcurrentDictionary<Task, byte> _waiting = new();

    public void Leave(Task sending) => _waiting.TryAdd(WaitAsync(sending), 0);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken) =>
        await Task.WhenAll(_waiting.Keys).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task WaitAsync(Task sending)
    {
        try
        {
            await sending;
        }
#pragma warning disable CA1031 // Whatever it was: the row's lease runs out, and the sweep says what is known.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogLost(logger, e);
        }
        foreach (var done in _waiting.Keys.Where(t => t.IsCompleted))
            _waiting.TryRemove(done, out _);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A hand-over that outlasted its slice failed")]
    private static partial void LogLost(ILogger logger, Exception exception);
}
