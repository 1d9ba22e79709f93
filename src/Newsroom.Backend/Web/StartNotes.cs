namespace Newsroom.Backend.Web;

/// <summary>What an operator should know of a program that runs all the same: one sentence that names the key, or null when all is well.</summary>
public sealed record StartNote(Func<IServiceProvider, string?> Say);

/// <summary>Logs the notes once the program serves: nothing is faked where something is not configured, and it is said.</summary>
internal sealed partial class StartNotes(
    IEnumerable<StartNote> notes, IServiceProvider services, IHostApplicationLifetime lifetime, ILogger<StartNotes> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(() =>
        {
            foreach (var sentence in notes.Select(n => n.Say(services)).OfType<string>())
                LogNote(logger, sentence);
        });
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Sentence}")]
    private static partial void LogNote(ILogger logger, string sentence);
}

public static class StartNotesSetup
{
    public static IServiceCollection AddStartNote(this IServiceCollection services, Func<IServiceProvider, string?> say) =>
        services.AddSingleton(new StartNote(say));
}
