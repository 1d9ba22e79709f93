using Microsoft.Extensions.Options;

namespace Newsroom.Backend.Web.Details;

/// <summary>
/// <see cref="IOptions{T}"/> that follows what staff store: one object until something stored changes, then another. Whoever takes <c>Value</c> where it is
/// used sees the change; whoever keeps it does not, so singletons do not keep it. Files and environment are still read at the start only, but for what
/// <see cref="StoredSettings"/> says; should a section not hold any more by then (a key file was moved), what held before goes on, and the log says so.
/// </summary>
internal sealed partial class LiveOptions<T>(IOptionsFactory<T> factory, StoredSettings stored, ILogger<LiveOptions<T>> logger) : IOptions<T>
    where T : class
{
    private readonly Lock _one = new();
    private volatile Kept? _kept;

    public T Value
    {
        get
        {
            var version = stored.Version;
            return _kept is { } kept && kept.Version == version ? kept.Options : Renew(version);
        }
    }

    private T Renew(int version)
    {
        lock (_one)
        {
            if (_kept is { } other && other.Version == version)
                return other.Options;
            try
            {
                _kept = new Kept(version, factory.Create(Options.DefaultName));
            }
            catch (Exception e) when (_kept is not null && e is OptionsValidationException or InvalidOperationException)
            {
                LogKept(logger, typeof(T).Name, e);
                _kept = _kept! with { Version = version };
            }
            return _kept.Options;
        }
    }

    private sealed record Kept(int Version, T Options);

    [LoggerMessage(LogLevel.Error, "What staff stored does not count in {Options} until the program is started again: its section of the configuration no longer holds")]
    private static partial void LogKept(ILogger logger, string options, Exception exception);
}
