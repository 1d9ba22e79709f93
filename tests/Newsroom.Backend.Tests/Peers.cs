namespace Newsroom.Backend.Tests;

public sealed partial class NewsroomApp
{
    private Peers? _peers;

    /// <summary>The other ends of the program's sockets.</summary>
    private sealed class Peers : IAsyncDisposable
    {
        public static Task<Peers> StartAsync(Dictionary<string, string?> settings)
        {
            settings["Mail:From"] = "The Test Gazette <news@news.example.org>";
            return Task.FromResult(new Peers());
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
