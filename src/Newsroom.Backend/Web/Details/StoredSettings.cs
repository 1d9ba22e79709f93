using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Web.Details;

/// <summary>
/// Brings what staff stored into the configuration: once the database is ready, after each change here, and every half minute for what another process
/// changed. A value that a start would refuse never gets there, so that nothing stored can keep the program from starting.
/// </summary>
public sealed partial class StoredSettings : IDisposable
{
    /// <summary>More rows than there are storable settings come from elsewhere.</summary>
    private const int Most = 100;

    private readonly IConfigurationRoot _configuration;
    private readonly StoredSettingsProvider _provider;
    private readonly Dictionary<string, StorableSetting> _storable;
    private readonly IServiceScopeFactory _scopes;
    private readonly ILogger<StoredSettings> _logger;
    private readonly SemaphoreSlim _one = new(1);
    private volatile IReadOnlyDictionary<string, string> _ignored = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    public StoredSettings(IConfiguration configuration, IEnumerable<StorableSetting> storable, IServiceScopeFactory scopes, ILogger<StoredSettings> logger)
    {
        _configuration = (IConfigurationRoot)configuration;
        _provider = _configuration.Providers.OfType<StoredSettingsProvider>().Single();
        _storable = storable.ToDictionary(s => s.Key, StringComparer.OrdinalIgnoreCase);
        (_scopes, _logger) = (scopes, logger);
    }

    /// <summary>Another number for each change.</summary>
    public int Version => _provider.Version;

    /// <summary>Stored keys whose value does not count, each with the sentence why.</summary>
    public IReadOnlyDictionary<string, string> Ignored => _ignored;

    /// <summary>An operator's own places have the key, an empty value counts too: what is stored would not be seen.</summary>
    public bool IsSetElsewhere(string key) => _configuration.Providers.Reverse().TakeWhile(p => p != _provider).Any(p => p.TryGet(key, out _));

    /// <summary>What holds now, wherever it comes from; null: nobody has set it.</summary>
    public string? InForce(string key) => _configuration[key];

    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        // One after the other: what was read before a change must not be taken after it.
        await _one.WaitAsync(cancellationToken);
        try
        {
            await using var scope = _scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<NewsroomDb>();
            Take(await db.StoredSettings.AsNoTracking().OrderBy(s => s.Key).Take(Most).ToListAsync(cancellationToken));
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private void Take(List<StoredSetting> rows)
    {
        var (good, ignored) = (new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase), new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase));
        foreach (var row in rows)
        {
            var fault = _storable.TryGetValue(row.Key, out var storable) ? storable.FaultOf(row.Value) : $"{row.Key} is no setting that can be stored.";
            if (fault is null)
                good[row.Key] = row.Value;
            else
                ignored[row.Key] = fault;
        }
        foreach (var key in ignored.Keys.Except(_ignored.Keys, StringComparer.OrdinalIgnoreCase))
            LogIgnored(key);
        _ignored = ignored;
        _provider.Take(good);
    }

    [LoggerMessage(LogLevel.Warning, "What is stored for {Key} is ignored, because a start would refuse it: give another value at /staff/settings/newsroom")]
    private partial void LogIgnored(string key);
}
