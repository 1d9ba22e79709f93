namespace Newsroom.Backend.Web.Details;

/// <summary>Configuration from the database: above what the program and its demo bring, below every place that an operator writes to.</summary>
internal sealed class StoredSettingsSource : IConfigurationSource
{
    // One for the program's whole life: each source that is added later has the builder make all providers anew.
    private readonly StoredSettingsProvider _provider = new();

    public IConfigurationProvider Build(IConfigurationBuilder builder) => _provider;
}

/// <summary>
/// Empty until the database is ready. A change raises no reload token: that would bind and check every section of the configuration again in the middle of
/// somebody's request, files and mail templates too. Who must see a change at once asks for <see cref="Version"/> (<see cref="LiveOptions{T}"/>).
/// </summary>
internal sealed class StoredSettingsProvider : ConfigurationProvider
{
    private int _version;

    /// <summary>Another number for each change.</summary>
    public int Version => Volatile.Read(ref _version);

    /// <returns>False: that is what there was.</returns>
    public bool Take(IReadOnlyDictionary<string, string> values)
    {
        if (values.Count == Data.Count && values.All(v => Data.TryGetValue(v.Key, out var present) && present == v.Value))
            return false;
        Data = values.ToDictionary(v => v.Key, v => (string?)v.Value, StringComparer.OrdinalIgnoreCase);
        Interlocked.Increment(ref _version);
        return true;
    }
}
